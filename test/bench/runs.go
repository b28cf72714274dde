package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// How often a run is started: with a worker that has just had one, and with one
// that had none for so long that it has let go of what it keeps warm.
const (
	warmRuns = 30
	realRuns = 6 // of the reference, whose worker polls every 15 s
	idleRuns = 4
	idleTime = 2 * time.Second
)

// startRuns fills values with what runs of an empty flow take from being created
// to Running and to their end, by the times of their states, in milliseconds; with
// the processor time of one that a warm worker starts; and with what the first one
// takes after the worker was idle. Nothing else runs.
func startRuns(k kind, values map[string]float64) error {
	e, err := deployEmpty(k)
	if err != nil {
		return err
	}
	defer e.stop()
	count := warmRuns
	if k.mayLose {
		count = realRuns
	}
	begun, ended, processor, err := e.withWorker(e.url, time.Hour, func() {}, count)
	if err != nil {
		return err
	}
	values["running"], values["runningWorst"] = middle(begun), slices.Max(begun)
	values["ended"], values["endedWorst"] = middle(ended), slices.Max(ended)
	values["runProcessor"] = processor
	if k.mayLose {
		return nil // its worker keeps nothing
	}
	begun, _, _, err = e.withWorker(e.url, idleTime, func() { time.Sleep(2 * idleTime) }, idleRuns)
	if err != nil {
		return err
	}
	values["firstRunning"] = middle(begun)
	return nil
}

// empty is a server on which a flow that does nothing is deployed, to a pool of its own.
type empty struct {
	*server
	kind       kind
	api        *api
	deployment string
}

// deployEmpty starts such a server.
func deployEmpty(k kind) (*empty, error) {
	s, err := start(k)
	if err != nil {
		return nil, err
	}
	e := &empty{server: s, kind: k, api: newAPI(s.url)}
	if err := e.deploy(); err != nil {
		s.stop()
		return nil, err
	}
	return e, nil
}

func (e *empty) deploy() error {
	flows := filepath.Join(e.folder, "flows") // of its own: a run copies all of it
	if err := os.Mkdir(flows, 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(flows, "empty.py"), []byte("from prefect import flow\n\n\n@flow\ndef empty():\n    pass\n"), 0o600); err != nil {
		return err
	}
	if _, err := e.api.create("/work_pools/", object{"name": "bench", "type": "process"}); err != nil {
		return err
	}
	flow, err := e.api.create("/flows/", object{"name": "empty"})
	if err != nil {
		return err
	}
	e.deployment, err = e.api.create("/deployments/", object{"name": "bench", "flow_id": flow, "work_pool_name": "bench", "entrypoint": "empty.py:empty", "path": flows})
	return err
}

// withWorker has a worker, which asks the API at url, run the flow once, and then count
// times with a pause before each. It gives the times from the creation of a run to
// Running and to its end, and the processor time a run.
func (e *empty) withWorker(url string, idle time.Duration, pause func(), count int) (begun, ended []float64, processor float64, err error) {
	worker := e.kind.worker(url, idle)
	worker.Dir = e.folder
	worker.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + e.folder, "PREFECT_HOME=" + e.folder, "PREFECT_API_URL=" + url}
	worker.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := worker.Start(); err != nil {
		return nil, nil, 0, err
	}
	defer func() {
		_ = worker.Process.Signal(syscall.SIGTERM)
		_ = worker.Wait()
		_ = syscall.Kill(-worker.Process.Pid, syscall.SIGKILL)
	}()
	if _, _, err := e.timeRun(); err != nil {
		return nil, nil, 0, err
	}
	time.Sleep(time.Second) // its process ends after its last state
	before := spent(worker)
	for range count {
		pause()
		toRunning, toEnd, err := e.timeRun()
		if err != nil {
			return nil, nil, 0, err
		}
		begun, ended = append(begun, toRunning), append(ended, toEnd)
		time.Sleep(300 * time.Millisecond)
	}
	time.Sleep(time.Second)
	return begun, ended, (spent(worker) - before) / float64(count), nil
}

// spent is the processor time, in milliseconds, of a worker, of what it keeps and
// of the processes that have ended below them.
func spent(worker *exec.Cmd) (milliseconds float64) {
	for _, path := range append(childrenOf(worker.Process.Pid), fmt.Sprintf("/proc/%d/stat", worker.Process.Pid)) {
		fields := processStat(path)
		milliseconds += 1000 * (computed(fields, 11) + computed(fields, 13)) // its own, and of its children
	}
	return milliseconds
}

// childrenOf are the stat files of the children of a process.
func childrenOf(pid int) []string {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat") // the pattern is well-formed
	return slices.DeleteFunc(stats, func(path string) bool {
		fields := processStat(path)
		return len(fields) < 2 || fields[1] != strconv.Itoa(pid)
	})
}

// timeRun creates a run and gives the times to Running and to its end.
func (e *empty) timeRun() (toRunning, toEnd float64, err error) {
	created := time.Now()
	run, err := e.api.create("/deployments/"+e.deployment+"/create_flow_run", object{})
	if err != nil {
		return 0, 0, err
	}
	filter := object{"flow_runs": object{"id": object{"any_": []string{run}}, "state": object{"type": object{"any_": []string{"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}}}}}
	for {
		time.Sleep(20 * time.Millisecond)
		n, err := e.api.number("/flow_runs/count", filter)
		if err != nil {
			return 0, 0, err
		}
		if n == 1 {
			break
		}
		if time.Since(created) > 2*time.Minute {
			return 0, 0, fmt.Errorf("run %s has not ended in 2 minutes", run)
		}
	}
	text, err := e.api.get("/flow_run_states/?flow_run_id=" + run)
	if err != nil {
		return 0, 0, err
	}
	var states []struct {
		Type      string
		Timestamp time.Time
	}
	if err := json.Unmarshal(text, &states); err != nil {
		return 0, 0, err
	}
	var seen []string
	for _, state := range states {
		seen = append(seen, state.Type)
		took := float64(state.Timestamp.Sub(created).Microseconds()) / 1000
		switch state.Type {
		case "RUNNING":
			toRunning = took
		case "COMPLETED":
			toEnd = took
		}
	}
	if toRunning == 0 || toEnd == 0 {
		return 0, 0, fmt.Errorf("run %s went through %s", run, strings.Join(seen, ", "))
	}
	return toRunning, toEnd, nil
}

// middle is the median.
func middle(values []float64) float64 {
	values = slices.Clone(values)
	slices.Sort(values)
	return values[len(values)/2]
}
