package api

import (
	"net/http"

	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/sleep"
)

func (a *API) reeveSleepRoutes() []Route {
	return []Route{
		{http.MethodGet, "/reeve/sleep", "reeve_read_sleep", a.readSleep},
		{http.MethodGet, "/reeve/wake_plan", "reeve_read_wake_plan", a.readWakePlan},
	}
}

// readWakePlan gives the times at which somebody else has to wake the server.
func (a *API) readWakePlan(w http.ResponseWriter, r *http.Request) error {
	plan, err := sleep.ReadWakePlan(r.Context(), a.store)
	if err != nil {
		return err
	}
	respond(w, http.StatusOK, plan)
	return nil
}

// readSleep tells until when the server may be away, or why it may not.
func (a *API) readSleep(w http.ResponseWriter, r *http.Request) error {
	if a.config.Outlook == nil {
		return fault.New(fault.NotFound, "This server does not say what it must be awake for")
	}
	outlook, err := a.config.Outlook(r.Context())
	if err != nil {
		return err
	}
	respond(w, http.StatusOK, outlook)
	return nil
}
