package api

import (
	"net/http"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

// The table of deployments and the page of one, each in one answer.
func (a *API) reeveDeploymentRowRoutes() []rest.Route {
	return []rest.Route{
		rest.Post("/reeve/deployments/rows", "reeve_deployment_rows", a.deploymentRows),
		rest.Get("/reeve/deployments/{id}/overview", "reeve_deployment_overview", a.deploymentOverview),
	}
}

// deploymentRow is what a table shows of a deployment.
type deploymentRow struct {
	ID            uuid.UUID                 `json:"id"`
	Name          string                    `json:"name"`
	FlowID        uuid.UUID                 `json:"flow_id"`
	FlowName      string                    `json:"flow_name"`
	Paused        bool                      `json:"paused"`
	Status        *prefect.DeploymentStatus `json:"status"`
	Tags          prefect.Tags              `json:"tags"`
	WorkPoolName  *string                   `json:"work_pool_name"`
	WorkQueueName *string                   `json:"work_queue_name"`
	Schedules     []scheduleLook            `json:"schedules"`
	Next          *store.NextRun            `json:"next"`
	Recent        recent                    `json:"recent"`
}

// scheduleLook is a schedule and whether it makes runs: it is paused, or set aside
// for a reason until it is changed.
type scheduleLook struct {
	ID       uuid.UUID        `json:"id"`
	Schedule prefect.Schedule `json:"schedule"`
	Active   bool             `json:"active"`
	SetAside *string          `json:"set_aside"`
}

func (a *API) deploymentRows(r *http.Request, in *deploymentQuery) (table[*deploymentRow], error) {
	return view(a, r, func(tx *store.Tx) (out table[*deploymentRow], err error) {
		out = tableAt[*deploymentRow](tx)
		if out.Rows, err = readDeploymentRows(tx, in.filters(), in.Sort, in.From(in.Offset)); err != nil {
			return out, err
		}
		out.Count, err = tx.CountDeployments(in.filters())
		return out, err
	})
}

func readDeploymentRows(tx *store.Tx, f *prefect.Filters, sort prefect.DeploymentSort, page prefect.Page) ([]*deploymentRow, error) {
	found, err := tx.FilterDeployments(f, sort, page)
	if err != nil || len(found) == 0 {
		return []*deploymentRow{}, err
	}
	ids, flows := make([]uuid.UUID, len(found)), make([]uuid.UUID, len(found))
	for i, d := range found {
		ids[i], flows[i] = d.ID, d.FlowID
	}
	names, err := tx.FlowNames(flows)
	if err != nil {
		return nil, err
	}
	next, err := tx.NextRunsOfDeployments(ids)
	if err != nil {
		return nil, err
	}
	newest, err := tx.RecentRuns(recentLooked)
	if err != nil {
		return nil, err
	}
	by := recentBy(newest, func(run store.RecentRun) *uuid.UUID { return run.DeploymentID })
	out := make([]*deploymentRow, len(found))
	for i, d := range found {
		row := &deploymentRow{ID: d.ID, Name: d.Name, FlowID: d.FlowID, FlowName: names[d.FlowID], Paused: d.Paused, Status: d.Status, Tags: d.Tags,
			WorkPoolName: d.WorkPoolName, WorkQueueName: d.WorkQueueName, Schedules: []scheduleLook{}, Next: next[d.ID], Recent: recentOf(by, d.ID)}
		for _, s := range d.Schedules {
			row.Schedules = append(row.Schedules, scheduleLook{s.ID, s.Schedule, s.Active, s.SetAside})
		}
		out[i] = row
	}
	return out, nil
}

// deploymentOverview is all that the page of a deployment shows. Times and CatchUps have
// an entry for each schedule of the deployment, in their order.
type deploymentOverview struct {
	Deployment *prefect.Deployment `json:"deployment" rule:"present"`
	FlowName   string              `json:"flow_name"`
	Times      []scheduleTimes     `json:"times"`
	CatchUps   []*scheduleCatchUp  `json:"catch_ups"`
	SLAs       []*prefect.SLA      `json:"slas"` // by name
	Next       *store.NextRun      `json:"next"`
	Runs       ownRuns             `json:"runs"`
	Now        prefect.Time        `json:"now"`
}

func (a *API) deploymentOverview(r *http.Request) (*deploymentOverview, error) {
	out, err := find(a, r, "Deployment", func(tx *store.Tx) (*deploymentOverview, error) {
		return readDeploymentOverview(tx, rest.ID(r, "id"))
	})
	if err != nil {
		return nil, err
	}
	out.Times, err = nextTimes(r.Context(), out.Now.Time, out.Deployment.Schedules)
	return out, err
}

func readDeploymentOverview(tx *store.Tx, id uuid.UUID) (*deploymentOverview, error) {
	d, err := tx.ReadDeployment(id)
	if err != nil || d == nil {
		return nil, err
	}
	out := &deploymentOverview{Deployment: d, Now: prefect.At(tx.Now), CatchUps: []*scheduleCatchUp{}}
	for _, s := range d.Schedules {
		out.CatchUps = append(out.CatchUps, catchUpOf(s))
	}
	names, err := tx.FlowNames([]uuid.UUID{d.FlowID})
	if err != nil {
		return nil, err
	}
	out.FlowName = names[d.FlowID]
	next, err := tx.NextRunsOfDeployments([]uuid.UUID{id})
	if err != nil {
		return nil, err
	}
	out.Next = next[id]
	if out.SLAs, err = tx.ReadSLAs(id); err != nil {
		return nil, err
	}
	out.Runs, err = readOwnRuns(tx, nil, prefect.FlowRunFilter{DeploymentID: &prefect.AnyIDOrNull{Any: []uuid.UUID{id}}})
	return out, err
}
