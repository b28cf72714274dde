package recurrence

import (
	"slices"
	"time"

	"github.com/reevehq/reeve/internal/budget"
)

// walk goes through the readings of a rule, in seconds since 1970, in order.
// What lies between two readings is jumped over where the calendar allows it: by
// months, days, hours, minutes that the rule does not name.
type walk struct {
	*plan
	budget *budget.Budget
	end    int64 // readings after it are not wanted
	left   int64 // occurrences that COUNT still allows

	period int64 // the number of the next period
	year   *year

	// The readings of the present period: each of days at each time of the clock,
	// or, of a rule with BYSETPOS, those in chosen.
	days                    []int64
	hours, minutes, seconds []int
	chosen                  []int64
	at, size                int
}

// walk begins at a reading; what lies long before it may be left out.
func (r *rule) walk(b *budget.Budget, from, end int64) (*walk, error) {
	if r.interval < 1 {
		return nil, ErrNever
	}
	p := newPlan(r)
	if !p.onClock() {
		return nil, ErrNever
	}
	if err := b.Step(day / 60); err != nil { // a bound of what reachable takes
		return nil, err
	}
	if !p.reachable() {
		return nil, ErrNever
	}
	w := &walk{plan: p, budget: b, end: min(end, p.until, lastReading), left: -1, hours: p.hours, minutes: p.minutes, seconds: p.seconds}
	before := max(0, w.periodOf(from)-2)
	switch {
	case !r.countGiven:
		w.period = before
	case p.plain():
		w.period = min(before, max(0, r.count))
		w.left = max(0, r.count-w.period)
	default:
		w.left = max(0, r.count)
	}
	return w, nil
}

// periodOf is the number of the period in which a reading lies, or of the last
// one that begins before it.
func (w *walk) periodOf(at int64) int64 {
	if at <= w.start {
		return 0
	}
	start, t := time.Unix(w.start, 0).UTC(), time.Unix(at, 0).UTC()
	switch w.frequency {
	case yearly:
		return int64(t.Year()-start.Year()) / w.interval
	case monthly:
		return int64((t.Year()-start.Year())*12+int(t.Month())-int(start.Month())) / w.interval
	}
	return (at - w.start) / lengths[w.frequency] / w.interval
}

// next is the next reading; false when there is none before the end.
func (w *walk) next() (int64, bool, error) {
	for w.left != 0 {
		if err := w.budget.Step(1); err != nil {
			return 0, false, err
		}
		if w.at == w.size {
			if more, err := w.advance(); err != nil || !more {
				return 0, false, err
			}
			continue
		}
		at := w.reading(w.at)
		w.at++
		switch {
		case at > w.end:
			return 0, false, nil
		case at < w.start:
			continue
		}
		if w.left > 0 {
			w.left--
		}
		return at, true, nil
	}
	return 0, false, nil
}

// reading is the i-th reading of the present period.
func (w *walk) reading(i int) int64 {
	if len(w.positions) > 0 {
		return w.chosen[i]
	}
	times := w.times()
	return w.combine(w.days[i/times], i%times)
}

func (w *walk) times() int { return len(w.hours) * len(w.minutes) * len(w.seconds) }

func (w *walk) combine(number int64, i int) int64 {
	second := w.seconds[i%len(w.seconds)]
	i /= len(w.seconds)
	minute, hour := w.minutes[i%len(w.minutes)], w.hours[i/len(w.minutes)]
	return number*day + int64(hour*3600+minute*60+second)
}

// advance goes to the next period, which may have no readings; false when it
// begins after the end.
func (w *walk) advance() (bool, error) {
	w.days, w.at = w.days[:0], 0
	var more bool
	var err error
	if w.frequency >= hourly {
		more, err = w.advanceClock()
	} else {
		more, err = w.advanceCalendar()
	}
	if err != nil || !more {
		return false, err
	}
	w.size = len(w.days) * w.times()
	if len(w.positions) > 0 {
		w.choose()
	}
	return true, w.budget.Step(int64(len(w.positions)))
}

// choose takes the readings of a period that BYSETPOS names, in order.
func (w *walk) choose() {
	w.chosen = w.chosen[:0]
	for _, position := range w.positions {
		i := position - 1
		if position < 0 {
			i = w.size + position
		}
		if i >= 0 && i < w.size {
			w.chosen = append(w.chosen, w.combine(w.days[i/w.times()], i%w.times()))
		}
	}
	slices.Sort(w.chosen)
	w.chosen = slices.Compact(w.chosen)
	w.size = len(w.chosen)
}

