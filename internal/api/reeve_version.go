package api

import (
	"net/http"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/prefect"
)

func (a *API) reeveVersionRoutes() []rest.Route {
	return []rest.Route{rest.Get("/reeve/version", "reeve_read_version", a.reeveVersion)}
}

// serverVersion is what serves, and its clock.
type serverVersion struct {
	Reeve   string       `json:"reeve"`
	Prefect string       `json:"prefect"`
	API     string       `json:"api"`
	Now     prefect.Time `json:"now"`
}

// reeveVersion tells what serves here and what time it is there: by it a client
// knows Reeve from Prefect's own server, and finds a clock that is wrong.
func (a *API) reeveVersion(*http.Request) (serverVersion, error) {
	return serverVersion{ReeveVersion, PrefectVersion, Version, prefect.At(a.clock.Now())}, nil
}
