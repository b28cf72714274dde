package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"slices"
	"sync/atomic"
	"time"
)

// beside is what writes took while something went on.
type beside struct {
	took   []float64 // ms
	runs   int       // at the end
	length time.Duration
	file   int64 // bytes of database and log at the end
}

// deletion measures how long writes wait while a server deletes a long history, as
// retention does it, or with a flow. It prints rows for docs/performance.md.
func (m measure) deletion(b binary, keep time.Duration) error {
	fmt.Println("| what goes on | s | runs left | runs/s | writes | p50 ms | p99 | longest | file MB |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|")
	s, err := m.start(b)
	if err != nil {
		return err
	}
	a := &api{s.url}
	t, err := find(a)
	if err != nil {
		s.stop()
		return err
	}
	var until atomic.Bool
	time.AfterFunc(10*time.Second, func() { until.Store(true) })
	before, err := m.writesBeside(a, t, until.Load)
	if err == nil {
		before.print("nothing", before.runs)
		var during beside
		during, err = m.writesBeside(a, t, deleteFlow(a, t.flow))
		during.print("a flow is deleted", before.runs)
		before = during
	}
	s.stop()
	if err != nil {
		return err
	}
	m.env = []string{"PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED=events,flow_runs", "PREFECT_SERVER_SERVICES_DB_VACUUM_LOOP_SECONDS=1",
		fmt.Sprintf("PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD=%d", int(keep.Seconds()))}
	if s, err = m.start(b); err != nil {
		return err
	}
	defer s.stop()
	a.url = s.url
	if t, err = find(a); err != nil {
		return err
	}
	during, err := m.writesBeside(a, t, m.quiet())
	during.print("retention", before.runs)
	return err
}

func (b beside) print(what string, before int) {
	if len(b.took) == 0 {
		return
	}
	slices.Sort(b.took)
	fmt.Printf("| %s | %.0f | %d | %.0f | %d | %.1f | %.1f | %.1f | %d |\n", what, b.length.Seconds(), b.runs, float64(before-b.runs)/b.length.Seconds(),
		len(b.took), b.took[len(b.took)/2], b.took[len(b.took)*99/100], b.took[len(b.took)-1], b.file>>20)
}

// writesBeside writes a few logs every 5 ms until what goes on has ended.
func (m measure) writesBeside(a *api, t *things, ended func() bool) (b beside, err error) {
	begun := time.Now()
	line := body{"name": "bench", "level": 20, "message": "beside", "timestamp": begun, "flow_run_id": t.run}
	for !ended() {
		asked := time.Now()
		text, err := json.Marshal([]body{line})
		if err != nil {
			return b, err
		}
		if err := a.send(http.MethodPost, "/logs/", text); err != nil {
			return b, err
		}
		b.took = append(b.took, time.Since(asked).Seconds()*1000)
		time.Sleep(5 * time.Millisecond)
	}
	b.length = time.Since(begun)
	text, err := a.ask("/flow_runs/count", body{})
	if err == nil {
		err = json.Unmarshal(text, &b.runs)
	}
	time.Sleep(4 * time.Second) // until the log is written back
	b.file = m.size()
	return b, err
}

func (m measure) size() (n int64) {
	for _, end := range []string{"", "-wal"} {
		if info, err := os.Stat(m.database + end); err == nil {
			n += info.Size()
		}
	}
	return n
}

// deleteFlow asks for a flow to be deleted until it is.
func deleteFlow(a *api, flow string) func() bool {
	var gone atomic.Bool
	go func() {
		for a.send(http.MethodDelete, "/flows/"+flow, nil) != nil && !missing(a, flow) {
		}
		gone.Store(true)
	}()
	return gone.Load
}

func missing(a *api, flow string) bool {
	_, err := a.ask("/flows/"+flow, nil)
	return err != nil
}

// quiet reports whether the file of the database has had one size for 10 s, or the time is over.
func (m measure) quiet() func() bool {
	begun, since, was := time.Now(), time.Now(), int64(0)
	return func() bool {
		info, err := os.Stat(m.database)
		if err != nil {
			return true
		}
		if info.Size() != was || time.Since(begun) < 20*time.Second {
			was, since = info.Size(), time.Now()
		}
		return time.Since(since) > 10*time.Second || time.Since(begun) > time.Hour
	}
}
