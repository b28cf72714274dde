package services

import (
	"log/slog"

	"github.com/reevehq/reeve/internal/concurrency"
	"github.com/reevehq/reeve/internal/events"
	"github.com/reevehq/reeve/internal/follow"
	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

// TaskRunRecorder makes task runs and their states of the events in which
// clients report them: each report is recorded once, and one that was taken
// before a crash is recorded after it.
//
// It is no Service of the runner: what it waits for is not a deadline but the
// next event, and it must follow within milliseconds.
func TaskRunRecorder(log *slog.Logger) follow.Consumer {
	return follow.Consumer{
		Name:  "task-run-recorder",
		Wants: events.TaskRunPrefix,
		Prepare: func(e *prefect.ReceivedEvent) (any, error) {
			if !events.IsTaskRunChange(&e.Event) {
				return nil, nil
			}
			return events.ReadTaskRunChange(&e.Event)
		},
		Apply: func(tx *store.Tx, batch []any) error {
			for _, change := range batch {
				if err := recordTaskRunChange(tx, change.(*events.TaskRunChange), log); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

func recordTaskRunChange(tx *store.Tx, change *events.TaskRunChange, log *slog.Logger) error {
	recorded, err := tx.RecordTaskRunChange(change)
	if err == nil && !recorded {
		log.Warn("task run event names a flow run that does not exist", "event", change.State.ID, "flow_run", change.FlowRunID)
	}
	if err != nil || !recorded || !change.State.Type.IsTerminal() || change.State.StateDetails.TaskRunID == nil {
		return err
	}
	// A task run that has ended holds no slots, whatever became of its process.
	return recorderSlots.EndAll(tx, *change.State.StateDetails.TaskRunID)
}

// recorderSlots gives back slots; the waits it has no use for are the defaults.
var recorderSlots = concurrency.Slots{Waits: orchestration.DefaultSettings().Waits}
