package worker

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// A worker that was killed leaves runs behind: processes that nobody watches,
// and runs that ended, or never came to a process, without anybody to say so.
// The next worker that starts on the same machine looks for them. It knows them
// by labels that say on which machine and in which process their worker ran, and
// which process was theirs.
const (
	hostLabel    = prefect.WorkerHostLabel
	processLabel = prefect.WorkerProcessLabel
	runLabel     = prefect.RunProcessLabel
)

// self is this process among all that ran, or will run, on this machine: the
// boot, the namespace of process ids, the id, and when it started.
func self() string { return identity(os.Getpid()) }

// identity is empty when there is no such process, or no telling.
func identity(pid int) string {
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	namespace, err := os.Readlink("/proc/self/ns/pid")
	if err != nil {
		return ""
	}
	began, _ := startOf(pid)
	if began == "" {
		return ""
	}
	return strings.Join([]string{strings.TrimSpace(string(boot)), namespace, strconv.Itoa(pid), began}, "/")
}

// startOf returns when a process started, in ticks since the boot, "" when there
// is none, and whether it leads a session.
func startOf(pid int) (ticks string, leads bool) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return "", false
	}
	_, after, _ := strings.Cut(string(raw), ") ") // the name before it may hold anything
	fields := strings.Fields(after)
	if len(fields) < 20 || fields[0] == "Z" {
		return "", false
	}
	return fields[19], fields[3] == strconv.Itoa(pid)
}

// alive returns the id of the process with an identity, 0 when it has gone.
func alive(identified string) int {
	parts := strings.Split(identified, "/")
	if len(parts) != 4 {
		return 0
	}
	pid, err := strconv.Atoi(parts[2])
	if err != nil || identity(pid) != identified {
		return 0
	}
	return pid
}

// killed reports whether the worker that a run's label names has surely gone.
func killed(label string) bool {
	was, now := strings.Split(label, "/"), strings.Split(self(), "/")
	if len(was) != len(now) || len(was) < 2 {
		return false
	}
	return was[0] != now[0] || was[1] == now[1] && alive(label) == 0 // another boot, or not here
}

// mark keeps which process is the run's.
func (a *attempt) mark(ctx context.Context, p *process) {
	if label := identity(p.pid()); label != "" {
		_ = a.worker.server.ask(ctx, http.MethodPatch, a.path("/labels"), map[string]string{runLabel: label}, nil)
	}
}

// labels are how a run is known as this worker's.
func (w *Worker) labels(pool *workPool) map[string]string {
	labels := map[string]string{
		prefect.WorkerNameLabel: w.config.Name, "prefect.worker.type": workerType,
		"prefect.work-pool.name": pool.Name, "prefect.work-pool.id": pool.ID.String()}
	if host, process := hostname(), self(); host != "" && process != "" {
		labels[hostLabel], labels[processLabel] = host, process
	}
	return labels
}

func hostname() string {
	name, _ := os.Hostname()
	return name
}

// inHand filters for the states that a process may hold a run in: see holds.
var inHand = map[string]any{
	"operator": "or_",
	"type":     map[string]any{"any_": []string{"PENDING", "RUNNING", "CANCELLING", "PAUSED"}},
	"name":     map[string]any{"any_": []string{"AwaitingRetry"}},
}

// leftBehind is as many runs as are read at once.
const leftBehind = 200

// takeOver looks after the runs of this machine's killed workers.
func (w *Worker) takeOver(ctx context.Context) {
	for offset := 0; ; offset += leftBehind {
		var found []flowRun
		err := w.server.ask(ctx, http.MethodPost, "/flow_runs/filter", map[string]any{
			"limit": leftBehind, "offset": offset, "sort": "ID_DESC",
			"work_pools": map[string]any{"name": map[string]any{"any_": []string{w.config.Pool}}},
			"flow_runs":  map[string]any{"state": inHand},
		}, &found)
		if err != nil {
			if ctx.Err() == nil {
				w.config.Log.Warn("ask for runs of a killed worker", "error", err)
			}
			return
		}
		for i := range found {
			label, _ := found[i].Labels[processLabel].(string)
			if found[i].State != nil && found[i].Labels[hostLabel] == hostname() && killed(label) {
				w.adopt(&found[i])
			}
		}
		if len(found) < leftBehind {
			return
		}
	}
}

