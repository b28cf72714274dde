package jinja

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// humanTimeFilter is a filter of the humanize extension about times.
func humanTimeFilter(name string) filterOf {
	switch name {
	case "humanize_naturaldelta":
		return func(e *evaluator, v any, a called) any {
			if f, ok := float(v); ok && math.Abs(f) > longestLapse && math.Abs(f) < 86_400*1e9 {
				return e.formatted(int(math.RoundToEven(math.Floor(math.Abs(f)/86_400)/365)), ",") + " years"
			}
			length, ok := e.lengthOf(v)
			if !ok {
				return e.str(v)
			}
			return naturalDelta(length, truth(a.at(0, "months", true)), minimumUnit(a.text(1, "minimum_unit", "seconds")))
		}
	case "humanize_naturaltime":
		return naturalTime
	case "humanize_naturalday":
		return func(e *evaluator, v any, _ called) any { return e.naturalDay(v, false) }
	case "humanize_naturaldate":
		return func(e *evaluator, v any, _ called) any { return e.naturalDay(v, true) }
	case "humanize_precisedelta":
		return preciseDelta
	case "humanize_abs_timedelta":
		return func(_ *evaluator, v any, _ called) any {
			l, ok := v.(lapse)
			if !ok {
				panic(raise("TypeError", "bad operand type for abs(): '%s'", typeName(v)))
			}
			return lapse(time.Duration(l).Abs())
		}
	case "humanize_date_and_delta":
		return func(e *evaluator, v any, _ called) any {
			switch v := v.(type) {
			case moment:
				panic(mixedTimes())
			case lapse:
				return tuple{moment{e.now().Add(-time.Duration(v))}, lapse(time.Duration(v).Abs())}
			}
			f, ok := float(v)
			if !ok {
				return tuple{nil, v}
			}
			length := secondsOf(math.RoundToEven(f))
			return tuple{moment{e.now().Add(-length)}, lapse(length.Abs())}
		}
	}
	return nil
}

// now is the time that filters count from.
func (e *evaluator) now() time.Time {
	if e.Now.IsZero() {
		panic(raise("RuntimeError", "there is no clock for this template"))
	}
	return e.Now.UTC().Truncate(time.Microsecond)
}

// mixedTimes is why humanize cannot tell how far a time is away in some of its filters.
func mixedTimes() stop {
	return raise("TypeError", "can't subtract offset-naive and offset-aware datetimes")
}

// longestLapse is the longest length of time, in seconds.
const longestLapse = 9e9

// secondsOf is a number of seconds as a length of time, to microseconds.
func secondsOf(f float64) time.Duration {
	if math.Abs(f) > longestLapse || math.IsNaN(f) {
		panic(raise("OverflowError", "a length of time of %s seconds is too large", floatText(f)))
	}
	return time.Duration(math.RoundToEven(f*1e6)) * time.Microsecond
}

// lengthOf is a length of time, or a number of seconds as one.
func (e *evaluator) lengthOf(v any) (length time.Duration, ok bool) {
	if l, is := v.(lapse); is {
		return time.Duration(l), true
	}
	f, ok := e.number(v)
	if text, isText := asText(v); isText && strings.ContainsAny(text, ".eEn") {
		return 0, false // int() reads no such text
	}
	if !ok || notFinite(f) != "" {
		return 0, false
	}
	return secondsOf(f), true
}

// The units of precisedelta, from the smallest.
const (
	unitMicroseconds = iota
	unitMilliseconds
	unitSeconds
	unitMinutes
	unitHours
	unitDays
	unitMonths
	unitYears
)

var unitNames = []string{"microsecond", "millisecond", "second", "minute", "hour", "day", "month", "year"}

func unitNamed(name string) int {
	for unit, known := range unitNames {
		if strings.EqualFold(name, known+"s") {
			return unit
		}
	}
	panic(raise("KeyError", "%s", repr(strings.ToUpper(name))))
}

// minimumUnit is the smallest unit of naturaldelta.
func minimumUnit(name string) int {
	unit := unitNamed(name)
	if unit > unitSeconds {
		panic(raise("ValueError", "Minimum unit '%s' not supported", name))
	}
	return unit
}

// counted writes a number of a unit.
func countOf(n int, unit string) string {
	if n != 1 {
		unit += "s"
	}
	return fmt.Sprintf("%d %s", n, unit)
}

func naturalDelta(length time.Duration, months bool, least int) string {
	all, seconds, microseconds := lapse(length.Abs()).parts()
	years, days := all/365, all%365
	month := int(math.RoundToEven(float64(days) / 30.5))
	round := func(n, by int) int { return int(math.RoundToEven(float64(n) / float64(by))) }
	switch {
	case years == 0 && days < 1:
		switch minutes, hours := round(seconds, 60), round(seconds, 3600); {
		case seconds == 0 && least == unitMicroseconds && microseconds < 1000:
			return countOf(microseconds, "microsecond")
		case seconds == 0 && least < unitSeconds:
			return countOf(microseconds/1000, "millisecond")
		case seconds == 0:
			return "a moment"
		case seconds == 1:
			return "a second"
		case seconds < 60:
			return countOf(seconds, "second")
		case seconds < 3600 && minutes == 1:
			return "a minute"
		case seconds < 3600 && minutes < 60:
			return countOf(minutes, "minute")
		case hours <= 1:
			return "an hour"
		case hours == 24:
			return "a day"
		default:
			return countOf(hours, "hour")
		}
	case years == 0 && days == 1:
		return "a day"
	case years == 0 && (!months || month == 0):
		return countOf(days, "day")
	case years == 0 && month == 1:
		return "a month"
	case years == 0 && month == 12:
		return "a year"
	case years == 0:
		return countOf(month, "month")
	case years == 1 && month == 0 && days == 0:
		return "a year"
	case years == 1 && (month == 0 || !months):
		return "1 year, " + countOf(days, "day")
	case years == 1 && month == 12:
		return "2 years"
	case years == 1:
		return "1 year, " + countOf(month, "month")
	}
	return fmt.Sprintf("%d years", round(all, 365)) // fewer than a thousand: no commas
}

