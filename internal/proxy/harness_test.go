package proxy

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/config"
	"github.com/reevehq/reeve/internal/wire"
)

// received is a request as the fake server got it.
type received struct {
	*http.Request
	body string
}

// fakeServer stands for a server that may be away: while it is, nothing listens.
type fakeServer struct {
	t       testing.TB
	address string
	handler http.HandlerFunc // nil answers 200 with {}

	mu   sync.Mutex
	srv  *http.Server
	got  []received
	news chan struct{}
}

func newFakeServer(t testing.TB) *fakeServer {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f := &fakeServer{t: t, address: l.Addr().String(), news: make(chan struct{}, 1000)}
	f.serve(l)
	t.Cleanup(f.stop)
	return f
}

func (f *fakeServer) serve(l net.Listener) {
	srv := &http.Server{Handler: f}
	f.mu.Lock()
	f.srv = srv
	f.mu.Unlock()
	go func() { _ = srv.Serve(l) }()
}

func (f *fakeServer) start() {
	l, err := net.Listen("tcp", f.address)
	if err != nil {
		f.t.Fatal(err)
	}
	f.serve(l)
}

func (f *fakeServer) stop() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.srv != nil {
		_ = f.srv.Close()
		f.srv = nil
	}
}

// ServeHTTP implements http.Handler.
func (f *fakeServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Upgrade") == "" {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		f.note(r, string(body))
	} else {
		f.note(r, "")
	}
	if f.handler != nil {
		f.handler(w, r)
		return
	}
	_, _ = w.Write([]byte("{}"))
}

func (f *fakeServer) note(r *http.Request, body string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.got = append(f.got, received{r, body})
	select {
	case f.news <- struct{}{}:
	default:
	}
}

// requests are "METHOD path" of what came, but for looks at its health.
func (f *fakeServer) requests() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	all := []string{}
	for _, r := range f.got {
		if !strings.HasSuffix(r.URL.Path, "/health") {
			all = append(all, r.Method+" "+r.URL.Path)
		}
	}
	return all
}

func (f *fakeServer) last() received {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.got[len(f.got)-1]
}

// until waits for something that nothing tells of.
func until(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s did not come to be", what)
		}
	}
}

// front is a proxy before a fake server, and where it listens.
type frontRig struct {
	*Proxy
	url string
}

func newFront(t testing.TB, f *fakeServer, change ...func(*Config)) *frontRig {
	t.Helper()
	c := Config{Settings: config.Gateway{API: "http://" + f.address + "/base/api", Name: "g", Hold: config.Span(2 * time.Second),
		FloorPoll: config.Span(time.Minute)}, Local: true}
	for _, what := range change {
		what(&c)
	}
	machine := clock.System{}
	p, err := New(c, machine, clock.NewIDs(machine), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/api/", p)
	mux.HandleFunc("POST "+wire.NudgePath, p.ServeNudge)
	srv := httptest.NewServer(mux)
	t.Cleanup(func() {
		p.Close()
		srv.Close()
	})
	return &frontRig{p, srv.URL}
}

// ask sends a request with headers "Name: value" through the proxy.
func (f *frontRig) ask(t testing.TB, method, path, body string, headers ...string) (*http.Response, string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, f.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Set(name, value)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(text)
}

// call makes the server's call.
func (f *frontRig) call(t testing.TB, body string) {
	t.Helper()
	if res, text := f.ask(t, "POST", wire.NudgePath, body, "Authorization: Bearer "+f.token); res.StatusCode != http.StatusNoContent {
		t.Fatalf("the call was answered %s: %s", res.Status, text)
	}
}

func decoded(t testing.TB, text []byte) map[string]any {
	t.Helper()
	var out map[string]any
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return out
}
