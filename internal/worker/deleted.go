package worker

import (
	"context"
	"net/http"
	"slices"

	"github.com/google/uuid"
)

// abandon ends the process of a run that was deleted: nobody could see what it
// does, or cancel it.
func (a *attempt) abandon() {
	a.mu.Lock()
	known, p := a.deleted, a.process
	a.deleted = true
	a.mu.Unlock()
	if known {
		return
	}
	w := a.worker
	w.config.Log.Warn("a run was deleted while it was under way: its process is ended", "run", a.run.ID)
	if p == nil {
		return
	}
	if err := p.stop(w.clock.After); err != nil {
		w.config.Log.Error("end the process of a deleted run", "run", a.run.ID, "error", err)
	}
}

func (a *attempt) isDeleted() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.deleted
}

// gone reports whether the run does not exist any more.
func (a *attempt) gone(ctx context.Context) bool {
	err := a.worker.server.ask(ctx, http.MethodGet, a.path(""), nil, nil)
	return refused(err, http.StatusNotFound)
}

// abandonRun abandons a run if it is one of ours.
func (w *Worker) abandonRun(id uuid.UUID) {
	if a := w.attemptOf(id); a != nil {
		w.all.Go(a.abandon)
	}
}

// asked bounds the runs of one question.
const asked = 200

// findDeleted asks which of our runs are gone. Few are, so it asks how many are
// there first.
func (w *Worker) findDeleted(ctx context.Context) {
	for ids := range slices.Chunk(w.underWay(), asked) {
		these := map[string]any{"flow_runs": map[string]any{"id": map[string]any{"any_": ids}}}
		var there int
		if w.server.ask(ctx, http.MethodPost, "/flow_runs/count", these, &there) != nil || there >= len(ids) {
			continue
		}
		for _, id := range ids {
			if a := w.attemptOf(id); a != nil && a.gone(ctx) {
				w.abandonRun(id)
			}
		}
	}
}

// underWay are the runs of which this worker has an attempt.
func (w *Worker) underWay() []uuid.UUID {
	w.mu.Lock()
	defer w.mu.Unlock()
	ids := make([]uuid.UUID, 0, len(w.runs))
	for id := range w.runs {
		ids = append(ids, id)
	}
	return ids
}
