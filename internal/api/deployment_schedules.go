package api

import (
	"net/http"
	"time"

	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/schedule"
	"github.com/reevehq/reeve/internal/store"
)

// theDeployment gives the deployment that the path names.
func theDeployment(tx *store.Tx, r *http.Request) (*prefect.Deployment, error) {
	d, err := tx.ReadDeployment(pathID(r, "id"))
	if err == nil && d == nil {
		err = noDeployment
	}
	return d, err
}

func (a *API) readDeploymentSchedules(w http.ResponseWriter, r *http.Request) error {
	return view(a, w, r, func(tx *store.Tx) ([]*prefect.DeploymentSchedule, error) {
		d, err := theDeployment(tx, r)
		if err != nil {
			return nil, err
		}
		return d.Schedules, nil
	})
}

func (a *API) createDeploymentSchedules(w http.ResponseWriter, r *http.Request) error {
	var in []*prefect.DeploymentScheduleCreate
	if err := listBody(r, &in); err != nil {
		return err
	}
	for _, s := range in {
		s.Schedule.Settle(a.clock.Now())
	}
	var made []*prefect.DeploymentSchedule
	err := a.store.Update(r.Context(), func(tx *store.Tx) error {
		d, err := theDeployment(tx, r)
		if err != nil {
			return err
		}
		made, err = tx.CreateDeploymentSchedules(d.ID, in)
		return err
	})
	if err != nil {
		return err
	}
	respond(w, http.StatusCreated, made)
	return nil
}

var noSchedule = fault.New(fault.NotFound, "Schedule not found.")

func (a *API) updateDeploymentSchedule(w http.ResponseWriter, r *http.Request) error {
	var in prefect.DeploymentScheduleUpdate
	if err := body(r, &in); err != nil {
		return err
	}
	in.Schedule.Settle(a.clock.Now())
	return a.changeSchedule(w, r, true, func(tx *store.Tx, d *prefect.Deployment) (bool, error) {
		return tx.UpdateDeploymentSchedule(d.ID, pathID(r, "schedule_id"), &in)
	})
}

func (a *API) deleteDeploymentSchedule(w http.ResponseWriter, r *http.Request) error {
	return a.changeSchedule(w, r, false, func(tx *store.Tx, d *prefect.Deployment) (bool, error) {
		return tx.DeleteDeploymentSchedule(d.ID, pathID(r, "schedule_id"))
	})
}

// changeSchedule changes a schedule and deletes the runs that were made for it;
// with future set, only those that are not yet due.
func (a *API) changeSchedule(w http.ResponseWriter, r *http.Request, future bool, fn func(*store.Tx, *prefect.Deployment) (bool, error)) error {
	err := a.store.Update(r.Context(), func(tx *store.Tx) error {
		d, err := theDeployment(tx, r)
		if err != nil {
			return err
		}
		found, err := fn(tx, d)
		if err != nil {
			return err
		}
		if !found {
			return noSchedule
		}
		return tx.DeleteUpcomingRuns(d.ID, future)
	})
	if err != nil {
		return err
	}
	return noContent(w)
}

type scheduling struct {
	decode.Embedded
	StartTime *prefect.Time  `json:"start_time"`
	EndTime   *prefect.Time  `json:"end_time"`
	MinTime   *prefect.Float `json:"min_time"`
	MinRuns   *int           `json:"min_runs"`
	MaxRuns   *int           `json:"max_runs"`
}

// scheduleDeployment makes runs of a deployment's schedules between two times:
// at least so many, and until so long after the start. Times that have a run
// get no second one. A deployment that does not exist has none to make.
func (a *API) scheduleDeployment(w http.ResponseWriter, r *http.Request) error {
	var in scheduling
	if err := body(r, &in); err != nil {
		return err
	}
	goal := a.config.Scheduling
	if goal == (schedule.Goal{}) {
		goal = schedule.DefaultGoal()
	}
	if in.MinRuns != nil {
		goal.MinRuns = *in.MinRuns
	}
	if in.MaxRuns != nil {
		goal.MaxRuns = *in.MaxRuns
	}
	if in.MinTime != nil {
		goal.MinTime = time.Duration(float64(*in.MinTime) * float64(time.Second))
	}
	err := a.store.Update(r.Context(), func(tx *store.Tx) error {
		d, err := tx.ReadDeployment(pathID(r, "id"))
		if err != nil || d == nil {
			return err
		}
		start := tx.Now
		if in.StartTime != nil {
			start = in.StartTime.Time
		}
		if in.EndTime != nil {
			goal.MaxTime = in.EndTime.Sub(start)
		}
		return scheduleRuns(tx, d, goal, start)
	})
	if err != nil {
		return err
	}
	respond(w, http.StatusOK, nil)
	return nil
}

func scheduleRuns(tx *store.Tx, d *prefect.Deployment, goal schedule.Goal, start time.Time) error {
	for _, s := range d.Schedules {
		if !s.Active {
			continue
		}
		plan, err := goal.Plan(&s.Schedule, nil, start)
		if err != nil {
			return err
		}
		if _, err := tx.CreateScheduledRuns(d, s, plan.Times); err != nil {
			return err
		}
	}
	return nil
}
