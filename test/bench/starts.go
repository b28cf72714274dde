package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// What is in the database of the cold starts: 50 MB of a table that grows first,
// below a few runs.
const (
	coldRuns   = 100
	coldLogs   = 110_000
	coldBatch  = 500
	coldStarts = 25 // of Reeve
	realStarts = 4  // of the reference, which takes seconds
)

// coldStart fills values with the time from exec to the first answer that comes
// from a database of 50 MB, after a stop and after a kill in the midst of writes,
// in milliseconds: the median of the starts.
func coldStart(k kind, values map[string]float64) error {
	s, err := start(k)
	if err != nil {
		return err
	}
	defer func() { s.stop() }()
	if err := fill(s); err != nil {
		return err
	}
	if info, err := os.Stat(filepath.Join(s.folder, "bench.db")); err == nil {
		values["size"] = float64(info.Size()) / (1 << 20)
	}
	starts := coldStarts
	if k.mayLose {
		starts = realStarts
	}
	for _, end := range []struct {
		key    string
		killed bool
	}{{"stopped", false}, {"killed", true}} {
		var took []float64
		for range starts {
			if end.killed {
				if err := s.dirty(); err != nil {
					return err
				}
				s.kill()
			} else {
				s.terminate()
			}
			folder, begin := s.folder, time.Now()
			again, err := launchIn(k, folder)
			if err != nil {
				return err
			}
			s = again
			if err := s.await(http.MethodPost, "/flow_runs/filter", `{"limit": 1}`); err != nil {
				return err
			}
			took = append(took, float64(time.Since(begin).Microseconds())/1000)
		}
		slices.Sort(took)
		values[end.key], values[end.key+"Worst"] = took[len(took)/2], took[len(took)-1]
	}
	return nil
}

// fill makes the database.
func fill(s *server) error {
	a := newAPI(s.url)
	flow, err := a.create("/flows/", object{"name": "bench"})
	if err != nil {
		return err
	}
	l := &loaded{api: a, flow: flow}
	for range coldRuns {
		if _, err := l.newRun(); err != nil {
			return err
		}
	}
	for range coldLogs / coldBatch {
		if err := l.log(coldBatch); err != nil {
			return err
		}
	}
	return nil
}

// log sends logs of some 300 bytes each.
func (l *loaded) log(n int) error {
	logs := make([]object, n)
	for i := range logs {
		logs[i] = object{"name": "prefect.flow_runs", "level": 20, "flow_run_id": newUUID(), "timestamp": now(),
			"message": strings.Repeat("what a flow has to say ", 13)}
	}
	_, err := l.post("/logs/", logs)
	return err
}

// dirty writes what a kill then leaves in the write-ahead log: 1 MB.
func (s *server) dirty() error {
	l := &loaded{api: newAPI(s.url)}
	for range 4 {
		if err := l.log(coldBatch); err != nil {
			return err
		}
	}
	return nil
}

// terminate stops the process as its host would, and waits for it.
func (s *server) terminate() {
	_ = syscall.Kill(-s.cmd.Process.Pid, syscall.SIGTERM)
	done := make(chan struct{})
	go func() {
		_ = s.cmd.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		_ = syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL)
		<-done
	}
}

// await sends a request until it is answered with success.
func (s *server) await(method, path, body string) error {
	client := http.Client{Timeout: time.Second}
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		request, err := http.NewRequest(method, s.url+path, strings.NewReader(body))
		if err != nil {
			return err
		}
		request.Header.Set("Content-Type", "application/json")
		answer, err := client.Do(request)
		if err != nil {
			continue
		}
		_, err = io.Copy(io.Discard, answer.Body)
		_ = answer.Body.Close()
		if err == nil && answer.StatusCode == http.StatusOK {
			return nil
		}
	}
	return fmt.Errorf("no answer to %s; see %s", path, filepath.Join(s.folder, "server.log"))
}
