package store

import "context"

// runsPerWrite bounds the runs of schedules that are made in one transaction, so
// that others need not wait for long.
const runsPerWrite = 200

// RunWriter stores what came of the schedules of deployments, in few transactions
// and none for long. What is to be written of a deployment that has changed since
// it was read is left out.
type RunWriter struct {
	// Made is the number of new runs.
	Made int
	// Changed reports whether a deployment had changed.
	Changed bool

	store *Store
	steps []writeStep
	size  int
}

type writeStep struct {
	of *Scheduling
	do func(*Tx) (made int, err error)
}

// NewRunWriter makes a writer; what it was given is written by Flush at the latest.
func NewRunWriter(s *Store) *RunWriter { return &RunWriter{store: s} }

// Runs makes the runs of a deployment's schedules.
func (w *RunWriter) Runs(ctx context.Context, s *Scheduling) error {
	for _, runs := range s.Runs {
		for _, piece := range runs.Split(runsPerWrite) {
			err := w.add(ctx, len(piece.Times), s, func(tx *Tx) (int, error) { return tx.createScheduledRuns(s.Deployment, piece) })
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// End notes the schedules that are set aside, and when to look again.
func (w *RunWriter) End(ctx context.Context, s *Scheduling) error {
	return w.add(ctx, 1, s, func(tx *Tx) (int, error) { return 0, tx.endScheduling(s) })
}

func (w *RunWriter) add(ctx context.Context, size int, of *Scheduling, do func(*Tx) (int, error)) error {
	if w.size+size > runsPerWrite {
		if err := w.Flush(ctx); err != nil {
			return err
		}
	}
	w.steps, w.size = append(w.steps, writeStep{of, do}), w.size+size
	return nil
}

// Flush writes what has not been written yet.
func (w *RunWriter) Flush(ctx context.Context) error {
	if len(w.steps) == 0 {
		return nil
	}
	var made int
	var changed bool
	err := w.store.Update(ctx, func(tx *Tx) error {
		made, changed = 0, false
		for _, step := range w.steps {
			current, err := tx.current(step.of)
			if err != nil {
				return err
			}
			if !current {
				changed = true
				continue
			}
			n, err := step.do(tx)
			if err != nil {
				return err
			}
			made += n
		}
		return nil
	})
	if err != nil {
		return err
	}
	w.Made, w.Changed = w.Made+made, w.Changed || changed
	w.steps, w.size = w.steps[:0], 0
	return nil
}
