package server

import (
	"context"
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"github.com/reevehq/reeve/internal/config"
)

const password = "admin:a-long-password"

// guarded is a whole server with a password, on loopback.
func guarded(t *testing.T) (*Server, string) {
	t.Helper()
	return listening(t, "PREFECT_SERVER_API_AUTH_STRING="+password)
}

// listening is a whole server with settings, on loopback.
func listening(t *testing.T, settings ...string) (*Server, string) {
	t.Helper()
	t.Chdir(t.TempDir())
	c, err := config.Load(config.Input{Environ: append(settings, "REEVE_DATABASE="+filepath.Join(t.TempDir(), "a.db"))})
	if err != nil {
		t.Fatal(err)
	}
	srv, err := openAt(t.Context(), c.Database(), Settings(c))
	if err != nil {
		t.Fatal(err)
	}
	listening := httptest.NewServer(srv.http.Handler)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), drainTime)
		defer cancel()
		srv.api.Close(ctx)
		listening.Close()
		if err := srv.store.Close(); err != nil {
			t.Error(err)
		}
	})
	return srv, listening.URL
}

// open are the only requests that are answered without the password, with the
// reason. What is below / and no API is the UI: files, and its own settings.
var open = map[string]string{
	"GET /api/health": "a machine's keeper looks whether the server lives",
	"GET /api/ready":  "a machine's keeper looks whether the server can be given work",
}

var parameter = regexp.MustCompile(`\{[a-z_]+\}`)

// TestEveryRouteWantsThePassword walks the tables of all routes.
func TestEveryRouteWantsThePassword(t *testing.T) {
	srv, url := guarded(t)
	type request struct{ method, path string }
	var all []request
	for _, route := range srv.api.Routes() {
		all = append(all, request{route.Method, "/api" + route.Path})
	}
	if len(all) < 188 {
		t.Fatalf("only %d routes", len(all))
	}
	all = append(all, request{"GET", "/metrics"}, request{"GET", "/openapi.json"}, request{"GET", "/api/openapi.json"}, request{"GET", "/api/no/such/path"},
		request{"POST", "/api/health"}, request{"HEAD", "/api/admin/settings"}, request{"GET", "/api//admin/settings"}, request{"GET", "/api/x/../admin/settings"},
		request{"GET", "/api/variables/name/health"}, request{"GET", "/api/%61dmin/settings"})
	wrong := map[string][]string{
		"none":        nil,
		"wrong":       {"Authorization", "Basic " + base64.StdEncoding.EncodeToString([]byte("admin:another-password"))},
		"no base64":   {"Authorization", "Basic " + password},
		"bearer":      {"Authorization", "Bearer " + base64.StdEncoding.EncodeToString([]byte(password))},
		"empty":       {"Authorization", ""},
		"upgrade":     {"Upgrade", "websocket", "Connection", "Upgrade"},
		"method":      {"X-HTTP-Method-Override", "GET"},
		"forwarded":   {"X-Forwarded-For", "127.0.0.1"},
		"original":    {"X-Original-URL", "/api/health"},
		"old version": {"X-Prefect-Api-Version", "0.8.4"},
	}
	for _, r := range all {
		path := parameter.ReplaceAllString(r.path, "0199a7e2-3f5c-7d11-9c51-2b6d0f6f0a11")
		for name, headers := range wrong {
			status, body := fetch(t, r.method, url+path, headers...)
			key := r.method + " " + r.path
			switch {
			case name == "upgrade" && strings.HasPrefix(path, "/api/") && open[key] == "":
				if status != http.StatusForbidden && status != http.StatusUnauthorized && !isRedirect(status) {
					t.Errorf("%s with an upgrade: %d %s", key, status, body)
				}
			case open[key] != "":
				if name != "upgrade" && status != http.StatusOK {
					t.Errorf("%s (%s) is to be open: %d", key, name, status)
				}
			case status != http.StatusUnauthorized && !isRedirect(status):
				t.Errorf("%s (%s): %d %.80s", key, name, status, body)
			}
		}
	}
	if status, _ := fetch(t, "GET", url+"/api/admin/settings", "Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(password))); status != http.StatusOK {
		t.Errorf("with the password: %d", status)
	}
}

// isRedirect tells a path that was cleaned; where it leads to is asked for the
// password too.
func isRedirect(status int) bool {
	return status == http.StatusMovedPermanently || status == http.StatusTemporaryRedirect
}

