package recurrence

import "time"

// year is what a rule must know of a year to tell which of its days it names.
type year struct {
	number      int
	first       int64 // January the 1st, in days since 1970
	length      int
	nextLength  int
	weekday     int // of the first day, 0 for Monday
	easter      int // index of Easter Sunday; the first day is 0
	firstWeek   int // index of the first day of week 1; it may lie in the year before
	weeks       int
	weeksBefore int // of the year before
}

func newYear(number, wkst int) *year {
	first := time.Date(number, 1, 1, 0, 0, 0, 0, time.UTC)
	y := &year{number: number, first: floorDiv(first.Unix(), day), length: yearLength(number),
		nextLength: yearLength(number + 1), weekday: isoWeekday(first), easter: easterIndex(number)}
	y.firstWeek = firstWeek(y.weekday, wkst)
	y.weeks = weeksIn(y.length, y.firstWeek)
	before := firstWeek(isoWeekday(first.AddDate(-1, 0, 0)), wkst)
	y.weeksBefore = weeksIn(yearLength(number-1), before)
	if before >= 0 {
		// The contract's package takes the length of this year here, not of the one before.
		y.weeksBefore = 52 + (y.length-y.firstWeek)%7/4
	}
	return y
}

func yearLength(number int) int { return time.Date(number, 12, 31, 0, 0, 0, 0, time.UTC).YearDay() }

// firstWeek is the index of the first day of the first week that has four days in
// a year, given the weekday of the year's first day.
func firstWeek(weekday, wkst int) int {
	index := (7 - weekday + wkst) % 7
	if index >= 4 {
		index -= 7
	}
	return index
}

// weeksIn is how many weeks a year has whose first week begins at an index.
func weeksIn(length, first int) int {
	days := length - first
	return days/7 + days%7/4
}

// easterIndex is the index of Easter Sunday of the Gregorian calendar (the
// anonymous algorithm of 1876).
func easterIndex(number int) int {
	golden, century, rest := number%19, number/100, number%100
	epact := (19*golden + century - century/4 - (century-(century+8)/25+1)/3 + 15) % 30
	sunday := (32 + 2*(century%4) + 2*(rest/4) - epact - rest%4) % 7
	shift := (golden + 11*epact + 22*sunday) / 451
	sum := epact + sunday - 7*shift + 114
	return time.Date(number, time.Month(sum/31), sum%31+1, 0, 0, 0, 0, time.UTC).YearDay() - 1
}

// names reports whether the rule names a day, given by its number since 1970. The
// year is the one in which the period of the day began: a week may end in the next.
func (p *plan) names(number int64, y *year) bool {
	index := int(number - y.first)
	at := time.Unix(number*day, 0).UTC()
	_, month, monthDay := at.Date()
	length := daysIn(at)
	switch {
	case !p.inMonth.allows(int(month)):
		return false
	case p.inWeek != nil && !p.namesWeek(index, y):
		return false
	case !p.onWeekday.allows(isoWeekday(at)):
		return false
	case p.onEaster != nil && !p.onEaster[index-y.easter]:
		return false
	case p.onMonthDay != nil && !p.onMonthDay[monthDay] && !p.onMonthDay[monthDay-length-1]:
		return false
	case p.onYearDay != nil && !p.namesYearDay(index, y):
		return false
	}
	return len(p.nth) == 0 || p.namesNth(at, monthDay, length, index, y)
}

func daysIn(at time.Time) int {
	return time.Date(at.Year(), at.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

func (p *plan) namesYearDay(index int, y *year) bool {
	length := y.length
	if index >= length {
		index, length = index-length, y.nextLength
	}
	return p.onYearDay[index+1] || p.onYearDay[index-length]
}

// namesWeek goes by the numbers of weeks as the contract's package does: the days
// that belong to the last week of the year before are known by that week's
// positive number or by -1.
func (p *plan) namesWeek(index int, y *year) bool {
	if index < y.firstWeek {
		return p.inWeek[-1] || p.inWeek[y.weeksBefore]
	}
	number := (index-y.firstWeek)/7 + 1
	if number > y.weeks {
		return p.inWeek[1] && y.firstWeek+7*y.weeks < y.length
	}
	return p.inWeek[number] || p.inWeek[number-y.weeks-1]
}

// namesNth looks for the day among the n-th weekdays: of a month, or of the year
// for a yearly rule that names no months.
func (p *plan) namesNth(at time.Time, monthDay, length, index int, y *year) bool {
	if p.frequency == yearly && p.inMonth == nil {
		monthDay, length = index+1, y.length
	}
	fromStart, fromEnd := (monthDay-1)/7+1, (length-monthDay)/7+1
	weekday := isoWeekday(at)
	for _, d := range p.nth {
		if d.day == weekday && (d.nth == fromStart || d.nth == -fromEnd) {
			return true
		}
	}
	return false
}
