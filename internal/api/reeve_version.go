package api

import (
	"net/http"

	"github.com/reevehq/reeve/internal/prefect"
)

func (a *API) reeveVersionRoutes() []Route {
	return []Route{{http.MethodGet, "/reeve/version", "reeve_read_version", a.reeveVersion}}
}

// reeveVersion tells what serves here and what time it is there: by it a client
// knows Reeve from Prefect's own server, and finds a clock that is wrong.
func (a *API) reeveVersion(w http.ResponseWriter, _ *http.Request) error {
	respond(w, http.StatusOK, struct {
		Reeve   string       `json:"reeve"`
		Prefect string       `json:"prefect"`
		API     string       `json:"api"`
		Now     prefect.Time `json:"now"`
	}{ReeveVersion, PrefectVersion, Version, prefect.At(a.clock.Now())})
	return nil
}
