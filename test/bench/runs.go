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
	s, err := start(k)
	if err != nil {
		return err
	}
	defer s.stop()
	a := newAPI(s.url)
	deployment, err := deployEmpty(a, s.folder)
	if err != nil {
		return err
	}
	count := warmRuns
	if k.mayLose {
		count = realRuns
	}
	begun, ended, processor, err := withWorker(k, s.url, s.folder, time.Hour, func() error { return nil }, a, deployment, count)
	if err != nil {
		return err
	}
	values["running"], values["runningWorst"] = middle(begun), slices.Max(begun)
	values["ended"], values["endedWorst"] = middle(ended), slices.Max(ended)
	values["runProcessor"] = processor
	if k.mayLose {
		return nil // its worker keeps nothing
	}
	rest := func() error { time.Sleep(2 * idleTime); return nil }
	begun, _, _, err = withWorker(k, s.url, s.folder, idleTime, rest, a, deployment, idleRuns)
	if err != nil {
		return err
	}
	values["firstRunning"] = middle(begun)
	return nil
}

// deployEmpty deploys a flow that does nothing to a pool of its own.
func deployEmpty(a *api, folder string) (string, error) {
	flows := filepath.Join(folder, "flows") // of its own: a run copies all of it
	if err := os.Mkdir(flows, 0o700); err != nil {
		return "", err
	}
	if err := os.WriteFile(filepath.Join(flows, "empty.py"), []byte("from prefect import flow\n\n\n@flow\ndef empty():\n    pass\n"), 0o600); err != nil {
		return "", err
	}
	if _, err := a.create("/work_pools/", object{"name": "bench", "type": "process"}); err != nil {
		return "", err
	}
	flow, err := a.create("/flows/", object{"name": "empty"})
	if err != nil {
		return "", err
	}
	return a.create("/deployments/", object{"name": "bench", "flow_id": flow, "work_pool_name": "bench", "entrypoint": "empty.py:empty", "path": flows})
}

// withWorker has a worker, which asks the API at url, run a deployment once, and then count times with a pause
// before each. It gives the times from the creation of a run to Running and to its
// end, and the processor time a run.
func withWorker(k kind, url, folder string, idle time.Duration, pause func() error, a *api, deployment string, count int) (begun, ended []float64, processor float64, err error) {
	worker := k.worker(url, idle)
	worker.Dir = folder
	worker.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + folder, "PREFECT_HOME=" + folder, "PREFECT_API_URL=" + url}
	worker.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := worker.Start(); err != nil {
		return nil, nil, 0, err
	}
	defer func() {
		_ = worker.Process.Signal(syscall.SIGTERM)
		_ = worker.Wait()
		_ = syscall.Kill(-worker.Process.Pid, syscall.SIGKILL)
	}()
	if _, _, err := timeRun(a, deployment); err != nil {
		return nil, nil, 0, err
	}
	time.Sleep(time.Second) // its process ends after its last state
	before := spent(worker)
	for range count {
		if err := pause(); err != nil {
			return nil, nil, 0, err
		}
		toRunning, toEnd, err := timeRun(a, deployment)
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
func spent(worker *exec.Cmd) float64 {
	var ticks float64
	for _, path := range append(childrenOf(worker.Process.Pid), fmt.Sprintf("/proc/%d/stat", worker.Process.Pid)) {
		fields := processStat(path)
		for _, field := range fields[min(11, len(fields)):min(15, len(fields))] { // user and system time, and those of children
			n, err := strconv.ParseFloat(field, 64)
			if err == nil {
				ticks += n
			}
		}
	}
	return 10 * ticks
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
func timeRun(a *api, deployment string) (toRunning, toEnd float64, err error) {
	created := time.Now()
	run, err := a.create("/deployments/"+deployment+"/create_flow_run", object{})
	if err != nil {
		return 0, 0, err
	}
	filter := object{"flow_runs": object{"id": object{"any_": []string{run}}, "state": object{"type": object{"any_": []string{"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}}}}}
	for {
		time.Sleep(20 * time.Millisecond)
		n, err := a.number("/flow_runs/count", filter)
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
	text, err := a.get("/flow_run_states/?flow_run_id=" + run)
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
