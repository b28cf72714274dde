package api

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/wire"
)

func (a *API) flowRunStateChangeRoutes() []Route {
	return []Route{
		{http.MethodPost, "/flow_runs/{id}/set_state", "set_flow_run_state_flow_runs__id__set_state_post", a.setFlowRunState},
		{http.MethodPost, "/flow_runs/bulk_set_state", "bulk_set_flow_run_state_flow_runs_bulk_set_state_post", a.bulkSetFlowRunState},
		{http.MethodPost, "/flow_runs/{id}/resume", "resume_flow_run_flow_runs__id__resume_post", a.resumeFlowRun},
		{http.MethodPost, "/task_runs/{id}/set_state", "set_task_run_state_task_runs__id__set_state_post", a.setTaskRunState},
	}
}

// proposal is a proposed state; force leaves out the rules.
type proposal struct {
	decode.Embedded
	State prefect.StateCreate `json:"state" rule:"required"`
	Force bool                `json:"force"`
}

// options say how the client that sent a request proposes states.
func options(r *http.Request, policy orchestration.Policy, force bool) orchestration.Options {
	return orchestration.Options{Policy: policy, Force: force, Client: clientVersion(r), API: r.Header.Get("X-Prefect-Api-Version")}
}

// largestClaim bounds the claim of a worker, in bytes.
const largestClaim = 4096

// claimOf are the labels with which a worker that sent a request claims a run,
// nil without any: see wire.ClaimHeader.
func claimOf(r *http.Request) (prefect.Labels, error) {
	text := r.Header.Get(wire.ClaimHeader)
	if text == "" {
		return nil, nil
	}
	var claim map[string]string
	if len(text) > largestClaim || json.Unmarshal([]byte(text), &claim) != nil {
		return nil, fault.New(fault.Invalid, "The header %s has to be a JSON object of texts, of at most %d bytes.", wire.ClaimHeader, largestClaim)
	}
	labels := make(prefect.Labels, len(claim))
	for name, value := range claim {
		labels[name] = prefect.Text(value)
	}
	return labels, nil
}

// outcome answers with what became of a proposed state: 201 when a state was
// written since start.
func outcome(w http.ResponseWriter, result *prefect.OrchestrationResult, start time.Time) error {
	respond(w, created(result.State != nil && !result.State.Timestamp.Before(start)), result)
	return nil
}

func (a *API) setFlowRunState(w http.ResponseWriter, r *http.Request) error {
	var in proposal
	if err := body(r, &in); err != nil {
		return err
	}
	o := options(r, orchestration.CoreFlowPolicy, in.Force)
	var err error
	if o.Claim, err = claimOf(r); err != nil {
		return err
	}
	start := a.clock.Now()
	var result *prefect.OrchestrationResult
	err = a.store.Update(r.Context(), func(tx *store.Tx) (err error) {
		result, err = a.engine.SetFlowRunState(tx, pathID(r, "id"), in.State.State(tx.IDs.V7(), tx.Now), o)
		return err
	})
	if err != nil {
		return err
	}
	return outcome(w, result, start)
}

func (a *API) setTaskRunState(w http.ResponseWriter, r *http.Request) error {
	var in proposal
	if err := body(r, &in); err != nil {
		return err
	}
	start := a.clock.Now()
	var result *prefect.OrchestrationResult
	err := a.store.Update(r.Context(), func(tx *store.Tx) (err error) {
		result, err = a.engine.SetTaskRunState(tx, pathID(r, "id"), in.State.State(tx.IDs.V7(), tx.Now),
			options(r, orchestration.CoreTaskPolicy, in.Force))
		return err
	})
	if err != nil {
		return err
	}
	return outcome(w, result, start)
}

// bulkLimit is the most runs that one bulk operation takes on.
const bulkLimit = 50

func (a *API) bulkSetFlowRunState(w http.ResponseWriter, r *http.Request) error {
	in := struct {
		FlowRuns *prefect.FlowRunFilter `json:"flow_runs"`
		proposal
		Limit int `json:"limit" rule:"ge=1,le=50"`
	}{Limit: bulkLimit}
	if err := body(r, &in); err != nil {
		return err
	}
	var runs []*prefect.FlowRun
	err := a.store.View(r.Context(), func(tx *store.Tx) (err error) {
		runs, err = tx.FilterFlowRuns(&prefect.Filters{FlowRuns: in.FlowRuns}, prefect.FlowRunSort("ID_DESC"), prefect.Page{Limit: in.Limit})
		return err
	})
	if err != nil {
		return err
	}
	results := make([]prefect.FlowRunOrchestrationResult, len(runs))
	for i, run := range runs {
		results[i] = a.setOneOfMany(r, run.ID, &in.proposal)
	}
	respond(w, http.StatusOK, struct {
		Results []prefect.FlowRunOrchestrationResult `json:"results"`
	}{results})
	return nil
}

// setOneOfMany proposes a state for one run, in a transaction of its own: that
// one fails does not undo the others.
func (a *API) setOneOfMany(r *http.Request, id uuid.UUID, in *proposal) prefect.FlowRunOrchestrationResult {
	out := prefect.FlowRunOrchestrationResult{FlowRunID: id}
	err := a.store.Update(r.Context(), func(tx *store.Tx) error {
		result, err := a.engine.SetFlowRunState(tx, id, in.State.State(tx.IDs.V7(), tx.Now),
			options(r, orchestration.CoreFlowPolicy, in.Force))
		if err == nil {
			out.Status, out.State, out.Details = result.Status, result.State, result.Details
		}
		return err
	})
	if err != nil {
		out.Status, out.State = prefect.Abort, nil
		out.Details = prefect.StateResponse{Kind: prefect.Abort, Reason: err.Error()}
	}
	return out
}
