package proxy

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"github.com/reevehq/reeve/internal/access"
)

// TestAStrangerWakesNobody: who does not show the password reaches neither a
// server that sleeps nor, but for probes, one that is awake.
func TestAStrangerWakesNobody(t *testing.T) {
	server := newFakeServer(t)
	p := newFront(t, server, func(c *Config) { c.Auth = "admin:pass" })
	right := "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte("admin:pass"))
	for _, sleeping := range []bool{false, true} {
		if sleeping {
			p.call(t, asleep)
		}
		for _, path := range []string{"/api/flows/filter", "/api/work_pools/p", "/api/work_pools/p/get_scheduled_flow_runs", "/api/admin/database/clear", "/api/health/x"} {
			for _, header := range []string{"X: y", right + "x", "Authorization: Basic eA==", "Authorization: Bearer " + right[21:]} {
				if res, text := p.ask(t, "POST", path, "{}", header); res.StatusCode != 401 || text != `{"exception_message":"Unauthorized"}` {
					t.Errorf("sleeping %v, POST %s with %s: %s %s", sleeping, path, header, res.Status, text)
				}
			}
		}
		want := map[bool]int{false: 200, true: 401}[sleeping]
		if res, _ := p.ask(t, "GET", "/api/health", ""); res.StatusCode != want {
			t.Errorf("sleeping %v, a probe: %s", sleeping, res.Status)
		}
		for _, path := range []string{"/api/events/in", "/api/events/out", "/api/logs/out", "/api/task_runs/subscriptions/scheduled", "/api/work_pools/p/workers/connect"} {
			address := "ws" + strings.TrimPrefix(p.url, "http") + path
			if _, res, err := websocket.Dial(t.Context(), address, nil); err == nil || res.StatusCode != 403 { //nolint:bodyclose // Dial reads it
				t.Errorf("%s without the protocol: %v", path, err)
			}
			for _, frame := range []string{`{"type":"auth"}`, `{"type":"auth","token":"wrong"}`, `{"type":"auth","token":7}`, `{"type":"filter"}`, `[]`, ``} {
				c, _, err := websocket.Dial(t.Context(), address, &websocket.DialOptions{Subprotocols: []string{"prefect"}}) //nolint:bodyclose // Dial reads it
				if err != nil {
					t.Fatal(err)
				}
				_ = c.Write(t.Context(), websocket.MessageText, []byte(frame))
				if _, _, err := c.Read(t.Context()); websocket.CloseStatus(err) != websocket.StatusPolicyViolation {
					t.Errorf("%s with %s: %v", path, frame, err)
				}
				_ = c.CloseNow()
			}
		}
	}
	if got := server.requests(); len(got) != 0 {
		t.Errorf("the server was asked %v", got)
	}
	if res, _ := p.ask(t, "POST", "/api/flows/filter", "{}", right); res.StatusCode != 200 {
		t.Errorf("with the password: %s", res.Status)
	}
}

// TestAPageOfAnotherSiteMayNotCall a gateway without a password.
func TestAPageOfAnotherSiteMayNotCall(t *testing.T) {
	server := newFakeServer(t)
	p := newFront(t, server, func(c *Config) { c.Pages = access.Pages{Origins: []string{"https://ui.example.com"}} })
	for header, want := range map[string]int{"X: y": 200, "Origin: https://ui.example.com": 200, "Origin: http://localhost:1": 200,
		"Origin: https://evil.example": 403, "Origin: null": 403, "Sec-Fetch-Site: cross-site": 403} {
		if res, text := p.ask(t, "POST", "/api/flows/filter", "{}", header); res.StatusCode != want {
			t.Errorf("%s: %s %s", header, res.Status, text)
		}
	}
}
