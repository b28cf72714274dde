package api

import (
	"net/http"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/store"
)

func (a *API) taskRunRoutes() []Route {
	return []Route{
		{http.MethodGet, "/task_runs/{id}", "read_task_run_task_runs__id__get", a.readTaskRun},
		{http.MethodPatch, "/task_runs/{id}", "update_task_run_task_runs__id__patch", a.updateTaskRun},
		{http.MethodDelete, "/task_runs/{id}", "delete_task_run_task_runs__id__delete", a.deleteTaskRun},
		{http.MethodPost, "/task_runs/count", "count_task_runs_task_runs_count_post", a.countTaskRuns},
		{http.MethodPost, "/task_runs/history", "task_run_history_task_runs_history_post", a.taskRunHistory},
		{http.MethodPost, "/task_runs/filter", "read_task_runs_task_runs_filter_post", a.filterTaskRuns},
		{http.MethodPost, "/task_runs/paginate", "paginate_task_runs_task_runs_paginate_post", a.paginateTaskRuns},
		{http.MethodGet, "/task_run_states/{id}", "read_task_run_state_task_run_states__id__get", a.readTaskRunState},
		{http.MethodGet, "/task_run_states/", "read_task_run_states_task_run_states__get", a.readTaskRunStates},
	}
}

func (a *API) readTaskRun(w http.ResponseWriter, r *http.Request) error {
	return read(a, w, r, "Task", func(tx *store.Tx) (*prefect.TaskRun, error) {
		return tx.ReadTaskRun(pathID(r, "id"))
	})
}

func (a *API) updateTaskRun(w http.ResponseWriter, r *http.Request) error {
	var in prefect.TaskRunUpdate
	if err := body(r, &in); err != nil {
		return err
	}
	return a.change(w, r, "Task run", func(tx *store.Tx) (bool, error) {
		return tx.UpdateTaskRun(pathID(r, "id"), &in, in.Name.Or(tx.IDs.Float))
	})
}

func (a *API) deleteTaskRun(w http.ResponseWriter, r *http.Request) error {
	return a.change(w, r, "Task", func(tx *store.Tx) (bool, error) {
		if err := a.engine.FreeRun(tx, pathID(r, "id")); err != nil {
			return false, err
		}
		return tx.DeleteTaskRun(pathID(r, "id"))
	})
}

func (a *API) countTaskRuns(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		decode.Embedded
		runFilters
	}
	if err := body(r, &in); err != nil {
		return err
	}
	return view(a, w, r, func(tx *store.Tx) (int, error) { return tx.CountTaskRuns(in.filters()) })
}

func (a *API) taskRunHistory(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		decode.Embedded
		history
		runFilters
	}
	if err := body(r, &in); err != nil {
		return err
	}
	length, err := in.length()
	if err != nil {
		return err
	}
	return view(a, w, r, func(tx *store.Tx) ([]prefect.History, error) {
		return tx.TaskRunHistory(in.filters(), in.Start.Time, in.End.Time, length)
	})
}

type filterTaskRuns struct {
	decode.Embedded
	sized
	Sort   prefect.TaskRunSort `json:"sort"`
	Offset int                 `json:"offset" rule:"ge=0"`
	runFilters
}

func (f *filterTaskRuns) Defaults() { f.Sort = "ID_DESC" }

func (a *API) filterTaskRuns(w http.ResponseWriter, r *http.Request) error {
	var in filterTaskRuns
	limit, err := a.pagedBody(r, &in)
	if err != nil {
		return err
	}
	return view(a, w, r, func(tx *store.Tx) ([]*prefect.TaskRun, error) {
		return tx.FilterTaskRuns(in.filters(), in.Sort, prefect.Page{Limit: limit, Offset: in.Offset})
	})
}

type paginateTaskRuns struct {
	decode.Embedded
	sized
	Sort prefect.TaskRunSort `json:"sort"`
	Page int                 `json:"page" rule:"ge=1"`
	runFilters
}

func (p *paginateTaskRuns) Defaults() { p.Sort, p.Page = "ID_DESC", 1 }

func (a *API) paginateTaskRuns(w http.ResponseWriter, r *http.Request) error {
	var in paginateTaskRuns
	limit, err := a.pagedBody(r, &in)
	if err != nil {
		return err
	}
	return view(a, w, r, func(tx *store.Tx) (page[prefect.TaskRunSummary], error) {
		runs, err := tx.FilterTaskRuns(in.filters(), in.Sort, pageOf(in.Page, limit))
		if err != nil {
			return page[prefect.TaskRunSummary]{}, err
		}
		summaries := make([]prefect.TaskRunSummary, len(runs))
		for i, run := range runs {
			summaries[i] = run.Summary()
		}
		count, err := tx.CountTaskRuns(in.filters())
		return newPage(summaries, count, limit, in.Page), err
	})
}

func (a *API) readTaskRunState(w http.ResponseWriter, r *http.Request) error {
	return read(a, w, r, "Flow run state", func(tx *store.Tx) (*prefect.State, error) {
		return tx.ReadTaskRunState(pathID(r, "id"))
	})
}

func (a *API) readTaskRunStates(w http.ResponseWriter, r *http.Request) error {
	id, err := queryID(r, "task_run_id")
	if err != nil {
		return err
	}
	return view(a, w, r, func(tx *store.Tx) ([]*prefect.State, error) { return tx.ReadTaskRunStates(id) })
}
