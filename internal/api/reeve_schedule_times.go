package api

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/budget"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/pyjson"
	"github.com/reevehq/reeve/internal/schedule"
)

func (a *API) reeveScheduleTimeRoutes() []rest.Route {
	return []rest.Route{rest.Post("/reeve/schedules/preview", "reeve_preview_schedule", a.previewSchedule)}
}

// nextShown is how many times of a schedule are shown, aboutChange how many when its
// clocks change, and timedSchedules of how many schedules of a deployment.
const (
	nextShown      = 5
	aboutChange    = 8
	timedSchedules = 20
)

// scheduleTimes are the next times of a schedule, whether it is followed or not;
// Problem is why there are none.
type scheduleTimes struct {
	Times   []prefect.OffsetTime `json:"times"`
	Problem *string              `json:"problem"`
	// SetAside is why the scheduler leaves it alone until it is changed.
	SetAside *string `json:"set_aside"`
}

// nextTimes computes the next times of schedules, all within one budget: what comes
// after it is used up has none, and says so. It fails only with ctx.
func nextTimes(ctx context.Context, now time.Time, schedules []*prefect.DeploymentSchedule) ([]scheduleTimes, error) {
	b := schedule.NewBudget(ctx)
	defer b.Close()
	out := make([]scheduleTimes, len(schedules))
	for i, s := range schedules {
		out[i] = scheduleTimes{Times: []prefect.OffsetTime{}}
		if i < timedSchedules {
			out[i] = timesOf(b, &s.Schedule, now)
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		out[i].SetAside = s.SetAside
	}
	return out, nil
}

func timesOf(b *budget.Budget, s *prefect.Schedule, now time.Time) scheduleTimes {
	out := scheduleTimes{Times: []prefect.OffsetTime{}}
	times, err := schedule.Times(b, s, schedule.Range{N: nextShown, Start: now})
	if err != nil {
		out.Problem = new(string)
		*out.Problem = schedule.Refusal(err).Error()
		return out
	}
	out.Times = withOffsets(times)
	return out
}

// withOffsets writes times as the clocks of their zone read; never nil.
func withOffsets(times []time.Time) []prefect.OffsetTime {
	out := make([]prefect.OffsetTime, len(times))
	for i, at := range times {
		out[i].Time = at
	}
	return out
}

// schedulePreview is a body of POST /reeve/schedules/preview.
type schedulePreview struct {
	Schedule prefect.Schedule `json:"schedule" rule:"required"`
	// problem is why it is no schedule, nil when it is one.
	problem *string
}

// ReadBody implements rest.Reader: a schedule that cannot be made is not refused, as
// it is not yet typed to its end.
func (p *schedulePreview) ReadBody(_ *http.Request, body *pyjson.Value, _ rest.Limits) (decode.Issues, error) {
	given, there := body.Get("schedule")
	if !there {
		return decode.Issues{{Type: "missing", Loc: []any{"body", "schedule"}, Msg: "Field required"}}, nil
	}
	if issues := decode.Into(given, &p.Schedule, "schedule"); len(issues) > 0 {
		text := firstOfKind(issues, given)
		p.problem = &text
	}
	return nil, nil
}

// schedulePreviewed is what becomes of a schedule that somebody is about to make.
type schedulePreviewed struct {
	Times   []prefect.OffsetTime `json:"times"`
	Problem *string              `json:"problem"`
	// ClockChange is null where the clocks of the schedule's zone stay as they are.
	ClockChange *clockChange `json:"clock_change"`
}

// clockChange is the next change of the clocks in a schedule's zone, as they read
// after it, with the times of the schedule from an hour before to 25 after: the next day's too, where the day has as many.
type clockChange struct {
	At    prefect.OffsetTime   `json:"at"`
	Times []prefect.OffsetTime `json:"times"`
}

// previewSchedule returns the next times of a schedule that somebody is about to
// make, each in the schedule's zone, and those when its clocks change; or why it
// cannot be made.
func (a *API) previewSchedule(r *http.Request, in *schedulePreview) (schedulePreviewed, error) {
	if in.problem != nil {
		return schedulePreviewed{Times: []prefect.OffsetTime{}, Problem: in.problem}, nil
	}
	now := a.clock.Now()
	in.Schedule.Settle(now)
	return previewOf(r.Context(), &in.Schedule, now)
}

// previewOf fails only with ctx.
func previewOf(ctx context.Context, s *prefect.Schedule, now time.Time) (schedulePreviewed, error) {
	b := schedule.NewBudget(ctx)
	defer b.Close()
	next := timesOf(b, s, now)
	out := schedulePreviewed{Times: next.Times, Problem: next.Problem}
	if len(next.Times) > 0 {
		out.ClockChange = changeOf(b, s, now.In(next.Times[0].Location()))
	}
	return out, context.Cause(ctx)
}

// changeOf is what a schedule does when the clocks next change, seen from a moment
// in its zone: nil when they never do, or when it names no time about then.
func changeOf(b *budget.Budget, s *prefect.Schedule, now time.Time) *clockChange {
	_, at := now.ZoneBounds()
	if at.IsZero() {
		return nil
	}
	times, err := schedule.Times(b, s, schedule.Range{N: aboutChange, Start: at.Add(-time.Hour), End: at.Add(25 * time.Hour)})
	if err != nil || len(times) == 0 {
		return nil // what comes next is shown all the same
	}
	return &clockChange{At: prefect.OffsetTime{Time: at}, Times: withOffsets(times)}
}

// firstOfKind is the first issue that is about the kind of schedule which was
// given: each kind that it is not finds faults of its own.
func firstOfKind(issues decode.Issues, given pyjson.Value) string {
	for _, kind := range []struct{ key, name string }{{"interval", "IntervalSchedule"}, {"cron", "CronSchedule"}, {"rrule", "RRuleSchedule"}} {
		if _, there := given.Get(kind.key); !there {
			continue
		}
		for _, issue := range issues {
			if len(issue.Loc) > 1 && strings.Contains(fmt.Sprint(issue.Loc[1]), kind.name) {
				return strings.TrimPrefix(issue.Msg, "Value error, ")
			}
		}
	}
	return issues[0].Msg
}
