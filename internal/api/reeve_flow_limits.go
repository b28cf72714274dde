package api

import (
	"net/http"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/store"
)

func (a *API) reeveFlowLimitRoutes() []Route {
	return []Route{
		{http.MethodGet, "/reeve/flows/{id}/limit", "reeve_read_flow_limit", a.readFlowLimit},
		{http.MethodPut, "/reeve/flows/{id}/limit", "reeve_set_flow_limit", a.setFlowLimit},
		{http.MethodDelete, "/reeve/flows/{id}/limit", "reeve_delete_flow_limit", a.deleteFlowLimit},
	}
}

// flowLimit is a flow's limit as it is read. max_concurrent is null without one.
type flowLimit struct {
	FlowID        uuid.UUID `json:"flow_id"`
	FlowName      string    `json:"flow_name"`
	MaxConcurrent *int      `json:"max_concurrent"`
	Active        *int      `json:"active"` // runs that hold a slot, null without a limit
}

func flowLimitOf(tx *store.Tx, id uuid.UUID) (*flowLimit, error) {
	flow, err := tx.ReadFlow(id)
	if err != nil {
		return nil, err
	}
	if flow == nil {
		return nil, missing("Flow")
	}
	limit, err := tx.ReadFlowLimit(id)
	if err != nil {
		return nil, err
	}
	out := &flowLimit{FlowID: id, FlowName: flow.Name}
	if limit != nil {
		out.MaxConcurrent, out.Active = &limit.Max, &limit.Active
	}
	return out, nil
}

func (a *API) readFlowLimit(w http.ResponseWriter, r *http.Request) error {
	return view(a, w, r, func(tx *store.Tx) (*flowLimit, error) { return flowLimitOf(tx, pathID(r, "id")) })
}

func (a *API) setFlowLimit(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		decode.Action
		MaxConcurrent int `json:"max_concurrent" rule:"required,ge=0"`
	}
	if err := body(r, &in); err != nil {
		return err
	}
	id := pathID(r, "id")
	var limit *flowLimit
	err := a.store.Update(r.Context(), func(tx *store.Tx) error {
		found, err := tx.SetFlowLimit(id, in.MaxConcurrent)
		if err != nil {
			return err
		}
		if !found {
			return missing("Flow")
		}
		limit, err = flowLimitOf(tx, id)
		return err
	})
	if err != nil {
		return err
	}
	respond(w, http.StatusOK, limit)
	return nil
}

func (a *API) deleteFlowLimit(w http.ResponseWriter, r *http.Request) error {
	err := a.store.Update(r.Context(), func(tx *store.Tx) error {
		found, err := tx.DeleteFlowLimit(pathID(r, "id"))
		if err == nil && !found {
			err = fault.New(fault.NotFound, "The flow has no limit.")
		}
		return err
	})
	if err != nil {
		return err
	}
	return noContent(w)
}
