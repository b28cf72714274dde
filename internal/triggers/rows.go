package triggers

import (
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// Bucket is a window of an event trigger, for one value of the labels that the
// trigger is evaluated for each of, and how many expected events occurred in it.
type Bucket struct {
	Automation, Trigger uuid.UUID
	// Key is the JSON list of the labels' values, in the order of the labels' names.
	Key        string
	Start, End time.Time
	Count      int
	// Last is the newest event that counted or opened the window, of proactive
	// triggers; nil when there was none.
	Last *uuid.UUID
	// Due is when somebody has to look at the bucket without an event: when a proactive
	// window is over. Nil for never.
	Due *time.Time
}

// HeldEvent is an event that a trigger expected, kept for a window that opens later
// over it.
type HeldEvent struct {
	Trigger  Owned
	Key      string
	Event    uuid.UUID
	Occurred time.Time
	// Starts and Expects say what the event is to the trigger.
	Starts, Expects bool
}

// ChildFiring is a firing of a child of a composite trigger.
type ChildFiring struct {
	Parent uuid.UUID
	// Moment is when it fired by the events, Ordinal its place among those of a moment.
	Moment  time.Time
	Ordinal int
	Firing  prefect.Firing
}

// Absence is a time in which the server received nothing.
type Absence struct {
	From, Until time.Time
	// Asleep says that the server had somebody to wake it.
	Asleep bool
}

// Rows is what the evaluation needs of a transaction.
type Rows interface {
	// ReadEvent returns an event of the log, nil when it is no more.
	ReadEvent(id uuid.UUID) (*prefect.ReceivedEvent, error)

	// ReadTriggerBucket returns a bucket, nil when there is none.
	ReadTriggerBucket(trigger uuid.UUID, key string) (*Bucket, error)
	SetTriggerBucket(b *Bucket) error
	DeleteTriggerBucket(trigger uuid.UUID, key string) error
	// SetOpening notes when the next window of an unprompted trigger opens.
	SetOpening(t Owned, at time.Time) error

	// HoldEvent keeps an event; false when it was kept already.
	HoldEvent(h *HeldEvent) (bool, error)
	// TrimHeldEvents deletes those of a bucket that occurred longer than a horizon before
	// the newest, and of those in a span of time that start nothing all but the first and
	// the last few.
	TrimHeldEvents(trigger uuid.UUID, key string, horizon time.Duration, from, to time.Time, keep int) error
	// HeldEvents returns those of a bucket in a span of time, the first ones first, of one
	// moment those first that open windows.
	HeldEvents(trigger uuid.UUID, key string, from, to time.Time, limit int) ([]HeldEvent, error)
	ReleaseHeldEvent(trigger uuid.UUID, key string, event uuid.UUID) error

	ReadChildFirings(parent uuid.UUID) ([]ChildFiring, error)
	SetChildFiring(automation uuid.UUID, c *ChildFiring) error
	DeleteChildFiring(parent, child uuid.UUID) error

	// Absences returns the times since a moment in which the server received nothing.
	Absences(since time.Time) ([]Absence, error)
	// ReadAncestors returns the automations whose actions an event is the effect of, the
	// first one first, as often as each took part.
	ReadAncestors(e *prefect.ReceivedEvent) ([]uuid.UUID, error)
	// SetAncestors notes them with a firing of an automation.
	SetAncestors(firing, automation uuid.UUID, ancestors []uuid.UUID) error
	// CountOwnFirings counts firings of an automation since a time that its own actions
	// set off, up to a limit.
	CountOwnFirings(automation uuid.UUID, since time.Time, limit int) (int, error)
	// PauseLoop pauses an automation that sets itself off, unless it is paused, and tells
	// why.
	PauseLoop(a *prefect.Automation, at *prefect.ReceivedEvent, reason string) error
	// Fire notes a firing and asks for the automation's actions; false when it was noted.
	Fire(a *prefect.Automation, f *prefect.Firing) (bool, error)
}
