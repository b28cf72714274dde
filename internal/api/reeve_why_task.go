package api

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

func (a *API) reeveWhyTaskRoutes() []Route {
	return []Route{{http.MethodGet, "/reeve/task_runs/{id}/why", "reeve_why_task_run", a.whyTaskRun}}
}

// taskWhy says what a task run waits for, as why does of a flow run.
type taskWhy struct {
	TaskRunID uuid.UUID          `json:"task_run_id"`
	FlowRunID *uuid.UUID         `json:"flow_run_id"`
	Name      string             `json:"name"`
	StateType *prefect.StateType `json:"state_type"`
	Sentence  string             `json:"sentence"`
	Reasons   []reason           `json:"reasons"`
}

func (w *taskWhy) add(code, format string, args ...any) {
	w.Reasons = append(w.Reasons, reason{Code: code, Sentence: fmt.Sprintf(format, args...)})
}

func (a *API) whyTaskRun(w http.ResponseWriter, r *http.Request) error {
	return read(a, w, r, "Task run", func(tx *store.Tx) (*taskWhy, error) {
		run, err := tx.ReadTaskRun(pathID(r, "id"))
		if err != nil || run == nil {
			return nil, err
		}
		out := &taskWhy{TaskRunID: run.ID, FlowRunID: run.FlowRunID, Name: run.Name, StateType: run.StateType, Reasons: []reason{}}
		if err := a.explainTask(out, tx, run); err != nil {
			return nil, err
		}
		out.Sentence = fmt.Sprintf("%s: %s.", run.Name, out.Reasons[0].Sentence)
		return out, nil
	})
}

func (a *API) explainTask(w *taskWhy, tx *store.Tx, run *prefect.TaskRun) error {
	switch {
	case run.StateType == nil || run.State == nil:
		w.add("no_state", "it has no state yet: whoever made it has not said what is to become of it")
		return nil
	case run.StateType.IsTerminal():
		w.add("ended", "it waits for nothing: it ended as %s at %s", run.State.Name, moment(run.State.Timestamp.Time))
		return nil
	case run.FlowRunID != nil:
		w.add("of_flow_run", "the process of flow run %[1]s has it in hand; see: reeve why %[1]s", run.FlowRunID)
		return nil
	}
	owned, err := tx.ReadOwnedTaskRun(run.ID)
	if err != nil || owned == nil {
		return err
	}
	serving := a.taskWorkers.serving([]string{run.TaskKey})
	names := make([]string, len(serving))
	for i, worker := range serving {
		names[i] = worker.Identifier
	}
	owner := a.config.Lifecycle.Patience.TaskOwner(owned.Signs)
	switch at := run.State.StateDetails.ScheduledTime; {
	case !owner.Until.IsZero():
		w.add("in_hand", "%s has had it in hand since %s", owner.Who, moment(run.State.Timestamp.Time))
		w.Reasons[0].Until = prefect.AtPointer(owner.Until)
	case *run.StateType == prefect.Paused:
		w.add("paused", "it has been paused since %s, until somebody resumes it", moment(run.State.Timestamp.Time))
	case at != nil && at.After(tx.Now):
		w.add("not_due", "it is not due before %s", moment(at.Time))
		w.Reasons[0].Until = at
	case len(names) == 0:
		w.add("no_task_worker", "no task worker that is connected serves %s", run.TaskKey)
	default:
		w.add("next_task_worker", "nothing holds it back: it goes to the next of its task workers that is free")
	}
	if len(names) > 1 {
		w.add("shared_task_key", "task %s is served by %s; should their result storages differ, they delete each other's runs",
			run.TaskKey, strings.Join(names, " and "))
	}
	return nil
}
