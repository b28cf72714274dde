package api

import (
	"net/http"

	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/store"
)

func (a *API) workerRoutes() []Route {
	return []Route{
		{http.MethodPost, "/work_pools/{work_pool_name}/workers/heartbeat",
			"worker_heartbeat_work_pools__work_pool_name__workers_heartbeat_post", a.heartbeatWorker},
		{http.MethodPost, "/work_pools/{work_pool_name}/workers/filter",
			"read_workers_work_pools__work_pool_name__workers_filter_post", a.filterWorkers},
		{http.MethodDelete, "/work_pools/{work_pool_name}/workers/{name}",
			"delete_worker_work_pools__work_pool_name__workers__name__delete", a.deleteWorker},
	}
}

func (a *API) heartbeatWorker(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		decode.Embedded
		Name     string `json:"name" rule:"required"`
		Interval *int   `json:"heartbeat_interval_seconds"`
	}
	if err := body(r, &in); err != nil {
		return err
	}
	err := a.store.Update(r.Context(), func(tx *store.Tx) error {
		pool, err := poolNamed(tx, r.PathValue("work_pool_name"))
		if err != nil {
			return err
		}
		return tx.HeartbeatWorker(pool, in.Name, in.Interval)
	})
	if err != nil {
		return err
	}
	return noContent(w)
}

func (a *API) filterWorkers(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		decode.Embedded
		Workers *prefect.WorkerFilter `json:"workers"`
		Limit   *int                  `json:"limit"`
		Offset  int                   `json:"offset" rule:"ge=0"`
	}
	if err := body(r, &in); err != nil {
		return err
	}
	limit, err := a.limit(in.Limit)
	if err != nil {
		return err
	}
	return view(a, w, r, func(tx *store.Tx) ([]*prefect.Worker, error) {
		pool, err := poolNamed(tx, r.PathValue("work_pool_name"))
		if err != nil {
			return nil, err
		}
		return tx.FilterWorkers(pool.ID, in.Workers, prefect.Page{Limit: limit, Offset: in.Offset})
	})
}

func (a *API) deleteWorker(w http.ResponseWriter, r *http.Request) error {
	err := a.store.Update(r.Context(), func(tx *store.Tx) error {
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
	if err != nil {
		return err
	}
	return noContent(w)
}
