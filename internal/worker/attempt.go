package worker

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"syscall"
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
	cancelling bool
	cancelled  chan struct{} // closed when the cancellation under way is done
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
	if err := a.start(ctx); err != nil {
		a.say(levelError, "Failed to submit flow run '%s' to infrastructure. %v", a.run.Name, err)
		a.setState(ctx, false, runState{Type: "CRASHED", Name: "Crashed",
			Message: text("Failed to submit flow run to infrastructure: %v", err)})
	}
}

// claim proposes PENDING and tells whether the run is ours.
func (a *attempt) claim(ctx context.Context) bool {
	status, state, err := a.setState(ctx, false, runState{Type: "PENDING", Name: "Pending"})
	switch {
	case err != nil:
		a.say(levelError, "Failed to update state of flow run '%s': %v", a.run.ID, err)
	case status == "ABORT":
		a.say(levelInfo, "Aborted submission of flow run '%s'. Server sent an abort signal.", a.run.ID)
	case status == "WAIT":
		// It stays scheduled and comes again with a later poll.
	case state == nil || state.Type != "PENDING":
		found := "none"
		if state != nil {
			found = state.Type
		}
		a.say(levelInfo, "Aborted submission of flow run '%s': Server returned a non-pending state '%s'", a.run.ID, found)
	default:
		return true
	}
	return false
}

// setState proposes a state and gives the server's verdict with the state the
// run now has. The proposal has an id, so that it can be repeated when its answer
// is lost: the server then answers with the state that the first one made.
func (a *attempt) setState(ctx context.Context, force bool, s runState) (status string, state *runState, err error) {
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
	err = a.worker.server.ask(ctx, http.MethodPost, a.path("/set_state"), map[string]any{"state": s, "force": force}, &answer)
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
	// First of all, so that it is known as ours should we be killed.
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
	if _, _, err := a.setState(ctx, false, runState{Type: "PENDING", Name: "Submitting"}); err != nil {
		a.say(levelWarning, "Failed to update flow run '%s' to Submitting state: %v", a.run.ID, err)
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
	p, err := a.spawn(j, dir)
	if err != nil {
		return err
	}
	defer a.workspace.remove()
	err = w.server.ask(ctx, http.MethodPatch, a.path(""), map[string]string{"infrastructure_pid": strconv.Itoa(p.pid())}, nil)
	if err != nil {
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
	output := io.Discard
	if j.StreamOutput {
		output = w.out
	}
	env := append(environment(w.config.Environ, own, heartbeatsOf(j.Env), j.Env), control...)
	p, err := (*process)(nil), errGone
	if j.Command == "" {
		p, err = w.warm.spawn(command, dir, env, output)
	}
	if err != nil {
		p, err = spawn(command, dir, env, output)
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

// finish reports a process that ended with an error and told nothing of it.
func (a *attempt) finish(ctx context.Context, p *process) {
	concluded := a.worker.control.end(a.session)
	if a.awaitCancelled() {
		return // who cancels reports the state
	}
	if concluded || p.code == 0 || p.code == unknownCode && a.settled(ctx) {
		return
	}
	meaning, advice := exitMeaning(p.code)
	message := fmt.Sprintf("Process exited with status code: %d. %s", p.code, meaning)
	if p.code == unknownCode {
		message = meaning
	}
	level := levelError
	if p.code == -9 || p.code == -15 || p.code == 143 {
		level = levelInfo
	}
	a.say(level, "%s", message)
	if advice != "" {
		a.say(levelInfo, "%s", advice)
	}
	var answer json.RawMessage
	err := a.worker.server.ask(ctx, http.MethodPost, a.path("/set_state"), map[string]any{
		"state": runState{Type: "CRASHED", Name: "Crashed", Message: &message}, "force": false}, &answer)
	var verdict struct {
		Status string          `json:"status"`
		State  json.RawMessage `json:"state"`
	}
	if err == nil {
		err = json.Unmarshal(answer, &verdict)
	}
	switch {
	case refused(err, http.StatusNotFound): // the run was deleted
	case err != nil:
		a.say(levelError, "Failed to update state of flow run '%s': %v", a.run.ID, err)
	case verdict.Status == "ACCEPT":
		a.say(levelInfo, "Reported flow run '%s' as crashed: %s", a.run.ID, message)
		a.runHooks(ctx, "crashed", verdict.State)
	}
}

// settled asks whether the run is no longer one that a process has in hand.
func (a *attempt) settled(ctx context.Context) bool {
	var now flowRun
	err := a.worker.server.ask(ctx, http.MethodGet, a.path(""), nil, &now)
	return err != nil || now.State == nil || !slices.Contains([]string{"PENDING", "RUNNING"}, now.State.Type)
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

// started tells whether the attempt came as far as a process.
func (a *attempt) started() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.process != nil
}
