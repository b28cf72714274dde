package schedule

import (
	"context"
	"fmt"
	"time"

	"github.com/reevehq/reeve/internal/budget"
	"github.com/reevehq/reeve/internal/prefect"
)

const (
	// CatchUpRuns is the greatest number of missed times of a schedule that get runs
	// when it catches up with all of them, the newest ones, and CatchUpAge how old
	// they may be.
	CatchUpRuns = 100
	CatchUpAge  = 7 * 24 * time.Hour
	// CatchUpGrace is how late a run may be of a schedule that does not catch up: a
	// server that is started anew misses nothing.
	CatchUpGrace = time.Minute
)

// Missed is what becomes of the times that a schedule missed while it was not
// followed, or while the server was away.
type Missed struct {
	Schedule *prefect.DeploymentSchedule
	// Since is the first of these times, Until the last.
	Since, Until time.Time
	// Times are those that are to have runs.
	Times []time.Time
	// Skip is the moment before which runs of these times do not begin that have been
	// made and wait; zero when all do. Why is what they are told.
	Skip time.Time
	Why  string
}

// NewMissed decides which of the times that a schedule missed until now get runs.
func NewMissed(ctx context.Context, s *prefect.DeploymentSchedule, now time.Time) (*Missed, error) {
	m := &Missed{Schedule: s, Since: s.MissedSince.Time, Until: now}
	if s.CatchUp == nil {
		return m, nil
	}
	b := NewBudget(ctx)
	defer b.Close()
	var err error
	switch *s.CatchUp {
	case prefect.CatchUpAll:
		since := m.Since
		if oldest := now.Add(-CatchUpAge); since.Before(oldest) {
			since = oldest
		}
		m.Times, err = newest(b, &s.Schedule, CatchUpRuns, since, now)
	case prefect.CatchUpLatest:
		if m.Times, err = newest(b, &s.Schedule, 1, m.Since, now); len(m.Times) > 0 {
			m.Skip = m.Times[0]
			m.Why = fmt.Sprintf("Skipped: its time was missed, and the schedule catches up with the latest of the times that it missed alone, %s.", Written(m.Skip.UTC()))
		}
	case prefect.CatchUpNone:
		m.Skip, m.Why = now.Add(-CatchUpGrace), "Skipped: its time was missed, and the schedule does not catch up."
	}
	return m, err
}

// newest returns the newest n of the times between two moments, in order. It looks at
// ever longer spans before the end, so that what it takes does not depend on how many
// times there are.
func newest(b *budget.Budget, s *prefect.Schedule, n int, since, until time.Time) (times []time.Time, err error) {
	for span := time.Millisecond; ; span *= 2 {
		start := until.Add(-span)
		last := !start.After(since)
		if last {
			start = since
		}
		if times, err = between(b, s, start, until); err != nil {
			return nil, err
		}
		if len(times) >= n || last {
			return times[max(0, len(times)-n):], nil
		}
	}
}

// between returns the last of the times between two moments: a thousand at most.
func between(b *budget.Budget, s *prefect.Schedule, start, end time.Time) (times []time.Time, err error) {
	for {
		more, err := Times(b, s, Range{N: maxCandidates, Start: start, End: end})
		if err != nil || len(more) == 0 {
			return times, err
		}
		if times = more; len(more) < maxCandidates {
			return times, nil
		}
		start = more[len(more)-1].Add(time.Microsecond)
	}
}
