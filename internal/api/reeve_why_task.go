package api

import (
	"net/http"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/dispatch"
	"github.com/reevehq/reeve/internal/store"
)

func (a *API) reeveWhyTaskRoutes() []rest.Route {
	return []rest.Route{rest.Get("/reeve/task_runs/{id}/why", "reeve_why_task_run", a.whyTaskRun)}
}

func (a *API) whyTaskRun(r *http.Request) (*dispatch.TaskWhy, error) {
	return find(a, r, "Task run", func(tx *store.Tx) (*dispatch.TaskWhy, error) {
		run, err := tx.ReadTaskRun(rest.ID(r, "id"))
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
		workers, err := a.live.TaskWorkers(tx, []string{run.TaskKey})
		if err != nil {
			return nil, err
		}
		for _, worker := range workers {
			serving = append(serving, worker.Identifier)
		}
		return dispatch.ExplainTask(run, hand, serving, tx.Now), nil
	})
}
