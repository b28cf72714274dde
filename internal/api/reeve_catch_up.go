package api

import (
	"net/http"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/store"
)

func (a *API) reeveCatchUpRoutes() []rest.Route {
	const path = "/reeve/deployments/{id}/schedules"
	return []rest.Route{
		rest.Get(path, "reeve_read_deployment_schedules", a.readCatchUps),
		rest.Take(http.MethodPatch, path+"/{schedule_id}", "reeve_update_deployment_schedule", a.setCatchUp),
	}
}

// scheduleCatchUp is what a schedule does after an absence, as it is read. catch_up is null for
// one that runs late what had been made; missed_since is since when it has been missing
// times, null when it has not.
type scheduleCatchUp struct {
	ID          uuid.UUID        `json:"id"`
	Slug        *string          `json:"slug"`
	Active      bool             `json:"active"`
	CatchUp     *prefect.CatchUp `json:"catch_up"`
	MissedSince *prefect.Time    `json:"missed_since"`
}

func catchUpOf(s *prefect.DeploymentSchedule) *scheduleCatchUp {
	return &scheduleCatchUp{s.ID, s.Slug, s.Active, s.CatchUp, s.MissedSince}
}

func (a *API) readCatchUps(r *http.Request) ([]*scheduleCatchUp, error) {
	return view(a, r, func(tx *store.Tx) ([]*scheduleCatchUp, error) {
		d, err := theDeployment(tx, r)
		if err != nil {
			return nil, err
		}
		all := []*scheduleCatchUp{}
		for _, s := range d.Schedules {
			all = append(all, catchUpOf(s))
		}
		return all, nil
	})
}

// catchUpSetting is a body of PATCH /reeve/deployments/{id}/schedules/{schedule_id}.
type catchUpSetting struct {
	decode.Action
	CatchUp *prefect.CatchUp `json:"catch_up"`
}

func (a *API) setCatchUp(r *http.Request, in *catchUpSetting) (*scheduleCatchUp, error) {
	return update(a, r, func(tx *store.Tx) (*scheduleCatchUp, error) {
		d, err := theDeployment(tx, r)
		if err != nil {
			return nil, err
		}
		id := rest.ID(r, "schedule_id")
		if !in.Has("catch_up") {
			for _, s := range d.Schedules {
				if s.ID == id {
					return catchUpOf(s), nil
				}
			}
			return nil, noSchedule
		}
		s, err := tx.SetCatchUp(d.ID, id, in.CatchUp)
		if err == nil && s == nil {
			err = noSchedule
		}
		if err != nil {
			return nil, err
		}
		return catchUpOf(s), nil
	})
}
