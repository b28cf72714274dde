package api

import (
	"net/http"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/store"
)

func (a *API) workerRoutes() []rest.Route {
	return []rest.Route{
		rest.Change(http.MethodPost, "/work_pools/{work_pool_name}/workers/heartbeat",
			"worker_heartbeat_work_pools__work_pool_name__workers_heartbeat_post", a.heartbeatWorker),
		rest.Post("/work_pools/{work_pool_name}/workers/filter",
			"read_workers_work_pools__work_pool_name__workers_filter_post", a.filterWorkers),
		rest.Delete("/work_pools/{work_pool_name}/workers/{name}",
			"delete_worker_work_pools__work_pool_name__workers__name__delete", a.deleteWorker),
	}
}

type heartbeat struct {
	decode.Embedded
	Name     string `json:"name" rule:"required"`
	Interval *int   `json:"heartbeat_interval_seconds"`
}

func (a *API) heartbeatWorker(r *http.Request, in *heartbeat) error {
	return a.store.Update(r.Context(), func(tx *store.Tx) error {
		pool, err := poolNamed(tx, r.PathValue("work_pool_name"))
		if err != nil {
			return err
		}
		return tx.HeartbeatWorker(pool, in.Name, in.Interval)
	})
}

type workerQuery struct {
	decode.Embedded
	Workers *prefect.WorkerFilter `json:"workers"`
	rest.LateSized
	Offset int `json:"offset" rule:"ge=0"`
}

func (a *API) filterWorkers(r *http.Request, in *workerQuery) ([]*prefect.Worker, error) {
	return view(a, r, func(tx *store.Tx) ([]*prefect.Worker, error) {
		pool, err := poolNamed(tx, r.PathValue("work_pool_name"))
		if err != nil {
			return nil, err
		}
		return tx.FilterWorkers(pool.ID, in.Workers, in.From(in.Offset))
	})
}

func (a *API) deleteWorker(r *http.Request) error {
	return a.store.Update(r.Context(), func(tx *store.Tx) error {
		pool, err := poolNamed(tx, r.PathValue("work_pool_name"))
		if err != nil {
			return err
		}
		found, err := tx.DeleteWorker(pool.ID, r.PathValue("name"))
		if err == nil && !found {
			err = fault.New(fault.NotFound, "Worker not found.")
		}
		return err
	})
}
