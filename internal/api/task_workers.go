package api

import (
	"net/http"

	"github.com/reevehq/reeve/internal/api/live"
	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/store"
)

func (a *API) taskWorkerRoutes() []rest.Route {
	return []rest.Route{
		rest.Post("/task_workers/filter", "read_task_workers_task_workers_filter_post", a.filterTaskWorkers),
	}
}

type taskWorkerFilter struct {
	TaskKeys []string `json:"task_keys" rule:"required"`
}

type taskWorkerQuery struct {
	decode.Embedded
	Filter *taskWorkerFilter `json:"task_worker_filter"`
}

func (a *API) filterTaskWorkers(r *http.Request, in *taskWorkerQuery) ([]live.TaskWorker, error) {
	var keys []string
	if in.Filter != nil {
		keys = in.Filter.TaskKeys
	}
	var all []live.TaskWorker
	err := a.store.View(r.Context(), func(tx *store.Tx) (err error) {
		all, err = a.live.TaskWorkers(tx, keys)
		return err
	})
	return all, err
}
