package prefect

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/pyjson"
)

// maxScheduledRuns bounds the runs of one schedule that may wait at a time.
const maxScheduledRuns = 50

// DeploymentSchedule is one schedule of a deployment.
type DeploymentSchedule struct {
	ID               uuid.UUID  `json:"id"`
	Created          *Time      `json:"created"`
	Updated          *Time      `json:"updated"`
	DeploymentID     *uuid.UUID `json:"deployment_id"`
	Schedule         Schedule   `json:"schedule"`
	Active           bool       `json:"active"`
	MaxScheduledRuns *int       `json:"max_scheduled_runs"`
	Parameters       Object     `json:"parameters"`
	Slug             *string    `json:"slug"`

	// SetAside is why the scheduler leaves it alone until it is changed; nil when
	// it does not. The contract has no place for it.
	SetAside *string `json:"-"`
	// CatchUp is which of the times that it missed get their run; nil for those whose
	// run had been made. MissedSince is since when it has been missing times, nil when
	// it has not. The contract has no place for them either.
	CatchUp     *CatchUp `json:"-"`
	MissedSince *Time    `json:"-"`
}

// CatchUp is which of the times get their run that a schedule missed while it or its
// deployment was paused, or while the server was away.
type CatchUp string

// All of them, the latest alone, or none.
const (
	CatchUpAll    CatchUp = "all"
	CatchUpLatest CatchUp = "latest"
	CatchUpNone   CatchUp = "none"
)

// Values implements decode.Enum.
func (CatchUp) Values() []string {
	return []string{string(CatchUpAll), string(CatchUpLatest), string(CatchUpNone)}
}

// SameAs reports whether a schedule is another one deployed again: by its slug, or
// without one by what it says.
func (s *DeploymentSchedule) SameAs(other *DeploymentSchedule) bool {
	return scheduleKey(s.Slug, &s.Schedule) == scheduleKey(other.Slug, &other.Schedule)
}

// DeploymentScheduleCreate is a schedule to be made. Replaces names, by its
// slug, one whose place it takes.
type DeploymentScheduleCreate struct {
	decode.Action
	Active           bool          `json:"active"`
	Schedule         Schedule      `json:"schedule" rule:"required"`
	MaxScheduledRuns *ScheduledMax `json:"max_scheduled_runs"`
	Parameters       Object        `json:"parameters"`
	Slug             *string       `json:"slug"`
	Replaces         *string       `json:"replaces"`
}

// Defaults implements decode.Defaulter.
func (c *DeploymentScheduleCreate) Defaults() { c.Active = true }

// Times is what says when runs are due.
func (c *DeploymentScheduleCreate) Times() *Schedule { return &c.Schedule }

// DeploymentScheduleUpdate is the body of PATCH /deployments/{id}/schedules/{schedule_id}.
type DeploymentScheduleUpdate struct {
	decode.Action
	Active           *bool         `json:"active"`
	Schedule         *Schedule     `json:"schedule"`
	MaxScheduledRuns *ScheduledMax `json:"max_scheduled_runs"`
	Parameters       Object        `json:"parameters"`
	Slug             *string       `json:"slug"`
	Replaces         *string       `json:"replaces"`
}

// Times is what says when runs are due, nil when the update does not change it.
func (u *DeploymentScheduleUpdate) Times() *Schedule { return u.Schedule }

// Target is the slug of the schedule that an update is for.
func (u *DeploymentScheduleUpdate) Target() string {
	switch {
	case u.Replaces != nil && *u.Replaces != "":
		return *u.Replaces
	case u.Slug != nil:
		return *u.Slug
	}
	return ""
}

// ScheduledMax is a number of runs that may be scheduled at a time: 1 to 50.
type ScheduledMax int

// DecodeWire implements decode.Wire.
func (m *ScheduledMax) DecodeWire(in pyjson.Value, at *decode.At) {
	n, ok := decode.Int(in, at)
	switch {
	case !ok:
	case n <= 0:
		at.Fail("greater_than", "Input should be greater than 0", in, map[string]any{"gt": 0})
	case n > maxScheduledRuns:
		at.ValueError(fmt.Sprintf("`max_scheduled_runs` must be less than or equal to %d.", maxScheduledRuns), in)
	default:
		*m = ScheduledMax(n)
	}
}
