package api

import (
	"net/http"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/store"
)

func (a *API) taskRunRoutes() []rest.Route {
	return []rest.Route{
		rest.Get("/task_runs/{id}", "read_task_run_task_runs__id__get", a.readTaskRun),
		rest.Change(http.MethodPatch, "/task_runs/{id}", "update_task_run_task_runs__id__patch", a.updateTaskRun),
		rest.Delete("/task_runs/{id}", "delete_task_run_task_runs__id__delete", a.deleteTaskRun),
		rest.Post("/task_runs/count", "count_task_runs_task_runs_count_post", a.countTaskRuns),
		rest.Post("/task_runs/history", "task_run_history_task_runs_history_post", a.taskRunHistory),
		rest.Post("/task_runs/filter", "read_task_runs_task_runs_filter_post", a.filterTaskRuns),
		rest.Post("/task_runs/paginate", "paginate_task_runs_task_runs_paginate_post", a.paginateTaskRuns),
		rest.Get("/task_run_states/{id}", "read_task_run_state_task_run_states__id__get", a.readTaskRunState),
		rest.Ask("/task_run_states/", "read_task_run_states_task_run_states__get", a.readTaskRunStates),
	}
}

func (a *API) readTaskRun(r *http.Request) (*prefect.TaskRun, error) {
	return find(a, r, "Task", func(tx *store.Tx) (*prefect.TaskRun, error) {
		return tx.ReadTaskRun(rest.ID(r, "id"))
	})
}

func (a *API) updateTaskRun(r *http.Request, in *prefect.TaskRunUpdate) error {
	return a.change(r, "Task run", func(tx *store.Tx) (bool, error) {
		return tx.UpdateTaskRun(rest.ID(r, "id"), in, in.Name.Or(tx.IDs.Float))
	})
}

func (a *API) deleteTaskRun(r *http.Request) error {
	return a.change(r, "Task", func(tx *store.Tx) (bool, error) {
		if err := a.engine.FreeRun(tx, rest.ID(r, "id")); err != nil {
			return false, err
		}
		return tx.DeleteTaskRun(rest.ID(r, "id"))
	})
}

type taskRunCountQuery struct {
	decode.Embedded
	runFilters
}

func (a *API) countTaskRuns(r *http.Request, in *taskRunCountQuery) (int, error) {
	return view(a, r, func(tx *store.Tx) (int, error) { return tx.CountTaskRuns(in.filters()) })
}

type taskRunHistory struct {
	decode.Embedded
	history
	runFilters
}

func (a *API) taskRunHistory(r *http.Request, in *taskRunHistory) ([]prefect.History, error) {
	length, err := in.length()
	if err != nil {
		return nil, err
	}
	return view(a, r, func(tx *store.Tx) ([]prefect.History, error) {
		return tx.TaskRunHistory(in.filters(), in.Start.Time, in.End.Time, length)
	})
}

type filterTaskRuns struct {
	decode.Embedded
	rest.Sized
	Sort   prefect.TaskRunSort `json:"sort"`
	Offset int                 `json:"offset" rule:"ge=0"`
	runFilters
}

func (f *filterTaskRuns) Defaults() { f.Sort = "ID_DESC" }

func (a *API) filterTaskRuns(r *http.Request, in *filterTaskRuns) ([]*prefect.TaskRun, error) {
	return view(a, r, func(tx *store.Tx) ([]*prefect.TaskRun, error) {
		return tx.FilterTaskRuns(in.filters(), in.Sort, in.From(in.Offset))
	})
}

type paginateTaskRuns struct {
	decode.Embedded
	rest.Sized
	Sort prefect.TaskRunSort `json:"sort"`
	Page int                 `json:"page" rule:"ge=1"`
	runFilters
}

func (p *paginateTaskRuns) Defaults() { p.Sort, p.Page = "ID_DESC", 1 }

func (a *API) paginateTaskRuns(r *http.Request, in *paginateTaskRuns) (rest.Page[prefect.TaskRunSummary], error) {
	return view(a, r, func(tx *store.Tx) (rest.Page[prefect.TaskRunSummary], error) {
		runs, err := tx.FilterTaskRuns(in.filters(), in.Sort, rest.PageOf(in.Page, in.Size()))
		if err != nil {
			return rest.Page[prefect.TaskRunSummary]{}, err
		}
		summaries := make([]prefect.TaskRunSummary, len(runs))
		for i, run := range runs {
			summaries[i] = run.Summary()
		}
		count, err := tx.CountTaskRuns(in.filters())
		return rest.NewPage(summaries, count, in.Size(), in.Page), err
	})
}

func (a *API) readTaskRunState(r *http.Request) (*prefect.State, error) {
	return find(a, r, "Flow run state", func(tx *store.Tx) (*prefect.State, error) {
		return tx.ReadTaskRunState(rest.ID(r, "id"))
	})
}

type taskRunStatesQuery struct {
	decode.Embedded
	TaskRunID uuid.UUID `json:"task_run_id" rule:"required"`
}

func (a *API) readTaskRunStates(r *http.Request, in *taskRunStatesQuery) ([]*prefect.State, error) {
	return view(a, r, func(tx *store.Tx) ([]*prefect.State, error) { return tx.ReadTaskRunStates(in.TaskRunID) })
}
