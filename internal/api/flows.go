package api

import (
	"net/http"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/store"
)

func (a *API) flowRoutes() []Route {
	return []Route{
		{http.MethodPost, "/flows/", "create_flow_flows__post", a.createFlow},
		{http.MethodGet, "/flows/{id}", "read_flow_flows__id__get", a.readFlow},
		{http.MethodPatch, "/flows/{id}", "update_flow_flows__id__patch", a.updateFlow},
		{http.MethodDelete, "/flows/{id}", "delete_flow_flows__id__delete", a.deleteFlow},
		{http.MethodPost, "/flows/count", "count_flows_flows_count_post", a.countFlows},
		{http.MethodPost, "/flows/filter", "read_flows_flows_filter_post", a.filterFlows},
		{http.MethodPost, "/flows/paginate", "paginate_flows_flows_paginate_post", a.paginateFlows},
		{http.MethodPost, "/flows/bulk_delete", "bulk_delete_flows_flows_bulk_delete_post", a.bulkDeleteFlows},
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

func (a *API) countFlows(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		decode.Embedded
		poolFilters
	}
	if err := body(r, &in); err != nil {
		return err
	}
	return view(a, w, r, func(tx *store.Tx) (int, error) { return tx.CountFlows(in.filters()) })
}

type filterFlows struct {
	decode.Embedded
	sized
	Offset int `json:"offset" rule:"ge=0"`
	poolFilters
	Sort prefect.FlowSort `json:"sort"`
}

func (f *filterFlows) Defaults() { f.Sort = "NAME_ASC" }

func (a *API) filterFlows(w http.ResponseWriter, r *http.Request) error {
	var in filterFlows
	limit, err := a.pagedBody(r, &in)
	if err != nil {
		return err
	}
	return view(a, w, r, func(tx *store.Tx) ([]*prefect.Flow, error) {
		return tx.FilterFlows(in.filters(), in.Sort, prefect.Page{Limit: limit, Offset: in.Offset})
	})
}

type paginateFlows struct {
	decode.Embedded
	sized
	Page int `json:"page" rule:"ge=1"`
	poolFilters
	Sort prefect.FlowSort `json:"sort"`
}

func (p *paginateFlows) Defaults() { p.Page, p.Sort = 1, "NAME_ASC" }

func (a *API) paginateFlows(w http.ResponseWriter, r *http.Request) error {
	var in paginateFlows
	limit, err := a.pagedBody(r, &in)
	if err != nil {
		return err
	}
	return view(a, w, r, func(tx *store.Tx) (page[*prefect.Flow], error) {
		flows, err := tx.FilterFlows(in.filters(), in.Sort, pageOf(in.Page, limit))
		if err != nil {
			return page[*prefect.Flow]{}, err
		}
		count, err := tx.CountFlows(in.filters())
		return newPage(flows, count, limit, in.Page), err
	})
}

// mostBulk bounds the operations that work on all objects of a filter.
const mostBulk = 50

// deleted is the answer of the bulk_delete operations.
type deleted struct {
	Deleted []uuid.UUID `json:"deleted"`
}

type bulkDeleteFlows struct {
	decode.Embedded
	Flows *prefect.FlowFilter `json:"flows"`
	Limit int                 `json:"limit" rule:"ge=1,le=50"`
}

func (b *bulkDeleteFlows) Defaults() { b.Limit = mostBulk }

func (a *API) bulkDeleteFlows(w http.ResponseWriter, r *http.Request) error {
	var in bulkDeleteFlows
	if err := body(r, &in); err != nil {
		return err
	}
	var out deleted
	err := a.store.Update(r.Context(), func(tx *store.Tx) (err error) {
		out.Deleted, err = tx.DeleteFlows(in.Flows, in.Limit)
		return err
	})
	if err != nil {
		return err
	}
	respond(w, http.StatusOK, out)
	return nil
}