func naturalTime(e *evaluator, v any, a called) any {
	future, months, least := a.truth(0, "future"), truth(a.at(1, "months", true)), minimumUnit(a.text(2, "minimum_unit", "seconds"))
	now := time.Time{}
	if when, given := a.at(3, "when", nil).(moment); given {
		now = when.Time
	} else {
		now = e.now()
	}
	var length time.Duration
	switch v := v.(type) {
	case moment:
		length = now.Sub(v.Time)
		future = length < 0
	case lapse:
		length = time.Duration(v)
		future = length < 0
	default:
		f, ok := float(v)
		if !ok || notFinite(f) != "" {
			return e.str(v)
		}
		length = secondsOf(math.RoundToEven(f))
	}
	text := naturalDelta(length, months, least)
	switch {
	case text == "a moment":
		return "now"
	case future:
		return text + " from now"
	}
	return text + " ago"
}

// naturalDay writes the day of a time; far says that the year is written of days that
// are far away.
func (e *evaluator) naturalDay(v any, far bool) any {
	m, ok := v.(moment)
	if !ok {
		return e.str(v)
	}
	midnight := func(t time.Time) time.Time { return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC) }
	days := int(midnight(m.Time).Sub(midnight(e.now())) / day)
	switch {
	case far && math.Abs(float64(days)) >= 5*365/12.0:
		return m.Format("Jan 02 2006")
	case days == 0:
		return "today"
	case days == 1:
		return "tomorrow"
	case days == -1:
		return "yesterday"
	}
	return m.Format("Jan 02")
}

func preciseDelta(e *evaluator, v any, a called) any {
	var length time.Duration
	switch v := v.(type) {
	case lapse:
		length = time.Duration(v)
	case moment:
		panic(mixedTimes())
	default:
		f, ok := float(v)
		if !ok || notFinite(f) != "" {
			return e.str(v)
		}
		length = secondsOf(f)
	}
	format := a.text(2, "format", "%0.2f")
	var suppressed [8]bool
	for _, name := range e.items(a.at(1, "suppress", tuple{})) {
		text, _ := asText(name)
		suppressed[unitNamed(text)] = true
	}
	least := unitNamed(a.text(0, "minimum_unit", "seconds"))
	for suppressed[least] {
		if least++; least > unitYears {
			panic(raise("ValueError", "Minimum unit is suppressed and no suitable replacement was found"))
		}
	}
	for unit := range least {
		suppressed[unit] = true
	}
	return e.precise(length.Abs(), least, suppressed, format)
}

// precise writes a length of time in all units from years to least that are not suppressed.
func (e *evaluator) precise(length time.Duration, least int, suppressed [8]bool, format string) string {
	d, s, us := lapse(length).parts()
	var n [8]float64
	// split takes what is in units of a size from an amount.
	split := func(amount float64, unit int, size float64) float64 {
		switch {
		case unit == least:
			n[unit] = e.rounded(format, amount/size)
			return 0
		case suppressed[unit]:
			return amount
		}
		n[unit] = math.Floor(amount / size)
		return math.Trunc(amount - n[unit]*size)
	}
	days := split(float64(d), unitYears, 365)
	days = split(days, unitMonths, 30.5)
	seconds := split(days*86400+float64(s), unitDays, 86400)
	seconds = split(seconds, unitHours, 3600)
	seconds = split(seconds, unitMinutes, 60)
	micros := split(seconds*1e6+float64(us), unitSeconds, 1e6)
	n[unitMicroseconds] = split(micros, unitMilliseconds, 1000)
	for _, full := range []struct {
		unit int
		n    float64
	}{{unitMilliseconds, 1000}, {unitSeconds, 60}, {unitMinutes, 60}, {unitHours, 24}, {unitDays, 31}, {unitMonths, 12}} {
		if n[full.unit] >= full.n && !suppressed[full.unit+1] {
			n[full.unit] -= full.n
			n[full.unit+1]++
		}
	}
	var texts []string
	for unit, last := unitYears, least; unit >= last; unit-- {
		count := n[unit]
		if count <= 0 && (texts != nil || unit != least) {
			continue
		}
		if unit == unitYears && unit == least && count == math.Trunc(count) {
			last = unitMicroseconds // as the reference, which forgets to stop here
		}
		name := unitNames[unit]
		if form := math.Trunc(count); form != 1 || count > 1 {
			name += "s"
		}
		number := fmt.Sprintf("%d", int(count))
		if unit == least && count != math.Trunc(count) {
			number = e.percent(format, count)
		}
		texts = append(texts, number+" "+name)
	}
	if len(texts) == 1 {
		return texts[0]
	}
	return strings.Join(texts[:len(texts)-1], ", ") + " and " + texts[len(texts)-1]
}
