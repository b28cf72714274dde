package api

import (
	"net/http"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/store"
)

func (a *API) flowRoutes() []rest.Route {
	return []rest.Route{
		rest.Post("/flows/", "create_flow_flows__post", a.createFlow),
		rest.Get("/flows/{id}", "read_flow_flows__id__get", a.readFlow),
		rest.Change(http.MethodPatch, "/flows/{id}", "update_flow_flows__id__patch", a.updateFlow),
		rest.Delete("/flows/{id}", "delete_flow_flows__id__delete", a.deleteFlow),
		rest.Post("/flows/count", "count_flows_flows_count_post", a.countFlows),
		rest.Post("/flows/filter", "read_flows_flows_filter_post", a.filterFlows),
		rest.Post("/flows/paginate", "paginate_flows_flows_paginate_post", a.paginateFlows),
		rest.Post("/flows/bulk_delete", "bulk_delete_flows_flows_bulk_delete_post", a.bulkDeleteFlows),
		rest.Get("/flows/name/{name}", "read_flow_by_name_flows_name__name__get", a.readFlowByName),
	}
}

func (a *API) createFlow(r *http.Request, in *prefect.FlowCreate) (rest.Made[*prefect.Flow], error) {
	return update(a, r, func(tx *store.Tx) (made rest.Made[*prefect.Flow], err error) {
		made.Object, made.New, err = tx.CreateFlow(in)
		return made, err
	})
}

func (a *API) readFlow(r *http.Request) (*prefect.Flow, error) {
	return find(a, r, "Flow", func(tx *store.Tx) (*prefect.Flow, error) { return tx.ReadFlow(rest.ID(r, "id")) })
}

func (a *API) readFlowByName(r *http.Request) (*prefect.Flow, error) {
	return find(a, r, "Flow", func(tx *store.Tx) (*prefect.Flow, error) { return tx.ReadFlowByName(r.PathValue("name")) })
}

func (a *API) updateFlow(r *http.Request, in *prefect.FlowUpdate) error {
	return a.change(r, "Flow", func(tx *store.Tx) (bool, error) { return tx.UpdateFlow(rest.ID(r, "id"), in) })
}

func (a *API) deleteFlow(r *http.Request) error {
	return a.change(r, "Flow", func(tx *store.Tx) (bool, error) { return tx.DeleteFlow(rest.ID(r, "id")) })
}

type flowCount struct {
	decode.Embedded
	poolFilters
}

func (a *API) countFlows(r *http.Request, in *flowCount) (int, error) {
	return view(a, r, func(tx *store.Tx) (int, error) { return tx.CountFlows(in.filters()) })
}

type flowQuery struct {
	decode.Embedded
	rest.Sized
	Offset int `json:"offset" rule:"ge=0"`
	poolFilters
	Sort prefect.FlowSort `json:"sort"`
}

// Defaults implements decode.Defaulter.
func (q *flowQuery) Defaults() { q.Sort = "NAME_ASC" }

func (a *API) filterFlows(r *http.Request, in *flowQuery) ([]*prefect.Flow, error) {
	return view(a, r, func(tx *store.Tx) ([]*prefect.Flow, error) {
		return tx.FilterFlows(in.filters(), in.Sort, in.From(in.Offset))
	})
}

type flowPageQuery struct {
	decode.Embedded
	rest.Sized
	Page int `json:"page" rule:"ge=1"`
	poolFilters
	Sort prefect.FlowSort `json:"sort"`
}

// Defaults implements decode.Defaulter.
func (q *flowPageQuery) Defaults() { q.Page, q.Sort = 1, "NAME_ASC" }

func (a *API) paginateFlows(r *http.Request, in *flowPageQuery) (page rest.Page[*prefect.Flow], err error) {
	return view(a, r, func(tx *store.Tx) (page rest.Page[*prefect.Flow], err error) {
		flows, err := tx.FilterFlows(in.filters(), in.Sort, rest.PageOf(in.Page, in.Size()))
		if err != nil {
			return page, err
		}
		count, err := tx.CountFlows(in.filters())
		return rest.NewPage(flows, count, in.Size(), in.Page), err
	})
}

// mostBulk bounds the operations that work on all objects of a filter.
const mostBulk = 50

// deleted is the answer of the bulk_delete operations.
type deleted struct {
	Deleted []uuid.UUID `json:"deleted"`
}

type deletedFlows struct{ deleted }

type flowBulkDelete struct {
	decode.Embedded
	Flows *prefect.FlowFilter `json:"flows"`
	Limit int                 `json:"limit" rule:"ge=1,le=50"`
}

// Defaults implements decode.Defaulter.
func (b *flowBulkDelete) Defaults() { b.Limit = mostBulk }

func (a *API) bulkDeleteFlows(r *http.Request, in *flowBulkDelete) (deletedFlows, error) {
	return update(a, r, func(tx *store.Tx) (out deletedFlows, err error) {
		out.Deleted, err = tx.DeleteFlows(in.Flows, in.Limit)
		return out, err
	})
}
