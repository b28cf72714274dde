package api

import (
	"net/http"
	"regexp"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/pyjson"
	"github.com/reevehq/reeve/internal/store"
)

func (a *API) flowRunInputRoutes() []rest.Route {
	return []rest.Route{
		rest.Post("/flow_runs/{id}/input", "create_flow_run_input_flow_runs__id__input_post", a.createFlowRunInput).With(http.StatusCreated),
		rest.Post("/flow_runs/{id}/input/filter", "filter_flow_run_input_flow_runs__id__input_filter_post", a.filterFlowRunInputs),
		rest.Raw(http.MethodGet, "/flow_runs/{id}/input/{key}", "read_flow_run_input_flow_runs__id__input__key__get", "text/plain", a.readFlowRunInput),
		rest.Delete("/flow_runs/{id}/input/{key}", "delete_flow_run_input_flow_runs__id__input__key__delete", a.deleteFlowRunInput),
	}
}

// inputValue is text that the contract declares as bytes.
type inputValue string

// DecodeWire implements decode.Wire.
func (b *inputValue) DecodeWire(in pyjson.Value, at *decode.At) {
	if in.Kind() != pyjson.String {
		at.Fail("bytes_type", "Input should be a valid bytes", in, nil)
		return
	}
	*b = inputValue(in.Text())
}

var conflictingInput = fault.New(fault.Conflict, "A flow run input with this key already exists.")

var inputKey = regexp.MustCompile(`^[a-z0-9-]*$`)

type newInput struct {
	decode.Embedded
	Key    string     `json:"key" rule:"required"`
	Value  inputValue `json:"value" rule:"required"`
	Sender *string    `json:"sender"`
}

func (a *API) createFlowRunInput(r *http.Request, in *newInput) (rest.Null, error) {
	if !inputKey.MatchString(in.Key) {
		return rest.Null{}, fault.New(fault.Invalid, "An input's key must only contain lowercase letters, numbers, and dashes.")
	}
	id := rest.ID(r, "id")
	return rest.Null{}, a.store.Update(r.Context(), func(tx *store.Tx) error {
		run, err := tx.ReadFlowRunForUpdate(id)
		if err != nil {
			return err
		}
		if run == nil {
			return rest.Missing("Flow run")
		}
		isNew, err := tx.CreateFlowRunInput(&prefect.FlowRunInput{FlowRunID: id, Key: in.Key, Value: string(in.Value), Sender: in.Sender})
		if err == nil && !isNew {
			return conflictingInput
		}
		return err
	})
}

type inputQuery struct {
	decode.Embedded
	Prefix      string   `json:"prefix" rule:"required"`
	Limit       int      `json:"limit"`
	ExcludeKeys []string `json:"exclude_keys"`
}

// Defaults implements decode.Defaulter.
func (q *inputQuery) Defaults() { q.Limit = 1 }

func (a *API) filterFlowRunInputs(r *http.Request, in *inputQuery) ([]*prefect.FlowRunInput, error) {
	return view(a, r, func(tx *store.Tx) ([]*prefect.FlowRunInput, error) {
		return tx.FilterFlowRunInputs(rest.ID(r, "id"), in.Prefix, in.ExcludeKeys, in.Limit)
	})
}

func (a *API) readFlowRunInput(w http.ResponseWriter, r *http.Request) error {
	var in *prefect.FlowRunInput
	err := a.store.View(r.Context(), func(tx *store.Tx) (err error) {
		in, err = tx.ReadFlowRunInput(rest.ID(r, "id"), r.PathValue("key"))
		return err
	})
	if err != nil {
		return err
	}
	if in == nil {
		return rest.Missing("Flow run input")
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte(in.Value)) // a client that has gone is no error of ours
	return nil
}

func (a *API) deleteFlowRunInput(r *http.Request) error {
	return a.change(r, "Flow run input", func(tx *store.Tx) (bool, error) {
		return tx.DeleteFlowRunInput(rest.ID(r, "id"), r.PathValue("key"))
	})
}
