package api

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/templating"
)

func (a *API) resumeFlowRun(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		decode.Embedded
		RunInput *prefect.Object `json:"run_input"`
	}
	if err := body(r, &in); err != nil {
		return err
	}
	start := a.clock.Now()
	var result *prefect.OrchestrationResult
	err := a.store.Update(r.Context(), func(tx *store.Tx) (err error) {
		result, err = a.resume(tx, pathID(r, "id"), in.RunInput, options(r, orchestration.CoreFlowPolicy, false))
		return err
	})
	if err != nil {
		return err
	}
	return outcome(w, result, start)
}

// resume lets a paused flow run go on: in its process, or, when it is suspended,
// by being handed out again. A run that waits for input gets it when it meets
// the schema that the run has left.
func (a *API) resume(tx *store.Tx, id uuid.UUID, input *prefect.Object, o orchestration.Options) (*prefect.OrchestrationResult, error) {
	run, err := tx.ReadFlowRunForUpdate(id)
	if err != nil {
		return nil, err
	}
	if run == nil {
		return nil, missing("Flow run")
	}
	if run.State == nil || run.State.Type != prefect.Paused {
		return &prefect.OrchestrationResult{Status: prefect.Abort, Details: prefect.StateResponse{
			Kind: prefect.Abort, Reason: "Cannot resume a flow run that is not paused."}}, nil
	}
	keyset := run.State.StateDetails.RunInputKeyset
	var given prefect.Object
	if len(keyset) > 0 {
		if input == nil {
			input = &prefect.Object{}
		}
		var reason string
		if given, reason, err = a.checkRunInput(tx, id, keyset["schema"], *input); err != nil {
			return nil, err
		}
		if reason != "" {
			return &prefect.OrchestrationResult{State: run.State, Status: prefect.Reject,
				Details: prefect.StateResponse{Kind: prefect.Abort, Reason: reason}}, nil
		}
	}
	next := prefect.NewState(tx.IDs.V7(), prefect.Running, tx.Now)
	if run.State.StateDetails.PauseReschedule {
		next = prefect.NewState(tx.IDs.V7(), prefect.Scheduled, tx.Now)
		next.Name = "Resuming"
	}
	result, err := a.engine.SetFlowRunState(tx, id, next, o)
	if err != nil || result.Status != prefect.Accept || isEmpty(given) {
		return result, err
	}
	isNew, err := tx.CreateFlowRunInput(&prefect.FlowRunInput{FlowRunID: id, Key: keyset["response"], Value: string(given)})
	if err == nil && !isNew {
		return nil, conflictingInput
	}
	return result, err
}

func isEmpty(o prefect.Object) bool {
	var members map[string]json.RawMessage
	return json.Unmarshal(o, &members) != nil || len(members) == 0
}

// checkRunInput checks input against the schema that the run has left under a
// key. It gives the input as the run receives it, or why it is refused.
func (a *API) checkRunInput(tx *store.Tx, run uuid.UUID, schemaKey string, input prefect.Object) (prefect.Object, string, error) {
	given, err := templating.Hydrate(input, templating.Rendering{Jinja: true, Variables: tx.VariableValue})
	if problem := templating.Problem(err); problem != nil {
		return nil, "Error hydrating run input: " + problem.Error(), nil
	}
	if err != nil {
		return nil, "", err
	}
	schema, err := tx.ReadFlowRunInput(run, schemaKey)
	switch {
	case err != nil:
		return nil, "", err
	case schema == nil:
		return nil, "Run input schema not found.", nil
	case !json.Valid([]byte(schema.Value)):
		return nil, "Run input schema is not valid JSON.", nil
	}
	err = templating.Validate(given, prefect.Object(schema.Value), templating.Check{Preprocess: true})
	var refused *templating.ValidationError
	switch {
	case errors.As(err, &refused):
		return nil, "Reason: " + refused.Error(), nil
	case errors.Is(err, templating.ErrCircular):
		return nil, "Invalid schema: Unable to validate schema with circular references.", nil
	}
	return given, "", err
}
