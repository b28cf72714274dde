package api

import (
	"net/http"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/dispatch"
	"github.com/reevehq/reeve/internal/events"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/pyjson"
	"github.com/reevehq/reeve/internal/store"
)

func (a *API) flowRunRoutes() []rest.Route {
	return []rest.Route{
		rest.Get("/flow_runs/{id}", "read_flow_run_flow_runs__id__get", a.readFlowRun),
		rest.Change(http.MethodPatch, "/flow_runs/{id}", "update_flow_run_flow_runs__id__patch", a.updateFlowRun),
		rest.Delete("/flow_runs/{id}", "delete_flow_run_flow_runs__id__delete", a.deleteFlowRun),
		rest.Change(http.MethodPatch, "/flow_runs/{id}/labels", "update_flow_run_labels_flow_runs__id__labels_patch", a.updateFlowRunLabels),
		rest.Post("/flow_runs/bulk_delete", "bulk_delete_flow_runs_flow_runs_bulk_delete_post", a.bulkDeleteFlowRuns),
		rest.Post("/flow_runs/count", "count_flow_runs_flow_runs_count_post", a.countFlowRuns),
		rest.Post("/flow_runs/lateness", "average_flow_run_lateness_flow_runs_lateness_post", a.flowRunLateness),
		rest.Post("/flow_runs/history", "flow_run_history_flow_runs_history_post", a.flowRunHistory),
		rest.Post("/flow_runs/filter", "read_flow_runs_flow_runs_filter_post", a.filterFlowRuns),
		rest.Post("/flow_runs/paginate", "paginate_flow_runs_flow_runs_paginate_post", a.paginateFlowRuns),
		rest.Get("/flow_runs/{id}/graph", "read_flow_run_graph_v1_flow_runs__id__graph_get", a.flowRunDependencies),
		rest.Ask("/flow_runs/{id}/graph-v2", "read_flow_run_graph_v2_flow_runs__id__graph_v2_get", a.flowRunGraph),
		rest.Raw(http.MethodGet, "/flow_runs/{id}/logs/download", "download_logs_flow_runs__id__logs_download_get", "text/csv", a.downloadFlowRunLogs),
		rest.Get("/flow_run_states/{id}", "read_flow_run_state_flow_run_states__id__get", a.readFlowRunState),
		rest.Ask("/flow_run_states/", "read_flow_run_states_flow_run_states__get", a.readFlowRunStates),
	}
}

func (a *API) readFlowRun(r *http.Request) (*prefect.FlowRun, error) {
	return find(a, r, "Flow run", func(tx *store.Tx) (*prefect.FlowRun, error) {
		return tx.ReadFlowRun(rest.ID(r, "id"))
	})
}

// flowRunUpdate is the body of a change, of which the settings bound the parameters.
type flowRunUpdate struct{ prefect.FlowRunUpdate }

// Bound implements rest.Bounder.
func (u *flowRunUpdate) Bound(limits rest.Limits, issues decode.Issues) (decode.Issues, error) {
	return boundParameters(u.Parameters, limits, issues), nil
}

func (a *API) updateFlowRun(r *http.Request, in *flowRunUpdate) error {
	id := rest.ID(r, "id")
	if in.JobVariables == nil {
		return a.change(r, "Flow run", func(tx *store.Tx) (bool, error) {
			return tx.UpdateFlowRun(id, &in.FlowRunUpdate, in.Name.Or(tx.IDs.Float))
		})
	}
	return a.decide(r.Context(), checkingVariables, func(p *premises) error {
		target, err := assume(p, func(tx *store.Tx) (variablesTarget, error) { return jobVariablesOf(tx, id) })
		if err != nil {
			return err
		}
		return checkJobVariables(p, target.template, false, "Error updating flow run", target.deployment, *in.JobVariables)
	}, func(tx *store.Tx) error {
		_, err := tx.UpdateFlowRun(id, &in.FlowRunUpdate, in.Name.Or(tx.IDs.Float))
		return err
	})
}

// variablesTarget is what a run's job variables are checked with: the template of
// its deployment's pool and the variables of the deployment.
type variablesTarget struct {
	template   jobTemplate
	deployment prefect.Object
}

