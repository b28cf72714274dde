package api

import (
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

func (a *API) reeveScheduleRoutes() []Route {
	return []Route{
		{http.MethodGet, "/reeve/deployments/{id}/why", "reeve_why_deployment", a.whyDeployment},
		{http.MethodGet, "/reeve/schedules/set_aside", "reeve_read_set_aside_schedules", a.readSetAsideSchedules},
	}
}

// readSetAsideSchedules lists the schedules that the scheduler leaves alone until
// they are changed, a page at most.
func (a *API) readSetAsideSchedules(w http.ResponseWriter, r *http.Request) error {
	return view(a, w, r, func(tx *store.Tx) ([]*store.SetAsideSchedule, error) {
		return tx.SetAsideSchedules(a.config.DefaultLimit)
	})
}

// scheduleWhy says whether a deployment's schedules make runs, and if not why.
type scheduleWhy struct {
	DeploymentID uuid.UUID `json:"deployment_id"`
	Name         string    `json:"name"`
	Sentence     string    `json:"sentence"`
	Reasons      []reason  `json:"reasons"`
}

func (a *API) whyDeployment(w http.ResponseWriter, r *http.Request) error {
	return read(a, w, r, "Deployment", func(tx *store.Tx) (*scheduleWhy, error) {
		d, err := tx.ReadDeployment(pathID(r, "id"))
		if err != nil || d == nil {
			return nil, err
		}
		next, err := tx.NextScheduledRun(d.ID)
		if err != nil {
			return nil, err
		}
		return explainSchedules(d, next), nil
	})
}

// explainSchedules names what keeps the schedules of a deployment from making
// runs; next is when the next of their runs is due.
func explainSchedules(d *prefect.Deployment, next *time.Time) *scheduleWhy {
	out := &scheduleWhy{DeploymentID: d.ID, Name: d.Name, Reasons: []reason{}}
	add := func(code, format string, args ...any) {
		out.Reasons = append(out.Reasons, reason{Code: code, Sentence: fmt.Sprintf(format, args...)})
	}
	active := 0
	if d.Paused {
		add("deployment_paused", "it is paused, so its schedules make no runs")
	}
	for _, s := range d.Schedules {
		name := s.ID.String()
		if s.Slug != nil && *s.Slug != "" {
			name = *s.Slug
		}
		switch {
		case !s.Active:
			add("schedule_paused", "schedule %s is paused", name)
		case s.SetAside != nil:
			add("schedule_set_aside", "schedule %s is set aside until it is changed: %s", name, *s.SetAside)
		default:
			active++
		}
	}
	switch {
	case len(d.Schedules) == 0:
		add("no_schedule", "it has no schedule: it runs when somebody asks for it")
	case next != nil:
		add("next_run", "its next scheduled run is due at %s", moment(*next))
	case active > 0 && !d.Paused:
		add("no_more_times", "its active schedules have no run waiting: they name no time in the near future")
	}
	out.Sentence = fmt.Sprintf("%s: %s.", d.Name, out.Reasons[0].Sentence)
	return out
}
