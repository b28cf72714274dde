package api

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/wire"
)

func (a *API) flowRunStateChangeRoutes() []rest.Route {
	return []rest.Route{
		rest.Post("/flow_runs/{id}/set_state", "set_flow_run_state_flow_runs__id__set_state_post", a.setFlowRunState),
		rest.Post("/flow_runs/bulk_set_state", "bulk_set_flow_run_state_flow_runs_bulk_set_state_post", a.bulkSetFlowRunState),
		rest.Post("/flow_runs/{id}/resume", "resume_flow_run_flow_runs__id__resume_post", a.resumeFlowRun),
		rest.Post("/task_runs/{id}/set_state", "set_task_run_state_task_runs__id__set_state_post", a.setTaskRunState),
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

// proposed is what became of a proposed state.
type proposed = rest.Made[*prefect.OrchestrationResult]

// outcome is new, which is 201, when a state was written since start.
func outcome(result *prefect.OrchestrationResult, start time.Time) proposed {
	return proposed{Object: result, New: result != nil && result.State != nil && !result.State.Timestamp.Before(start)}
}

func (a *API) setFlowRunState(r *http.Request, in *proposal) (proposed, error) {
	o := options(r, orchestration.CoreFlowPolicy, in.Force)
	var err error
	if o.Claim, err = claimOf(r); err != nil {
		return proposed{}, err
	}
	start := a.clock.Now()
	result, err := update(a, r, func(tx *store.Tx) (*prefect.OrchestrationResult, error) {
		return a.engine.SetFlowRunState(tx, rest.ID(r, "id"), in.State.State(tx.IDs.V7(), tx.Now), o)
	})
	return outcome(result, start), err
}

func (a *API) setTaskRunState(r *http.Request, in *proposal) (proposed, error) {
	start := a.clock.Now()
	result, err := update(a, r, func(tx *store.Tx) (*prefect.OrchestrationResult, error) {
		return a.engine.SetTaskRunState(tx, rest.ID(r, "id"), in.State.State(tx.IDs.V7(), tx.Now),
			options(r, orchestration.CoreTaskPolicy, in.Force))
	})
	return outcome(result, start), err
}

type bulkProposal struct {
	FlowRuns *prefect.FlowRunFilter `json:"flow_runs"`
	proposal
	Limit int `json:"limit" rule:"ge=1,le=50"`
}

// Defaults implements decode.Defaulter.
func (b *bulkProposal) Defaults() { b.Limit = mostBulk }

// bulkOutcome is what became of the proposals, in the order of the runs.
type bulkOutcome struct {
	Results []prefect.FlowRunOrchestrationResult `json:"results"`
}

func (a *API) bulkSetFlowRunState(r *http.Request, in *bulkProposal) (bulkOutcome, error) {
	runs, err := view(a, r, func(tx *store.Tx) ([]*prefect.FlowRun, error) {
		return tx.FilterFlowRuns(&prefect.Filters{FlowRuns: in.FlowRuns}, prefect.FlowRunSort("ID_DESC"), prefect.Page{Limit: in.Limit})
	})
	if err != nil {
		return bulkOutcome{}, err
	}
	results := make([]prefect.FlowRunOrchestrationResult, len(runs))
	for i, run := range runs {
		results[i] = a.setOneOfMany(r, run.ID, &in.proposal)
	}
	return bulkOutcome{results}, nil
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