// advanceCalendar collects the days of the next year, month, week or day.
func (w *walk) advanceCalendar() (bool, error) {
	first, last, ok := w.bounds(w.period)
	w.period++
	if !ok || first > floorDiv(w.end, day) {
		return false, nil
	}
	year := w.yearOf(first)
	for number := first; number <= last; number++ {
		if w.inMonth != nil && w.frequency <= monthly {
			at := time.Unix(number*day, 0).UTC()
			if !w.inMonth[int(at.Month())] {
				number += int64(daysIn(at) - at.Day())
				continue
			}
		}
		if err := w.budget.Step(1); err != nil {
			return false, err
		}
		if w.names(number, year) {
			w.days = append(w.days, number)
		}
	}
	return true, nil
}

// bounds are the first and the last day of a period.
func (w *walk) bounds(period int64) (first, last int64, ok bool) {
	if period > lastReading/w.interval { // longer than any calendar
		return 0, 0, false
	}
	offset := period * w.interval
	start := time.Unix(w.start, 0).UTC()
	startDay := floorDiv(w.start, day)
	switch w.frequency {
	case yearly:
		number := int64(start.Year()) + offset
		if number > 9999 {
			return 0, 0, false
		}
		return dayNumber(int(number), 1), dayNumber(int(number)+1, 1) - 1, true
	case monthly:
		month := int64(start.Year())*12 + int64(start.Month()) - 1 + offset
		if month >= 10000*12 {
			return 0, 0, false
		}
		return dayNumber(int(month/12), int(month%12)+1), dayNumber(int(month/12), int(month%12)+2) - 1, true
	case weekly:
		monday := startDay - int64((isoWeekday(start)-w.wkst+7)%7)
		first = monday + 7*offset
		return max(first, startDay), first + 6, true
	}
	return startDay + offset, startDay + offset, true
}

func dayNumber(year, month int) int64 {
	return floorDiv(time.Date(year, time.Month(month), 1, 0, 0, 0, 0, time.UTC).Unix(), day)
}

func (w *walk) yearOf(number int64) *year {
	if n := time.Unix(number*day, 0).UTC().Year(); w.year == nil || w.year.number != n {
		w.year = newYear(n, w.wkst)
	}
	return w.year
}

// advanceClock goes to the next hour, minute or second that the rule names.
func (w *walk) advanceClock() (bool, error) {
	unit := lengths[w.frequency]
	base := floorDiv(w.start, unit) * unit
	step := unit * w.interval
	for {
		if w.period > 2*lastReading/step {
			return false, nil
		}
		at := base + w.period*step
		if at > w.end {
			return false, nil
		}
		if err := w.budget.Step(1); err != nil {
			return false, err
		}
		later := w.skip(at)
		if later == at {
			w.period++
			w.takeClock(at)
			return true, nil
		}
		w.period = -floorDiv(base-later, step) // rounded up
	}
}

// takeClock makes the period that begins at a reading the present one.
func (w *walk) takeClock(at int64) {
	number := floorDiv(at, day)
	clock := int(at - number*day)
	w.days = append(w.days, number)
	w.hours = []int{clock / 3600}
	if w.frequency >= minutely {
		w.minutes = []int{clock / 60 % 60}
	}
	if w.frequency >= secondly {
		w.seconds = []int{clock % 60}
	}
}

// skip is the reading itself when the rule names it, else a later one before
// which the rule names none.
func (w *walk) skip(at int64) int64 {
	number := floorDiv(at, day)
	if w.inMonth != nil {
		if t := time.Unix(at, 0).UTC(); !w.inMonth[int(t.Month())] {
			return dayNumber(t.Year(), int(t.Month())+1) * day
		}
	}
	if !w.names(number, w.yearOf(number)) {
		return (number + 1) * day
	}
	clock := at - number*day
	for _, part := range []struct {
		allowed    set
		unit, most int64
	}{{w.inHour, 3600, 24}, {w.inMinute, 60, 60}, {w.inSecond, 1, 60}} {
		if part.allowed == nil {
			continue
		}
		value := clock / part.unit % part.most
		next := value
		for next < part.most && !part.allowed[int(next)] {
			next++
		}
		if next != value {
			return at - clock%part.unit + (next-value)*part.unit
		}
	}
	return at
}
