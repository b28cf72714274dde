package api

import (
	"net/http"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

// The table of flows and the page of one, each in one answer.
func (a *API) reeveFlowRowRoutes() []Route {
	return []Route{
		{http.MethodPost, "/reeve/flows/rows", "reeve_flow_rows", a.flowRows},
		{http.MethodGet, "/reeve/flows/{id}/overview", "reeve_flow_overview", a.flowOverview},
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

func (a *API) flowRows(w http.ResponseWriter, r *http.Request) error {
	var in filterFlows
	limit, err := a.pagedBody(r, &in)
	if err != nil {
		return err
	}
	return view(a, w, r, func(tx *store.Tx) (rows[*flowRow], error) {
		out := rows[*flowRow]{Rows: []*flowRow{}, Most: countedRows, Now: prefect.At(tx.Now)}
		flows, err := tx.FilterFlows(in.filters(), in.Sort, prefect.Page{Limit: limit, Offset: in.Offset})
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

// flowPage is all that the page of a flow shows. Limit is how many of its runs
// may be active at once, with the number of those that are.
type flowPage struct {
	Flow        *prefect.Flow    `json:"flow"`
	Limit       *flowLimit       `json:"limit"`
	Next        *store.NextRun   `json:"next"`
	Runs        ownRuns          `json:"runs"`
	Deployments []*deploymentRow `json:"deployments"`
	Now         prefect.Time     `json:"now"`
}

func (a *API) flowOverview(w http.ResponseWriter, r *http.Request) error {
	return read(a, w, r, "Flow", func(tx *store.Tx) (*flowPage, error) {
		flow, err := tx.ReadFlow(pathID(r, "id"))
		if err != nil || flow == nil {
			return nil, err
		}
		out := &flowPage{Flow: flow, Now: prefect.At(tx.Now)}
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
