package server

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/api"
	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/sleep"
)

// asked is a server that is asked without a network.
type asked struct {
	*Server
	t *testing.T
}

func openAsked(t *testing.T, change func(*Config)) asked {
	t.Helper()
	return openAskedAt(t, filepath.Join(t.TempDir(), "reeve.db"), change)
}

func openAskedAt(t *testing.T, database string, change func(*Config)) asked {
	t.Helper()
	c := Config{API: api.Config{BasePath: "/api", DefaultLimit: 200}}
	if change != nil {
		change(&c)
	}
	srv, err := openAt(t.Context(), database, c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = srv.store.Close() })
	return asked{srv, t}
}

// do makes a request; body nil makes a GET.
func (s asked) do(path string, body any, out any) http.Header {
	s.t.Helper()
	method, text := http.MethodGet, []byte(nil)
	if body != nil {
		method = http.MethodPost
		var err error
		if text, err = json.Marshal(body); err != nil {
			s.t.Fatal(err)
		}
	}
	r := httptest.NewRequestWithContext(s.t.Context(), method, "/api"+path, bytes.NewReader(text))
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	if w.Code >= 300 {
		s.t.Fatalf("%s answered %d: %s", path, w.Code, w.Body)
	}
	if out != nil {
		if err := json.Unmarshal(w.Body.Bytes(), out); err != nil {
			s.t.Fatalf("%s: %v in %s", path, err, w.Body)
		}
	}
	return w.Header()
}

func (s asked) outlook() sleep.Outlook {
	s.t.Helper()
	var o sleep.Outlook
	s.do("/reeve/sleep", nil, &o)
	return o
}

type named struct {
	ID string `json:"id"`
}

type doc = map[string]any

// pool makes a pool with a deployment; with a worker when served.
func (s asked) pool(name string, served bool, more doc) (deployment string) {
	s.t.Helper()
	pool := doc{"name": name, "type": "process"}
	for key, value := range more {
		pool[key] = value
	}
	s.do("/work_pools/", pool, nil)
	if served {
		s.do("/work_pools/"+name+"/workers/heartbeat", doc{"name": "w"}, nil)
	}
	var flow, d named
	s.do("/flows/", doc{"name": "f-" + name}, &flow)
	s.do("/deployments/", doc{"name": "d", "flow_id": flow.ID, "work_pool_name": name}, &d)
	return d.ID
}

func (s asked) run(deployment string, in time.Duration) string {
	s.t.Helper()
	var run named
	at := clock.System{}.Now().Add(in)
	s.do("/deployments/"+deployment+"/create_flow_run", doc{"state": doc{"type": "SCHEDULED", "state_details": doc{"scheduled_time": at}}}, &run)
	return run.ID
}

func (s asked) set(run, state string) {
	s.t.Helper()
	s.do("/flow_runs/"+run+"/set_state", doc{"force": true, "state": doc{"type": strings.ToUpper(state)}}, nil)
}

