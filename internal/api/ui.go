package api

import (
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/store"
)

// The operations that the dashboard of the reference needs.
func (a *API) uiRoutes() []Route {
	return []Route{
		{http.MethodPost, "/ui/flows/count-deployments", "count_deployments_by_flow_ui_flows_count_deployments_post", a.countDeploymentsByFlow},
		{http.MethodPost, "/ui/flows/next-runs", "next_runs_by_flow_ui_flows_next_runs_post", a.nextRunsByFlow},
		{http.MethodPost, "/ui/flow_runs/history", "read_flow_run_history_ui_flow_runs_history_post", a.uiFlowRunHistory},
		{http.MethodPost, "/ui/flow_runs/count-task-runs", "count_task_runs_by_flow_run_ui_flow_runs_count_task_runs_post", a.countTaskRunsByFlowRun},
		{http.MethodPost, "/ui/task_runs/dashboard/counts", "read_dashboard_task_run_counts_ui_task_runs_dashboard_counts_post", a.dashboardTaskRuns},
		{http.MethodPost, "/ui/task_runs/count", "read_task_run_counts_by_state_ui_task_runs_count_post", a.countTaskRunsByState},
		{http.MethodGet, "/ui/task_runs/{id}", "read_task_run_with_flow_run_name_ui_task_runs__id__get", a.readUITaskRun},
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

func (a *API) countDeploymentsByFlow(w http.ResponseWriter, r *http.Request) error {
	var in byFlow
	if err := body(r, &in); err != nil {
		return err
	}
	return view(a, w, r, func(tx *store.Tx) (map[uuid.UUID]int, error) {
		counts, err := tx.CountDeploymentsOf(in.FlowIDs)
		return orZero(in.FlowIDs, counts), err
	})
}

func (a *API) nextRunsByFlow(w http.ResponseWriter, r *http.Request) error {
	var in byFlow
	if err := body(r, &in); err != nil {
		return err
	}
	return view(a, w, r, func(tx *store.Tx) (map[uuid.UUID]*prefect.NextFlowRun, error) {
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

func (h *uiFlowRunHistory) Defaults() { h.Sort, h.Limit = "EXPECTED_START_TIME_DESC", 1000 }

func (a *API) uiFlowRunHistory(w http.ResponseWriter, r *http.Request) error {
	var in uiFlowRunHistory
	if err := body(r, &in); err != nil {
		return err
	}
	return view(a, w, r, func(tx *store.Tx) ([]prefect.SimpleFlowRun, error) {
		return tx.FilterSimpleFlowRuns(in.filters(), in.Sort, prefect.Page{Limit: in.Limit, Offset: in.Offset})
	})
}

func (a *API) countTaskRunsByFlowRun(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		decode.Embedded
		FlowRunIDs []uuid.UUID `json:"flow_run_ids" rule:"required,max=200"`
	}
	if err := body(r, &in); err != nil {
		return err
	}
	return view(a, w, r, func(tx *store.Tx) (map[uuid.UUID]int, error) {
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

func (a *API) dashboardTaskRuns(w http.ResponseWriter, r *http.Request) error {
	var in dashboard
	if err := body(r, &in); err != nil {
		return err
	}
	started := in.TaskRuns.StartTime
	if started == nil || started.After == nil {
		return fault.New(fault.Invalid, "task_runs.start_time.after_ is required")
	}
	in.TaskRuns.State = &prefect.TaskRunFilterState{Type: &prefect.AnyState{
		Any: []prefect.StateType{prefect.Completed, prefect.Cancelled, prefect.Failed, prefect.Crashed}}}
	return view(a, w, r, func(tx *store.Tx) ([]taskRunCount, error) {
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

func (a *API) countTaskRunsByState(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		decode.Embedded
		runFilters
	}
	if err := body(r, &in); err != nil {
		return err
	}
	return view(a, w, r, func(tx *store.Tx) (prefect.StateCounts, error) {
		n, err := tx.CountTaskRunsByState(in.filters())
		return prefect.StateCounts{Completed: n[prefect.Completed], Pending: n[prefect.Pending], Running: n[prefect.Running],
			Failed: n[prefect.Failed], Cancelled: n[prefect.Cancelled], Crashed: n[prefect.Crashed], Paused: n[prefect.Paused],
			Cancelling: n[prefect.Cancelling], Scheduled: n[prefect.Scheduled]}, err
	})
}

func (a *API) readUITaskRun(w http.ResponseWriter, r *http.Request) error {
	return read(a, w, r, "Task", func(tx *store.Tx) (*prefect.UITaskRun, error) {
		run, err := tx.ReadTaskRun(pathID(r, "id"))
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
