package api

import (
	"net/http"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/dispatch"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/store"
)

func (a *API) deploymentRoutes() []Route {
	return []Route{
		{http.MethodPost, "/deployments/", "create_deployment_deployments__post", a.createDeployment},
		{http.MethodPatch, "/deployments/{id}", "update_deployment_deployments__id__patch", a.updateDeployment},
		{http.MethodGet, "/deployments/name/{flow_name}/{deployment_name}",
			"read_deployment_by_name_deployments_name__flow_name___deployment_name__get", a.readDeploymentByName},
		{http.MethodGet, "/deployments/{id}", "read_deployment_deployments__id__get", a.readDeployment},
		{http.MethodPost, "/deployments/filter", "read_deployments_deployments_filter_post", a.filterDeployments},
		{http.MethodPost, "/deployments/paginate", "paginate_deployments_deployments_paginate_post", a.paginateDeployments},
		{http.MethodPost, "/deployments/get_scheduled_flow_runs",
			"get_scheduled_flow_runs_for_deployments_deployments_get_scheduled_flow_runs_post", a.scheduledRunsOfDeployments},
		{http.MethodPost, "/deployments/count", "count_deployments_deployments_count_post", a.countDeployments},
		{http.MethodDelete, "/deployments/{id}", "delete_deployment_deployments__id__delete", a.deleteDeployment},
		{http.MethodPost, "/deployments/bulk_delete", "bulk_delete_deployments_deployments_bulk_delete_post", a.bulkDeleteDeployments},
		{http.MethodPost, "/deployments/{id}/schedule", "schedule_deployment_deployments__id__schedule_post", a.scheduleDeployment},
		{http.MethodPost, "/deployments/{id}/resume_deployment", "resume_deployment_deployments__id__resume_deployment_post", a.resumeDeployment},
		{http.MethodPost, "/deployments/{id}/pause_deployment", "pause_deployment_deployments__id__pause_deployment_post", a.pauseDeployment},
		{http.MethodPost, "/deployments/{id}/create_flow_run",
			"create_flow_run_from_deployment_deployments__id__create_flow_run_post", a.createDeploymentFlowRun},
		{http.MethodPost, "/deployments/{id}/create_flow_run/bulk",
			"bulk_create_flow_runs_from_deployment_deployments__id__create_flow_run_bulk_post", a.createDeploymentFlowRuns},
		{http.MethodGet, "/deployments/{id}/work_queue_check", "work_queue_check_for_deployment_deployments__id__work_queue_check_get", a.deploymentWorkQueues},
		{http.MethodGet, "/deployments/{id}/schedules", "read_deployment_schedules_deployments__id__schedules_get", a.readDeploymentSchedules},
		{http.MethodPost, "/deployments/{id}/schedules", "create_deployment_schedules_deployments__id__schedules_post", a.createDeploymentSchedules},
		{http.MethodPatch, "/deployments/{id}/schedules/{schedule_id}",
			"update_deployment_schedule_deployments__id__schedules__schedule_id__patch", a.updateDeploymentSchedule},
		{http.MethodDelete, "/deployments/{id}/schedules/{schedule_id}",
			"delete_deployment_schedule_deployments__id__schedules__schedule_id__delete", a.deleteDeploymentSchedule},
	}
}

// noDeployment is the answer where the reference ends its sentence with a stop.
var noDeployment = fault.New(fault.NotFound, "Deployment not found.")

func (a *API) readDeployment(w http.ResponseWriter, r *http.Request) error {
	return read(a, w, r, "Deployment", func(tx *store.Tx) (*prefect.Deployment, error) {
		return tx.ReadDeployment(pathID(r, "id"))
	})
}

func (a *API) readDeploymentByName(w http.ResponseWriter, r *http.Request) error {
	return read(a, w, r, "Deployment", func(tx *store.Tx) (*prefect.Deployment, error) {
		return tx.ReadDeploymentByName(r.PathValue("flow_name"), r.PathValue("deployment_name"))
	})
}

type deploymentQuery struct {
	decode.Embedded
	sized
	Offset int `json:"offset" rule:"ge=0"`
	queueFilters
	Sort prefect.DeploymentSort `json:"sort"`
}

// Defaults implements decode.Defaulter.
func (q *deploymentQuery) Defaults() { q.Sort = prefect.DeploymentNameAsc }

func (a *API) filterDeployments(w http.ResponseWriter, r *http.Request) error {
	var in deploymentQuery
	limit, err := a.pagedBody(r, &in)
	if err != nil {
		return err
	}
	return view(a, w, r, func(tx *store.Tx) ([]*prefect.Deployment, error) {
		return tx.FilterDeployments(in.filters(), in.Sort, prefect.Page{Limit: limit, Offset: in.Offset})
	})
}

type deploymentPages struct {
	decode.Embedded
	sized
	Page int `json:"page" rule:"ge=1"`
	queueFilters
	Sort prefect.DeploymentSort `json:"sort"`
}

// Defaults implements decode.Defaulter.
func (q *deploymentPages) Defaults() { q.Page, q.Sort = 1, prefect.DeploymentNameAsc }

