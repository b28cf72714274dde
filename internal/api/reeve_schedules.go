package api

import (
	"net/http"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/dispatch"
	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/store"
)

func (a *API) reeveScheduleRoutes() []rest.Route {
	return []rest.Route{
		rest.Get("/reeve/deployments/{id}/why", "reeve_why_deployment", a.whyDeployment),
		rest.Get("/reeve/schedules/set_aside", "reeve_read_set_aside_schedules", a.readSetAsideSchedules),
	}
}

// readSetAsideSchedules lists the schedules that the scheduler leaves alone until
// they are changed, a page at most.
func (a *API) readSetAsideSchedules(r *http.Request) ([]*store.SetAsideSchedule, error) {
	return view(a, r, func(tx *store.Tx) ([]*store.SetAsideSchedule, error) {
		return tx.SetAsideSchedules(a.config.DefaultLimit)
	})
}

func (a *API) whyDeployment(r *http.Request) (*dispatch.ScheduleWhy, error) {
	return find(a, r, "Deployment", func(tx *store.Tx) (*dispatch.ScheduleWhy, error) {
		d, err := tx.ReadDeployment(rest.ID(r, "id"))
		if err != nil || d == nil {
			return nil, err
		}
		next, err := tx.NextScheduledRun(d.ID)
		if err != nil {
			return nil, err
		}
		limit, err := tx.ReadDeploymentLimit(d.ID)
		if err != nil {
			return nil, err
		}
		return dispatch.ExplainSchedules(d, next, limit.Strategy == orchestration.CancelRunning), nil
	})
}
