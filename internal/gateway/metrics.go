package gateway

import (
	"net/http"
	"sync/atomic"
	"time"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/metrics"
)

// webhookCounters is what became of webhooks in this process.
type webhookCounters struct {
	accepted, duplicates, ignored, refused, unkept atomic.Int64
	delivered, dead, failed                        atomic.Int64
}

// WorkerMeasure is how a supervised worker is.
type WorkerMeasure struct {
	Pool     string
	Up       bool
	Since    *time.Time // of its last start
	Restarts int
}

// Metrics serves what a gateway measures, in the text format of Prometheus, to
// who shows the server's password if there is one.
func (g *Gateway) Metrics(p *Proxy, workers func() []WorkerMeasure) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if g.password.Asked() && !g.password.In(r.Header.Get("Authorization")) {
			refuse(w, http.StatusUnauthorized, "show the server's password")
			return
		}
		counts, err := g.inbox.Counts(r.Context())
		if err == nil {
			var oldest *time.Time
			if oldest, err = g.inbox.oldest(r.Context()); err == nil {
				page := new(metrics.Page)
				g.measure(page, counts, oldest)
				measureWorkers(page, g.clock, workers())
				p.measure(page)
				w.Header().Set("Content-Type", metrics.ContentType)
				_, _ = w.Write(page.Bytes())
				return
			}
		}
		g.log.Error("read the inbox", "error", err)
		refuse(w, http.StatusServiceUnavailable, "the inbox cannot be read")
	})
}

func (g *Gateway) measure(page *metrics.Page, counts map[Status]int, oldest *time.Time) {
	c := &g.count
	page.Counter("reeve_gateway_webhooks_total", "Webhooks that were received, by what was answered.")
	for _, of := range []struct {
		result string
		n      *atomic.Int64
	}{{"accepted", &c.accepted}, {"duplicate", &c.duplicates}, {"ignored", &c.ignored}, {"refused", &c.refused}, {"unkept", &c.unkept}} {
		page.Value(float64(of.n.Load()), "result", of.result)
	}
	page.Counter("reeve_gateway_deliveries_total", "Attempts to bring a webhook to the server, by how they ended.").
		Value(float64(c.delivered.Load()), "result", "delivered").
		Value(float64(c.dead.Load()), "result", "dead").
		Value(float64(c.failed.Load()), "result", "failed")
	page.Gauge("reeve_gateway_inbox", "Webhooks in the inbox, by status.")
	for _, status := range []Status{Waiting, Delivered, Dead} {
		page.Value(float64(counts[status]), "status", string(status))
	}
	age := 0.0
	if oldest != nil {
		age = max(0, g.clock.Now().Sub(*oldest).Seconds())
	}
	page.Gauge("reeve_gateway_inbox_oldest_seconds", "Age of the oldest webhook that waits.").Value(age)
}

func measureWorkers(page *metrics.Page, c clock.Clock, workers []WorkerMeasure) {
	page.Gauge("reeve_gateway_worker_up", "Whether a supervised worker runs.")
	for _, w := range workers {
		page.Value(truth(w.Up), "pool", w.Pool)
	}
	page.Gauge("reeve_gateway_worker_uptime_seconds", "Time since a supervised worker was started.")
	for _, w := range workers {
		uptime := 0.0
		if w.Up && w.Since != nil {
			uptime = c.Now().Sub(*w.Since).Seconds()
		}
		page.Value(uptime, "pool", w.Pool)
	}
	page.Counter("reeve_gateway_worker_restarts_total", "Starts of a supervised worker after it ended by itself.")
	for _, w := range workers {
		page.Value(float64(w.Restarts), "pool", w.Pool)
	}
}

func (p *Proxy) measure(page *metrics.Page) {
	c := &p.count
	page.Counter("reeve_gateway_requests_total", "Requests that were brought to the server, by whether it answered.").
		Value(float64(c.forwarded.Load()-c.failed.Load()), "answered", "yes")
	page.Value(float64(c.failed.Load()), "answered", "no")
	page.Counter("reeve_gateway_remembered_total", "Requests that were answered from memory, by what was asked.").
		Value(float64(c.remembered[pollKind].Load()), "kind", "poll").
		Value(float64(c.remembered[heartbeatKind].Load()), "kind", "heartbeat").
		Value(float64(c.remembered[poolKind].Load()), "kind", "pool")
	page.Counter("reeve_gateway_held_total", "Requests that were held because the server was not there.").Value(float64(c.held.Load()))
	page.Gauge("reeve_gateway_sockets", "Open websockets of clients.").Value(float64(c.sockets.Load()))
	page.Gauge("reeve_gateway_server_asleep", "Whether the server is believed to sleep.").Value(truth(p.view.sleeping()))
	page.Counter("reeve_gateway_calls_total", "Calls of the server.").Value(float64(c.calls.Load()))
	page.Histogram("reeve_gateway_wake_seconds", "Time from the wish to wake the server to its first answer.").Buckets(c.wakes.Read())
	page.Counter("reeve_gateway_wake_failures_total", "Attempts to wake the server that failed.").Value(float64(c.unwoken.Load()))
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
