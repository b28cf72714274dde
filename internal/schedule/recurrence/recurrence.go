// Package recurrence reads iCalendar recurrence rules in the dialect of the
// contract (dateutil's): RRULE, EXRULE, RDATE, EXDATE and DTSTART lines, or a
// single rule without a prefix.
//
// Like package cron it knows no time zones: times are calendar readings carried
// in UTC, and what the text says of zones is read and dropped. Package schedule
// places the readings in a zone.
package recurrence

import (
	"errors"
	"time"

	"github.com/teambition/rrule-go"
)

// DefaultStart is where a rule without DTSTART begins.
var DefaultStart = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)

// maxSteps bounds how many occurrences are passed over to reach the first one
// that is asked for.
const maxSteps = 2_000_000

var (
	// ErrNever says that the rules can never fall on a time, whatever the date.
	ErrNever = errors.New("invalid combination of interval, byhour, byminute and bysecond")
	// ErrTooFar says that too many occurrences lie before the first that is asked for.
	ErrTooFar = errors.New("the rule has too many occurrences before the first one that is asked for")
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

// rule is one RRULE or EXRULE.
type rule struct {
	options    rrule.ROption
	start      reading
	startGiven bool
	until      reading
	untilGiven bool
	count      int
	countGiven bool
}

// reading is a calendar reading and whether a zone was written with it.
type reading struct {
	at    time.Time
	zoned bool
}

// Occurrences gives the readings from the given one on, in order and each once,
// until yield says to stop.
func (s *Set) Occurrences(from time.Time, yield func(time.Time) bool) error {
	included := &merge{}
	for _, r := range s.rules {
		if err := included.addRule(r, from); err != nil {
			return err
		}
	}
	included.addDates(s.dates)
	excluded := &merge{}
	for _, r := range s.exclusions {
		if err := excluded.addRule(r, from); err != nil {
			return err
		}
	}
	excluded.addDates(s.excluded)

	var last time.Time
	for steps := 0; ; steps++ {
		next, ok := included.next()
		if !ok {
			return nil
		}
		if steps > 0 && next.Equal(last) {
			continue
		}
		last = next
		if steps > maxSteps && next.Before(from) {
			return ErrTooFar
		}
		if next.Before(from) || excluded.reaches(next) {
			continue
		}
		if !yield(next) {
			return nil
		}
	}
}

// merge is several ordered sources of readings read as one.
type merge struct{ sources []*source }

type source struct {
	head time.Time
	next func() (time.Time, bool)
}

func (m *merge) add(next func() (time.Time, bool)) {
	if head, ok := next(); ok {
		m.sources = append(m.sources, &source{head, next})
	}
}

func (m *merge) addRule(r *rule, from time.Time) error {
	next, err := r.iterator(from)
	if err != nil {
		return err
	}
	m.add(next)
	return nil
}

func (m *merge) addDates(dates []time.Time) {
	m.add(func() (time.Time, bool) {
		if len(dates) == 0 {
			return time.Time{}, false
		}
		head := dates[0]
		dates = dates[1:]
		return head, true
	})
}

func (m *merge) least() int {
	best := -1
	for i, s := range m.sources {
		if best < 0 || s.head.Before(m.sources[best].head) {
			best = i
		}
	}
	return best
}

func (m *merge) next() (time.Time, bool) {
	i := m.least()
	if i < 0 {
		return time.Time{}, false
	}
	s := m.sources[i]
	at := s.head
	if head, ok := s.next(); ok {
		s.head = head
	} else {
		m.sources = append(m.sources[:i], m.sources[i+1:]...)
	}
	return at, true
}

// reaches passes over what lies before t and tells whether t is there.
func (m *merge) reaches(t time.Time) bool {
	for {
		i := m.least()
		if i < 0 || m.sources[i].head.After(t) {
			return false
		}
		if m.sources[i].head.Equal(t) {
			return true
		}
		m.next()
	}
}

// iterator gives the rule's readings. Those long before from may be left out.
func (r *rule) iterator(from time.Time) (func() (time.Time, bool), error) {
	none := func() (time.Time, bool) { return time.Time{}, false }
	if r.countGiven && r.count <= 0 {
		return none, nil
	}
	options := r.options
	options.Dtstart = r.start.at
	if r.untilGiven {
		options.Until = r.until.at
		if options.Until.Before(options.Dtstart) {
			return none, nil
		}
	}
	if options.Interval < 1 || !reachable(&options) {
		return nil, ErrNever
	}
	if r.countGiven {
		options.Count = r.count
	} else {
		options.Dtstart = nearStart(&options, from)
	}
	compiled, err := rrule.NewRRule(options)
	if err != nil {
		return none, nil // a value out of bounds: the rule names no day
	}
	return compiled.Iterator(), nil
}

// periods of the frequencies whose steps all have the same length.
var periods = map[rrule.Frequency]time.Duration{
	rrule.WEEKLY: 7 * 24 * time.Hour, rrule.DAILY: 24 * time.Hour,
	rrule.HOURLY: time.Hour, rrule.MINUTELY: time.Minute, rrule.SECONDLY: time.Second,
}

// nearStart moves the start of a rule by whole steps close to from, so that
// the cost of finding what comes next does not grow with the rule's age.
func nearStart(o *rrule.ROption, from time.Time) time.Time {
	period, ok := periods[o.Freq]
	if !ok {
		return o.Dtstart
	}
	step := period * time.Duration(o.Interval)
	if step/period != time.Duration(o.Interval) || step <= 0 {
		return o.Dtstart
	}
	const margin = 2 // the first week of a rule may be cut short
	steps := from.Sub(o.Dtstart)/step - margin
	if steps <= 0 {
		return o.Dtstart
	}
	return o.Dtstart.Add(steps * step)
}

// reachable tells whether steps of the interval ever fall on an allowed hour,
// minute and second; the search would not end otherwise.
func reachable(o *rrule.ROption) bool {
	var unit, cycle int
	switch o.Freq {
	case rrule.HOURLY:
		unit, cycle = 3600, 24
	case rrule.MINUTELY:
		unit, cycle = 60, 1440
	case rrule.SECONDLY:
		unit, cycle = 1, 86400
	default:
		return true
	}
	if len(o.Byhour) == 0 && len(o.Byminute) == 0 && len(o.Bysecond) == 0 {
		return true
	}
	at := (o.Dtstart.Hour()*3600 + o.Dtstart.Minute()*60 + o.Dtstart.Second()) / unit
	interval := o.Interval % cycle
	for range cycle {
		second := at * unit
		if allows(o.Byhour, second/3600) &&
			(o.Freq == rrule.HOURLY || allows(o.Byminute, second/60%60)) &&
			(o.Freq != rrule.SECONDLY || allows(o.Bysecond, second%60)) {
			return true
		}
		at = (at + interval) % cycle
	}
	return false
}

func allows(list []int, value int) bool {
	if len(list) == 0 {
		return true
	}
	for _, v := range list {
		if v == value {
			return true
		}
	}
	return false
}
