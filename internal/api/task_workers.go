package api

import (
	"net/http"

	"github.com/reevehq/reeve/internal/api/live"
	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/prefect/decode"
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

func (a *API) filterTaskWorkers(_ *http.Request, in *taskWorkerQuery) ([]live.TaskWorker, error) {
	if in.Filter == nil {
		return a.live.TaskWorkers(nil), nil
	}
	return a.live.TaskWorkers(in.Filter.TaskKeys), nil
}