// adopt makes a run of a killed worker one of ours.
func (w *Worker) adopt(run *flowRun) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.runs[run.ID] != nil {
		return
	}
	a := &attempt{worker: w, run: run}
	a.owner, _ = run.Labels[processLabel].(string)
	w.runs[run.ID] = a
	w.all.Go(func() {
		defer w.release(a)
		a.resume(w.under)
	})
}

// resume sees a run of a killed worker to its end. One that never came to a
// process is put back: nothing of it has happened.
func (a *attempt) resume(ctx context.Context) {
	w := a.worker
	pid := a.leftProcess()
	if _, marked := a.run.Labels[runLabel]; pid == 0 && !marked && a.run.InfrastructurePID == nil && a.run.State.Type == "PENDING" {
		w.config.Log.Warn("a run whose worker was killed before it started is put back", "run", a.run.ID)
		details, _ := json.Marshal(map[string]any{"scheduled_time": timestamp{Time: w.clock.Now()}}) // a time always marshals
		_, _, err := a.setState(ctx, false, runState{Type: "SCHEDULED", Name: "Scheduled", Details: details,
			Message: text("Its worker was killed before it started.")})
		if err != nil {
			a.say(levelError, "Failed to put flow run '%s' back: %v", a.run.ID, err)
		}
		return
	}
	if pid != 0 {
		w.config.Log.Warn("a run whose worker was killed goes on", "run", a.run.ID, "pid", pid)
		a.say(levelWarning, "The worker of flow run '%s' was killed; worker '%s' looks after it", a.run.Name, w.config.Name)
		p := watchProcess(pid, w.clock.After)
		a.mu.Lock()
		a.process, a.session, a.workspace = p, &session{}, &workspace{}
		a.mu.Unlock()
		if a.run.State.Type == "CANCELLING" {
			a.cancel(ctx)
		}
		<-p.exited
	}
	a.concludeLeft(ctx)
}

// concludeLeft reports a run whose process has gone and which did not say how
// it ended.
func (a *attempt) concludeLeft(ctx context.Context) {
	if a.awaitCancelled() || a.isDeleted() {
		return // who cancels reports the state
	}
	now := a.read(ctx)
	switch {
	case now == nil || !a.holds(now, nil):
	case now.State.Type == "CANCELLING":
		a.reportCancelled(ctx)
	default:
		if _, _, err := a.crash(ctx, "The worker of the run was killed, and its process ended without a word."); err != nil {
			a.say(levelError, "Failed to report flow run '%s' as crashed: %v", a.run.ID, err)
		}
	}
}

// leftProcess finds the process that still runs an attempt of a killed worker,
// 0 when there is none.
func (a *attempt) leftProcess() int {
	if label, ok := a.run.Labels[runLabel].(string); ok {
		return alive(label)
	}
	// It may have been killed before it could say which process it had started.
	entries, _ := os.ReadDir("/proc")
	for _, entry := range entries {
		if pid, err := strconv.Atoi(entry.Name()); err == nil && runs(pid, a.run.ID) {
			return pid
		}
	}
	return 0
}

// runs reports whether a process is the one of a run: it leads a session, and was
// started, or forked, for the run.
func runs(pid int, run uuid.UUID) bool {
	if _, leads := startOf(pid); !leads {
		return false
	}
	// A fork has the environment of the process that it is of, but a file of this name.
	descriptors, _ := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	for _, d := range descriptors {
		if file, _ := os.Readlink(fmt.Sprintf("/proc/%d/fd/%s", pid, d.Name())); strings.HasPrefix(file, "/memfd:"+run.String()) {
			return true
		}
	}
	environ, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid))
	return err == nil && strings.Contains("\x00"+string(environ), "\x00PREFECT__FLOW_RUN_ID="+run.String()+"\x00")
}

// lookAgain is how often a process that is not a child of ours is looked at.
const lookAgain = 250 * time.Millisecond

// watchProcess watches over a process that another one started.
func watchProcess(pid int, after func(time.Duration) <-chan time.Time) *process {
	p := newProcess(pid)
	began, _ := startOf(pid)
	go func() {
		for {
			if now, _ := startOf(pid); now == "" || now != began {
				p.end(unknownCode)
				close(p.exited)
				return
			}
			<-after(lookAgain)
		}
	}()
	return p
}
