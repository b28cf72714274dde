package worker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/reevehq/reeve/internal/wire"
)

// fresh is for how long an answer of the server counts that has a run as ours.
// The server gives nobody else the run before it has waited for much longer. It
// may be over when this process was stopped, or the machine suspended.
const fresh = 15 * time.Second

// errNotOurs says that a run which was claimed is another's by now, or has ended.
var errNotOurs = errors.New("the run is no longer this worker's")

// claim proposes PENDING, says whose the run then is, and reports whether it is ours.
func (a *attempt) claim(ctx context.Context) bool {
	labels := a.worker.labels(a.worker.currentPool())
	text, err := json.Marshal(labels)
	if err != nil {
		return false
	}
	a.owner, a.sure = labels[processLabel], a.worker.clock.Now()
	status, state, err := a.propose(ctx, http.Header{wire.ClaimHeader: {string(text)}}, false, runState{Type: "PENDING", Name: "Pending"})
	switch {
	case refused(err, http.StatusNotFound): // it was deleted
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

// submit proposes "Submitting" for a claimed run. A server that says no has
// given the run away.
func (a *attempt) submit(ctx context.Context) error {
	if err := a.confirm(ctx); err != nil { // else it would be claimed again by this
		return err
	}
	status, state, err := a.setState(ctx, false, runState{Type: "PENDING", Name: "Submitting"})
	switch {
	case refused(err, http.StatusNotFound):
		return err
	case err != nil:
		a.say(levelWarning, "Failed to update flow run '%s' to Submitting state: %v", a.run.ID, err)
	case status == "ABORT" || state != nil && state.Type != "PENDING":
		return errNotOurs
	}
	return nil
}

// confirm makes sure, right before something is done with a run, that it is still
// ours: an answer from before this process was stopped for minutes says nothing.
func (a *attempt) confirm(ctx context.Context) error {
	w := a.worker
	for a.isDeleted() || w.clock.Now().Sub(a.sure) > fresh {
		if a.isDeleted() {
			return fmt.Errorf("%w: it was deleted", errNotOurs)
		}
		asked := w.clock.Now()
		var now flowRun
		if err := w.server.ask(ctx, http.MethodGet, a.path(""), nil, &now); err != nil {
			return err
		}
		if now.State == nil || now.State.Type != "PENDING" || !a.owns(&now, nil) {
			return errNotOurs
		}
		a.sure = asked
	}
	return nil
}
