package proxy

import "github.com/reevehq/reeve/internal/metrics"

// Measure writes what the proxy has done.
func (p *Proxy) Measure(page *metrics.Page) {
	c := &p.count
	asleep := 0.0
	if p.view.sleeping() {
		asleep = 1
	}
	page.Counter("reeve_gateway_requests_total", "Requests that were brought to the server, by whether it answered.").
		Value(float64(c.forwarded.Load()-c.failed.Load()), "answered", "yes")
	page.Value(float64(c.failed.Load()), "answered", "no")
	page.Counter("reeve_gateway_remembered_total", "Requests that were answered from memory, by what was asked.").
		Value(float64(c.remembered[pollKind].Load()), "kind", "poll").
		Value(float64(c.remembered[heartbeatKind].Load()), "kind", "heartbeat").
		Value(float64(c.remembered[poolKind].Load()), "kind", "pool")
	page.Counter("reeve_gateway_held_total", "Requests that were held because the server was not there.").Value(float64(c.held.Load()))
	page.Gauge("reeve_gateway_sockets", "Open websockets of clients.").Value(float64(c.sockets.Load()))
	page.Gauge("reeve_gateway_server_asleep", "Whether the server is believed to sleep.").Value(asleep)
	page.Counter("reeve_gateway_calls_total", "Calls of the server.").Value(float64(c.calls.Load()))
	page.Histogram("reeve_gateway_wake_seconds", "Time from the wish to wake the server to its first answer.").Buckets(c.wakes.Read())
	page.Counter("reeve_gateway_wake_failures_total", "Attempts to wake the server that failed.").Value(float64(c.unwoken.Load()))
}
