package server

import (
	"net/http"
	"strings"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/metrics"
	"github.com/reevehq/reeve/internal/wire"
)

// noteAsked tells the ledger of requests, so that it knows which one woke the server.
func noteAsked(l *metrics.Ledger, apiPath string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		l.Asked(kindOf(r, apiPath))
		next.ServeHTTP(w, r)
	})
}

// kindOf says in a word or two who asks for what; there are few such kinds.
func kindOf(r *http.Request, apiPath string) string {
	path, isAPI := strings.CutPrefix(r.URL.Path, apiPath+"/")
	switch {
	case strings.HasPrefix(r.URL.Path, "/webhooks/"):
		return "webhook"
	case r.Header.Get(wire.GatewayHeader) != "":
		return "gateway"
	case r.URL.Path == "/metrics", path == "reeve/metrics":
		return "metrics"
	case !isAPI:
		return "browser"
	case rest.IsUpgrade(r):
		return "websocket"
	case path == "health", path == "ready":
		return "probe"
	case strings.HasSuffix(path, "/get_scheduled_flow_runs"), strings.HasSuffix(path, "/heartbeat"):
		return "worker"
	case path == "flow_runs/" && r.Method == http.MethodPost, strings.HasSuffix(path, "/create_flow_run"):
		return "new run"
	}
	return "client"
}
