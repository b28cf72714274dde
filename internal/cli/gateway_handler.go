package cli

import (
	"net/http"

	"github.com/reevehq/reeve/internal/access"
	"github.com/reevehq/reeve/internal/budget"
	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/metrics"
	"github.com/reevehq/reeve/internal/proxy"
	"github.com/reevehq/reeve/internal/supervise"
	"github.com/reevehq/reeve/internal/traffic"
	"github.com/reevehq/reeve/internal/webhooks"
	"github.com/reevehq/reeve/internal/wire"
)

// gatewayParts are what a gateway that stands alone serves and tells of.
type gatewayParts struct {
	hooks *webhooks.Intake
	proxy *proxy.Proxy
	// workers and backup say how those are that the gateway looks after.
	workers func() []supervise.Health
	backup  func() any
	// password and pages say who may read what is measured.
	password access.Password
	pages    access.Pages
	// memory bounds what requests hold at once.
	memory *budget.Memory
	clock  clock.Clock
}

// handler serves all of a gateway's paths.
func (g *gatewayParts) handler() http.Handler {
	return traffic.Claims(g.memory)(traffic.Paths{
		{Path: "/webhooks/", Handler: g.hooks},
		{Method: http.MethodGet, Path: "/health", Handler: http.HandlerFunc(g.health)},
		{Method: http.MethodPost, Path: wire.NudgePath, Handler: http.HandlerFunc(g.proxy.ServeNudge)},
		{Path: "/api/", Handler: g.proxy},
		{Method: http.MethodGet, Path: "/metrics", Handler: proxy.Admit(g.password, g.pages, http.HandlerFunc(g.metrics))},
		{Path: "/", Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			traffic.Refuse(w, http.StatusNotFound, "Not Found")
		})},
	})
}

// health says "ok" while webhooks can be kept; that the server is away is no
// fault of the gateway.
func (g *gatewayParts) health(w http.ResponseWriter, r *http.Request) {
	counts, server, err := g.hooks.Health(r.Context())
	if err != nil {
		traffic.Answer(w, http.StatusServiceUnavailable, map[string]any{"status": "failing", "inbox": err.Error()})
		return
	}
	said := map[string]any{"status": "ok", "inbox": counts, "server": server, "workers": g.workers()}
	if status := g.backup(); status != nil {
		said["backup"] = status
	}
	traffic.Answer(w, http.StatusOK, said)
}

// metrics answers what the gateway measures, in the text format of Prometheus.
func (g *gatewayParts) metrics(w http.ResponseWriter, r *http.Request) {
	page := new(metrics.Page)
	if g.hooks.Measure(r.Context(), page) != nil {
		traffic.Refuse(w, http.StatusServiceUnavailable, "the inbox cannot be read")
		return
	}
	measureWorkers(page, g.clock, g.workers())
	g.proxy.Measure(page)
	w.Header().Set("Content-Type", metrics.ContentType)
	_, _ = w.Write(page.Bytes())
}

// measureWorkers writes how the workers are that a gateway keeps running.
func measureWorkers(page *metrics.Page, c clock.Clock, workers []supervise.Health) {
	page.Gauge("reeve_gateway_worker_up", "Whether a supervised worker runs.")
	for _, w := range workers {
		up := 0.0
		if w.Running {
			up = 1
		}
		page.Value(up, "pool", w.Name)
	}
	page.Gauge("reeve_gateway_worker_uptime_seconds", "Time since a supervised worker was started.")
	for _, w := range workers {
		uptime := 0.0
		if w.Running && w.Since != nil {
			uptime = c.Now().Sub(*w.Since).Seconds()
		}
		page.Value(uptime, "pool", w.Name)
	}
	page.Counter("reeve_gateway_worker_restarts_total", "Starts of a supervised worker after it ended by itself.")
	for _, w := range workers {
		page.Value(float64(w.Restarts), "pool", w.Name)
	}
}
