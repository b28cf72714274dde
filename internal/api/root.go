package api

import (
	"net/http"

	"github.com/reevehq/reeve/internal/store"
)

func (a *API) rootRoutes() []Route {
	return []Route{
		{http.MethodGet, "/health", "health_check_health_get", a.health},
		{http.MethodGet, "/version", "server_version_version_get", a.version},
		{http.MethodGet, "/hello", "hello_hello_get", a.hello},
		{http.MethodGet, "/ready", "perform_readiness_check_ready_get", a.ready},
	}
}

// health answers that the server is up. Clients of the contract read only the
// status; the body is what the users' own health check expects.
func (a *API) health(w http.ResponseWriter, _ *http.Request) error {
	type health struct {
		Status  string `json:"status"`
		Problem string `json:"problem,omitempty"`
		Backup  string `json:"backup,omitempty"`
		// Slow are queries that take long; they hold up nobody.
		Slow []string `json:"slow,omitempty"`
	}
	if a.config.Health != nil {
		if err := a.config.Health(); err != nil {
			respond(w, http.StatusServiceUnavailable, health{Status: "failing", Problem: err.Error()})
			return nil
		}
	}
	answer := health{Status: "ok"}
	if a.config.Backup != nil {
		// The server works; a host that took it away for this would mend nothing.
		if since := a.config.Backup().FailingSince; since != "" {
			answer.Backup = "failing since " + since
		}
	}
	if a.config.Slow != nil {
		answer.Slow = a.config.Slow()
	}
	respond(w, http.StatusOK, answer)
	return nil
}

func (a *API) version(w http.ResponseWriter, _ *http.Request) error {
	respond(w, http.StatusOK, Version)
	return nil
}

func (a *API) hello(w http.ResponseWriter, _ *http.Request) error {
	respond(w, http.StatusOK, "👋")
	return nil
}

func (a *API) ready(w http.ResponseWriter, r *http.Request) error {
	if err := a.store.View(r.Context(), (*store.Tx).Ping); err != nil {
		a.log.Error("readiness check", "error", err)
		respond(w, http.StatusServiceUnavailable, struct {
			Message string `json:"message"`
		}{"Database is not available"})
		return nil
	}
	respond(w, http.StatusOK, struct {
		Message string `json:"message"`
	}{"OK"})
	return nil
}
