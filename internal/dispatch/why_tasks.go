package dispatch

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// TaskWhy says what a task run waits for, as Why does of a flow run.
type TaskWhy struct {
	TaskRunID uuid.UUID          `json:"task_run_id"`
	FlowRunID *uuid.UUID         `json:"flow_run_id"`
	Name      string             `json:"name"`
	StateType *prefect.StateType `json:"state_type"`
	Sentence  string             `json:"sentence"`
	Reasons   []Reason           `json:"reasons"`
}

func (w *TaskWhy) add(code, format string, args ...any) *Reason {
	w.Reasons = append(w.Reasons, Reason{Code: code, Sentence: fmt.Sprintf(format, args...)})
	return &w.Reasons[len(w.Reasons)-1]
}

// ExplainTask finds what a task run waits for. hand is who has it in hand, asked
// for of one that belongs to no flow run; serving are the names of the task
// workers that are connected and serve its key.
func ExplainTask(run *prefect.TaskRun, hand Hand, serving []string, now time.Time) *TaskWhy {
	w := &TaskWhy{TaskRunID: run.ID, FlowRunID: run.FlowRunID, Name: run.Name, StateType: run.StateType, Reasons: []Reason{}}
	switch {
	case run.StateType == nil || run.State == nil:
		w.add("no_state", "it has no state yet: whoever made it has not said what is to become of it")
	case run.StateType.IsTerminal():
		w.add("ended", "it waits for nothing: it ended as %s at %s", run.State.Name, moment(run.State.Timestamp.Time))
	case run.FlowRunID != nil:
		w.add("of_flow_run", "the process of flow run %[1]s has it in hand; see: reeve why %[1]s", run.FlowRunID)
	default:
		w.explainBackground(run, hand, serving, now)
	}
	w.Sentence = fmt.Sprintf("%s: %s.", run.Name, w.Reasons[0].Sentence)
	return w
}

// explainBackground finds it for a run that task workers take.
func (w *TaskWhy) explainBackground(run *prefect.TaskRun, hand Hand, serving []string, now time.Time) {
	switch at := run.State.StateDetails.ScheduledTime; {
	case !hand.Until.IsZero():
		w.add("in_hand", "%s has had it in hand since %s", hand.Who, moment(run.State.Timestamp.Time)).Until = prefect.AtPointer(hand.Until)
	case *run.StateType == prefect.Paused:
		w.add("paused", "it has been paused since %s, until somebody resumes it", moment(run.State.Timestamp.Time))
	case at != nil && at.After(now):
		w.add("not_due", "it is not due before %s", moment(at.Time)).Until = at
	case len(serving) == 0:
		w.add("no_task_worker", "no task worker that is connected serves %s", run.TaskKey)
	default:
		w.add("next_task_worker", "nothing holds it back: it goes to the next of its task workers that is free")
	}
	if len(serving) > 1 {
		w.add("shared_task_key", "task %s is served by %s; should their result storages differ, they delete each other's runs",
			run.TaskKey, strings.Join(serving, " and "))
	}
}
