package api

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/templating"
)

type resumption struct {
	decode.Embedded
	RunInput *prefect.Object `json:"run_input"`
}

func (a *API) resumeFlowRun(r *http.Request, in *resumption) (proposed, error) {
	start := a.clock.Now()
	if in.RunInput == nil {
		in.RunInput = &prefect.Object{}
	}
	var result *prefect.OrchestrationResult
	var checked *runInput
	id := rest.ID(r, "id")
	err := a.decide(r.Context(), "rendering and checking the run's input", func(p *premises) (err error) {
		checked, err = checkRunInput(p, id, *in.RunInput)
		return err
	}, func(tx *store.Tx) (err error) {
		result, err = a.resume(tx, id, checked, options(r, orchestration.CoreFlowPolicy, false))
		return err
	})
	return outcome(result, start), err
}

// resume lets a paused flow run go on: in its process, or, when it is suspended,
// by being handed out again. A run that waits for input gets it when it meets
// the schema that the run has left.
func (a *API) resume(tx *store.Tx, id uuid.UUID, input *runInput, o orchestration.Options) (*prefect.OrchestrationResult, error) {
	run, err := tx.ReadFlowRunForUpdate(id)
	if err != nil {
		return nil, err
	}
	if run == nil {
		return nil, rest.Missing("Flow run")
	}
	if run.State == nil || run.State.Type != prefect.Paused {
		return &prefect.OrchestrationResult{Status: prefect.Abort, Details: prefect.StateResponse{
			Kind: prefect.Abort, Reason: "Cannot resume a flow run that is not paused."}}, nil
	}
	if input.refusal != "" {
		return &prefect.OrchestrationResult{State: run.State, Status: prefect.Reject,
			Details: prefect.StateResponse{Kind: prefect.Abort, Reason: input.refusal}}, nil
	}
	next := prefect.NewState(tx.IDs.V7(), prefect.Running, tx.Now)
	if run.State.StateDetails.PauseReschedule {
		next = prefect.NewState(tx.IDs.V7(), prefect.Scheduled, tx.Now)
		next.Name = "Resuming"
	}
	result, err := a.engine.SetFlowRunState(tx, id, next, o)
	if err != nil || result.Status != prefect.Accept || isEmpty(input.given) {
		return result, err
	}
	isNew, err := tx.CreateFlowRunInput(&prefect.FlowRunInput{FlowRunID: id, Key: input.key, Value: string(input.given)})
	if err == nil && !isNew {
		return nil, conflictingInput
	}
	return result, err
}

func isEmpty(o prefect.Object) bool {
	var members map[string]json.RawMessage
	return json.Unmarshal(o, &members) != nil || len(members) == 0
}

// runInput is the input that a run receives under a key, or why it is refused.
type runInput struct {
	given   prefect.Object
	key     string
	refusal string
}

// awaited is what a paused run waits for: the keys of its input and the schema
// that it has left, nil when it has left none.
type awaited struct {
	keyset map[string]string
	schema *string
}

// asksForInput reports whether a run, or nil, goes on with an input only.
func asksForInput(run *prefect.FlowRun) bool {
	return run != nil && run.State != nil && run.State.Type == prefect.Paused && len(run.State.StateDetails.RunInputKeyset) > 0
}

func awaitedInput(tx *store.Tx, id uuid.UUID) (awaited, error) {
	run, err := tx.ReadFlowRun(id)
	if err != nil || !asksForInput(run) {
		return awaited{}, err
	}
	waits := awaited{keyset: run.State.StateDetails.RunInputKeyset}
	schema, err := tx.ReadFlowRunInput(id, waits.keyset["schema"])
	if err == nil && schema != nil {
		waits.schema = &schema.Value
	}
	return waits, err
}

// checkRunInput checks input against the schema that a run has left.
func checkRunInput(p *premises, id uuid.UUID, input prefect.Object) (*runInput, error) {
	waits, err := assume(p, func(tx *store.Tx) (awaited, error) { return awaitedInput(tx, id) })
	if err != nil || waits.keyset == nil {
		return &runInput{}, err
	}
	refused := func(reason string) (*runInput, error) { return &runInput{refusal: reason}, nil }
	given, err := templating.Hydrate(p.Budget, input, templating.Rendering{Jinja: true, Variables: p.variable})
	if problem := templating.Problem(err); problem != nil {
		return refused("Error hydrating run input: " + problem.Error())
	}
	switch {
	case err != nil:
		return nil, err
	case waits.schema == nil:
		return refused("Run input schema not found.")
	case !json.Valid([]byte(*waits.schema)):
		return refused("Run input schema is not valid JSON.")
	}
	err = templating.Validate(p.Budget, given, prefect.Object(*waits.schema), templating.Check{Preprocess: true})
	switch {
	case isRefusal(err):
		return refused("Reason: " + err.Error())
	case errors.Is(err, templating.ErrCircular):
		return refused("Invalid schema: Unable to validate schema with circular references.")
	case err != nil:
		return nil, err
	}
	return &runInput{given: given, key: waits.keyset["response"]}, nil
}
