package webhooks

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/config"
	"github.com/reevehq/reeve/internal/outbox"
	"github.com/reevehq/reeve/internal/store/migrations"
	"github.com/reevehq/reeve/internal/store/sqlite"
)

// upstream stands for the server: it makes one run for each idempotency key, as
// the contract says, and fails as it is told.
type upstream struct {
	*httptest.Server
	mu     sync.Mutex
	fail   func(path string, body map[string]any) int // a status to answer instead, 0 for none
	asked  []map[string]any                           // bodies, in the order of arrival
	runs   map[string]uuid.UUID
	events map[string]map[string]any
	news   chan string // the key of each run or id of each event that was asked for
}

func newUpstream(t testing.TB) *upstream {
	u := &upstream{runs: map[string]uuid.UUID{}, events: map[string]map[string]any{}, news: make(chan string, 10000)}
	u.Server = httptest.NewServer(http.HandlerFunc(u.serve))
	t.Cleanup(u.Close)
	return u
}

func (u *upstream) serve(w http.ResponseWriter, r *http.Request) {
	u.mu.Lock()
	defer u.mu.Unlock()
	var body map[string]any
	if r.URL.Path == "/api/events" {
		var all []map[string]any
		_ = json.NewDecoder(r.Body).Decode(&all)
		body = all[0]
	} else {
		_ = json.NewDecoder(r.Body).Decode(&body)
	}
	if u.fail != nil {
		if status := u.fail(r.URL.Path, body); status != 0 {
			w.WriteHeader(status)
			return
		}
	}
	switch {
	case strings.HasPrefix(r.URL.Path, "/api/deployments/name/"):
		if strings.HasSuffix(r.URL.Path, "/missing") {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		_, _ = fmt.Fprintf(w, `{"id": %q}`, uuid.Max)
	case r.URL.Path == "/api/events":
		u.events[body["id"].(string)] = body
		u.news <- body["id"].(string)
		w.WriteHeader(http.StatusNoContent)
	default:
		key := body["idempotency_key"].(string)
		if _, ok := u.runs[key]; !ok {
			u.runs[key] = uuid.NewSHA1(uuid.Nil, []byte(key))
		}
		u.asked = append(u.asked, body)
		_, _ = fmt.Fprintf(w, `{"id": %q}`, u.runs[key])
		u.news <- key
	}
}

func (u *upstream) wait(t testing.TB) string {
	t.Helper()
	select {
	case key := <-u.news:
		return key
	case <-time.After(10 * time.Second):
		t.Fatal("nothing was delivered")
		return ""
	}
}

// secret is what the tests' senders know; SECRET is its variable.
const secret = "correct horse"

func lookup(name string) string {
	switch name {
	case "SECRET":
		return secret
	case "STANDARD":
		return "v1,whsec_Y29ycmVjdCBob3JzZQ=="
	}
	return ""
}

type rig struct {
	*Intake
	path string
}

// usual are the settings of most tests.
var usual = config.Gateway{MaxInbox: 100, MaxInboxBytes: 1 << 20, Concurrency: 16,
	Retention: config.Span(time.Hour), DeadRetention: config.Span(2 * time.Hour)}

func open(t testing.TB, path string, settings config.Gateway, webhooks ...config.Webhook) *rig {
	t.Helper()
	steps, err := migrations.Gateway("sqlite")
	if err != nil {
		t.Fatal(err)
	}
	db, err := sqlite.Open(t.Context(), sqlite.Options{Path: path, Steps: steps, Migrate: true})
	if err != nil {
		t.Fatal(err)
	}
	for i := range webhooks {
		w := &webhooks[i]
		if w.SecretEnv == "" {
			w.SecretEnv = "SECRET"
		}
		if w.MaxBody == 0 {
			w.MaxBody = 1000
		}
		w.ReplayWindow = config.Span(5 * time.Minute)
		if w.Event == nil && w.Deployment == "" {
			w.Deployment = "f/d"
		}
	}
	machine := clock.System{}
	g, err := New(t.Context(), Config{Settings: settings, Webhooks: webhooks, Lookup: lookup},
		NewInbox(db, machine, clock.NewIDs(machine)), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = g.Close() })
	return &rig{g, path}
}

func newRig(t testing.TB, webhooks ...config.Webhook) *rig {
	return open(t, filepath.Join(t.TempDir(), "gateway.db"), usual, webhooks...)
}

// send posts a body with headers "Name: value".
func (g *rig) send(path, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	g.ServeHTTP(w, r)
	return w
}

const known = "X-Webhook-Secret: " + secret

// until waits for an entry of a status.
func (g *rig) until(t testing.TB, status outbox.Status, n int) []*Entry {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) { // the mark follows the answer; nothing tells when
		all, err := g.inbox.List(t.Context(), status, 1000)
		if err != nil {
			t.Fatal(err)
		}
		if len(all) == n {
			return all
		}
	}
	all, _ := g.inbox.List(t.Context(), "", 1000)
	for _, e := range all {
		t.Logf("%+v %v", e, e.Error)
	}
	t.Fatalf("there are not %d %s webhooks", n, status)
	return nil
}
