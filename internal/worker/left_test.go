package worker

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
)

// Runs that take longer than the drain are ended and reported; nothing of them
// is left, and the worker ends in time.
func TestTheEndOfAWorkerEndsItsRuns(t *testing.T) {
	for name, command := range map[string]string{
		"ends on SIGTERM":  "sleep 300",
		"ignores SIGTERM":  `sh -c 'trap "" TERM; sleep 300 & wait; sleep 300'`,
		"ends by itself":   "sleep 0.1",
		"server gone away": "sleep 300",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, url := newFakeServer(t, command)
			id := f.schedule(nil)
			stop := start(t, url, 0)
			f.until("marked", func() bool { return f.labels[id][runLabel] != nil })
			if name == "server gone away" {
				f.mu.Lock()
				f.away = true
				f.mu.Unlock()
			}
			began := time.Now()
			stop()
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("it took %v to end", took)
			}
			f.mu.Lock()
			defer f.mu.Unlock()
			if pid := alive(f.labels[id][runLabel].(string)); pid != 0 {
				t.Errorf("process %d is left", pid)
			}
			want := "CRASHED"
			if name == "server gone away" {
				want = "PENDING" // the next worker reports
			}
			if got := f.state[id]["type"]; got != want {
				t.Errorf("the run is %v, not %s", f.state[id], want)
			}
		})
	}
}

// dead is the identity of a process that has gone.
func dead(t *testing.T) string {
	t.Helper()
	command := exec.Command("sleep", "300")
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	label := identity(command.Process.Pid)
	_ = command.Process.Kill()
	_ = command.Wait()
	return label
}

func TestRunsOfAKilledWorkerAreTakenOver(t *testing.T) {
	gone := dead(t)
	boot, rest, _ := strings.Cut(gone, "/")
	for name, c := range map[string]struct {
		state, worker, process, want string
	}{
		"never came to a process":         {"PENDING", gone, "", "SCHEDULED"},
		"its process has gone":            {"PENDING", gone, gone, "CRASHED"},
		"it ran, its process has gone":    {"RUNNING", gone, gone, "CRASHED"},
		"the machine was started anew":    {"RUNNING", strings.Repeat("0", len(boot)) + "/" + rest, gone, "CRASHED"},
		"being cancelled":                 {"CANCELLING", gone, gone, "CANCELLED"},
		"paused, its process has gone":    {"PAUSED", gone, gone, "CRASHED"},
		"suspended":                       {"Suspended", gone, gone, "PAUSED"},
		"waited for a retry in it":        {"in_process", gone, gone, "CRASHED"},
		"is to be retried in another":     {"reschedule", gone, gone, "SCHEDULED"},
		"its worker lives":                {"RUNNING", self(), gone, "RUNNING"},
		"of another container":            {"RUNNING", strings.Replace(gone, "pid:[", "pid:[9", 1), gone, "RUNNING"},
		"of a worker that does not label": {"RUNNING", "", "", "RUNNING"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, url := newFakeServer(t, "true")
			id := f.leave(c.state, map[string]any{hostLabel: hostname(), processLabel: c.worker})
			switch c.state {
			case "Suspended":
				f.state[id]["type"] = "PAUSED"
			case "in_process", "reschedule":
				f.state[id], f.retries[id] = map[string]any{"type": "SCHEDULED", "name": "AwaitingRetry"}, c.state
			}
			if c.process != "" {
				f.labels[id][runLabel] = c.process
			}
			stop := start(t, url, 0)
			f.until("polled", func() bool { return strings.Contains(strings.Join(f.calls, "\n"), "get_scheduled_flow_runs") })
			if c.want == "CRASHED" {
				f.until(c.want, func() bool { return f.state[id]["type"] == c.want })
			}
			stop()
			f.mu.Lock()
			defer f.mu.Unlock()
			if got := f.state[id]["type"]; got != c.want {
				t.Errorf("the run is %v, not %s", f.state[id], c.want)
			}
		})
	}
}

// A process that outlived its worker is looked after: cancelled when its run is,
// and reported when it ends without a word.
func TestAProcessOfAKilledWorkerIsLookedAfter(t *testing.T) {
	for _, cancelled := range []bool{true, false} {
		t.Run(fmt.Sprint("cancelled ", cancelled), func(t *testing.T) {
			t.Parallel()
			f, url := newFakeServer(t, "true")
			id := f.leave("RUNNING", map[string]any{hostLabel: hostname(), processLabel: dead(t)})
			command := exec.Command("sleep", "300")
			command.Env = append(os.Environ(), "PREFECT__FLOW_RUN_ID="+id)
			command.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
			if err := command.Start(); err != nil {
				t.Fatal(err)
			}
			go func() { _ = command.Wait() }() // else it stays a zombie, which counts as gone too
			t.Cleanup(func() { _ = command.Process.Kill() })
			start(t, url, 0)
			f.until("looks after it", func() bool { return strings.Contains(strings.Join(f.logs, "\n"), "looks after it") })
			want := "CRASHED"
			if cancelled {
				want = "CANCELLED"
				f.mu.Lock()
				f.state[id] = map[string]any{"type": "CANCELLING", "name": "Cancelling"}
				f.mu.Unlock()
			} else {
				_ = command.Process.Kill()
			}
			f.until(want, func() bool { return f.state[id]["type"] == want })
			if _, leads := startOf(command.Process.Pid); leads {
				t.Error("its process is left")
			}
		})
	}
}

func TestIdentity(t *testing.T) {
	me := self()
	if pid := alive(me); pid != os.Getpid() {
		t.Errorf("%s is process %d, not %d", me, pid, os.Getpid())
	}
	for _, other := range []string{"", "a/b", strings.Replace(me, "/"+fmt.Sprint(os.Getpid())+"/", "/1/", 1), me + "0"} {
		if pid := alive(other); pid != 0 {
			t.Errorf("%q is process %d", other, pid)
		}
	}
	if runs(os.Getpid(), uuid.New()) {
		t.Error("this test is taken for a run")
	}
}
