package gateway

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/access"
	"github.com/reevehq/reeve/internal/config"
)

func TestMetricsTellOfWebhooksWorkersAndTheServer(t *testing.T) {
	g := newRig(t, config.Webhook{Path: "/webhooks/a"}, config.Webhook{Path: "/webhooks/b", When: "{{ body.wanted }}"})
	server := newFakeServer(t)
	p := newFront(t, server)
	g.send("/webhooks/a", "{}", known, "X-Delivery-Id: 1")
	g.send("/webhooks/a", "{}", known, "X-Delivery-Id: 1")
	g.send("/webhooks/a", "{}", "X-Webhook-Secret: wrong")
	g.send("/webhooks/b", `{"wanted": false}`, known)
	const poll = "/api/work_pools/p/get_scheduled_flow_runs"
	p.ask(t, "POST", poll, "{}")
	p.call(t, asleep)
	p.ask(t, "POST", poll, "{}")
	p.ask(t, "POST", poll, "{}")
	since := time.Now().Add(-time.Hour)
	workers := func() []WorkerMeasure { return []WorkerMeasure{{Pool: "p", Up: true, Since: &since, Restarts: 3}} }
	page := httptest.NewRecorder()
	g.Handler(Parts{Metrics: g.Metrics(p.Proxy, workers)}).ServeHTTP(page, httptest.NewRequest("GET", "/metrics", nil))
	for _, line := range []string{
		`reeve_gateway_webhooks_total{result="accepted"} 1`, `reeve_gateway_webhooks_total{result="duplicate"} 1`,
		`reeve_gateway_webhooks_total{result="refused"} 1`, `reeve_gateway_webhooks_total{result="ignored"} 1`,
		`reeve_gateway_inbox{status="waiting"} 1`, `reeve_gateway_inbox_oldest_seconds 0.`,
		`reeve_gateway_worker_up{pool="p"} 1`, `reeve_gateway_worker_uptime_seconds{pool="p"} 36`,
		`reeve_gateway_worker_restarts_total{pool="p"} 3`, `reeve_gateway_requests_total{answered="yes"} 1`,
		`reeve_gateway_remembered_total{kind="poll"} 2`, `reeve_gateway_server_asleep 1`, `reeve_gateway_calls_total 1`,
		`reeve_gateway_wake_seconds_count 0`,
	} {
		if !strings.Contains(page.Body.String(), line) {
			t.Errorf("there is no %s in\n%s", line, page.Body)
		}
	}
}

func TestMetricsAskForThePassword(t *testing.T) {
	g := newRig(t)
	g.password = access.NewPassword("user:password")
	p := newFront(t, newFakeServer(t))
	for name, test := range map[string]struct {
		user, password string
		status         int
	}{
		"right": {"user", "password", http.StatusOK},
		"wrong": {"user", "passwort", http.StatusUnauthorized},
		"none":  {"", "", http.StatusUnauthorized},
	} {
		r := httptest.NewRequest("GET", "/metrics", nil)
		if test.user != "" {
			r.SetBasicAuth(test.user, test.password)
		}
		w := httptest.NewRecorder()
		g.Metrics(p.Proxy, func() []WorkerMeasure { return nil }).ServeHTTP(w, r)
		if w.Code != test.status {
			t.Errorf("%s: answered %d", name, w.Code)
		}
	}
}
