// Package recurrence reads iCalendar recurrence rules in the dialect of the
// contract (dateutil's): RRULE, EXRULE, RDATE, EXDATE and DTSTART lines, or a
// single rule without a prefix.
//
// Like package cron it knows no time zones: times are calendar readings carried
// in UTC, and what the text says of zones is read and dropped. Package schedule
// places the readings in a zone.
//
// How much work a text is, its author decides: a rule of every second of an hour
// in February, a COUNT that began in the year 1. So a search draws on a budget at
// each step, which no library allows, and jumps over what a rule cannot name.
package recurrence

import (
	"errors"
	"time"

	"github.com/reevehq/reeve/internal/budget"
)

// DefaultStart is where a rule without DTSTART begins.
var DefaultStart = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)

var (
	// ErrNever says that the rules can never fall on a time, whatever the date.
	ErrNever = errors.New("invalid combination of interval, byhour, byminute and bysecond")
	// ErrMixedZones says that UNTIL has a zone and DTSTART has none, or the other way round.
	ErrMixedZones = errors.New("RRULE UNTIL values must be specified in UTC when DTSTART is timezone-aware")
)

// Set is a parsed text.
type Set struct {
	// Single is true for one rule without dates or exclusions.
	Single bool

	rules, exclusions []*rule
	dates, excluded   []time.Time
}

// Occurrences returns the readings from one on, in order and each once, until yield
// says to stop. Those after end, unless it is zero, are not looked for. It fails
// with ErrNever, or with the error of a budget that is used up.
func (s *Set) Occurrences(b *budget.Budget, from, end time.Time, yield func(time.Time) bool) error {
	last := int64(lastReading)
	if !end.IsZero() {
		last = end.Unix()
	}
	included, err := newMerge(b, s.rules, s.dates, from.Unix(), last)
	if err != nil {
		return err
	}
	excluded, err := newMerge(b, s.exclusions, s.excluded, from.Unix(), last)
	if err != nil {
		return err
	}
	before, some := int64(0), false
	for {
		next, ok, err := included.next()
		if err != nil || !ok {
			return err
		}
		if some && next == before {
			continue
		}
		before, some = next, true
		if next < from.Unix() {
			continue
		}
		if out, err := excluded.reaches(next); err != nil {
			return err
		} else if out {
			continue
		}
		if !yield(time.Unix(next, 0).UTC()) {
			return nil
		}
	}
}

// merge is several ordered sources of readings read as one.
type merge struct {
	budget  *budget.Budget
	sources []*source
}

type source struct {
	head int64
	next func() (int64, bool, error)
}

func newMerge(b *budget.Budget, rules []*rule, dates []time.Time, from, end int64) (*merge, error) {
	m := &merge{budget: b}
	for _, r := range rules {
		w, err := r.walk(b, from, end)
		if err != nil {
			return nil, err
		}
		if err := m.add(w.next); err != nil {
			return nil, err
		}
	}
	return m, m.add(func() (int64, bool, error) {
		if len(dates) == 0 {
			return 0, false, nil
		}
		head := dates[0].Unix()
		dates = dates[1:]
		return head, head <= end, nil
	})
}

func (m *merge) add(next func() (int64, bool, error)) error {
	head, ok, err := next()
	if ok {
		m.sources = append(m.sources, &source{head, next})
	}
	return err
}

func (m *merge) least() int {
	best := -1
	for i, s := range m.sources {
		if best < 0 || s.head < m.sources[best].head {
			best = i
		}
	}
	return best
}

func (m *merge) next() (int64, bool, error) {
	i := m.least()
	if i < 0 {
		return 0, false, nil
	}
	if err := m.budget.Step(int64(len(m.sources))); err != nil {
		return 0, false, err
	}
	s := m.sources[i]
	at := s.head
	head, ok, err := s.next()
	if err != nil {
		return 0, false, err
	}
	if ok {
		s.head = head
	} else {
		m.sources = append(m.sources[:i], m.sources[i+1:]...)
	}
	return at, true, nil
}

// reaches passes over what lies before a reading and reports whether it is there.
func (m *merge) reaches(at int64) (bool, error) {
	for {
		i := m.least()
		if i < 0 || m.sources[i].head > at {
			return false, nil
		}
		if m.sources[i].head == at {
			return true, nil
		}
		if _, _, err := m.next(); err != nil {
			return false, err
		}
	}
}