func TestOutlook(t *testing.T) {
	const near = 10 * time.Minute
	tests := []struct {
		name    string
		arrange func(s asked)
		next    time.Duration // from now to the deadline, 0 for none
		reasons string
		pools   string // name: minutes until due
	}{
		{"nothing", func(asked) {}, 0, "", ""},
		{"a run of a pool with a worker", func(s asked) { s.run(s.pool("p", true, nil), near) }, near, "", "p 10m"},
		{"a run of a pool without worker", func(s asked) { s.run(s.pool("p", false, nil), near) }, 0, "", "p 10m"},
		{"a run of a paused pool", func(s asked) { s.run(s.pool("p", true, doc{"is_paused": true}), near) }, 0, "", "p paused"},
		{"a run of a pool with limit 0", func(s asked) { s.run(s.pool("p", true, doc{"concurrency_limit": 0}), near) }, 0, "", "p none"},
		{"a run that is due", func(s asked) { s.run(s.pool("p", true, nil), -time.Second) }, -time.Second, "a run in pool p is due", "p 0s"},
		{"a run that no worker took", func(s asked) {
			d := s.pool("p", true, nil)
			s.run(d, -5*time.Minute)
			s.run(d, near)
		}, near, "", "p -5m"},
		{"a running run", func(s asked) { s.set(s.run(s.pool("p", true, nil), 0), "running") }, 0, "flow run R is running", "p none"},
		{"a pending run", func(s asked) { s.set(s.run(s.pool("p", true, nil), 0), "pending") }, 0, "flow run R is pending", "p none"},
		{"an ended run", func(s asked) { s.set(s.run(s.pool("p", true, nil), 0), "completed") }, 0, "", "p none"},
		{"a run that waits for the pool's slot", func(s asked) {
			d := s.pool("p", true, doc{"concurrency_limit": 1})
			s.set(s.run(d, 0), "running")
			s.run(d, -time.Second)
		}, 0, "flow run R is running", "p none"},
		{"a run that comes when the slot may be free", func(s asked) {
			d := s.pool("p", true, doc{"concurrency_limit": 1})
			s.set(s.run(d, 0), "running")
			s.run(d, near)
		}, near, "flow run R is running", "p 10m"},
		{"a run that is cancelling", func(s asked) {
			run := s.run(s.pool("p", true, nil), 0)
			s.set(run, "running")
			s.set(run, "cancelling")
		}, 5 * time.Minute, "flow run R is cancelling", "p none"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := openAsked(t, nil)
			test.arrange(s)
			o := s.outlook()
			until := func(at time.Time) time.Duration { return at.Sub(o.Now.Time).Round(10 * time.Second) }
			switch {
			case test.next == 0 && o.NextDeadline != nil:
				t.Errorf("next deadline is in %s, want none", o.NextDeadline.Sub(o.Now.Time))
			case test.next != 0 && (o.NextDeadline == nil || until(o.NextDeadline.Time) != test.next.Round(10*time.Second)):
				t.Errorf("next deadline is %v, want in %s", o.NextDeadline, test.next)
			}
			var reasons []string
			for _, r := range o.Reasons {
				words := strings.Fields(r)
				switch {
				case len(words) > 2 && words[1] == "run" && words[0] == "flow":
					words[2] = "R"
				case words[0] == "service":
					continue // what the services, which do not run here, would do at once
				}
				reasons = append(reasons, strings.Join(words, " "))
			}
			if got := strings.Join(reasons, "; "); got != test.reasons {
				t.Errorf("reasons are %q, want %q", got, test.reasons)
			}
			var pools []string
			for _, p := range o.Pools {
				due := "none"
				if p.Paused {
					due = "paused"
				} else if p.NextDue != nil {
					due = strings.TrimSuffix(until(p.NextDue.Time).String(), "0s")
					if due == "" {
						due = "0s"
					}
				}
				pools = append(pools, p.Name+" "+due)
			}
			if got := strings.Join(pools, "; "); got != test.pools {
				t.Errorf("pools are %q, want %q", got, test.pools)
			}
		})
	}
}

func TestUndeliveredWebhooksAreAReason(t *testing.T) {
	s := openAsked(t, func(c *Config) { c.Undelivered = func() int { return 2 } })
	if o := s.outlook(); !o.Busy || fmt.Sprint(o.Reasons) != "[2 webhooks are not delivered]" {
		t.Errorf("outlook is %+v", o)
	}
}

func TestAPollTellsWhenTheNextRunIsDue(t *testing.T) {
	s := openAsked(t, nil)
	poll := func() string {
		return s.do("/work_pools/p/get_scheduled_flow_runs", doc{}, nil).Get("Reeve-Next-Due")
	}
	d := s.pool("p", true, nil)
	if got := poll(); got != "none" {
		t.Errorf("without a run: %q", got)
	}
	s.run(d, time.Hour)
	at, err := time.Parse(time.RFC3339, poll())
	if left := time.Until(at); err != nil || left < 59*time.Minute || left > time.Hour {
		t.Errorf("due in %s, %v", left, err)
	}
}
