package api

import (
	"net/http"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/events"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/pyjson"
	"github.com/reevehq/reeve/internal/store"
)

func (a *API) flowRunRoutes() []Route {
	return []Route{
		{http.MethodGet, "/flow_runs/{id}", "read_flow_run_flow_runs__id__get", a.readFlowRun},
		{http.MethodPatch, "/flow_runs/{id}", "update_flow_run_flow_runs__id__patch", a.updateFlowRun},
		{http.MethodDelete, "/flow_runs/{id}", "delete_flow_run_flow_runs__id__delete", a.deleteFlowRun},
		{http.MethodPatch, "/flow_runs/{id}/labels", "update_flow_run_labels_flow_runs__id__labels_patch", a.updateFlowRunLabels},
		{http.MethodPost, "/flow_runs/bulk_delete", "bulk_delete_flow_runs_flow_runs_bulk_delete_post", a.bulkDeleteFlowRuns},
		{http.MethodPost, "/flow_runs/count", "count_flow_runs_flow_runs_count_post", a.countFlowRuns},
		{http.MethodPost, "/flow_runs/lateness", "average_flow_run_lateness_flow_runs_lateness_post", a.flowRunLateness},
		{http.MethodPost, "/flow_runs/history", "flow_run_history_flow_runs_history_post", a.flowRunHistory},
		{http.MethodPost, "/flow_runs/filter", "read_flow_runs_flow_runs_filter_post", a.filterFlowRuns},
		{http.MethodPost, "/flow_runs/paginate", "paginate_flow_runs_flow_runs_paginate_post", a.paginateFlowRuns},
		{http.MethodGet, "/flow_runs/{id}/graph", "read_flow_run_graph_v1_flow_runs__id__graph_get", a.flowRunDependencies},
		{http.MethodGet, "/flow_runs/{id}/graph-v2", "read_flow_run_graph_v2_flow_runs__id__graph_v2_get", a.flowRunGraph},
		{http.MethodGet, "/flow_runs/{id}/logs/download", "download_logs_flow_runs__id__logs_download_get", a.downloadFlowRunLogs},
		{http.MethodGet, "/flow_run_states/{id}", "read_flow_run_state_flow_run_states__id__get", a.readFlowRunState},
		{http.MethodGet, "/flow_run_states/", "read_flow_run_states_flow_run_states__get", a.readFlowRunStates},
	}
}

func (a *API) readFlowRun(w http.ResponseWriter, r *http.Request) error {
	return read(a, w, r, "Flow run", func(tx *store.Tx) (*prefect.FlowRun, error) {
		return tx.ReadFlowRun(pathID(r, "id"))
	})
}

func (a *API) updateFlowRun(w http.ResponseWriter, r *http.Request) error {
	var in prefect.FlowRunUpdate
	if err := a.bodyWithParameters(r, &in, &in.Parameters); err != nil {
		return err
	}
	id := pathID(r, "id")
	if in.JobVariables == nil {
		return a.change(w, r, "Flow run", func(tx *store.Tx) (bool, error) {
			return tx.UpdateFlowRun(id, &in, in.Name.Or(tx.IDs.Float))
		})
	}
	err := a.decide(r.Context(), checkingVariables, func(p *premises) error {
		target, err := assume(p, func(tx *store.Tx) (variablesTarget, error) { return jobVariablesOf(tx, id) })
		if err != nil {
			return err
		}
		return checkJobVariables(p, target.template, false, "Error updating flow run", target.deployment, *in.JobVariables)
	}, func(tx *store.Tx) error {
		_, err := tx.UpdateFlowRun(id, &in, in.Name.Or(tx.IDs.Float))
		return err
	})
	if err != nil {
		return err
	}
	return noContent(w)
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
		return target, missing("Flow run")
	case run.State == nil:
		return target, fault.New(fault.BadRequest, "Flow run state is required to update job variables but none exists")
	case run.State.Type != prefect.Scheduled:
		return target, fault.New(fault.BadRequest, "Job variables for a flow run in state %s cannot be updated", run.State.Type)
	}
	var d *prefect.Deployment
	if run.DeploymentID != nil {
		if d, err = tx.ReadDeployment(*run.DeploymentID); err != nil {
			return target, err
		}
	}
	if d == nil {
		return target, fault.New(fault.BadRequest, "A deployment for the flow run could not be found")
	}
	target.deployment = d.JobVariables
	target.template, err = templateOfDeployment(tx, d)
	return target, err
}

// templateOfDeployment is the job template of a deployment's pool.
func templateOfDeployment(tx *store.Tx, d *prefect.Deployment) (jobTemplate, error) {
	if d.WorkPoolID == nil {
		return jobTemplate{}, nil
	}
	return templateOf(tx.ReadWorkPool(*d.WorkPoolID))
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

func (a *API) updateFlowRunLabels(w http.ResponseWriter, r *http.Request) error {
	var in labelsBody
	if err := body(r, &in); err != nil {
		return err
	}
	id := pathID(r, "id")
	err := a.store.Update(r.Context(), func(tx *store.Tx) error {
		found, err := tx.UpdateFlowRunLabels(id, prefect.Labels(in))
		if err == nil && !found {
			return fault.New(fault.Absent, "Flow run with id %s not found", id)
		}
		return err
	})
	if err != nil {
		return err
	}
	return noContent(w)
}

func (a *API) deleteFlowRun(w http.ResponseWriter, r *http.Request) error {
	return a.change(w, r, "Flow run", func(tx *store.Tx) (bool, error) {
		run, err := tx.ReadFlowRun(pathID(r, "id"))
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
		(run.State.Type != prefect.Scheduled || run.State.Name == "AwaitingRetry")
}

type bulkDeleteFlowRuns struct {
	decode.Embedded
	FlowRuns *prefect.FlowRunFilter `json:"flow_runs"`
	Limit    int                    `json:"limit" rule:"ge=1,le=50"`
}

func (b *bulkDeleteFlowRuns) Defaults() { b.Limit = mostBulk }

func (a *API) bulkDeleteFlowRuns(w http.ResponseWriter, r *http.Request) error {
	var in bulkDeleteFlowRuns
	if err := body(r, &in); err != nil {
		return err
	}
	var out deleted
	err := a.store.Update(r.Context(), func(tx *store.Tx) error {
		runs, err := tx.FilterFlowRuns(&prefect.Filters{FlowRuns: in.FlowRuns}, "ID_DESC", prefect.Page{Limit: in.Limit})
		out.Deleted = make([]uuid.UUID, len(runs))
		for i, run := range runs {
			out.Deleted[i] = run.ID
			if _, err := a.dropFlowRun(tx, run); err != nil {
				return err
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	respond(w, http.StatusOK, out)
	return nil
}

func (a *API) readFlowRunState(w http.ResponseWriter, r *http.Request) error {
	return read(a, w, r, "Flow run state", func(tx *store.Tx) (*prefect.State, error) {
		return tx.ReadFlowRunState(pathID(r, "id"))
	})
}

func (a *API) readFlowRunStates(w http.ResponseWriter, r *http.Request) error {
	id, err := queryID(r, "flow_run_id")
	if err != nil {
		return err
	}
	return view(a, w, r, func(tx *store.Tx) ([]*prefect.State, error) { return tx.ReadFlowRunStates(id) })
}
