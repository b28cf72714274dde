package api

import (
	"net/http"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/dispatch"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

func (a *API) reeveRunOverviewRoutes() []rest.Route {
	return []rest.Route{rest.Get("/reeve/flow_runs/{id}/overview", "reeve_flow_run_overview", a.flowRunOverview)}
}

// What an overview holds at most. TaskRunCount tells how many task runs there are.
const (
	overviewTaskRuns  = 10_000
	overviewSubflows  = 500
	overviewArtifacts = 200
	overviewResults   = 200 // of the run's own, and of its tasks'
	overviewEvents    = 200
)

// flowRunOverview is all that the page of a run shows, but its logs.
type flowRunOverview struct {
	Run            *prefect.FlowRun     `json:"run" rule:"present"`
	FlowName       *string              `json:"flow_name"`
	DeploymentName *string              `json:"deployment_name"`
	Caller         *store.RunCaller     `json:"caller"`
	Why            *dispatch.Why        `json:"why" rule:"present"`
	States         []runState           `json:"states"`
	TaskRuns       []*store.TaskRunRow  `json:"task_runs"`
	TaskRunCount   int                  `json:"task_run_count"`
	Subflows       []*store.FlowRunRow  `json:"subflows"`
	Artifacts      []*store.RunArtifact `json:"artifacts"`
	Results        []runResult          `json:"results"`
	Events         []*store.RunEvent    `json:"events"` // the newest that its states do not tell
	Now            prefect.Time         `json:"now"`
}

// runState is a state that a run was in, without its data.
type runState struct {
	ID        uuid.UUID         `json:"id"`
	Type      prefect.StateType `json:"type"`
	Name      string            `json:"name"`
	Message   *string           `json:"message"`
	Timestamp prefect.Time      `json:"timestamp"`
}

func (a *API) flowRunOverview(r *http.Request) (*flowRunOverview, error) {
	var results []*store.RunResult
	out, err := find(a, r, "Flow run", func(tx *store.Tx) (*flowRunOverview, error) {
		run, err := tx.ReadFlowRun(rest.ID(r, "id"))
		if err != nil || run == nil {
			return nil, err
		}
		out := &flowRunOverview{Run: run, Now: prefect.At(tx.Now), States: []runState{}}
		for _, step := range []func(*store.Tx) error{out.names, out.readStates, out.below} {
			if err := step(tx); err != nil {
				return nil, err
			}
		}
		if results, err = tx.RunResults(run.ID, overviewResults); err != nil {
			return nil, err
		}
		out.Why, err = a.explain(tx, run)
		return out, err
	})
	if err != nil {
		return nil, err
	}
	out.Results = resultsOf(results)
	return out, nil
}

// names reads what the run belongs to.
func (o *flowRunOverview) names(tx *store.Tx) error {
	flow, err := tx.ReadFlow(o.Run.FlowID)
	if err != nil {
		return err
	}
	if flow != nil {
		o.FlowName = &flow.Name
	}
	if id := o.Run.DeploymentID; id != nil {
		d, err := tx.ReadDeployment(*id)
		if err != nil {
			return err
		}
		if d != nil {
			o.DeploymentName = &d.Name
		}
	}
	if id := o.Run.ParentTaskRunID; id != nil {
		o.Caller, err = tx.ReadRunCaller(*id)
	}
	return err
}

func (o *flowRunOverview) readStates(tx *store.Tx) error {
	states, err := tx.ReadFlowRunStates(o.Run.ID)
	for _, s := range states {
		o.States = append(o.States, runState{s.ID, s.Type, s.Name, s.Message, s.Timestamp})
	}
	return err
}

// below reads what the run did.
func (o *flowRunOverview) below(tx *store.Tx) (err error) {
	if o.TaskRuns, err = tx.TaskRunRowsOf(o.Run.ID, overviewTaskRuns); err != nil {
		return err
	}
	o.TaskRunCount = len(o.TaskRuns)
	if o.TaskRunCount == overviewTaskRuns {
		of := &prefect.Filters{FlowRuns: &prefect.FlowRunFilter{ID: &prefect.AnyNotAnyID{Any: []uuid.UUID{o.Run.ID}}}}
		if o.TaskRunCount, err = tx.CountTaskRuns(of); err != nil {
			return err
		}
	}
	if o.Subflows, err = tx.SubflowRunRows(o.Run.ID, overviewSubflows); err != nil {
		return err
	}
	if o.Artifacts, err = tx.RunArtifacts(o.Run.ID, overviewArtifacts); err != nil {
		return err
	}
	o.Events, err = tx.RunEvents(o.Run.ID, overviewEvents)
	return err
}
