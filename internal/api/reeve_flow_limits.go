package api

import (
	"net/http"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/store"
)

func (a *API) reeveFlowLimitRoutes() []rest.Route {
	return []rest.Route{
		rest.Get("/reeve/flows/{id}/limit", "reeve_read_flow_limit", a.readFlowLimit),
		rest.Take(http.MethodPut, "/reeve/flows/{id}/limit", "reeve_set_flow_limit", a.setFlowLimit),
		rest.Delete("/reeve/flows/{id}/limit", "reeve_delete_flow_limit", a.deleteFlowLimit),
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
		return nil, rest.Missing("Flow")
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

func (a *API) readFlowLimit(r *http.Request) (*flowLimit, error) {
	return view(a, r, func(tx *store.Tx) (*flowLimit, error) { return flowLimitOf(tx, rest.ID(r, "id")) })
}

// flowLimitSetting is a body of PUT /reeve/flows/{id}/limit.
type flowLimitSetting struct {
	decode.Action
	MaxConcurrent int `json:"max_concurrent" rule:"required,ge=0"`
}

func (a *API) setFlowLimit(r *http.Request, in *flowLimitSetting) (*flowLimit, error) {
	id := rest.ID(r, "id")
	return update(a, r, func(tx *store.Tx) (*flowLimit, error) {
		found, err := tx.SetFlowLimit(id, in.MaxConcurrent)
		if err == nil && !found {
			err = rest.Missing("Flow")
		}
		if err != nil {
			return nil, err
		}
		return flowLimitOf(tx, id)
	})
}

func (a *API) deleteFlowLimit(r *http.Request) error {
	return a.store.Update(r.Context(), func(tx *store.Tx) error {
		found, err := tx.DeleteFlowLimit(rest.ID(r, "id"))
		if err == nil && !found {
			err = fault.New(fault.NotFound, "The flow has no limit.")
		}
		return err
	})
}
