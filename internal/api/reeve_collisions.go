package api

import (
	"net/http"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/store"
)

func (a *API) reeveCollisionRoutes() []rest.Route {
	return []rest.Route{
		rest.Get("/reeve/deployments/{id}/collisions", "reeve_read_collisions", a.readCollisions),
		rest.Take(http.MethodPut, "/reeve/deployments/{id}/collisions", "reeve_set_collisions", a.setCollisions),
	}
}

// collisionStrategy is what becomes of runs that find their deployment's limit full:
// the contract's two strategies, and CANCEL_RUNNING.
type collisionStrategy string

// Values implements decode.Enum.
func (collisionStrategy) Values() []string {
	return []string{string(orchestration.Enqueue), string(orchestration.CancelNew), string(orchestration.CancelRunning)}
}

// collisions is a deployment's strategy as it is read. limit is null without one.
type collisions struct {
	DeploymentID uuid.UUID                       `json:"deployment_id"`
	Strategy     orchestration.CollisionStrategy `json:"collision_strategy"`
	Limit        *int                            `json:"limit"`
}

func collisionsOf(tx *store.Tx, deployment uuid.UUID) (*collisions, error) {
	d, err := tx.ReadDeploymentLimit(deployment)
	if err != nil {
		return nil, err
	}
	if d == nil {
		return nil, rest.Missing("Deployment")
	}
	out := &collisions{DeploymentID: deployment, Strategy: d.Strategy}
	if out.Strategy == "" {
		out.Strategy = orchestration.Enqueue
	}
	if d.Limit != nil {
		out.Limit = &d.Limit.Limit
	}
	return out, nil
}

func (a *API) readCollisions(r *http.Request) (*collisions, error) {
	return view(a, r, func(tx *store.Tx) (*collisions, error) { return collisionsOf(tx, rest.ID(r, "id")) })
}

// collisionSetting is a body of PUT /reeve/deployments/{id}/collisions.
type collisionSetting struct {
	decode.Action
	Strategy collisionStrategy `json:"collision_strategy" rule:"required"`
}

func (a *API) setCollisions(r *http.Request, in *collisionSetting) (*collisions, error) {
	id := rest.ID(r, "id")
	return update(a, r, func(tx *store.Tx) (*collisions, error) {
		found, err := tx.SetCollisions(id, orchestration.CollisionStrategy(in.Strategy))
		if err == nil && !found {
			err = rest.Missing("Deployment")
		}
		if err != nil {
			return nil, err
		}
		return collisionsOf(tx, id)
	})
}
