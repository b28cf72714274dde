package api

import (
	"net/http"
	"slices"
	"time"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/schedule"
	"github.com/reevehq/reeve/internal/store"
)

// theDeployment returns the deployment that the path names.
func theDeployment(tx *store.Tx, r *http.Request) (*prefect.Deployment, error) {
	d, err := tx.ReadDeployment(rest.ID(r, "id"))
	if err == nil && d == nil {
		err = noDeployment
	}
	return d, err
}

func (a *API) readDeploymentSchedules(r *http.Request) ([]*prefect.DeploymentSchedule, error) {
	return view(a, r, func(tx *store.Tx) ([]*prefect.DeploymentSchedule, error) {
		d, err := theDeployment(tx, r)
		if err != nil {
			return nil, err
		}
		return d.Schedules, nil
	})
}

func (a *API) createDeploymentSchedules(r *http.Request, in *[]*prefect.DeploymentScheduleCreate) ([]*prefect.DeploymentSchedule, error) {
	if err := settle(a, r, *in...); err != nil {
		return nil, err
	}
	return update(a, r, func(tx *store.Tx) ([]*prefect.DeploymentSchedule, error) {
		d, err := theDeployment(tx, r)
		if err != nil {
			return nil, err
		}
		return tx.CreateDeploymentSchedules(d.ID, *in)
	})
}

// settle fills in what of given schedules depends on the present time, and refuses
// those that cannot be followed.
func settle[T interface{ Times() *prefect.Schedule }](a *API, r *http.Request, given ...T) error {
	now := a.clock.Now()
	var schedules []*prefect.Schedule
	for _, s := range given {
		if times := s.Times(); times != nil {
			times.Settle(now)
			schedules = append(schedules, times)
		}
	}
	return a.config.Scheduling.Check(r.Context(), now, schedules...)
}

// keepPausedOfNew pauses those of a new deployment's schedules that are paused in
// the deployment of that flow and name, when the settings say so.
func (a *API) keepPausedOfNew(tx *store.Tx, c *prefect.DeploymentCreate) error {
	if !a.config.KeepPaused || len(c.Schedules) == 0 {
		return nil
	}
	paused, err := tx.ReadPausedSchedules(c.FlowID, c.Name)
	if err != nil {
		return err
	}
	c.Schedules = slices.Clone(c.Schedules)
	for i, s := range c.Schedules {
		if paused.Has(s.Slug, &s.Schedule) {
			kept := *s
			kept.Active = false
			c.Schedules[i] = &kept
		}
	}
	return nil
}

// keepPaused does the same for the change of a deployment as a whole. Who resumes
// a schedule changes that schedule by its id.
func (a *API) keepPaused(d *prefect.Deployment, u *prefect.DeploymentUpdate) {
	if !a.config.KeepPaused {
		return
	}
	paused := prefect.NewPausedSchedules(d.Schedules)
	u.Schedules = slices.Clone(u.Schedules)
	for i, s := range u.Schedules {
		target := s.Target()
		if paused.Has(&target, s.Schedule) {
			kept, active := *s, false
			kept.Active = &active
			u.Schedules[i] = &kept
		}
	}
}

var noSchedule = fault.New(fault.NotFound, "Schedule not found.")

func (a *API) updateDeploymentSchedule(r *http.Request, in *prefect.DeploymentScheduleUpdate) error {
	if err := settle(a, r, in); err != nil {
		return err
	}
	return a.changeSchedule(r, true, func(tx *store.Tx, d *prefect.Deployment) (bool, error) {
		return tx.UpdateDeploymentSchedule(d.ID, rest.ID(r, "schedule_id"), in)
	})
}

func (a *API) deleteDeploymentSchedule(r *http.Request) error {
	return a.changeSchedule(r, false, func(tx *store.Tx, d *prefect.Deployment) (bool, error) {
		return tx.DeleteDeploymentSchedule(d.ID, rest.ID(r, "schedule_id"))
	})
}

// changeSchedule changes a schedule and deletes the runs that were made for it;
// with future set, only those that are not yet due.
func (a *API) changeSchedule(r *http.Request, future bool, fn func(*store.Tx, *prefect.Deployment) (bool, error)) error {
	return a.store.Update(r.Context(), func(tx *store.Tx) error {
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
func (a *API) scheduleDeployment(r *http.Request, in *scheduling) (rest.Null, error) {
	goal := a.config.Scheduling
	if in.MinRuns != nil {
		goal.MinRuns = *in.MinRuns
	}
	if in.MaxRuns != nil {
		goal.MaxRuns = *in.MaxRuns
	}
	if in.MinTime != nil {
		const longest = 1e9 // seconds: more than the horizon of any goal
		goal.MinTime = time.Duration(max(-longest, min(float64(*in.MinTime), longest)) * float64(time.Second))
	}
	for range schedulingTries {
		if changed, err := a.scheduleOnce(r, in, goal); err != nil || !changed {
			return rest.Null{}, err
		}
	}
	return rest.Null{}, fault.New(fault.Busy, "The deployment was changed while the times of its schedules were computed.").WithHint("ask again")
}

// schedulingTries bounds how often times are computed again because the deployment
// changed while they were computed.
const schedulingTries = 5

// scheduleOnce computes the times of a deployment's schedules and makes their runs,
// unless the deployment has changed in between.
func (a *API) scheduleOnce(r *http.Request, in *scheduling, goal schedule.Goal) (changed bool, err error) {
	var found *store.Scheduling
	var start time.Time
	err = a.store.View(r.Context(), func(tx *store.Tx) (err error) {
		start = tx.Now
		found, err = tx.ReadScheduling(rest.ID(r, "id"))
		return err
	})
	if err != nil || found == nil {
		return false, err
	}
	if in.StartTime != nil {
		start = in.StartTime.Time
	}
	if in.EndTime != nil {
		goal.MaxTime = in.EndTime.Sub(start)
	}
	b := schedule.NewBudget(r.Context())
	defer b.Close()
	for _, s := range found.Deployment.Schedules {
		if !s.Active {
			continue
		}
		times, err := goal.Times(b, &s.Schedule, nil, start)
		if err != nil {
			return false, schedule.Refusal(err)
		}
		found.Runs = append(found.Runs, schedule.Runs{Schedule: s, Times: times})
	}
	w := store.NewRunWriter(a.store)
	if err := w.Runs(r.Context(), found); err != nil {
		return false, err
	}
	err = w.Flush(r.Context())
	return w.Changed, err
}
