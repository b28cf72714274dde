package worker

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// cancel ends the process of a run that is being cancelled, runs the flow's
// hooks and reports the run CANCELLED. A second call does nothing.
func (a *attempt) cancel(ctx context.Context) {
	a.mu.Lock()
	p, session := a.process, a.session
	if p == nil || a.cancelling {
		a.mu.Unlock()
		return
	}
	select {
	case <-p.exited:
		a.mu.Unlock()
		return
	default:
	}
	a.cancelling = true
	done := make(chan struct{})
	a.cancelled = done
	a.mu.Unlock()
	defer close(done)

	w := a.worker
	a.say(levelInfo, "Cancelling flow run '%s'", a.run.Name)
	if session.cancel(w.clock.After) == tooLate {
		return // it has reported its last state
	}
	if err := p.stop(w.clock.After); err != nil {
		a.say(levelError, "The process of flow run '%s' could not be ended: %v", a.run.ID, err)
		return
	}
	message := "Flow run was cancelled."
	cancelling, err := json.Marshal(map[string]any{
		"id": w.ids.V7(), "type": "CANCELLING", "name": "Cancelling", "message": message, "timestamp": prefect.At(w.clock.Now())})
	if err == nil {
		a.runHooks(ctx, "cancellation", cancelling)
	}
	if a.reportCancelled(ctx) {
		w.emit(ctx, "prefect.runner.cancelled-flow-run", prefect.Resource{
			prefect.ResourceID:   "prefect.runner.standalone",
			prefect.ResourceName: "standalone",
			"prefect.version":    packageVersion,
		}, a.related(), nil)
		a.say(levelInfo, "Cancelled flow run '%s'", a.run.Name)
	}
}

// awaitCancelled is true, once that has ended, when the run was being cancelled.
func (a *attempt) awaitCancelled() bool {
	a.mu.Lock()
	cancelled := a.cancelled
	a.mu.Unlock()
	if cancelled == nil {
		return false
	}
	<-cancelled
	return true
}

// reportCancelled returns the run its last state: Cancelled, unless it ended
// otherwise meanwhile.
func (a *attempt) reportCancelled(ctx context.Context) bool {
	var now flowRun
	err := a.worker.server.ask(ctx, http.MethodGet, a.path(""), nil, &now)
	if refused(err, http.StatusNotFound) {
		return false
	}
	if err == nil && now.State != nil && prefect.StateType(now.State.Type).IsTerminal() {
		return now.State.Type == "CANCELLED"
	}
	state := runState{Type: "CANCELLED", Name: "Cancelled", Message: text("Flow run was cancelled successfully.")}
	if now.State != nil {
		state.Details = now.State.Details
	}
	if _, _, err = a.setState(ctx, true, state); err != nil {
		a.say(levelError, "Failed to report flow run '%s' as cancelled: %v", a.run.ID, err)
	}
	return err == nil
}

// cancelRun cancels a run if it is one of ours.
func (w *Worker) cancelRun(ctx context.Context, id uuid.UUID) {
	if a := w.attemptOf(id); a != nil {
		w.all.Go(func() { a.cancel(ctx) })
	}
}

// findCancelled asks which of our runs are being cancelled: what the server
// tells by websocket while one is open.
func (w *Worker) findCancelled(ctx context.Context) {
	ids := w.underWay()
	if len(ids) == 0 {
		return
	}
	var found []flowRun
	err := w.server.ask(ctx, http.MethodPost, "/flow_runs/filter", map[string]any{"flow_runs": map[string]any{
		"id":    map[string]any{"any_": ids},
		"state": map[string]any{"type": map[string]any{"any_": []string{"CANCELLING"}}},
	}}, &found)
	if err != nil && ctx.Err() == nil {
		w.config.Log.Warn("ask for cancelled runs", "error", err)
	}
	for _, run := range found {
		w.cancelRun(context.WithoutCancel(ctx), run.ID)
	}
}
