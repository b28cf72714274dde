package api

import (
	"net/http"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

func (a *API) flowRoutes() []Route {
	return []Route{
		{http.MethodPost, "/flows/", "create_flow_flows__post", a.createFlow},
		{http.MethodGet, "/flows/{id}", "read_flow_flows__id__get", a.readFlow},
		{http.MethodPatch, "/flows/{id}", "update_flow_flows__id__patch", a.updateFlow},
		{http.MethodDelete, "/flows/{id}", "delete_flow_flows__id__delete", a.deleteFlow},
		{http.MethodGet, "/flows/name/{name}", "read_flow_by_name_flows_name__name__get", a.readFlowByName},
	}
}

func (a *API) createFlow(w http.ResponseWriter, r *http.Request) error {
	var in prefect.FlowCreate
	if err := body(r, &in); err != nil {
		return err
	}
	var flow *prefect.Flow
	var isNew bool
	err := a.store.Update(r.Context(), func(tx *store.Tx) (err error) {
		flow, isNew, err = tx.CreateFlow(&in)
		return err
	})
	if err != nil {
		return err
	}
	respond(w, created(isNew), flow)
	return nil
}

func (a *API) readFlow(w http.ResponseWriter, r *http.Request) error {
	return read(a, w, r, "Flow", func(tx *store.Tx) (*prefect.Flow, error) {
		return tx.ReadFlow(pathID(r, "id"))
	})
}

func (a *API) readFlowByName(w http.ResponseWriter, r *http.Request) error {
	return read(a, w, r, "Flow", func(tx *store.Tx) (*prefect.Flow, error) {
		return tx.ReadFlowByName(r.PathValue("name"))
	})
}

func (a *API) updateFlow(w http.ResponseWriter, r *http.Request) error {
	var in prefect.FlowUpdate
	if err := body(r, &in); err != nil {
		return err
	}
	return a.change(w, r, "Flow", func(tx *store.Tx) (bool, error) {
		return tx.UpdateFlow(pathID(r, "id"), &in)
	})
}

func (a *API) deleteFlow(w http.ResponseWriter, r *http.Request) error {
	return a.change(w, r, "Flow", func(tx *store.Tx) (bool, error) {
		return tx.DeleteFlow(pathID(r, "id"))
	})
}
