package noise

import (
	"fmt"
	"time"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/schedule/zones"
)

const (
	// patience bounds how long the message of a run that is being retried waits for the
	// run to end.
	patience = 24 * time.Hour
	// leastLook is the least time after which such a run is looked at again.
	leastLook = time.Minute
)

// Retried is why the message of a run is not sent that succeeded in the end.
const Retried = "not sent: the run was retried to success"

// Message is a message that is held, as far as the rules look at it.
type Message struct {
	// Created is when it was asked for.
	Created time.Time
	// Failure says that it tells of a run that failed or crashed; Run is that run now, nil
	// when it is deleted.
	Failure bool
	Run     *Run
	// Retold says that a later message tells of the same run.
	Retold bool
	// Carries says that it has waited for quiet hours or an interval to end, and tells of
	// those that came meanwhile.
	Carries bool
	// Resolves says that it tells of the end of what was told before.
	Resolves bool
	// Sent is when the group had its last message, nil for never.
	Sent *time.Time
}

// Run is how a run stands.
type Run struct {
	State prefect.StateType
	// Next is when it is scheduled to start, nil when it is not.
	Next *time.Time
}

// Holding is what a message is held for.
type Holding string

// What messages are held for: a run that may be retried, quiet hours, and the interval
// between two messages of a group.
const (
	ForRun    Holding = "settle"
	ForQuiet  Holding = "quiet"
	ForRepeat Holding = "repeat"
)

// Verdict is what becomes of a message: it is held until a time, dropped, or, when it is
// neither, sent.
type Verdict struct {
	Held    Holding
	Until   time.Time
	Dropped bool
	// Reason says why it is not sent, or not yet.
	Reason string
}

// Judge decides what becomes of a message. Without settings all are sent.
func Judge(s *prefect.Noise, m Message, now time.Time) Verdict {
	if s == nil {
		return Verdict{}
	}
	if v := judgeRun(s, m, now); v != (Verdict{}) {
		return v
	}
	if until := quietUntil(s, now); until.After(now) {
		return hold(s, ForQuiet, until, "quiet hours")
	}
	if s.Repeat != nil && m.Sent != nil && !m.Resolves {
		if until := m.Sent.Add(time.Duration(*s.Repeat)); until.After(now) {
			return hold(s, ForRepeat, until, fmt.Sprintf("one message every %s", s.Repeat.Short()))
		}
	}
	return Verdict{}
}

// judgeRun is about the run that failed: whether it has been retried, or may yet be.
func judgeRun(s *prefect.Noise, m Message, now time.Time) Verdict {
	if s.Settle == nil || !m.Failure || m.Resolves {
		return Verdict{}
	}
	if m.Run != nil && m.Run.State == prefect.Completed {
		return Verdict{Dropped: true, Reason: Retried}
	}
	if m.Carries {
		return Verdict{}
	}
	settle := time.Duration(*s.Settle)
	if until := m.Created.Add(settle); until.After(now) {
		return hold(s, ForRun, until, "the run may yet be retried to success")
	}
	if limit := m.Created.Add(patience); m.Run != nil && !m.Run.State.IsTerminal() && limit.After(now) {
		until := now.Add(max(settle, leastLook))
		if next := m.Run.Next; next != nil && next.Add(settle).After(until) {
			until = next.Add(settle)
		}
		if until.After(limit) {
			until = limit
		}
		return hold(s, ForRun, until, "the run is being retried")
	}
	if m.Retold {
		return Verdict{Dropped: true, Reason: "not sent: the run failed again, of which a later message tells"}
	}
	return Verdict{}
}

func hold(s *prefect.Noise, what Holding, until time.Time, why string) Verdict {
	return Verdict{Held: what, Until: until, Reason: fmt.Sprintf("held until %s: %s", until.In(zoneOf(s)).Format("2006-01-02 15:04:05 MST"), why)}
}

// zoneOf is the zone in which people are told of times.
func zoneOf(s *prefect.Noise) *time.Location {
	if s.Timezone != nil {
		if zone, err := zones.Load(*s.Timezone); err == nil { // it was known when it was set
			return zone
		}
	}
	return time.UTC
}
