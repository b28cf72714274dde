package proxy

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/wire"
)

func TestProxyPassesWhatIsAsked(t *testing.T) {
	for name, test := range map[string]struct {
		method, path, body, wantURI string
		marked                      bool
	}{
		"a read":             {"GET", "/api/flows/1?x=%20y&x=2", "", "/base/api/flows/1?x=%20y&x=2", false},
		"an escaped path":    {"GET", "/api/work_pools/a%2Fb%20c", "", "/base/api/work_pools/a%2Fb%20c", true},
		"a slash at the end": {"POST", "/api/logs/", "[]", "/base/api/logs/", false},
		"a poll":             {"POST", "/api/work_pools/p/get_scheduled_flow_runs", "{}", "/base/api/work_pools/p/get_scheduled_flow_runs", true},
		"a long body":        {"POST", "/api/logs/", strings.Repeat("x", 3*keptBody), "/base/api/logs/", false},
	} {
		t.Run(name, func(t *testing.T) {
			server := newFakeServer(t)
			server.handler = func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("X-Mine", "yes")
				w.WriteHeader(http.StatusTeapot)
				_, _ = w.Write([]byte("tea"))
			}
			p := newFront(t, server)
			res, text := p.ask(t, test.method, test.path, test.body, "Authorization: Basic abc", "Reeve-Gateway: mine")
			if res.StatusCode != http.StatusTeapot || text != "tea" || res.Header.Get("X-Mine") != "yes" {
				t.Errorf("answered %d %q", res.StatusCode, text)
			}
			got := server.last()
			if got.RequestURI != test.wantURI || got.body != test.body || got.Method != test.method || got.Host != server.address {
				t.Errorf("the server got %s %s at %s with %d bytes", got.Method, got.RequestURI, got.Host, len(got.body))
			}
			if got.Header.Get("Authorization") != "Basic abc" || (got.Header.Get("Reeve-Gateway") == "g") != test.marked {
				t.Errorf("the server got headers %v", got.Header)
			}
		})
	}
}

func TestRequestsAreHeldUntilTheServerIsThere(t *testing.T) {
	server := newFakeServer(t)
	p := newFront(t, server)
	server.stop()
	var asking sync.WaitGroup
	for n := range 5 {
		asking.Go(func() {
			body := fmt.Sprintf(`{"n":%d}`, n)
			if res, _ := p.ask(t, "POST", "/api/flow_runs/", body); res.StatusCode != http.StatusOK {
				t.Errorf("answered %s", res.Status)
			}
		})
	}
	until(t, "a held request", func() bool { return p.count.held.Load() > 0 })
	server.start()
	asking.Wait()
	bodies := map[string]int{}
	for _, r := range server.got {
		if r.Method == "POST" {
			bodies[r.body]++
		}
	}
	if len(bodies) != 5 || len(server.requests()) != 5 {
		t.Errorf("the server got %v", bodies)
	}
}

func TestRequestsThatAServerTurnedAwayAreSentAgain(t *testing.T) {
	for name, test := range map[string]struct {
		maintenance string
		body        string
		status      int
		tries       int
	}{
		"it starts or stops":            {"true", "{}", http.StatusOK, 3},
		"it is something else":          {"", "{}", http.StatusServiceUnavailable, 1},
		"the body is too long to keep":  {"true", strings.Repeat("x", keptBody+1), http.StatusServiceUnavailable, 1},
		"there is none, as of a delete": {"true", "", http.StatusOK, 3},
	} {
		t.Run(name, func(t *testing.T) {
			server := newFakeServer(t)
			var tries atomic.Int64
			server.handler = func(w http.ResponseWriter, r *http.Request) {
				if !strings.HasSuffix(r.URL.Path, "/health") && tries.Add(1) < 3 {
					w.Header().Set("Prefect-Maintenance", test.maintenance)
					w.WriteHeader(http.StatusServiceUnavailable)
				}
			}
			p := newFront(t, server)
			res, _ := p.ask(t, "DELETE", "/api/flow_runs/x", test.body)
			if res.StatusCode != test.status || int(tries.Load()) != test.tries {
				t.Errorf("answered %s after %d tries", res.Status, tries.Load())
			}
		})
	}
}

func TestAServerThatDoesNotComeIsToldInTheContractsWay(t *testing.T) {
	server := newFakeServer(t)
	p := newFront(t, server, func(c *Config) { c.Settings.Hold /= 20 })
	server.stop()
	res, _ := p.ask(t, "POST", "/api/flow_runs/", "{}")
	if res.StatusCode != http.StatusServiceUnavailable || res.Header.Get("Prefect-Maintenance") != "true" || res.Header.Get("Retry-After") != "5" {
		t.Errorf("answered %s %v", res.Status, res.Header)
	}
}

