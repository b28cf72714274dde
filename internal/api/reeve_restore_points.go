package api

import (
	"net/http"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/prefect"
)

func (a *API) reeveRestorePointsRoutes() []rest.Route {
	return []rest.Route{rest.Get("/reeve/backup/points", "reeve_read_restore_points", a.readRestorePoints)}
}

// RestorePoints are the moments to which the server's databases can be put back.
type RestorePoints struct {
	// Copies are of the storage, one for each database that is copied to it.
	Copies []RestoreCopies `json:"copies"`
	// Snapshots of the server's database lie beside it, the newest first.
	Snapshots []RestoreSnapshot `json:"snapshots"`
	// Database is the file that the command names.
	Database string `json:"database"`
}

// RestoreCopies are the moments that a storage has of a database.
type RestoreCopies struct {
	Database string `json:"database"` // "server" or "inbox"
	// Count is how many there are; Points are a choice of them, the newest first.
	Count  int            `json:"count"`
	Points []prefect.Time `json:"points"`
	// Error is why the storage does not say, "" when it does.
	Error string `json:"error"`
}

// RestoreSnapshot is a file in snapshots/ beside the database.
type RestoreSnapshot struct {
	At   prefect.Time `json:"at"`
	Path string       `json:"path"`
	Size int64        `json:"size"` // in bytes
}

func (a *API) readRestorePoints(r *http.Request) (points RestorePoints, err error) {
	if a.config.RestorePoints != nil {
		points, err = a.config.RestorePoints(r.Context())
	}
	if points.Copies == nil {
		points.Copies = []RestoreCopies{}
	}
	if points.Snapshots == nil {
		points.Snapshots = []RestoreSnapshot{}
	}
	return points, err
}