func (a *API) paginateDeployments(w http.ResponseWriter, r *http.Request) error {
	var in deploymentPages
	limit, err := a.pagedBody(r, &in)
	if err != nil {
		return err
	}
	return view(a, w, r, func(tx *store.Tx) (page[*prefect.Deployment], error) {
		found, err := tx.FilterDeployments(in.filters(), in.Sort, prefect.Page{Limit: limit, Offset: (in.Page - 1) * limit})
		if err != nil {
			return page[*prefect.Deployment]{}, err
		}
		count, err := tx.CountDeployments(in.filters())
		return newPage(found, count, limit, in.Page), err
	})
}

func (a *API) countDeployments(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		decode.Embedded
		queueFilters
	}
	if err := body(r, &in); err != nil {
		return err
	}
	return view(a, w, r, func(tx *store.Tx) (int, error) { return tx.CountDeployments(in.filters()) })
}

func (a *API) deleteDeployment(w http.ResponseWriter, r *http.Request) error {
	return a.change(w, r, "Deployment", func(tx *store.Tx) (bool, error) { return tx.DeleteDeployment(pathID(r, "id")) })
}

type deploymentDeletion struct {
	decode.Embedded
	Deployments *prefect.DeploymentFilter `json:"deployments"`
	Limit       int                       `json:"limit" rule:"ge=1,le=50"`
}

// Defaults implements decode.Defaulter.
func (d *deploymentDeletion) Defaults() { d.Limit = bulkLimit }

func (a *API) bulkDeleteDeployments(w http.ResponseWriter, r *http.Request) error {
	var in deploymentDeletion
	if err := body(r, &in); err != nil {
		return err
	}
	var deleted []uuid.UUID
	err := a.store.Update(r.Context(), func(tx *store.Tx) error {
		deleted = []uuid.UUID{}
		found, err := tx.FilterDeployments(&prefect.Filters{Deployments: in.Deployments}, prefect.DeploymentNameAsc, prefect.Page{Limit: in.Limit})
		if err != nil {
			return err
		}
		for _, d := range found {
			if _, err := tx.DeleteDeployment(d.ID); err != nil {
				return err
			}
			deleted = append(deleted, d.ID)
		}
		return nil
	})
	if err != nil {
		return err
	}
	respond(w, http.StatusOK, struct {
		Deleted []uuid.UUID `json:"deleted"`
	}{deleted})
	return nil
}

func (a *API) resumeDeployment(w http.ResponseWriter, r *http.Request) error {
	return a.setDeploymentPaused(w, r, false)
}

func (a *API) pauseDeployment(w http.ResponseWriter, r *http.Request) error {
	return a.setDeploymentPaused(w, r, true)
}

func (a *API) setDeploymentPaused(w http.ResponseWriter, r *http.Request, paused bool) error {
	var found bool
	err := a.store.Update(r.Context(), func(tx *store.Tx) (err error) {
		found, err = tx.PauseDeployment(pathID(r, "id"), paused)
		return err
	})
	if err != nil {
		return err
	}
	if !found {
		return missing("Deployment")
	}
	respond(w, http.StatusOK, nil)
	return nil
}

func (a *API) deploymentWorkQueues(w http.ResponseWriter, r *http.Request) error {
	return view(a, w, r, func(tx *store.Tx) ([]bareQueue, error) {
		d, err := tx.ReadDeployment(pathID(r, "id"))
		if err == nil && d == nil {
			err = missing("Deployment")
		}
		if err != nil {
			return nil, err
		}
		queues, err := tx.WorkQueuesForDeployment(d)
		bare := make([]bareQueue, len(queues))
		for i, q := range queues {
			bare[i] = bareQueue{WorkQueue: q}
		}
		return bare, err
	})
}

// bareQueue is a queue without what the other operations add to it.
type bareQueue struct {
	*prefect.WorkQueue
	NoPoolName    *struct{} `json:"work_pool_name,omitempty"`
	NoStatus      *struct{} `json:"status,omitempty"`
	NoActiveSlots *struct{} `json:"active_slots,omitempty"`
}

type scheduledRunsQuery struct {
	decode.Embedded
	DeploymentIDs   []uuid.UUID   `json:"deployment_ids" rule:"required"`
	ScheduledBefore *prefect.Time `json:"scheduled_before"`
	sized
}

func (a *API) scheduledRunsOfDeployments(w http.ResponseWriter, r *http.Request) error {
	var in scheduledRunsQuery
	limit, err := a.pagedBody(r, &in)
	if err != nil {
		return err
	}
	ids := append([]uuid.UUID{}, in.DeploymentIDs...)
	filters := &prefect.Filters{
		Deployments: &prefect.DeploymentFilter{ID: &prefect.AnyNotAnyID{Any: ids}},
		FlowRuns: &prefect.FlowRunFilter{
			NextScheduledStartTime: &prefect.Between{Before: in.ScheduledBefore},
			State:                  &prefect.FlowRunFilterState{Type: &prefect.AnyNotAnyState{Any: []prefect.StateType{prefect.Scheduled}}},
		},
	}
	var runs []*prefect.FlowRun
	err = a.store.Update(r.Context(), func(tx *store.Tx) (err error) {
		runs, err = dispatch.StartableRuns(tx, filters, limit)
		if err != nil {
			return err
		}
		return tx.MarkDeploymentsReady(ids, nil)
	})
	if err != nil {
		return err
	}
	respond(w, http.StatusOK, runs)
	return nil
}
