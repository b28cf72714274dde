package api

import (
	"net/http"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/dispatch"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/store"
)

func (a *API) deploymentRoutes() []rest.Route {
	return []rest.Route{
		rest.Post("/deployments/", "create_deployment_deployments__post", a.createDeployment),
		rest.Change(http.MethodPatch, "/deployments/{id}", "update_deployment_deployments__id__patch", a.updateDeployment),
		rest.Get("/deployments/name/{flow_name}/{deployment_name}",
			"read_deployment_by_name_deployments_name__flow_name___deployment_name__get", a.readDeploymentByName),
		rest.Get("/deployments/{id}", "read_deployment_deployments__id__get", a.readDeployment),
		rest.Post("/deployments/filter", "read_deployments_deployments_filter_post", a.filterDeployments),
		rest.Post("/deployments/paginate", "paginate_deployments_deployments_paginate_post", a.paginateDeployments),
		rest.Post("/deployments/get_scheduled_flow_runs",
			"get_scheduled_flow_runs_for_deployments_deployments_get_scheduled_flow_runs_post", a.scheduledRunsOfDeployments),
		rest.Post("/deployments/count", "count_deployments_deployments_count_post", a.countDeployments),
		rest.Delete("/deployments/{id}", "delete_deployment_deployments__id__delete", a.deleteDeployment),
		rest.Post("/deployments/bulk_delete", "bulk_delete_deployments_deployments_bulk_delete_post", a.bulkDeleteDeployments),
		rest.Post("/deployments/{id}/schedule", "schedule_deployment_deployments__id__schedule_post", a.scheduleDeployment),
		rest.Do(http.MethodPost, "/deployments/{id}/resume_deployment", "resume_deployment_deployments__id__resume_deployment_post", a.resumeDeployment),
		rest.Do(http.MethodPost, "/deployments/{id}/pause_deployment", "pause_deployment_deployments__id__pause_deployment_post", a.pauseDeployment),
		rest.Post("/deployments/{id}/create_flow_run",
			"create_flow_run_from_deployment_deployments__id__create_flow_run_post", a.createDeploymentFlowRun),
		rest.Post("/deployments/{id}/create_flow_run/bulk",
			"bulk_create_flow_runs_from_deployment_deployments__id__create_flow_run_bulk_post", a.createDeploymentFlowRuns),
		rest.Get("/deployments/{id}/work_queue_check", "work_queue_check_for_deployment_deployments__id__work_queue_check_get", a.deploymentWorkQueues),
		rest.Get("/deployments/{id}/schedules", "read_deployment_schedules_deployments__id__schedules_get", a.readDeploymentSchedules),
		rest.Post("/deployments/{id}/schedules", "create_deployment_schedules_deployments__id__schedules_post", a.createDeploymentSchedules).With(http.StatusCreated),
		rest.Change(http.MethodPatch, "/deployments/{id}/schedules/{schedule_id}",
			"update_deployment_schedule_deployments__id__schedules__schedule_id__patch", a.updateDeploymentSchedule),
		rest.Delete("/deployments/{id}/schedules/{schedule_id}",
			"delete_deployment_schedule_deployments__id__schedules__schedule_id__delete", a.deleteDeploymentSchedule),
	}
}

// noDeployment is the answer where the reference ends its sentence with a stop.
var noDeployment = fault.New(fault.NotFound, "Deployment not found.")

func (a *API) readDeployment(r *http.Request) (*prefect.Deployment, error) {
	return find(a, r, "Deployment", func(tx *store.Tx) (*prefect.Deployment, error) {
		return tx.ReadDeployment(rest.ID(r, "id"))
	})
}

func (a *API) readDeploymentByName(r *http.Request) (*prefect.Deployment, error) {
	return find(a, r, "Deployment", func(tx *store.Tx) (*prefect.Deployment, error) {
		return tx.ReadDeploymentByName(r.PathValue("flow_name"), r.PathValue("deployment_name"))
	})
}

type deploymentQuery struct {
	decode.Embedded
	rest.Sized
	Offset int `json:"offset" rule:"ge=0"`
	queueFilters
	Sort prefect.DeploymentSort `json:"sort"`
}

// Defaults implements decode.Defaulter.
func (q *deploymentQuery) Defaults() { q.Sort = prefect.DeploymentNameAsc }

func (a *API) filterDeployments(r *http.Request, in *deploymentQuery) ([]*prefect.Deployment, error) {
	return view(a, r, func(tx *store.Tx) ([]*prefect.Deployment, error) {
		return tx.FilterDeployments(in.filters(), in.Sort, in.From(in.Offset))
	})
}

type deploymentPages struct {
	decode.Embedded
	rest.Sized
	Page int `json:"page" rule:"ge=1"`
	queueFilters
	Sort prefect.DeploymentSort `json:"sort"`
}

