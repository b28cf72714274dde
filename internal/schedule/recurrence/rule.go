package recurrence

import (
	"slices"
	"time"
)

// frequency is how long the periods of a rule are. Greater ones are more frequent.
type frequency int

const (
	yearly frequency = iota
	monthly
	weekly
	daily
	hourly
	minutely
	secondly
)

var frequencies = map[string]frequency{"YEARLY": yearly, "MONTHLY": monthly, "WEEKLY": weekly, "DAILY": daily,
	"HOURLY": hourly, "MINUTELY": minutely, "SECONDLY": secondly}

// lengths, in seconds, of the periods that are all equally long.
var lengths = map[frequency]int64{weekly: 7 * day, daily: day, hourly: 3600, minutely: 60, secondly: 1}

const (
	day = 24 * 3600
	// lastReading is the last second of the year 9999, where the contract's calendar ends.
	lastReading = 253402300799
)

// weekday is a day of the week, 0 for Monday; nth, when not 0, says which one of
// a month or year, counted from its end when negative.
type weekday struct{ day, nth int }

var weekdays = map[string]int{"MO": 0, "TU": 1, "WE": 2, "TH": 3, "FR": 4, "SA": 5, "SU": 6}

// rule is one RRULE or EXRULE as it is written.
type rule struct {
	frequency  frequency
	interval   int64
	wkst       int
	months     []int
	monthDays  []int
	yearDays   []int
	weeks      []int
	easter     []int
	weekdays   []weekday
	hours      []int
	minutes    []int
	seconds    []int
	positions  []int
	start      reading
	startGiven bool
	until      reading
	untilGiven bool
	count      int64
	countGiven bool
}

// reading is a calendar reading and whether a zone was written with it.
type reading struct {
	at    time.Time
	zoned bool
}

// set is a set of numbers; one that is nil allows everything.
type set map[int]bool

func setOf(list []int) set {
	if len(list) == 0 {
		return nil
	}
	s := set{}
	for _, v := range list {
		s[v] = true
	}
	return s
}

func (s set) allows(v int) bool { return s == nil || s[v] }

// plan is a rule with everything filled in that it leaves to its start.
type plan struct {
	*rule
	start, until int64 // until is lastReading when there is none

	inMonth, onMonthDay, onYearDay, inWeek, onEaster, onWeekday set
	nth                                                         []weekday

	// What the clock allows; nil where the frequency steps through all of it.
	inHour, inMinute, inSecond set
	// The times of the clock within a period, sorted: those of the units that are
	// smaller than the period.
	hours, minutes, seconds []int
}

func newPlan(r *rule) *plan {
	p := &plan{rule: r, start: r.start.at.Unix(), until: lastReading}
	if r.untilGiven {
		p.until = r.until.at.Unix()
	}
	months, monthDays := r.months, r.monthDays
	days := r.weekdays
	if len(r.weeks)+len(r.yearDays)+len(r.monthDays)+len(r.weekdays)+len(r.easter) == 0 {
		switch r.frequency {
		case yearly:
			if len(months) == 0 {
				months = []int{int(r.start.at.Month())}
			}
			monthDays = []int{r.start.at.Day()}
		case monthly:
			monthDays = []int{r.start.at.Day()}
		case weekly:
			days = []weekday{{day: isoWeekday(r.start.at)}}
		}
	}
	p.inMonth, p.onMonthDay, p.onYearDay = setOf(months), setOf(monthDays), setOf(r.yearDays)
	p.inWeek, p.onEaster = setOf(r.weeks), setOf(r.easter)
	var plain []int
	for _, d := range days {
		if d.nth != 0 && r.frequency <= monthly {
			p.nth = append(p.nth, d)
		} else {
			plain = append(plain, d.day)
		}
	}
	p.onWeekday = setOf(plain)
	hour, minute, second := r.start.at.Clock()
	p.hours, p.inHour = clockPart(r.hours, hour, r.frequency >= hourly)
	p.minutes, p.inMinute = clockPart(r.minutes, minute, r.frequency >= minutely)
	p.seconds, p.inSecond = clockPart(r.seconds, second, r.frequency >= secondly)
	return p
}

// clockPart returns what a rule allows of one unit of the clock: as a list when the
// unit is smaller than the rule's periods, else as a set.
func clockPart(written []int, atStart int, stepped bool) ([]int, set) {
	if stepped {
		return nil, setOf(written)
	}
	if len(written) == 0 {
		return []int{atStart}, nil
	}
	list := slices.Clone(written)
	slices.Sort(list)
	return slices.Compact(list), nil
}

// plain reports whether a rule names its steps and nothing else, one reading a period.
func (p *plan) plain() bool {
	r := p.rule
	written := len(r.months) + len(r.monthDays) + len(r.yearDays) + len(r.weeks) + len(r.easter) + len(r.weekdays) +
		len(r.hours) + len(r.minutes) + len(r.seconds) + len(r.positions)
	return r.frequency >= weekly && written == 0
}

// onClock reports whether the times within a period are ones that a clock shows.
func (p *plan) onClock() bool {
	shown := func(list []int, most int) bool {
		return !slices.ContainsFunc(list, func(v int) bool { return v < 0 || v > most })
	}
	return shown(p.hours, 23) && shown(p.minutes, 59) && shown(p.seconds, 59)
}

// reachable reports whether steps of the interval ever fall on an allowed hour,
// minute and second; the search would not end otherwise.
func (p *plan) reachable() bool {
	if p.frequency < hourly || p.inHour == nil && p.inMinute == nil && p.inSecond == nil {
		return true
	}
	unit := lengths[p.frequency]
	step := int64(gcd(int(p.interval%day*unit%day), day)) // the times of day that are met lie this far apart
	for at := floorMod(p.start, step) / unit * unit; at < day; at += step {
		if p.inHour.allows(int(at/3600)) && p.inMinute.allows(int(at/60%60)) && p.inSecond.allows(int(at%60)) {
			return true
		}
	}
	return false
}

func isoWeekday(t time.Time) int { return (int(t.Weekday()) + 6) % 7 }

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	if a < 0 {
		return -a
	}
	return a
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}

func floorMod(a, b int64) int64 { return a - floorDiv(a, b)*b }
