package worker

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
)

// finish reports a process that ended and left its run in a state that only a
// process could bring to an end.
func (a *attempt) finish(ctx context.Context, p *process) {
	concluded := a.worker.control.end(a.session)
	if a.awaitCancelled() || concluded || a.isDeleted() {
		return // who cancels reports the state; or it was reported
	}
	now := a.read(ctx)
	if now == nil || !a.holds(now, p) {
		return
	}
	level, message, advice := a.verdict(now, p)
	a.say(level, "%s", message)
	if advice != "" {
		a.say(levelInfo, "%s", advice)
	}
	status, state, err := a.crash(ctx, message)
	switch {
	case refused(err, http.StatusNotFound): // the run was deleted
	case err != nil:
		a.say(levelError, "Failed to update state of flow run '%s': %v", a.run.ID, err)
	case status == "ACCEPT":
		a.say(levelInfo, "Reported flow run '%s' as crashed: %s", a.run.ID, message)
		a.runHooks(ctx, "crashed", state)
	}
}

// verdict says why a run crashed whose process ended, and what to do about it.
func (a *attempt) verdict(now *flowRun, p *process) (level int, message, advice string) {
	meaning, advice := exitMeaning(p.code)
	level = levelError
	switch {
	case p.code == unknownCode:
		message = meaning
	case p.code == 0 && a.command != "" && now.State.Type == "PENDING":
		message = fmt.Sprintf("The job's command ended with status code 0 and did not run the flow: %s", a.command)
		advice = "The command has to run the flow, as `prefect flow-run execute` or `python -m prefect.engine` do. Without a command of its own the worker does that."
	case p.code == 0:
		message = "Process exited with status code: 0. It did not report how the run ended."
	default:
		message = fmt.Sprintf("Process exited with status code: %d. %s", p.code, meaning)
	}
	if p.code == -9 || p.code == -15 || p.code == 143 {
		level = levelInfo
	}
	// Before the flow runs (in a pull step, say) nothing that is printed reaches the run's logs.
	if last := a.tail.lines(a.worker.config.Mask); last != "" && now.State.Type == "PENDING" {
		message += " It printed last:\n" + last
	}
	return level, message, advice
}

// crash reports the run as crashed and gives the verdict with the state as the
// server has it now.
func (a *attempt) crash(ctx context.Context, message string) (status string, state json.RawMessage, err error) {
	var answer struct {
		Status string          `json:"status"`
		State  json.RawMessage `json:"state"`
	}
	err = a.worker.server.ask(ctx, http.MethodPost, a.path("/set_state"), map[string]any{
		"state": runState{Type: "CRASHED", Name: "Crashed", Message: &message}, "force": false}, &answer)
	return answer.Status, answer.State, err
}

// read is the run as the server has it now, nil when it was deleted, or when the
// worker ends: then the next one finds it.
func (a *attempt) read(ctx context.Context) *flowRun {
	var now flowRun
	err := a.worker.server.ask(ctx, http.MethodGet, a.path(""), nil, &now)
	if err != nil || now.State == nil {
		return nil
	}
	return &now
}

// holds reports whether a run that was read is in a state that the process of
// this attempt, and nothing else, could end. p is nil before there is one.
func (a *attempt) holds(now *flowRun, p *process) bool {
	switch now.State.Type {
	case "PENDING", "RUNNING", "CANCELLING":
	case "PAUSED":
		if now.State.Name == "Suspended" { // another process goes on with it
			return false
		}
	case "SCHEDULED": // a retry may wait within the process
		if now.State.Name != "AwaitingRetry" || now.Policy.RetryType != "in_process" {
			return false
		}
	default:
		return false
	}
	return a.owns(now, p)
}

// owns reports whether no other worker has taken the run since this one did.
func (a *attempt) owns(now *flowRun, p *process) bool {
	if owner, _ := now.Labels[processLabel].(string); a.owner != "" && owner != a.owner {
		return false
	}
	return p == nil || now.InfrastructurePID == nil || *now.InfrastructurePID == strconv.Itoa(p.pid())
}
