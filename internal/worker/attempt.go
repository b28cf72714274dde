package worker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// attempt is one time that this worker runs a run.
type attempt struct {
	worker     *Worker
	run        *flowRun
	deployment *namedObject
	flow       *namedObject

	mu         sync.Mutex
	process    *process
	session    *session
	workspace  *workspace
	tail       *tail // of what the process prints
	cancelling bool
	cancelled  chan struct{} // closed when the cancellation under way is done
	deleted    bool          // the run is gone from the server

	command string    // the job's own, "" for the prefect package's
	owner   string    // the process label under which the run is ours, "" for none
	sure    time.Time // when the server was last asked that has the run as ours
}

func (a *attempt) say(level int, format string, args ...any) {
	a.worker.logs.say(a.run.ID, level, format, args...)
}

func (a *attempt) path(rest string) string { return "/flow_runs/" + a.run.ID.String() + rest }

// do takes the run through its life: see the package comment.
func (a *attempt) do(ctx context.Context) {
	w := a.worker
	a.say(levelInfo, "Worker '%s' submitting flow run '%s'", w.config.Name, a.run.ID)
	if a.run.DeploymentID != nil {
		err := w.server.ask(ctx, http.MethodGet, "/deployments/"+a.run.DeploymentID.String(), nil, &a.deployment)
		if refused(err, http.StatusNotFound) {
			a.setState(ctx, true, runState{Type: "CANCELLED", Name: "Cancelled",
				Message: text("Deployment %s no longer exists, cancelled run.", a.run.DeploymentID)})
			return
		}
		if err != nil {
			a.say(levelError, "Failed to read deployment %s: %v", a.run.DeploymentID, err)
			return
		}
	}
	if !a.claim(ctx) {
		return
	}
	switch err := a.start(ctx); {
	case err == nil:
	case errors.Is(err, errNotOurs) || a.isDeleted() || refused(err, http.StatusNotFound) && a.gone(ctx):
		a.worker.config.Log.Warn("a claimed run is not started", "run", a.run.ID, "reason", err)
	default:
		a.say(levelError, "Failed to submit flow run '%s' to infrastructure. %v", a.run.Name, err)
		a.setState(ctx, false, runState{Type: "CRASHED", Name: "Crashed",
			Message: text("Failed to submit flow run to infrastructure: %v", err)})
	}
}

// setState proposes a state and gives the server's verdict with the state the
// run now has. The proposal has an id, so that it can be repeated when its answer
// is lost: the server then answers with the state that the first one made.
func (a *attempt) setState(ctx context.Context, force bool, s runState) (status string, state *runState, err error) {
	return a.propose(ctx, nil, force, s)
}

func (a *attempt) propose(ctx context.Context, own http.Header, force bool, s runState) (status string, state *runState, err error) {
	details := map[string]any{}
	if len(s.Details) > 0 {
		if err := json.Unmarshal(s.Details, &details); err != nil {
			return "", nil, err
		}
	}
	details["transition_id"] = a.worker.ids.V4()
	if s.Details, err = json.Marshal(details); err != nil {
		return "", nil, err
	}
	var answer struct {
		Status string    `json:"status"`
		State  *runState `json:"state"`
	}
	_, err = a.worker.server.askFor(ctx, own, http.MethodPost, a.path("/set_state"), map[string]any{"state": s, "force": force}, &answer)
	return answer.Status, answer.State, err
}

func text(format string, args ...any) *string {
	s := fmt.Sprintf(format, args...)
	return &s
}

// start configures and starts the run's process and waits for its end.
func (a *attempt) start(ctx context.Context) error {
	w := a.worker
	pool := w.currentPool()
	// First of all, so that it is known as ours should we be killed. Servers of
	// other makes do not read it from the claim.
	if err := w.server.ask(ctx, http.MethodPatch, a.path("/labels"), w.labels(pool), nil); err != nil {
		return err
	}
	if err := w.server.ask(ctx, http.MethodGet, "/flows/"+a.run.FlowID.String(), nil, &a.flow); err != nil {
		return err
	}
	j, err := w.configure(ctx, pool, a.run, a.deployment)
	if err != nil {
		return err
	}
	submitted := w.tell(ctx, "prefect.worker.submitted-flow-run", a.related(), nil)
	if err := a.submit(ctx); err != nil {
		return err
	}
	dir := j.WorkingDir
	if dir == "" {
		if dir, err = os.MkdirTemp("", "*prefect"); err != nil {
			return err
		}
		defer func() { _ = os.RemoveAll(dir) }() // a temporary folder: the system clears it
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return err
	}
	if err := a.confirm(ctx); err != nil {
		return err
	}
	p, err := a.spawn(j, dir)
	if err != nil {
		return err
	}
	defer a.workspace.remove()
	if a.isDeleted() { // while it was started
		_ = p.stop(w.clock.After)
	}
	err = w.server.ask(ctx, http.MethodPatch, a.path(""), map[string]string{"infrastructure_pid": strconv.Itoa(p.pid())}, nil)
	switch {
	case refused(err, http.StatusNotFound) && a.gone(ctx):
		a.abandon()
	case err != nil:
		a.say(levelError, "An error occurred while setting the `infrastructure_pid` on flow run '%s': %v", a.run.ID, err)
	}
	a.mark(ctx, p)
	a.say(levelInfo, "Flow run '%s' submitted to infrastructure", a.run.Name)
	<-p.exited
	a.finish(ctx, p)
	w.tell(ctx, "prefect.worker.executed-flow-run", ended(a.related(), p.pid(), p.code), submitted)
	return nil
}

