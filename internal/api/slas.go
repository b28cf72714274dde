package api

import (
	"net/http"
	"strings"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

// Service level agreements, as the client asks Prefect Cloud for them; the
// contract's own server has none.
func (a *API) slaRoutes() []rest.Route {
	return []rest.Route{
		rest.Post("/slas/apply-resource-slas/{resource_id}", "reeve_apply_slas", a.applySLAs),
		rest.Get("/reeve/deployments/{id}/slas", "reeve_read_deployment_slas", a.readSLAs),
	}
}

// applySLAs makes the agreements of a deployment those that are given.
func (a *API) applySLAs(r *http.Request, in *prefect.SLACreates) (*prefect.SLAMerge, error) {
	id, err := uuid.Parse(strings.TrimPrefix(r.PathValue("resource_id"), "prefect.deployment."))
	if err != nil {
		return nil, fault.New(fault.Invalid, "SLAs belong to a deployment: the resource is like prefect.deployment.<id>.")
	}
	return update(a, r, func(tx *store.Tx) (*prefect.SLAMerge, error) {
		if err := deploymentExists(tx, id); err != nil {
			return nil, err
		}
		return tx.ApplySLAs(id, *in)
	})
}

func (a *API) readSLAs(r *http.Request) ([]*prefect.SLA, error) {
	id := rest.ID(r, "id")
	return view(a, r, func(tx *store.Tx) ([]*prefect.SLA, error) {
		if err := deploymentExists(tx, id); err != nil {
			return nil, err
		}
		return tx.ReadSLAs(id)
	})
}

func deploymentExists(tx *store.Tx, id uuid.UUID) error {
	place, err := tx.ReadDeploymentPlace(id)
	if err == nil && place == nil {
		err = fault.New(fault.NotFound, "Deployment not found")
	}
	return err
}
