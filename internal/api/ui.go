package api

import (
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/store"
)

// The operations that the dashboard of the reference needs.
func (a *API) uiRoutes() []rest.Route {
	return []rest.Route{
		rest.Post("/ui/flows/count-deployments", "count_deployments_by_flow_ui_flows_count_deployments_post", a.countDeploymentsByFlow),
		rest.Post("/ui/flows/next-runs", "next_runs_by_flow_ui_flows_next_runs_post", a.nextRunsByFlow),
		rest.Post("/ui/flow_runs/history", "read_flow_run_history_ui_flow_runs_history_post", a.uiFlowRunHistory),
		rest.Post("/ui/flow_runs/count-task-runs", "count_task_runs_by_flow_run_ui_flow_runs_count_task_runs_post", a.countTaskRunsByFlowRun),
		rest.Post("/ui/task_runs/dashboard/counts", "read_dashboard_task_run_counts_ui_task_runs_dashboard_counts_post", a.dashboardTaskRuns),
		rest.Post("/ui/task_runs/count", "read_task_run_counts_by_state_ui_task_runs_count_post", a.countTaskRunsByState),
		rest.Get("/ui/task_runs/{id}", "read_task_run_with_flow_run_name_ui_task_runs__id__get", a.readUITaskRun),
	}
}

// byFlow is a body that asks something of each of some flows.
type byFlow struct {
	decode.Embedded
	FlowIDs []uuid.UUID `json:"flow_ids" rule:"required,max=200"`
}

// orZero completes the counts by those that are 0.
func orZero(ids []uuid.UUID, counts map[uuid.UUID]int) map[uuid.UUID]int {
	for _, id := range ids {
		counts[id] += 0
	}
	return counts
}

func (a *API) countDeploymentsByFlow(r *http.Request, in *byFlow) (map[uuid.UUID]int, error) {
	return view(a, r, func(tx *store.Tx) (map[uuid.UUID]int, error) {
		counts, err := tx.CountDeploymentsOf(in.FlowIDs)
		return orZero(in.FlowIDs, counts), err
	})
}

func (a *API) nextRunsByFlow(r *http.Request, in *byFlow) (map[uuid.UUID]*prefect.NextFlowRun, error) {
	return view(a, r, func(tx *store.Tx) (map[uuid.UUID]*prefect.NextFlowRun, error) {
		runs, err := tx.NextRunsOf(in.FlowIDs)
		for _, id := range in.FlowIDs {
			if runs[id] == nil {
				runs[id] = nil
			}
		}
		return runs, err
	})
}

type uiFlowRunHistory struct {
	decode.Embedded
	Sort   prefect.FlowRunSort `json:"sort"`
	Limit  int                 `json:"limit" rule:"le=1000"`
	Offset int                 `json:"offset" rule:"ge=0"`
	poolFilters
}

// Defaults implements decode.Defaulter.
func (h *uiFlowRunHistory) Defaults() { h.Sort, h.Limit = "EXPECTED_START_TIME_DESC", 1000 }

func (a *API) uiFlowRunHistory(r *http.Request, in *uiFlowRunHistory) ([]prefect.SimpleFlowRun, error) {
	return view(a, r, func(tx *store.Tx) ([]prefect.SimpleFlowRun, error) {
		return tx.FilterSimpleFlowRuns(in.filters(), in.Sort, prefect.Page{Limit: in.Limit, Offset: in.Offset})
	})
}

// byFlowRun is a body that asks something of each of some flow runs.
type byFlowRun struct {
	decode.Embedded
	FlowRunIDs []uuid.UUID `json:"flow_run_ids" rule:"required,max=200"`
}

func (a *API) countTaskRunsByFlowRun(r *http.Request, in *byFlowRun) (map[uuid.UUID]int, error) {
	return view(a, r, func(tx *store.Tx) (map[uuid.UUID]int, error) {
		counts, err := tx.CountTaskRunsOf(in.FlowRunIDs)
		return orZero(in.FlowRunIDs, counts), err
	})
}

// taskRunCount is one bar of the dashboard.
type taskRunCount struct {
	Completed int `json:"completed"`
	Failed    int `json:"failed"`
}

// dashboardBars is the number of bars.
const dashboardBars = 20

type dashboard struct {
	decode.Embedded
	TaskRuns    *prefect.TaskRunFilter    `json:"task_runs" rule:"required"`
	Flows       *prefect.FlowFilter       `json:"flows"`
	FlowRuns    *prefect.FlowRunFilter    `json:"flow_runs"`
	Deployments *prefect.DeploymentFilter `json:"deployments"`
	WorkPools   *prefect.WorkPoolFilter   `json:"work_pools"`
	WorkQueues  *prefect.WorkQueueFilter  `json:"work_queues"`
}

func (a *API) dashboardTaskRuns(r *http.Request, in *dashboard) ([]taskRunCount, error) {
	started := in.TaskRuns.StartTime
	if started == nil || started.After == nil {
		return nil, fault.New(fault.Invalid, "task_runs.start_time.after_ is required")
	}
	in.TaskRuns.State = &prefect.TaskRunFilterState{Type: &prefect.AnyState{
		Any: []prefect.StateType{prefect.Completed, prefect.Cancelled, prefect.Failed, prefect.Crashed}}}
	return view(a, r, func(tx *store.Tx) ([]taskRunCount, error) {
		end := tx.Now
		if started.Before != nil {
			end = started.Before.Time
		}
		start := started.After.Truncate(time.Minute)
		end = end.Truncate(time.Minute).Add(time.Minute - time.Microsecond)
		counts, err := tx.CountTaskRunOutcomes(&prefect.Filters{Flows: in.Flows, FlowRuns: in.FlowRuns, TaskRuns: in.TaskRuns,
			Deployments: in.Deployments, WorkPools: in.WorkPools, WorkQueues: in.WorkQueues}, start, end.Sub(start)/dashboardBars, dashboardBars)
		bars := make([]taskRunCount, len(counts))
		for i, c := range counts {
			bars[i] = taskRunCount(c)
		}
		return bars, err
	})
}

type taskRunStateCount struct {
	decode.Embedded
	runFilters
}

func (a *API) countTaskRunsByState(r *http.Request, in *taskRunStateCount) (prefect.StateCounts, error) {
	return view(a, r, func(tx *store.Tx) (prefect.StateCounts, error) {
		n, err := tx.CountTaskRunsByState(in.filters())
		return prefect.StateCounts{Completed: n[prefect.Completed], Pending: n[prefect.Pending], Running: n[prefect.Running],
			Failed: n[prefect.Failed], Cancelled: n[prefect.Cancelled], Crashed: n[prefect.Crashed], Paused: n[prefect.Paused],
			Cancelling: n[prefect.Cancelling], Scheduled: n[prefect.Scheduled]}, err
	})
}

func (a *API) readUITaskRun(r *http.Request) (*prefect.UITaskRun, error) {
	return find(a, r, "Task", func(tx *store.Tx) (*prefect.UITaskRun, error) {
		run, err := tx.ReadTaskRun(rest.ID(r, "id"))
		if err != nil || run == nil {
			return nil, err
		}
		out := &prefect.UITaskRun{TaskRun: *run}
		if run.FlowRunID != nil {
			out.FlowRunName, err = tx.ReadFlowRunName(*run.FlowRunID)
		}
		return out, err
	})
}
