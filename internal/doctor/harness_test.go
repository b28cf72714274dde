package doctor

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/config"
)

// noon is the time of the situations.
var noon = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

func ago(d time.Duration) string { return noon.Add(-d).Format(time.RFC3339) }

// ticking is a clock on which every pause is over at once.
type ticking struct {
	mu  sync.Mutex
	now time.Time
}

func (c *ticking) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *ticking) After(d time.Duration) <-chan time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	over := make(chan time.Time, 1)
	over <- c.now
	return over
}

// answers are what a fake server says, by method and path below /api: a status,
// a handler, or a value that is sent as JSON. Others are 404.
type answers map[string]any

func (a answers) with(more answers) answers {
	all := answers{}
	for _, from := range []answers{a, more} {
		for key, value := range from {
			all[key] = value
		}
	}
	return all
}

// well is a server that is well and does nothing.
var well = answers{
	"GET /health": map[string]string{"status": "ok"}, "GET /admin/version": "3.9.1",
	"GET /reeve/version":          map[string]any{"reeve": "1", "now": noon},
	"POST /work_pools/filter":     []any{},
	"POST /flow_runs/count":       0,
	"GET /reeve/metrics":          map[string]any{},
	"POST /flow_runs/filter":      []any{},
	"POST /work_pools/p/queues/f": []any{},
}

func (a answers) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Date", noon.Format(http.TimeFormat))
	answer, known := a[r.Method+" "+strings.TrimPrefix(r.URL.Path, "/api")]
	if !known || !strings.HasPrefix(r.URL.Path, "/api/") {
		http.Error(w, "no such page", http.StatusNotFound)
		return
	}
	switch answer := answer.(type) {
	case int:
		if r.Method == http.MethodPost {
			_ = json.NewEncoder(w).Encode(answer)
			return
		}
		w.WriteHeader(answer)
	case http.HandlerFunc:
		answer(w, r)
	default:
		_ = json.NewEncoder(w).Encode(answer)
	}
}

// situation is an installation to examine; its zero value has no server.
type situation struct {
	toml    string
	environ []string
	server  http.Handler
	path    string // of the address, "/api" for ""
	auth    string
	files   map[string]string // below the folder of the database
	inbox   *InboxState
	unread  error // why the inbox cannot be read
	machine Machine
}

// exam makes the examination of a situation. The database is a.db in a folder of
// its own, which is the working folder.
func (s situation) exam(t *testing.T) *Exam {
	t.Helper()
	folder := t.TempDir()
	t.Chdir(folder)
	for name, text := range s.files {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if s.toml != "" {
		if err := os.WriteFile("reeve.toml", []byte(s.toml), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c, err := config.Load(config.Input{Environ: append([]string{"REEVE_DATABASE=" + filepath.Join(folder, "a.db")}, s.environ...)})
	e := &Exam{Config: c, Problems: config.Problems(err), URL: "http://127.0.0.1:1/api", Auth: s.auth, Reeve: "1", Prefect: "3.9.1",
		Clock: &ticking{now: noon}, Machine: s.machine, Patience: 2 * time.Second}
	if s.path == "" {
		s.path = "/api"
	}
	if s.server != nil {
		server := httptest.NewServer(s.server)
		t.Cleanup(server.Close)
		e.URL = server.URL + s.path
	}
	if s.inbox != nil {
		e.Inbox = func(context.Context) (InboxState, error) { return *s.inbox, s.unread }
	}
	return e
}

// finding is what a check is to find: severity, a part of the sentence and a part of the step.
type finding struct {
	severity    Severity
	found, next string
}

// expect makes one check of a situation.
func (s situation) expect(t *testing.T, name string, want ...finding) {
	t.Helper()
	e := s.exam(t)
	e.meet(t.Context())
	var got []Finding
	for _, c := range checks {
		if c.name == name {
			got = e.make(t.Context(), c)
		}
	}
	if len(got) != len(want) {
		t.Fatalf("found %+v, want %+v", got, want)
	}
	for i, f := range got {
		matches(t, f, want[i])
	}
}

// matches compares a finding with what it is to be, and looks at its form.
func matches(t *testing.T, f Finding, want finding) {
	t.Helper()
	if f.Severity != want.severity || !strings.Contains(f.Found, want.found) || !strings.Contains(f.Next, want.next) {
		t.Errorf("found %+v\nwant %+v", f, want)
	}
	if (f.Severity == Warn || f.Severity == Fail) && (f.Next == "" || strings.Contains(f.Next, "\n")) {
		t.Errorf("the next step of %q is %q, not one line", f.Found, f.Next)
	}
	if f.Found == "" || strings.HasSuffix(f.Found, ".") || strings.Contains(f.Found, "\n") {
		t.Errorf("%q is no sentence without its full stop", f.Found)
	}
}

// guarded is a server that asks for admin:password everywhere but at its health.
func guarded(next http.Handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if _, password, _ := r.BasicAuth(); password != "password" && !strings.HasSuffix(r.URL.Path, "/health") {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	}
}

func page(status int, text string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, text)
	}
}