// jobVariablesOf refuses new job variables for a run that has been handed out, or
// that has no deployment.
func jobVariablesOf(tx *store.Tx, id uuid.UUID) (variablesTarget, error) {
	var target variablesTarget
	run, err := tx.ReadFlowRun(id)
	switch {
	case err != nil:
		return target, err
	case run == nil:
		return target, rest.Missing("Flow run")
	case run.State == nil:
		return target, fault.New(fault.BadRequest, "Flow run state is required to update job variables but none exists")
	case run.State.Type != prefect.Scheduled:
		return target, fault.New(fault.BadRequest, "Job variables for a flow run in state %s cannot be updated", run.State.Type)
	}
	var d *store.Runnable
	if run.DeploymentID != nil {
		if d, err = tx.ReadRunnable(*run.DeploymentID); err != nil {
			return target, err
		}
	}
	if d == nil {
		return target, fault.New(fault.BadRequest, "A deployment for the flow run could not be found")
	}
	return variablesTarget{jobTemplate{d.BaseJobTemplate}, d.JobVariables}, nil
}

// labelsBody is a body that is the labels themselves.
type labelsBody prefect.Labels

// DecodeWire implements decode.Wire: values may be of any type.
func (l *labelsBody) DecodeWire(in pyjson.Value, at *decode.At) {
	if in.Kind() != pyjson.Object {
		at.Fail("dict_type", "Input should be a valid dictionary", in, nil)
		return
	}
	*l = make(labelsBody, len(in.Members()))
	for _, m := range in.Members() {
		(*l)[m.Key] = m.Value.Raw()
	}
}

func (a *API) updateFlowRunLabels(r *http.Request, in *labelsBody) error {
	id := rest.ID(r, "id")
	return a.store.Update(r.Context(), func(tx *store.Tx) error {
		found, err := tx.UpdateFlowRunLabels(id, prefect.Labels(*in))
		if err == nil && !found {
			return fault.New(fault.Absent, "Flow run with id %s not found", id)
		}
		return err
	})
}

func (a *API) deleteFlowRun(r *http.Request) error {
	return a.change(r, "Flow run", func(tx *store.Tx) (bool, error) {
		run, err := tx.ReadFlowRun(rest.ID(r, "id"))
		if err != nil || run == nil {
			return false, err
		}
		return a.dropFlowRun(tx, run)
	})
}

// dropFlowRun deletes a run, gives back the slot it holds, and tells the worker
// that may have it in hand.
func (a *API) dropFlowRun(tx *store.Tx, run *prefect.FlowRun) (bool, error) {
	if err := a.engine.FreeRun(tx, run.ID); err != nil {
		return false, err
	}
	if mayBeInHand(run) {
		if err := tx.Emit(events.FlowRunDeleted(tx.IDs.V7(), tx.Now, run)); err != nil {
			return false, err
		}
	}
	return tx.DeleteFlowRun(run.ID)
}

// mayBeInHand reports whether a worker may have a process for a run. A retry may
// wait within its process.
func mayBeInHand(run *prefect.FlowRun) bool {
	return run.WorkQueueID != nil && run.State != nil && !run.State.Type.IsTerminal() &&
		(run.State.Type != prefect.Scheduled || run.State.Name == dispatch.AwaitingRetry)
}

type deletedFlowRuns struct{ deleted }

type flowRunDeletion struct {
	decode.Embedded
	FlowRuns *prefect.FlowRunFilter `json:"flow_runs"`
	Limit    int                    `json:"limit" rule:"ge=1,le=50"`
}

// Defaults implements decode.Defaulter.
func (d *flowRunDeletion) Defaults() { d.Limit = mostBulk }

func (a *API) bulkDeleteFlowRuns(r *http.Request, in *flowRunDeletion) (deletedFlowRuns, error) {
	return update(a, r, func(tx *store.Tx) (out deletedFlowRuns, err error) {
		runs, err := tx.FilterFlowRuns(&prefect.Filters{FlowRuns: in.FlowRuns}, "ID_DESC", prefect.Page{Limit: in.Limit})
		out.Deleted = make([]uuid.UUID, len(runs))
		for i, run := range runs {
			out.Deleted[i] = run.ID
			if _, err := a.dropFlowRun(tx, run); err != nil {
				return out, err
			}
		}
		return out, err
	})
}

func (a *API) readFlowRunState(r *http.Request) (*prefect.State, error) {
	return find(a, r, "Flow run state", func(tx *store.Tx) (*prefect.State, error) {
		return tx.ReadFlowRunState(rest.ID(r, "id"))
	})
}

type flowRunStatesQuery struct {
	decode.Embedded
	FlowRunID uuid.UUID `json:"flow_run_id" rule:"required"`
}

func (a *API) readFlowRunStates(r *http.Request, in *flowRunStatesQuery) ([]*prefect.State, error) {
	return view(a, r, func(tx *store.Tx) ([]*prefect.State, error) { return tx.ReadFlowRunStates(in.FlowRunID) })
}
