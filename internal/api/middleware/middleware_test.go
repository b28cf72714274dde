package middleware

import (
	"compress/gzip"
	"context"
	"encoding/base64"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/reevehq/reeve/internal/access"
)

func ok(body string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusCreated)
		_, _ = w.Write([]byte(body))
	})
}

func ask(h http.Handler, method, path string, headers ...string) *http.Response {
	r := httptest.NewRequest(method, path, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, r *http.Response) string {
	t.Helper()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestBasicAuth(t *testing.T) {
	h := BasicAuth(access.NewPassword("admin:pass"), func(r *http.Request) bool { return r.URL.Path == "/health" })(ok("{}"))
	basic := func(text string) string { return "Basic " + base64.StdEncoding.EncodeToString([]byte(text)) }
	tests := []struct {
		name, path string
		headers    []string
		want       int
	}{
		{"no header", "/flows/", nil, 401},
		{"right password", "/flows/", []string{"Authorization", basic("admin:pass")}, 201},
		{"wrong password", "/flows/", []string{"Authorization", basic("admin:nope")}, 401},
		{"another scheme", "/flows/", []string{"Authorization", "Bearer admin:pass"}, 401},
		{"not base64", "/flows/", []string{"Authorization", "Basic %%%"}, 401},
		{"three words", "/flows/", []string{"Authorization", basic("admin:pass") + " x"}, 401},
		{"open path", "/health", nil, 201},
		{"path that ends like an open one", "/variables/name/health", nil, 401},
		{"upgrade", "/metrics", []string{"Upgrade", "websocket"}, 401},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := ask(h, "GET", test.path, test.headers...)
			if r.StatusCode != test.want {
				t.Errorf("status %d, want %d", r.StatusCode, test.want)
			}
			if got := body(t, r); test.want == 401 && got != `{"exception_message":"Unauthorized"}` {
				t.Errorf("body %s", got)
			}
		})
	}
}

func TestCSRF(t *testing.T) {
	h := CSRF(slog.New(slog.DiscardHandler), func(_ context.Context, client, token string) (bool, error) {
		return client == "c" && token == "t", nil
	})(ok("{}"))
	tests := []struct {
		name, method string
		headers      []string
		status       int
		want         string
	}{
		{"reads need none", "GET", nil, 201, "{}"},
		{"no token", "POST", []string{"Prefect-Csrf-Client", "c"}, 403, `{"detail":"Missing CSRF token."}`},
		{"no client", "DELETE", []string{"Prefect-Csrf-Token", "t"}, 403, `{"detail":"Missing client identifier."}`},
		{"wrong pair", "PATCH", []string{"Prefect-Csrf-Token", "t", "Prefect-Csrf-Client", "d"}, 403, `{"detail":"Invalid CSRF token or client identifier."}`},
		{"right pair", "PUT", []string{"Prefect-Csrf-Token", "t", "Prefect-Csrf-Client", "c"}, 201, "{}"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := ask(h, test.method, "/", test.headers...)
			if got := body(t, r); r.StatusCode != test.status || got != test.want {
				t.Errorf("%d %s, want %d %s", r.StatusCode, got, test.status, test.want)
			}
		})
	}
}

func TestCORS(t *testing.T) {
	open := CORS(Origins{[]string{"*"}, []string{"*"}, []string{"*"}})(ok("{}"))
	strict := CORS(Origins{[]string{"https://a.example"}, []string{"GET"}, []string{"X-One"}})(ok("{}"))
	preflight := []string{"Origin", "https://b.example", "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "X-Two"}

	r := ask(open, "OPTIONS", "/", preflight...)
	if r.StatusCode != 200 || r.Header.Get("Access-Control-Allow-Headers") != "X-Two" || r.Header.Get("Access-Control-Allow-Origin") != "*" || body(t, r) != "OK" {
		t.Errorf("open preflight: %d %v", r.StatusCode, r.Header)
	}
	if r := ask(open, "GET", "/", "Origin", "https://b.example"); r.Header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("open request: %v", r.Header)
	}
	r = ask(strict, "OPTIONS", "/", preflight...)
	if got := body(t, r); r.StatusCode != 400 || got != "Disallowed CORS origin, method, headers" {
		t.Errorf("strict preflight: %d %s", r.StatusCode, got)
	}
	if r := ask(strict, "GET", "/", "Origin", "https://a.example"); r.Header.Get("Access-Control-Allow-Origin") != "https://a.example" || r.Header.Get("Vary") != "Origin" {
		t.Errorf("strict request: %v", r.Header)
	}
	if r := ask(strict, "GET", "/"); r.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("request without origin: %v", r.Header)
	}
}

func TestGzip(t *testing.T) {
	long := strings.Repeat("abcdefghij", 410)
	for name, text := range map[string]string{"short": "{}", "medium": long[:4000], "long": long} {
		r := ask(Gzip(ok(text)), "GET", "/", "Accept-Encoding", "gzip, deflate")
		if r.StatusCode != 201 || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s: %d %v", name, r.StatusCode, r.Header)
		}
		if compressed := r.Header.Get("Content-Encoding") == "gzip"; compressed != (name == "long") {
			t.Errorf("%s: compressed %v", name, compressed)
		}
		reader := io.Reader(r.Body)
		if name == "long" {
			z, err := gzip.NewReader(r.Body)
			if err != nil {
				t.Fatal(err)
			}
			reader = z
		}
		if got, _ := io.ReadAll(reader); string(got) != text {
			t.Errorf("%s: body %q", name, got)
		}
	}
	if r := ask(Gzip(ok(long)), "GET", "/"); r.Header.Get("Content-Encoding") != "" || body(t, r) != long {
		t.Error("compressed for a client that did not ask")
	}
	empty := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) })
	if r := ask(Gzip(empty), "GET", "/", "Accept-Encoding", "gzip"); r.StatusCode != 204 || r.Header.Get("Content-Encoding") != "" {
		t.Errorf("no content: %d %v", r.StatusCode, r.Header)
	}
}

func TestGateAndRecover(t *testing.T) {
	g := NewGate(func(r *http.Request) bool { return r.URL.Path == "/passes" })
	h := Chain(ok("{}"), Recover(slog.New(slog.DiscardHandler)), g.Wrap)
	if r := ask(h, "GET", "/"); r.StatusCode != 201 {
		t.Errorf("open gate: %d", r.StatusCode)
	}
	g.Close()
	if r := ask(h, "GET", "/"); r.StatusCode != 503 || r.Header.Get("Retry-After") != "1" || r.Header.Get("Prefect-Maintenance") != "true" {
		t.Errorf("closed gate: %d %v", r.StatusCode, r.Header)
	}
	if r := ask(h, "GET", "/passes"); r.StatusCode != 201 {
		t.Errorf("what passes a closed gate: %d", r.StatusCode)
	}
	panics := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("defect") })
	r := ask(Chain(panics, Recover(slog.New(slog.DiscardHandler)), Gzip), "GET", "/", "Accept-Encoding", "gzip")
	if got := body(t, r); r.StatusCode != 500 || got != `{"exception_message":"Internal Server Error"}` {
		t.Errorf("panic: %d %s", r.StatusCode, got)
	}
}
