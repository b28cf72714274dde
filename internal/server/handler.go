package server

import (
	"log/slog"
	"net/http"

	"github.com/reevehq/reeve/internal/access"
	"github.com/reevehq/reeve/internal/api"
	"github.com/reevehq/reeve/internal/api/middleware"
	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/budget"
	"github.com/reevehq/reeve/internal/sleep"
	"github.com/reevehq/reeve/internal/traffic"
	"github.com/reevehq/reeve/internal/ui"
)

// assemble puts what every request passes before the API and the UI.
func assemble(c Config, a *api.API, operations http.Handler, u *ui.UI, gate *middleware.Gate, activity *sleep.Activity, memory *budget.Memory, log *slog.Logger) http.Handler {
	path := c.API.BasePath
	password := access.NewPassword(c.API.AuthString)
	auth := middleware.BasicAuth(password, nobody)
	guarded := middleware.Chain(operations, middleware.Gzip, middleware.BasicAuth(password, isOpen(path)))
	document := middleware.Chain(http.HandlerFunc(a.ServeDocument), middleware.Gzip, auth)
	pages := http.Handler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write([]byte(`{"detail":"Not Found"}`))
	}))
	if u != nil {
		pages = middleware.Gzip(u)
	}
	paths := traffic.Paths{
		{Method: http.MethodGet, Path: path + "/openapi.json", Handler: document},
		{Method: http.MethodGet, Path: "/openapi.json", Handler: document},
		{Method: http.MethodGet, Path: "/metrics", Handler: middleware.Chain(http.HandlerFunc(a.ServeMetrics), middleware.Gzip, auth)},
		{Path: path + "/", Handler: guarded},
		{Path: path, Handler: http.RedirectHandler(path+"/", http.StatusTemporaryRedirect)},
		{Path: "/", Handler: pages},
	}
	counted := activity.Wrap(isLook(path))
	pieces := []middleware.Middleware{middleware.Recover(log)}
	if !password.Asked() {
		pieces = append(pieces, middleware.Pages(c.Pages, isProbe(path)))
	}
	if c.UI.ReadOnly {
		pieces = append(pieces, middleware.ReadOnly(path, rest.IsUpgrade))
	}
	pieces = append(pieces, counted, gate.Wrap, traffic.Claims(memory))
	if c.API.CSRF.Enabled {
		pieces = append(pieces, middleware.CSRF(log, a.ValidCsrfToken))
	}
	whole := middleware.Chain(paths, append(pieces, middleware.CORS(c.Origins))...)
	if c.Webhooks == nil {
		return whole
	}
	// Webhooks bring secrets of their own and come from no browser. They are taken
	// to the end: what is not delivered now is after the next start.
	webhooks := middleware.Chain(c.Webhooks, middleware.Recover(log), counted, traffic.Claims(memory))
	return traffic.Paths{{Path: "/webhooks/", Handler: webhooks}, {Path: "/", Handler: whole}}
}

func nobody(*http.Request) bool { return false }

// isOpen accepts what the API answers without a password: probes, and upgrades
// to websockets, whose clients send theirs in the first frame. The API takes
// an upgrade for nothing but a websocket.
func isOpen(apiPath string) func(*http.Request) bool {
	probe := isProbe(apiPath)
	return func(r *http.Request) bool { return probe(r) || rest.IsUpgrade(r) }
}

// isProbe accepts the two requests that need no password: those by which a
// machine's keeper looks whether the server lives.
func isProbe(apiPath string) func(*http.Request) bool {
	return func(r *http.Request) bool {
		return r.Method == http.MethodGet && (r.URL.Path == apiPath+"/health" || r.URL.Path == apiPath+"/ready")
	}
}

// isLook accepts the requests by which somebody looks how the server is: they do
// not keep it awake.
func isLook(apiPath string) func(*http.Request) bool {
	probe := isProbe(apiPath)
	return func(r *http.Request) bool {
		switch r.URL.Path {
		case "/metrics", apiPath + "/reeve/metrics", apiPath + "/reeve/sleep", apiPath + "/reeve/wake_plan":
			return r.Method == http.MethodGet
		}
		return probe(r)
	}
}