func TestWhatMayHaveArrivedIsNotSentAgain(t *testing.T) {
	server := newFakeServer(t)
	server.handler = func(w http.ResponseWriter, r *http.Request) {
		panic(http.ErrAbortHandler) // the connection is cut
	}
	p := newFront(t, server)
	res, _ := p.ask(t, "POST", "/api/flow_runs/", "{}")
	if res.StatusCode != http.StatusBadGateway || len(server.requests()) != 1 {
		t.Errorf("answered %s; the server got %v", res.Status, server.requests())
	}
}

func TestWaitingIsAnsweredFromMemoryWhileTheServerSleeps(t *testing.T) {
	const (
		pollPath = "/api/work_pools/p/get_scheduled_flow_runs"
		mine     = "Authorization: Basic mine"
	)
	soon := time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
	sleeping := func(due string) string {
		return `{"pools": {"p": ` + due + `}, "next_deadline": null, "sleeping": true}`
	}
	before := func(d time.Duration) string {
		return `{"work_queue_names": [], "scheduled_before": "` + time.Now().Add(d).UTC().Format("2006-01-02 15:04:05.000000+00:00") + `"}`
	}
	for name, test := range map[string]struct {
		call               string
		method, path, body string
		auth               string
		remembered         bool
		status             int
		want, due          string
	}{
		"nothing is due":            {sleeping("null"), "POST", pollPath, before(time.Minute), mine, true, 200, "[]", "none"},
		"nothing is due so soon":    {sleeping(`"` + soon + `"`), "POST", pollPath, before(time.Minute), mine, true, 200, "[]", soon},
		"something is due":          {sleeping(`"` + soon + `"`), "POST", pollPath, before(2 * time.Hour), mine, false, 200, "", ""},
		"all is asked for":          {sleeping(`"` + soon + `"`), "POST", pollPath, "{}", mine, false, 200, "", ""},
		"all is asked for of none":  {sleeping("null"), "POST", pollPath, "{}", mine, true, 200, "[]", "none"},
		"of another password":       {sleeping("null"), "POST", pollPath, before(time.Minute), "Authorization: Basic yours", false, 200, "", ""},
		"of other queues":           {sleeping("null"), "POST", pollPath, `{"work_queue_names": ["q"]}`, mine, false, 200, "", ""},
		"of another pool":           {sleeping("null"), "POST", "/api/work_pools/q/get_scheduled_flow_runs", "{}", mine, false, 200, "", ""},
		"the server is awake":       {`{"pools": {"p": null}, "sleeping": false}`, "POST", pollPath, before(time.Minute), mine, false, 200, "", ""},
		"a heartbeat":               {sleeping("null"), "POST", "/api/work_pools/p/workers/heartbeat", `{"name": "w"}`, mine, true, 204, "", ""},
		"a heartbeat of a stranger": {sleeping("null"), "POST", "/api/work_pools/p/workers/heartbeat", `{"name": "w"}`, "X: y", false, 200, "", ""},
		"the pool":                  {sleeping("null"), "GET", "/api/work_pools/p", "", mine, true, 200, `{"name": "p"}`, ""},
		"the pool, to a stranger":   {sleeping("null"), "GET", "/api/work_pools/p", "", "X: y", false, 200, "", ""},
		"anything else":             {sleeping("null"), "GET", "/api/flows/1", "", mine, false, 200, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			server := newFakeServer(t)
			server.handler = func(w http.ResponseWriter, r *http.Request) {
				if r.Method == "GET" && r.URL.Path == "/base/api/work_pools/p" {
					w.Header().Set("Content-Type", "application/json")
					_, _ = w.Write([]byte(`{"name": "p"}`))
				}
			}
			p := newFront(t, server)
			p.ask(t, "POST", pollPath, before(time.Minute), mine)
			p.ask(t, "POST", "/api/work_pools/p/workers/heartbeat", `{"name": "w"}`, mine)
			p.ask(t, "GET", "/api/work_pools/p", "", mine)
			p.call(t, test.call)
			already := len(server.requests())
			res, text := p.ask(t, test.method, test.path, test.body, test.auth)
			if came := len(server.requests()) > already; came == test.remembered {
				t.Errorf("the server was asked: %v", came)
			}
			if res.StatusCode != test.status || test.remembered && (text != test.want || res.Header.Get("Reeve-Next-Due") != test.due) {
				t.Errorf("answered %s %q %v", res.Status, text, res.Header)
			}
			if p.view.sleeping() != test.remembered {
				t.Errorf("believed to sleep afterwards: %v", p.view.sleeping())
			}
		})
	}
}

