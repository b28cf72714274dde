package services

import (
	"context"
	"log/slog"
	"time"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/concurrency"
	"github.com/reevehq/reeve/internal/events"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/store"
)

const (
	// recorderName is the recorder's cursor in the log.
	recorderName = "task-run-recorder"
	// recorderEvents bounds the events that one transaction records.
	recorderEvents = 200
	// recorderRetry is how long the recorder waits after a transaction failed.
	recorderRetry = time.Second
	// recorderLag bounds the events that are none of the recorder's and that its
	// cursor does not say it has passed: writing the cursor for each would double
	// the server's writes, and what lies behind it is read again after a restart.
	recorderLag = 1000
)

// TaskRunRecorder makes task runs and their states of the events in which
// clients report them. It reads the log from a stored cursor, which moves in
// the transaction that holds the rows: each report is recorded once, and one
// that was taken before a crash is recorded after it.
//
// It is no Service of the runner: what it waits for is not a deadline but the
// next event, and it must follow within milliseconds.
type TaskRunRecorder struct {
	store *store.Store
	clock clock.Clock
	log   *slog.Logger

	// What Record knows of its place, so that a look at the log that finds
	// nothing costs little. known is false at first and after a failure.
	known  bool
	cursor int64 // as stored
	seen   int64 // no report lies between the cursor and this
}

// NewTaskRunRecorder makes a recorder; it does nothing before Run.
func NewTaskRunRecorder(s *store.Store, c clock.Clock, log *slog.Logger) *TaskRunRecorder {
	return &TaskRunRecorder{store: s, clock: c, log: log}
}

// Run records until ctx ends.
func (r *TaskRunRecorder) Run(ctx context.Context) {
	grown, stop := r.store.Watch(store.Events)
	defer stop()
	for {
		more, err := r.Record(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			r.log.Error("record task runs", "error", err)
			select {
			case <-r.clock.After(recorderRetry):
			case <-ctx.Done():
				return
			}
		case !more:
			select {
			case <-grown:
			case <-ctx.Done():
				return
			}
		}
	}
}

// Record records one batch of reports and tells whether there may be more.
// Reading and decoding are done before the transaction, which only writes.
func (r *TaskRunRecorder) Record(ctx context.Context) (more bool, err error) {
	defer func() { r.known = err == nil }()
	batch, err := r.read(ctx)
	if err != nil || len(batch.changes) == 0 && batch.to-r.cursor < recorderLag {
		r.seen = batch.to
		return batch.more, err
	}
	err = r.write(ctx, batch.changes, batch.to)
	if fault.Is(err, fault.Conflict) {
		err = r.writeApart(ctx, batch)
	}
	if err == nil {
		r.cursor, r.seen = batch.to, batch.to
	}
	return batch.more, err
}

// write records changes and moves the cursor.
func (r *TaskRunRecorder) write(ctx context.Context, changes []*events.TaskRunChange, to int64) error {
	return r.store.Update(ctx, func(tx *store.Tx) error {
		for _, change := range changes {
			if err := r.record(tx, change); err != nil {
				return err
			}
		}
		return tx.AdvanceEventCursor(recorderName, r.cursor, to)
	})
}

// writeApart records a batch of which one report breaks a rule of the
// database: that one is left out, so that it does not hold up the others.
func (r *TaskRunRecorder) writeApart(ctx context.Context, batch recorderBatch) error {
	for _, change := range batch.changes {
		err := r.store.Update(ctx, func(tx *store.Tx) error { return r.record(tx, change) })
		if fault.Is(err, fault.Conflict) {
			r.log.Warn("task run event cannot be recorded", "event", change.State.ID, "error", err)
		} else if err != nil {
			return err
		}
	}
	return r.write(ctx, nil, batch.to)
}

func (r *TaskRunRecorder) record(tx *store.Tx, change *events.TaskRunChange) error {
	recorded, err := tx.RecordTaskRunChange(change)
	if err == nil && !recorded {
		r.log.Warn("task run event names a flow run that does not exist", "event", change.State.ID, "flow_run", change.FlowRunID)
	}
	if err != nil || !recorded || !change.State.Type.IsTerminal() || change.State.StateDetails.TaskRunID == nil {
		return err
	}
	// A task run that has ended holds no slots, whatever became of its process.
	return recorderSlots.EndAll(tx, *change.State.StateDetails.TaskRunID)
}

// recorderSlots gives back slots; the waits it has no use for are the defaults.
var recorderSlots = concurrency.Slots{Waits: orchestration.DefaultSettings().Waits}

// recorderBatch is a piece of the log, read and decoded: the reports up to to.
type recorderBatch struct {
	to      int64
	changes []*events.TaskRunChange
	more    bool
}

func (r *TaskRunRecorder) read(ctx context.Context) (b recorderBatch, err error) {
	err = r.store.View(ctx, func(tx *store.Tx) error {
		if !r.known {
			if r.cursor, err = tx.EventCursor(recorderName); err != nil {
				return err
			}
			r.seen = r.cursor
		}
		if b.to, err = tx.LastEventSequence(); err != nil {
			return err
		}
		b.to = max(b.to, r.seen)
		log, err := tx.ReadEventLog(r.seen, b.to, events.TaskRunPrefix, recorderEvents)
		if err != nil {
			return err
		}
		if b.more = len(log) == recorderEvents; b.more {
			b.to = log[len(log)-1].Sequence
		}
		for _, e := range log {
			if !events.IsTaskRunChange(&e.Event) {
				continue
			}
			change, err := events.ReadTaskRunChange(&e.Event)
			if err != nil {
				r.log.Warn("task run event cannot be recorded", "event", e.ID, "error", err)
				continue
			}
			b.changes = append(b.changes, change)
		}
		return nil
	})
	return b, err
}
