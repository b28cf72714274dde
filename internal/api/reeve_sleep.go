package api

import (
	"net/http"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/sleep"
)

func (a *API) reeveSleepRoutes() []rest.Route {
	return []rest.Route{
		rest.Get("/reeve/sleep", "reeve_read_sleep", a.readSleep),
		rest.Get("/reeve/wake_plan", "reeve_read_wake_plan", a.readWakePlan),
	}
}

// readWakePlan returns the times at which somebody else has to wake the server.
func (a *API) readWakePlan(r *http.Request) (*sleep.WakePlan, error) {
	return sleep.ReadWakePlan(r.Context(), a.store)
}

// readSleep tells until when the server may be away, or why it may not.
func (a *API) readSleep(r *http.Request) (sleep.Outlook, error) {
	if a.config.Outlook == nil {
		return sleep.Outlook{}, fault.New(fault.NotFound, "This server does not say what it must be awake for")
	}
	return a.config.Outlook(r.Context())
}
