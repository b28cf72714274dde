package cli

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/access"
	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/config"
	"github.com/reevehq/reeve/internal/proxy"
	"github.com/reevehq/reeve/internal/store/migrations"
	"github.com/reevehq/reeve/internal/store/sqlite"
	"github.com/reevehq/reeve/internal/supervise"
	"github.com/reevehq/reeve/internal/webhooks"
)

// newGateway returns a gateway with one webhook that is open, and a worker, before
// a server that nobody runs.
func newGateway(t *testing.T, auth string) *gatewayParts {
	t.Helper()
	steps, err := migrations.Gateway("sqlite")
	if err != nil {
		t.Fatal(err)
	}
	db, err := sqlite.Open(t.Context(), sqlite.Options{Path: filepath.Join(t.TempDir(), "gateway.db"), Steps: steps, Migrate: true})
	if err != nil {
		t.Fatal(err)
	}
	machine, log := clock.System{}, slog.New(slog.DiscardHandler)
	ids := clock.NewIDs(machine)
	settings := config.Gateway{API: "http://127.0.0.1:1/api", Name: "g", MaxInbox: 2, MaxInboxBytes: 1000, Hold: config.Span(time.Millisecond)}
	hooks, err := webhooks.New(t.Context(), webhooks.Config{Settings: settings,
		Webhooks: []config.Webhook{{Path: "/webhooks/a", Open: true, MaxBody: 100, Deployment: "f/d"}}}, webhooks.NewInbox(db, machine, ids), log)
	if err != nil {
		t.Fatal(err)
	}
	api, err := proxy.New(proxy.Config{Settings: settings, Auth: auth}, machine, ids, log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		api.Close()
		_ = hooks.Close()
	})
	since := machine.Now().Add(-time.Hour)
	return &gatewayParts{hooks: hooks, proxy: api, password: access.NewPassword(auth), clock: machine, backup: func() any { return nil },
		workers: func() []supervise.Health {
			return []supervise.Health{{Name: "p", Running: true, Since: &since, Restarts: 3}}
		}}
}

func ask(h http.Handler, method, path string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader("{}"))
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestPathsOfAGateway(t *testing.T) {
	h := newGateway(t, "").handler()
	for _, test := range []struct {
		method, path string
		status       int
		says         string
	}{
		{"POST", "/webhooks/a", 202, `"status":"accepted"`},
		{"POST", "/webhooks/b", 404, "there is no webhook at this path"},
		{"GET", "/health", 200, `"server":"not asked yet"`},
		{"HEAD", "/health", 200, ""},
		{"POST", "/health", 404, "Not Found"},
		{"POST", "/reeve/nudge", 401, "this is for the server alone"},
		{"GET", "/reeve/nudge", 404, "Not Found"},
		{"GET", "/api/flows/1", 503, "The server is not there yet"},
		{"GET", "/metrics", 200, "reeve_gateway_inbox"},
		{"GET", "/", 404, "Not Found"},
	} {
		if got := ask(h, test.method, test.path); got.Code != test.status || !strings.Contains(got.Body.String(), test.says) {
			t.Errorf("%s %s: %d %s", test.method, test.path, got.Code, got.Body)
		}
	}
}

func TestHealthOfAGateway(t *testing.T) {
	g := newGateway(t, "")
	for waiting, test := range []struct {
		status int
		says   string
	}{{200, `"inbox":{"dead":0,"delivered":0,"waiting":0}`}, {200, `"waiting":1`}, {503, `{"inbox":"2 webhooks of 4 bytes wait, and no more are kept","status":"failing"}`}} {
		got := ask(g.handler(), "GET", "/health")
		if got.Code != test.status || !strings.Contains(got.Body.String(), test.says) {
			t.Errorf("with %d that wait: %d %s", waiting, got.Code, got.Body)
		}
		ask(g.handler(), "POST", "/webhooks/a")
	}
	g = newGateway(t, "")
	g.backup = func() any { return "fine" }
	var said struct {
		Status, Backup string
		Workers        []struct {
			Name     string
			Restarts int
		}
	}
	if got := ask(g.handler(), "GET", "/health"); json.Unmarshal(got.Body.Bytes(), &said) != nil || said.Status != "ok" || said.Backup != "fine" ||
		len(said.Workers) != 1 || said.Workers[0].Name != "p" || said.Workers[0].Restarts != 3 {
		t.Errorf("%d %s", got.Code, got.Body)
	}
}

func TestMetricsTellOfWebhooksWorkersAndTheServer(t *testing.T) {
	h := newGateway(t, "").handler()
	ask(h, "POST", "/webhooks/a")
	page := ask(h, "GET", "/metrics")
	for _, line := range []string{
		`reeve_gateway_webhooks_total{result="accepted"} 1`, `reeve_gateway_inbox{status="waiting"} 1`,
		`reeve_gateway_worker_up{pool="p"} 1`, `reeve_gateway_worker_uptime_seconds{pool="p"} 36`,
		`reeve_gateway_worker_restarts_total{pool="p"} 3`, `reeve_gateway_server_asleep 0`, `reeve_gateway_wake_seconds_count 0`,
	} {
		if !strings.Contains(page.Body.String(), line) {
			t.Errorf("there is no %s in\n%s", line, page.Body)
		}
	}
}

func TestMetricsAskForThePassword(t *testing.T) {
	g := newGateway(t, "user:password")
	for header, status := range map[string]int{
		"Authorization: Basic dXNlcjpwYXNzd29yZA==": http.StatusOK,
		"Authorization: Basic dXNlcjpwYXNzd29ydA==": http.StatusUnauthorized,
		"X: y": http.StatusUnauthorized,
	} {
		if got := ask(g.handler(), "GET", "/metrics", header); got.Code != status {
			t.Errorf("with %s: %d %s", header, got.Code, got.Body)
		}
	}
}