func fetch(t *testing.T, method, url string, headers ...string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	answer, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

// TestEveryWebsocketWantsThePassword opens each without it, and, so that this
// says something, with it.
func TestEveryWebsocketWantsThePassword(t *testing.T) {
	srv, url := guarded(t)
	if len(srv.api.Sockets()) < 5 {
		t.Fatalf("only %d websockets", len(srv.api.Sockets()))
	}
	for _, socket := range srv.api.Sockets() {
		address := "ws" + strings.TrimPrefix(url, "http") + "/api" + parameter.ReplaceAllString(socket.Path, "pool")
		if c, answer, err := websocket.Dial(t.Context(), address, nil); err == nil || answer == nil || answer.StatusCode != http.StatusForbidden { //nolint:bodyclose // Dial reads it
			t.Errorf("%s opens without the subprotocol: %v, %v", socket.Path, answer, err)
			_ = c
		}
		tests := map[string]string{"no auth frame": `{"type":"filter","filter":{}}`, "no token": `{"type":"auth"}`, "null": `{"type":"auth","token":null}`,
			"wrong": `{"type":"auth","token":"admin:another-password"}`, "number": `{"type":"auth","token":1}`, "list": `[]`}
		for name, frame := range tests {
			if reply, err := greet(t, address, frame); websocket.CloseStatus(err) != websocket.StatusPolicyViolation {
				t.Errorf("%s (%s): %q, %v", socket.Path, name, reply, err)
			}
		}
		if reply, err := greet(t, address, `{"type":"auth","token":"`+password+`"}`); err != nil || !strings.Contains(reply, "auth_success") {
			t.Errorf("%s with the password: %q, %v", socket.Path, reply, err)
		}
	}
}

// greet opens a websocket, sends a frame and reads one.
func greet(t *testing.T, address, frame string) (string, error) {
	t.Helper()
	c, _, err := websocket.Dial(t.Context(), address, &websocket.DialOptions{Subprotocols: []string{"prefect"}}) //nolint:bodyclose // Dial reads it
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.CloseNow() }()
	if err := c.Write(t.Context(), websocket.MessageText, []byte(frame)); err != nil {
		t.Fatal(err)
	}
	_, reply, err := c.Read(t.Context())
	return string(reply), err
}

// TestPagesOfOtherSitesMayNotCall opens every route and websocket from one.
func TestPagesOfOtherSitesMayNotCall(t *testing.T) {
	srv, url := listening(t)
	for _, route := range srv.api.Routes() {
		path := "/api" + parameter.ReplaceAllString(route.Path, "0199a7e2-3f5c-7d11-9c51-2b6d0f6f0a11")
		if open[route.Method+" "+path] != "" {
			continue
		}
		for _, header := range [][]string{{"Origin", "https://evil.example"}, {"Origin", "null", "Content-Type", "text/plain"}, {"Sec-Fetch-Site", "cross-site"}} {
			if status, body := fetch(t, route.Method, url+path, header...); status != http.StatusForbidden {
				t.Errorf("%s %s with %v: %d %.80s", route.Method, path, header, status, body)
			}
		}
	}
	for _, socket := range srv.api.Sockets() {
		address := "ws" + strings.TrimPrefix(url, "http") + "/api" + parameter.ReplaceAllString(socket.Path, "pool")
		for origin, want := range map[string]int{"https://evil.example": http.StatusForbidden, "http://localhost:3000": http.StatusSwitchingProtocols} {
			c, answer, err := websocket.Dial(t.Context(), address, &websocket.DialOptions{Subprotocols: []string{"prefect"}, HTTPHeader: http.Header{"Origin": {origin}}}) //nolint:bodyclose // Dial reads it
			if answer == nil || answer.StatusCode != want {
				t.Errorf("%s from %s: %v, %v", socket.Path, origin, answer, err)
			}
			if c != nil {
				_ = c.CloseNow()
			}
		}
	}
	for _, open := range [][]string{{"X", "y"}, {"Origin", url}, {"Origin", "http://localhost:3000"}} {
		if status, body := fetch(t, "POST", url+"/api/flows/filter", open...); status != http.StatusOK {
			t.Errorf("with %v: %d %s", open, status, body)
		}
	}
	_, free := listening(t, "PREFECT_SERVER_CORS_ALLOWED_ORIGINS=*")
	if status, body := fetch(t, "POST", free+"/api/flows/filter", "Origin", "https://evil.example"); status != http.StatusOK {
		t.Errorf("though the settings say so: %d %s", status, body)
	}
}
