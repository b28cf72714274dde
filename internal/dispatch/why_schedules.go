package dispatch

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// ScheduleWhy says whether a deployment's schedules make runs, and if not why.
type ScheduleWhy struct {
	DeploymentID uuid.UUID `json:"deployment_id"`
	Name         string    `json:"name"`
	Sentence     string    `json:"sentence"`
	Reasons      []Reason  `json:"reasons"`
}

// ExplainSchedules names what keeps the schedules of a deployment from making
// runs; next is when the next of their runs is due, and cancels whether a run that
// is due while the deployment's limit is full cancels what is running.
func ExplainSchedules(d *prefect.Deployment, next *time.Time, cancels bool) *ScheduleWhy {
	out := &ScheduleWhy{DeploymentID: d.ID, Name: d.Name, Reasons: []Reason{}}
	add := func(code, format string, args ...any) {
		out.Reasons = append(out.Reasons, Reason{Code: code, Sentence: fmt.Sprintf(format, args...)})
	}
	active := 0
	if d.Paused {
		add("deployment_paused", "it is paused, so its schedules make no runs")
	}
	for _, s := range d.Schedules {
		name := nameOf(s)
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
	for _, s := range d.Schedules {
		if s.CatchUp != nil {
			add("catch_up", "schedule %s %s", nameOf(s), catchesUp[*s.CatchUp])
		}
	}
	if cancels {
		add("cancels_running", "a run that is due while its concurrency limit is full cancels the oldest one that runs (CANCEL_RUNNING)")
	}
	out.Sentence = fmt.Sprintf("%s: %s.", d.Name, out.Reasons[0].Sentence)
	return out
}

// catchesUp says what schedules do after an absence.
var catchesUp = map[prefect.CatchUp]string{
	prefect.CatchUpAll:    "catches up with all times that it missed while it was paused or the server was away",
	prefect.CatchUpLatest: "catches up with the latest time that it missed while it was paused or the server was away, and skips the others",
	prefect.CatchUpNone:   "skips the times that it missed while it was paused or the server was away",
}

func nameOf(s *prefect.DeploymentSchedule) string {
	if s.Slug != nil && *s.Slug != "" {
		return *s.Slug
	}
	return s.ID.String()
}
