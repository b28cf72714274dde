package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// request is one that was made while a run started.
type request struct {
	who, what  string
	begin, end time.Time
}

// recorder passes requests on to a server and notes them.
type recorder struct {
	*httptest.Server
	mu       sync.Mutex
	requests []*request
}

// record starts a recorder in front of an API.
func record(api string) (*recorder, error) {
	to, err := url.Parse(strings.TrimSuffix(api, "/api"))
	if err != nil {
		return nil, err
	}
	r := &recorder{}
	proxy := httputil.NewSingleHostReverseProxy(to)
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		who := "run"
		if q.UserAgent() == "reeve-worker" {
			who = "worker"
		}
		r.mu.Lock()
		made := &request{who: who, what: q.Method + " " + strings.TrimPrefix(q.URL.Path, "/api"), begin: time.Now()}
		r.requests = append(r.requests, made)
		r.mu.Unlock()
		proxy.ServeHTTP(w, q)
		r.mu.Lock()
		defer r.mu.Unlock()
		made.end = time.Now()
	}))
	return r, nil
}

// taken returns what was noted since the last call.
func (r *recorder) taken() []*request {
	r.mu.Lock()
	defer r.mu.Unlock()
	taken := r.requests
	r.requests = nil
	return taken
}

// chartRuns writes a Gantt chart, in Mermaid's language, of the requests that were
// made for a run of an empty flow, the middle one of some by its time to Running.
func chartRuns(w io.Writer, k kind) error {
	const count = 9
	e, err := deployEmpty(k)
	if err != nil {
		return err
	}
	defer e.stop()
	r, err := record(e.url)
	if err != nil {
		return err
	}
	defer r.CloseClientConnections() // of websockets, which Close would wait for
	type run struct {
		created  time.Time
		running  float64
		requests []*request
	}
	var runs []run
	var created time.Time
	pause := func() {
		if took := r.taken(); !created.IsZero() {
			runs = append(runs, run{created: created, requests: took})
		}
		created = time.Now()
	}
	begun, _, _, err := e.withWorker(r.URL+"/api", time.Hour, pause, count)
	if err != nil {
		return err
	}
	runs = append(runs, run{created: created, requests: r.taken()})
	for i := range runs {
		runs[i].running = begun[i]
	}
	slices.SortFunc(runs, func(x, y run) int { return int(x.running - y.running) })
	middle := runs[count/2]
	fmt.Fprintf(w, "gantt\n    title Requests of a run, ms after it was created; Running after %.0f\n    dateFormat x\n    axisFormat %%L\n", middle.running)
	sections := []string{"worker", "preparation", "engine"}
	reads, lines := 0, map[string][]string{}
	for _, q := range middle.requests {
		section := sections[0]
		if q.who == "run" {
			if path := strings.TrimPrefix(q.what, "GET /flow_runs/"); path != q.what && !strings.Contains(path, "/") {
				reads++
			}
			section = sections[min(max(reads, 1), 2)] // the preparation reads its run once, and then the engine does
		}
		begin, end := q.begin.Sub(middle.created).Milliseconds(), q.end.Sub(middle.created).Milliseconds()
		if q.end.IsZero() {
			end = begin // a websocket that is still open
		}
		lines[section] = append(lines[section], fmt.Sprintf("    %s :%d, %d\n", shortened(q.what), begin, max(end, begin+1)))
	}
	for _, section := range sections {
		fmt.Fprintf(w, "    section %s\n%s", section, strings.Join(lines[section], ""))
	}
	return nil
}

// shortened is a request without the ids in its path.
func shortened(what string) string {
	parts := strings.Split(what, "/")
	for i, part := range parts {
		if len(part) == 36 {
			parts[i] = "…"
		}
	}
	return strings.Join(parts, "/")
}
