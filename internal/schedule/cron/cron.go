// Package cron reads cron expressions in the dialect of the contract
// (croniter's) and finds the wall-clock times they name.
//
// An expression has five fields (minute, hour, day of month, month, day of
// week), six (then seconds) or seven (then years), or is one of the @-words.
// It knows names, lists, ranges that wrap round, steps, L for the last day of
// the month, 5#2 for the second Friday, L5 for the last one, and ? for "any".
//
// Time zones are not its affair: times are calendar readings carried in UTC.
// Package schedule places them in a zone.
package cron

import (
	"errors"
	"time"

	"github.com/reevehq/reeve/internal/budget"
)

// The fields, in the order in which they are written.
const (
	minuteField = iota
	hourField
	dayField
	monthField
	weekdayField
	secondField
	yearField
)

// maxYears is how far a search goes before it is given up: "0 0 31 2 *" names
// no day at all.
const maxYears = 50

// ErrNone says that the expression names no time within the next 50 years.
var ErrNone = errors.New("failed to find next date")

// Expression is a parsed cron expression. It is not changed by use.
type Expression struct {
	fields []field
	// nth holds, for a weekday, which of its days in a month are meant;
	// lastOne stands for the last.
	nth map[int][]int
}

const lastOne = -1

// field is the set of values that one field allows.
type field struct {
	any    bool  // the field holds an asterisk
	last   bool  // the field holds L, the last day of the month
	values []int // sorted
}

// Next is the first time after t that the expression names; t is a calendar
// reading carried in UTC. When both the day of the month and the day of the
// week are restricted, dayOr says whether either will do or both must hold.
// It fails with ErrNone, or with the error of a budget that is used up.
func (e *Expression) Next(b *budget.Budget, t time.Time, dayOr bool) (time.Time, error) {
	if !dayOr || e.fields[dayField].any || e.fields[weekdayField].any {
		return e.search(b, t, e.fields)
	}
	byDay := append([]field{}, e.fields...)
	byDay[weekdayField] = field{any: true}
	byWeekday := append([]field{}, e.fields...)
	byWeekday[dayField] = field{any: true}
	first, err := e.search(b, t, byDay)
	if err != nil {
		return time.Time{}, err
	}
	second, err := e.search(b, t, byWeekday)
	if err != nil || first.Before(second) {
		return first, err
	}
	return second, nil
}

func (e *Expression) search(b *budget.Budget, after time.Time, fields []field) (time.Time, error) {
	step := time.Minute
	if len(fields) > secondField {
		step = time.Second
	}
	at := after.UTC().Truncate(time.Second).Add(step)
	startYear := at.Year()
	for at.Year()-startYear <= maxYears {
		if err := b.Step(1); err != nil {
			return time.Time{}, err
		}
		next, verdict := e.advance(at, fields)
		switch verdict {
		case found:
			return next, nil
		case exhausted:
			return time.Time{}, ErrNone
		}
		at = next
	}
	return time.Time{}, ErrNone
}

type verdict int

const (
	moved     verdict = iota // try again from the new time
	found                    // the time fits
	exhausted                // no later time can fit
)

// advance moves at forward past the first field that it does not fit.
func (e *Expression) advance(at time.Time, fields []field) (time.Time, verdict) {
	year, month, day := at.Date()
	hour, minute, second := at.Clock()
	days := daysIn(year, month)
	if len(fields) > yearField && !fields[yearField].any {
		diff, ok := fields[yearField].distance(year, 0)
		if !ok {
			return at, exhausted
		}
		if diff != 0 {
			return date(year+diff, time.January, 1, 0, 0, 0), moved
		}
	}
	if diff, ok := fields[monthField].distance(int(month), 12); ok && diff != 0 {
		return date(year, month+time.Month(diff), 1, 0, 0, 0), moved
	}
	if f := fields[dayField]; !f.last || day != days {
		if diff, ok := f.distance(day, days); ok && diff != 0 {
			return date(year, month, day+diff, 0, 0, 0), moved
		}
	}
	if len(e.nth) > 0 {
		if diff := e.nthDistance(at, days); diff != 0 {
			return date(year, month, day+diff, 0, 0, 0), moved
		}
	} else if diff, ok := fields[weekdayField].distance(int(at.Weekday()), 7); ok && diff != 0 {
		return date(year, month, day+diff, 0, 0, 0), moved
	}
	if diff, ok := fields[hourField].distance(hour, 24); ok && diff != 0 {
		return date(year, month, day, hour+diff, 0, 0), moved
	}
	if diff, ok := fields[minuteField].distance(minute, 60); ok && diff != 0 {
		return date(year, month, day, hour, minute+diff, 0), moved
	}
	if len(fields) <= secondField {
		return date(year, month, day, hour, minute, 0), found
	}
	if diff, ok := fields[secondField].distance(second, 60); ok && diff != 0 {
		return at.Add(time.Duration(diff) * time.Second), moved
	}
	return at, found
}

// nthDistance is the number of days to the next day that the n-th-weekday list
// names in this month, or to the first of the next month.
func (e *Expression) nthDistance(at time.Time, days int) int {
	year, month, day := at.Date()
	firstWeekday := int(date(year, month, 1, 0, 0, 0).Weekday())
	best := days + 1
	for weekday, which := range e.nth {
		first := 1 + (weekday-firstWeekday+7)%7
		for _, n := range which {
			candidate := first + 7*(n-1)
			if n == lastOne {
				candidate = first + (days-first)/7*7
			}
			if candidate >= day && candidate <= days && candidate < best {
				best = candidate
			}
		}
	}
	return best - day
}

// distance is how far it is from x to the next allowed value. Values start
// again after span; with span 0 they do not, and ok is false past the last. It
// is also false for a field that allows everything.
func (f field) distance(x, span int) (diff int, ok bool) {
	if f.any {
		return 0, false
	}
	for _, v := range f.values {
		if v >= x {
			return v - x, true
		}
	}
	switch {
	case f.last:
		return span - x, true
	case span == 0:
		return 0, false
	}
	return f.values[0] - x + span, true
}

func date(year int, month time.Month, day, hour, minute, second int) time.Time {
	return time.Date(year, month, day, hour, minute, second, 0, time.UTC)
}

func daysIn(year int, month time.Month) int {
	return time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
}