// Defaults implements decode.Defaulter.
func (q *deploymentPages) Defaults() { q.Page, q.Sort = 1, prefect.DeploymentNameAsc }

func (a *API) paginateDeployments(r *http.Request, in *deploymentPages) (rest.Page[*prefect.Deployment], error) {
	return view(a, r, func(tx *store.Tx) (rest.Page[*prefect.Deployment], error) {
		found, err := tx.FilterDeployments(in.filters(), in.Sort, prefect.Page{Limit: in.Size(), Offset: (in.Page - 1) * in.Size()})
		if err != nil {
			return rest.Page[*prefect.Deployment]{}, err
		}
		count, err := tx.CountDeployments(in.filters())
		return rest.NewPage(found, count, in.Size(), in.Page), err
	})
}

func (a *API) countDeployments(r *http.Request, in *queueQuery) (int, error) {
	return view(a, r, func(tx *store.Tx) (int, error) { return tx.CountDeployments(in.filters()) })
}

func (a *API) deleteDeployment(r *http.Request) error {
	return a.change(r, "Deployment", func(tx *store.Tx) (bool, error) { return tx.DeleteDeployment(rest.ID(r, "id")) })
}

type deletedDeployments struct{ deleted }

type deploymentDeletion struct {
	decode.Embedded
	Deployments *prefect.DeploymentFilter `json:"deployments"`
	Limit       int                       `json:"limit" rule:"ge=1,le=50"`
}

// Defaults implements decode.Defaulter.
func (d *deploymentDeletion) Defaults() { d.Limit = mostBulk }

func (a *API) bulkDeleteDeployments(r *http.Request, in *deploymentDeletion) (deletedDeployments, error) {
	return update(a, r, func(tx *store.Tx) (out deletedDeployments, err error) {
		out.Deleted = []uuid.UUID{}
		found, err := tx.FilterDeployments(&prefect.Filters{Deployments: in.Deployments}, prefect.DeploymentNameAsc, prefect.Page{Limit: in.Limit})
		if err != nil {
			return out, err
		}
		for _, d := range found {
			if _, err := tx.DeleteDeployment(d.ID); err != nil {
				return out, err
			}
			out.Deleted = append(out.Deleted, d.ID)
		}
		return out, nil
	})
}

func (a *API) resumeDeployment(r *http.Request) (rest.Null, error) {
	return a.setDeploymentPaused(r, false)
}

func (a *API) pauseDeployment(r *http.Request) (rest.Null, error) {
	return a.setDeploymentPaused(r, true)
}

func (a *API) setDeploymentPaused(r *http.Request, paused bool) (rest.Null, error) {
	return rest.Null{}, a.change(r, "Deployment", func(tx *store.Tx) (bool, error) {
		return tx.PauseDeployment(rest.ID(r, "id"), paused)
	})
}

func (a *API) deploymentWorkQueues(r *http.Request) ([]*prefect.BareWorkQueue, error) {
	return view(a, r, func(tx *store.Tx) ([]*prefect.BareWorkQueue, error) {
		d, err := tx.ReadDeployment(rest.ID(r, "id"))
		if err == nil && d == nil {
			err = rest.Missing("Deployment")
		}
		if err != nil {
			return nil, err
		}
		queues, err := tx.WorkQueuesForDeployment(d)
		bare := make([]*prefect.BareWorkQueue, len(queues))
		for i, q := range queues {
			bare[i] = &q.BareWorkQueue
		}
		return bare, err
	})
}

type scheduledRunsQuery struct {
	decode.Embedded
	DeploymentIDs   []uuid.UUID   `json:"deployment_ids" rule:"required"`
	ScheduledBefore *prefect.Time `json:"scheduled_before"`
	rest.Sized
}

func (a *API) scheduledRunsOfDeployments(r *http.Request, in *scheduledRunsQuery) ([]*prefect.FlowRun, error) {
	ids := append([]uuid.UUID{}, in.DeploymentIDs...)
	filters := &prefect.Filters{
		Deployments: &prefect.DeploymentFilter{ID: &prefect.AnyNotAnyID{Any: ids}},
		FlowRuns: &prefect.FlowRunFilter{
			NextScheduledStartTime: &prefect.Between{Before: in.ScheduledBefore},
			State:                  &prefect.FlowRunFilterState{Type: &prefect.AnyNotAnyState{Any: []prefect.StateType{prefect.Scheduled}}},
		},
	}
	return update(a, r, func(tx *store.Tx) ([]*prefect.FlowRun, error) {
		runs, err := dispatch.StartableRuns(tx, filters, in.Size())
		if err != nil {
			return nil, err
		}
		return runs, tx.MarkDeploymentsReady(ids, nil)
	})
}
