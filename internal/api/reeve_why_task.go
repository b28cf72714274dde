package api

import (
	"net/http"

	"github.com/reevehq/reeve/internal/dispatch"
	"github.com/reevehq/reeve/internal/store"
)

func (a *API) reeveWhyTaskRoutes() []Route {
	return []Route{{http.MethodGet, "/reeve/task_runs/{id}/why", "reeve_why_task_run", a.whyTaskRun}}
}

func (a *API) whyTaskRun(w http.ResponseWriter, r *http.Request) error {
	return read(a, w, r, "Task run", func(tx *store.Tx) (*dispatch.TaskWhy, error) {
		run, err := tx.ReadTaskRun(pathID(r, "id"))
		if err != nil || run == nil {
			return nil, err
		}
		var hand dispatch.Hand
		if run.StateType != nil && run.FlowRunID == nil {
			owned, err := tx.ReadOwnedTaskRun(run.ID)
			if err != nil || owned == nil {
				return nil, err
			}
			owner := a.config.Lifecycle.Patience.TaskOwner(owned.Signs)
			hand.Who, hand.Until = owner.Who, owner.Until
		}
		var serving []string
		for _, worker := range a.taskWorkers.serving([]string{run.TaskKey}) {
			serving = append(serving, worker.Identifier)
		}
		return dispatch.ExplainTask(run, hand, serving, tx.Now), nil
	})
}