// spawn starts the process: the job's own command, or the prefect package's
// supervisor, which prepares the workspace and becomes the engine.
func (a *attempt) spawn(j *job, dir string) (*process, error) {
	w := a.worker
	ws, err := newWorkspace(a.run.ID, dir)
	if err != nil {
		return nil, err
	}
	command := []string{w.config.Python, "-m", "prefect.runner._workspace_supervisor", ws.config}
	a.command = j.Command
	if j.Command != "" {
		command = splitCommand(j.Command)
	}
	session, control := w.control.open(w.ids.V4())
	own := map[string]string{
		"PREFECT__FLOW_RUN_ID":                           a.run.ID.String(),
		"PREFECT__WORKER_NAME":                           w.config.Name,
		"PREFECT__FLOW_ID":                               a.run.FlowID.String(),
		"PREFECT__FLOW_NAME":                             a.flow.Name,
		"PREFECT__ENABLE_CANCELLATION_AND_CRASHED_HOOKS": "false",
	}
	maps.Copy(own, w.access())
	if a.deployment != nil {
		own["PREFECT__DEPLOYMENT_ID"], own["PREFECT__DEPLOYMENT_NAME"] = a.deployment.ID.String(), a.deployment.Name
	}
	a.tail = &tail{to: io.Discard}
	if j.StreamOutput {
		a.tail.to = w.out
	}
	env := append(environment(w.config.Environ, own, heartbeatsOf(j.Env), j.Env), control...)
	p, err := (*process)(nil), errGone
	if j.Command == "" {
		p, err = w.warm.spawn(command, dir, env, a.tail)
	}
	if err != nil {
		p, err = spawn(command, dir, env, a.tail)
	}
	if err != nil {
		w.control.end(session)
		ws.remove()
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.process, a.session, a.workspace = p, session, ws
	return p, nil
}

// runHooks runs the flow's hooks in the runtime that was prepared for it.
func (a *attempt) runHooks(ctx context.Context, kind string, state json.RawMessage) {
	m, err := a.workspace.readManifest()
	if err != nil || len(m.HookCommand) == 0 {
		return // the flow's code was never there, or its command is no Python
	}
	var run json.RawMessage
	if err := a.worker.server.ask(ctx, http.MethodGet, a.path(""), nil, &run); err != nil {
		a.say(levelWarning, "The on_%s hooks of flow run '%s' could not be run: %v", kind, a.run.ID, err)
		return
	}
	id := a.worker.ids.V4().String()
	runFile, stateFile := filepath.Join(a.workspace.root, "flow-run-"+id+".json"), filepath.Join(a.workspace.root, "state-"+id+".json")
	for file, content := range map[string][]byte{runFile: run, stateFile: state} {
		if err := os.WriteFile(file, content, 0o600); err != nil {
			a.say(levelWarning, "The on_%s hooks of flow run '%s' could not be run: %v", kind, a.run.ID, err)
			return
		}
	}
	p, err := spawn(append(m.HookCommand, kind, a.workspace.manifest, runFile, stateFile), m.WorkingDirectory,
		environment(nil, m.Environment), a.worker.out)
	if err == nil {
		select {
		case <-p.exited:
		case <-ctx.Done(): // the worker ends
			_ = p.signal(syscall.SIGKILL)
			<-p.exited
		}
		if p.code != 0 {
			err = fmt.Errorf("hook subprocess exited with status code %d", p.code)
		}
	}
	if err != nil {
		a.say(levelWarning, "The on_%s hooks of flow run '%s' failed: %v", kind, a.run.ID, err)
	}
}

// started reports whether the attempt came as far as a process.
func (a *attempt) started() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.process != nil
}
