package server

import (
	"net/http/httptest"
	"testing"

	"github.com/reevehq/reeve/internal/wire"
)

func TestKindOf(t *testing.T) {
	for _, test := range []struct{ method, target, header, want string }{
		{"POST", "/webhooks/video", "", "webhook"},
		{"GET", "/api/health", "", "probe"},
		{"GET", "/api/health", wire.GatewayHeader, "gateway"},
		{"GET", "/api/events/out", "Upgrade", "websocket"},
		{"POST", "/api/work_pools/p/get_scheduled_flow_runs", "", "worker"},
		{"POST", "/api/work_pools/p/workers/heartbeat", "", "worker"},
		{"POST", "/api/deployments/1/create_flow_run", "", "new run"},
		{"POST", "/api/flow_runs/", "", "new run"},
		{"POST", "/api/flow_runs/filter", "", "client"},
		{"GET", "/api/reeve/metrics", "", "metrics"},
		{"GET", "/metrics", "", "metrics"},
		{"GET", "/dashboard", "", "browser"},
		{"GET", "/api", "", "browser"},
	} {
		r := httptest.NewRequest(test.method, test.target, nil)
		if test.header != "" {
			r.Header.Set(test.header, "websocket")
		}
		if got := kindOf(r, "/api"); got != test.want {
			t.Errorf("%s %s %s: %s, want %s", test.method, test.target, test.header, got, test.want)
		}
	}
}
