package server

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/api"
	"github.com/reevehq/reeve/internal/door"
	"github.com/reevehq/reeve/internal/notify"
)

// listeners take what a server sends and keep the titles.
type listeners struct {
	mu   sync.Mutex
	told []string
}

// ServeHTTP implements http.Handler.
func (l *listeners) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	var message struct{ Title string }
	_ = json.NewDecoder(r.Body).Decode(&message)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.told = append(l.told, message.Title)
}

func (l *listeners) have() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.told)
}

// noisyServer is a server whose automation tells of failed runs.
type noisyServer struct {
	*testing.T
	path, base string
	stop       func()
}

func (s *noisyServer) start() {
	s.Helper()
	srv, err := openAt(s.Context(), s.path, Config{API: api.Config{BasePath: "/api", DefaultLimit: 200}, Notifications: notify.Options{Private: []string{"*"}}})
	if err != nil {
		s.Fatal(err)
	}
	listener, err := door.Listen(s.Context(), "127.0.0.1:0")
	if err != nil {
		s.Fatal(err)
	}
	ctx, cancel := context.WithCancel(s.Context())
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(ctx, listener) }()
	s.base, s.stop = "http://"+listener.Addr().String()+"/api", sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			s.Error(err)
		}
	})
}

// ask asks the server, which has to accept it.
func (s *noisyServer) ask(method, path string, body, to any) {
	s.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		s.Fatal(err)
	}
	request, err := http.NewRequestWithContext(s.Context(), method, s.base+path, bytes.NewReader(text))
	if err != nil {
		s.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		s.Fatal(err)
	}
	defer answer.Body.Close() //nolint:errcheck // read only
	said, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode >= 300 {
		s.Fatalf("%s %s is answered with %d %s: %v", method, path, answer.StatusCode, said, err)
	}
	if to != nil {
		if err := json.Unmarshal(said, to); err != nil {
			s.Fatal(err)
		}
	}
}

type fields = map[string]any

// block saves a block that sends titles to an address.
func (s *noisyServer) block(address string) string {
	s.Helper()
	var kind, saved struct{ ID string }
	var schemas []struct{ ID string }
	s.ask("GET", "/block_types/slug/custom-webhook", nil, &kind)
	s.ask("POST", "/block_schemas/filter", fields{"block_schemas": fields{"block_type_id": fields{"any_": []string{kind.ID}}}}, &schemas)
	s.ask("POST", "/block_documents/", fields{"name": "b", "block_type_id": kind.ID, "block_schema_id": schemas[0].ID,
		"data": fields{"name": "ops", "url": address, "method": "POST", "json_data": fields{"title": "{{subject}}"}}}, &saved)
	return saved.ID
}

// set brings a run into a state.
func (s *noisyServer) set(run, state string) {
	s.Helper()
	s.ask("POST", "/flow_runs/"+run+"/set_state", fields{"force": true, "state": fields{"type": state}}, nil)
}

func (s *noisyServer) until(what string, is func() bool) {
	s.Helper()
	for deadline := time.Now().Add(30 * time.Second); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			s.Fatalf("not within 30 s: %s", what)
		}
	}
}

// What a service is told by a whole server: of a failure that lasts, once, though the
// server is restarted before, and of its end; and nothing of one that a retry mended.
func TestAServerMakesLessNoise(t *testing.T) {
	receivers := &listeners{}
	receiver := httptest.NewServer(receivers)
	defer receiver.Close()
	s := &noisyServer{T: t, path: filepath.Join(t.TempDir(), "reeve.db")}
	s.start()
	defer func() { s.stop() }()
	var automation, flow, mended, broken struct{ ID string }
	s.ask("POST", "/automations/", fields{"name": "tell", "trigger": fields{"posture": "Reactive", "expect": []string{"prefect.flow-run.Failed"}},
		"actions": []fields{{"type": "send-notification", "block_document_id": s.block(receiver.URL), "subject": "{{ flow_run.name }} failed", "body": "x"}}}, &automation)
	s.ask("PUT", "/reeve/automations/"+automation.ID+"/noise", fields{"settle": 2, "resolved": true}, nil)
	s.ask("POST", "/flows/", fields{"name": "f"}, &flow)
	for name, run := range map[string]any{"mended": &mended, "broken": &broken} {
		s.ask("POST", "/flow_runs/", fields{"flow_id": flow.ID, "name": name, "state": fields{"type": "RUNNING"}}, run)
	}
	s.set(mended.ID, "FAILED")
	s.set(mended.ID, "COMPLETED")
	s.set(broken.ID, "FAILED")
	statuses := func() (all []string) {
		var list []struct{ Status string }
		s.ask("GET", "/reeve/automations/"+automation.ID+"/deliveries", nil, &list)
		for _, d := range list {
			all = append(all, d.Status)
		}
		slices.Sort(all)
		return all
	}
	s.until("both failures are asked to be told", func() bool { return len(statuses()) == 2 })
	s.stop()
	s.start()
	s.until("what lasts is told", func() bool { return len(receivers.have()) > 0 })
	s.set(broken.ID, "COMPLETED")
	s.until("its end is told", func() bool { return slices.Equal(statuses(), []string{"delivered", "delivered", "dropped"}) })
	if want := []string{"broken failed", "Resolved: broken failed"}; !slices.Equal(receivers.have(), want) {
		t.Errorf("told %q, want %q", receivers.have(), want)
	}
}
