package api

import (
	"net/http"

	"github.com/reevehq/reeve/internal/api/rest"
)

func (a *API) reeveBackupRoutes() []rest.Route {
	return []rest.Route{rest.Get("/reeve/backup", "reeve_read_backup", a.readBackup)}
}

// BackupReport is how the copies of the databases stand.
type BackupReport struct {
	// Databases are those that are copied to a storage, each with its status.
	Databases []any `json:"databases"`
	// Restored tells of the last time that the server's database was missing or
	// damaged and a copy was put in its place; nil for never.
	Restored any `json:"restored"`
	// FailingSince is the earliest time since when a copy fails, "" when none does.
	FailingSince string `json:"-"`
}

func (a *API) readBackup(*http.Request) (BackupReport, error) {
	report := BackupReport{}
	if a.config.Backup != nil {
		report = a.config.Backup()
	}
	if report.Databases == nil {
		report.Databases = []any{}
	}
	return report, nil
}