func TestHeartbeatsAreBroughtWhenTheServerIsWoken(t *testing.T) {
	server := newFakeServer(t)
	p := newFront(t, server, func(c *Config) { c.Local = false })
	const heartbeat = "/api/work_pools/p/workers/heartbeat"
	p.ask(t, "POST", heartbeat, `{"name": "w", "heartbeat_interval_seconds": 30}`)
	p.call(t, `{"pools": {"p": null}, "sleeping": true}`)
	p.Start()
	until(t, "that the keeper looked", func() bool { return p.view.sleeping() })
	p.ask(t, "POST", heartbeat, `{"name": "w", "heartbeat_interval_seconds": 30}`)
	p.ask(t, "GET", "/api/flows/1", "")
	until(t, "the heartbeat", func() bool { return slices.Contains(server.requests()[1:], "POST /base"+heartbeat) })
	server.mu.Lock()
	defer server.mu.Unlock()
	for _, got := range server.got[1:] { // it may come before or after the request that woke the server
		if strings.HasSuffix(got.URL.Path, heartbeat) && !strings.Contains(got.body, `"heartbeat_interval_seconds":30`) {
			t.Errorf("the heartbeat was %s", got.body)
		}
	}
}

func TestAGatewayMakesItselfKnownAgainToAServerThatForgotIt(t *testing.T) {
	server := newFakeServer(t)
	p := newFront(t, server, func(c *Config) {
		c.Local, c.Settings.URL, c.Pools = false, "http://gateway:1", []string{"p"}
	})
	p.Start()
	known := func(times int) func() bool {
		return func() bool {
			n := 0
			for _, r := range server.requests() {
				if r == "PUT /base/api/reeve/gateways/g" {
					n++
				}
			}
			return n == times
		}
	}
	until(t, "that it is known", known(1))
	if body := decoded(t, []byte(server.last().body)); body["url"] != "http://gateway:1" || body["token"] != p.token || len(body["pools"].([]any)) != 1 {
		t.Errorf("it said %v", body)
	}
	p.call(t, `{"sleeping": false}`)
	until(t, "that it can be called", func() bool { return p.view.now().calls })
	time.Sleep(10 * time.Millisecond) // the keeper has seen it by then
	p.view.lost()
	until(t, "that it is known again", known(2))
	p.ask(t, "POST", "/api/work_pools/q/get_scheduled_flow_runs", "{}")
	p.call(t, `{"sleeping": false}`)
	until(t, "that another pool is known", known(3))
}

func TestAServerThatCannotCallIsAskedWhenNothingGoesOn(t *testing.T) {
	for name, test := range map[string]struct {
		status int
		answer string
		asleep bool
		due    any
	}{
		"it has nothing to do":   {200, `{"busy": false, "next_deadline": null, "pools": [{"name": "p", "next_due": "2040-01-01T00:00:00Z"}]}`, true, 2040},
		"it is busy":             {200, `{"busy": true, "next_deadline": null, "pools": []}`, false, nil},
		"it will be needed soon": {200, `{"busy": false, "next_deadline": "` + time.Now().Add(time.Second).UTC().Format(time.RFC3339) + `", "pools": []}`, false, nil},
		"it is none of ours":     {404, `{}`, false, nil},
		"it is unwell":           {500, `{}`, false, nil},
	} {
		t.Run(name, func(t *testing.T) {
			server := newFakeServer(t)
			server.handler = func(w http.ResponseWriter, r *http.Request) {
				if strings.HasSuffix(r.URL.Path, "/reeve/sleep") {
					w.WriteHeader(test.status)
					_, _ = w.Write([]byte(test.answer))
				}
			}
			p := newFront(t, server)
			k := &keeper{p: p.Proxy, awake: true}
			p.view.last = time.Now().Add(-time.Hour)
			k.step(t.Context(), p.view.now())
			if got := p.view.sleeping(); got != test.asleep {
				t.Errorf("believed to sleep: %v", got)
			}
			if due, known := p.view.due("p"); test.due != nil && (!known || due.Year() != test.due) {
				t.Errorf("the pool has %v", due)
			}
			if got := server.last().Header.Get("Reeve-Gateway"); got != "g" {
				t.Errorf("it was asked by %q", got)
			}
		})
	}
}

func TestOnlyTheServerMayCall(t *testing.T) {
	p := newFront(t, newFakeServer(t))
	for name, test := range map[string]struct {
		header, body string
		status       int
	}{
		"without a token":  {"X: y", "{}", 401},
		"with another":     {"Authorization: Bearer x", "{}", 401},
		"with nothing":     {"Authorization: Bearer ", "{}", 401},
		"what is no JSON":  {"Authorization: Bearer " + p.token, "x", 400},
		"what is too long": {"Authorization: Bearer " + p.token, `"` + strings.Repeat("x", longestNudge) + `"`, 400},
		"what is right":    {"Authorization: Bearer " + p.token, `{"sleeping": true}`, 204},
	} {
		if res, _ := p.ask(t, "POST", wire.NudgePath, test.body, test.header); res.StatusCode != test.status {
			t.Errorf("%s: answered %s", name, res.Status)
		}
	}
}
