package api

import (
	"net/http"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/store"
)

func (a *API) rootRoutes() []rest.Route {
	return []rest.Route{
		rest.Get("/health", "health_check_health_get", a.health),
		rest.Get("/version", "server_version_version_get", a.version),
		rest.Get("/hello", "hello_hello_get", a.hello),
		rest.Get("/ready", "perform_readiness_check_ready_get", a.ready),
	}
}

type health struct {
	Status  string `json:"status"`
	Problem string `json:"problem,omitempty"`
	Backup  string `json:"backup,omitempty"`
	// Slow are queries that take long; they hold up nobody.
	Slow []string `json:"slow,omitempty"`
}

// health answers that the server is up. Clients of the contract read only the
// status; the body is what the users' own health check expects.
func (a *API) health(*http.Request) (answer rest.Reply[health], err error) {
	if a.config.Health != nil {
		if err := a.config.Health(); err != nil {
			answer.Status = http.StatusServiceUnavailable
			answer.Object = health{Status: "failing", Problem: err.Error()}
			return answer, nil
		}
	}
	answer.Object.Status = "ok"
	if a.config.Backup != nil {
		// The server works; a host that took it away for this would mend nothing.
		if since := a.config.Backup().FailingSince; since != "" {
			answer.Object.Backup = "failing since " + since
		}
	}
	if a.config.Slow != nil {
		answer.Object.Slow = a.config.Slow()
	}
	return answer, nil
}

func (a *API) version(*http.Request) (string, error) { return Version, nil }

func (a *API) hello(*http.Request) (string, error) { return "👋", nil }

type readiness struct {
	Message string `json:"message"`
}

func (a *API) ready(r *http.Request) (answer rest.Reply[readiness], err error) {
	answer.Object.Message = "OK"
	if err := a.store.View(r.Context(), (*store.Tx).Ping); err != nil {
		a.log.Error("readiness check", "error", err)
		answer.Status, answer.Object.Message = http.StatusServiceUnavailable, "Database is not available"
	}
	return answer, nil
}
