package proxy

import (
	"strings"
	"testing"

	"github.com/reevehq/reeve/internal/metrics"
)

func TestMeasureTellsOfRequestsAndTheServer(t *testing.T) {
	p := newFront(t, newFakeServer(t))
	const poll = "/api/work_pools/p/get_scheduled_flow_runs"
	p.ask(t, "POST", poll, "{}")
	p.call(t, asleep)
	p.ask(t, "POST", poll, "{}")
	p.ask(t, "POST", poll, "{}")
	page := new(metrics.Page)
	p.Measure(page)
	for _, line := range []string{
		`reeve_gateway_requests_total{answered="yes"} 1`, `reeve_gateway_remembered_total{kind="poll"} 2`,
		`reeve_gateway_server_asleep 1`, `reeve_gateway_calls_total 1`, `reeve_gateway_wake_seconds_count 0`,
	} {
		if !strings.Contains(string(page.Bytes()), line) {
			t.Errorf("there is no %s in\n%s", line, page.Bytes())
		}
	}
}
