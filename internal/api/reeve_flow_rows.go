package api

import (
	"net/http"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

// The table of flows and the page of one, each in one answer.
func (a *API) reeveFlowRowRoutes() []rest.Route {
	return []rest.Route{
		rest.Post("/reeve/flows/rows", "reeve_flow_rows", a.flowRows),
		rest.Get("/reeve/flows/{id}/overview", "reeve_flow_overview", a.flowOverview),
	}
}

// overviewDeployments bounds the deployments that the page of a flow lists.
const overviewDeployments = 100

// flowRow is what the table shows of a flow.
type flowRow struct {
	ID          uuid.UUID      `json:"id"`
	Name        string         `json:"name"`
	Tags        prefect.Tags   `json:"tags"`
	Created     *prefect.Time  `json:"created"`
	Deployments int            `json:"deployments"`
	Next        *store.NextRun `json:"next"`
	Recent      recent         `json:"recent"`
}

func (a *API) flowRows(r *http.Request, in *flowQuery) (table[*flowRow], error) {
	return view(a, r, func(tx *store.Tx) (table[*flowRow], error) {
		out := tableAt[*flowRow](tx)
		flows, err := tx.FilterFlows(in.filters(), in.Sort, in.From(in.Offset))
		if err != nil {
			return out, err
		}
		if out.Count, err = tx.CountFlows(in.filters()); err != nil || len(flows) == 0 {
			return out, err
		}
		ids := make([]uuid.UUID, len(flows))
		for i, flow := range flows {
			ids[i] = flow.ID
		}
		deployments, err := tx.CountDeploymentsOf(ids)
		if err != nil {
			return out, err
		}
		next, err := tx.NextRunsOfFlows(ids)
		if err != nil {
			return out, err
		}
		newest, err := tx.RecentRuns(recentLooked)
		if err != nil {
			return out, err
		}
		by := recentBy(newest, func(run store.RecentRun) *uuid.UUID { return &run.FlowID })
		for _, flow := range flows {
			out.Rows = append(out.Rows, &flowRow{flow.ID, flow.Name, flow.Tags, flow.Created, deployments[flow.ID], next[flow.ID], recentOf(by, flow.ID)})
		}
		return out, nil
	})
}

// flowOverview is all that the page of a flow shows. Limit is how many of its runs
// may be active at once, with the number of those that are.
type flowOverview struct {
	Flow        *prefect.Flow    `json:"flow" rule:"present"`
	Limit       *flowLimit       `json:"limit" rule:"present"`
	Next        *store.NextRun   `json:"next"`
	Runs        ownRuns          `json:"runs"`
	Deployments []*deploymentRow `json:"deployments"`
	Now         prefect.Time     `json:"now"`
}

func (a *API) flowOverview(r *http.Request) (*flowOverview, error) {
	return find(a, r, "Flow", func(tx *store.Tx) (*flowOverview, error) {
		flow, err := tx.ReadFlow(rest.ID(r, "id"))
		if err != nil || flow == nil {
			return nil, err
		}
		out := &flowOverview{Flow: flow, Now: prefect.At(tx.Now)}
		if out.Limit, err = flowLimitOf(tx, flow.ID); err != nil {
			return nil, err
		}
		next, err := tx.NextRunsOfFlows([]uuid.UUID{flow.ID})
		if err != nil {
			return nil, err
		}
		out.Next = next[flow.ID]
		only := &prefect.FlowFilter{ID: &prefect.AnyNotAnyID{Any: []uuid.UUID{flow.ID}}}
		if out.Runs, err = readOwnRuns(tx, only, prefect.FlowRunFilter{}); err != nil {
			return nil, err
		}
		out.Deployments, err = readDeploymentRows(tx, &prefect.Filters{Flows: only}, prefect.DeploymentNameAsc, prefect.Page{Limit: overviewDeployments})
		return out, err
	})
}
