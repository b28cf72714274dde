package schedule

import "time"

// wall is the calendar reading of t, carried in UTC.
func wall(t time.Time) time.Time {
	return t.Add(offset(t)).UTC()
}

func offset(t time.Time) time.Duration {
	_, seconds := t.Zone()
	return time.Duration(seconds) * time.Second
}

// moments are what a calendar reading may stand for: one moment, two of a reading
// that occurs twice, or of one that is skipped the two that lie as far from the
// change of clocks as the reading.
type moments struct {
	early, late time.Time
	skipped     bool
}

// place finds the moments of a reading. At a change of clocks there are two
// offsets to choose from; the greater one gives the earlier moment.
func place(reading time.Time, zone *time.Location) moments {
	const near = 26 * time.Hour // further than any change skips
	guess := time.Date(reading.Year(), reading.Month(), reading.Day(),
		reading.Hour(), reading.Minute(), reading.Second(), reading.Nanosecond(), zone)
	before, after := offset(guess.Add(-near)), offset(guess.Add(near))
	least, most := min(before, after), max(before, after)
	if least == most {
		return moments{early: guess, late: guess}
	}
	early, late := reading.Add(-most).In(zone), reading.Add(-least).In(zone)
	earlyFits, lateFits := offset(early) == most, offset(late) == least
	switch {
	case earlyFits && !lateFits:
		late = early
	case lateFits && !earlyFits:
		early = late
	}
	return moments{early, late, !earlyFits && !lateFits}
}

// Moments are the first and the last moment that a calendar reading, carried in UTC,
// stands for in a zone. They differ for one that occurs twice; for one that is skipped
// both are the change of clocks that skips it.
func Moments(reading time.Time, zone *time.Location) (first, last time.Time) {
	m := place(reading, zone)
	if m.skipped {
		change, _ := m.late.ZoneBounds()
		return change, change
	}
	return m.early, m.late
}

// span is a stretch of time in which a zone's clocks are not changed.
type span struct {
	start, end time.Time // zero for no start or no end
	offset     time.Duration
	summer     bool
}

// spanAt is the span in which a moment lies, or a part of it: after 2037 package
// time ends one with each year, and in leap years a day before the year's end, so
// that on that day the end would have passed.
func spanAt(t time.Time) span {
	start, end := t.ZoneBounds()
	if !end.IsZero() && !end.After(t) {
		_, end = t.AddDate(0, 0, 1).ZoneBounds()
	}
	return span{start, end, offset(t), t.IsDST()}
}

func (s span) before() (span, bool) {
	if s.start.IsZero() {
		return span{}, false
	}
	return spanAt(s.start.Add(-time.Second)), true
}

// ruleMoment is the moment that the contract's package for recurrence rules takes
// a reading for. It knows of each change of clocks by the reading of a clock that
// shows standard time. Mostly the result is the first of two moments, and for a
// skipped reading one as much before the change as was skipped. Where winter time
// is a negative summer time (Europe/Dublin, Africa/Casablanca) it takes the other
// season for the standard: skipped readings come after the change, and those of
// the hour after a repeated hour come an hour early.
func ruleMoment(reading time.Time, zone *time.Location) time.Time {
	const near = 48 * time.Hour
	at := spanAt(reading.Add(-near).In(zone))
	for !at.end.IsZero() && at.end.Before(reading.Add(near)) {
		next := spanAt(at.end)
		change := at.end.Add(standard(at, next)).UTC() // as a reading of standard time
		if reading.Before(change) {
			break
		}
		if reading.Before(change.Add(at.offset - next.offset)) {
			break // the reading occurs twice
		}
		at = next
	}
	return reading.Add(-at.offset).In(zone)
}

// standard is the offset by which the package reads the change between two spans.
func standard(at, next span) time.Duration {
	before, after := base(at), base(next)
	if before != after && at.summer != next.summer {
		return before
	}
	return after
}

// base is what the package takes for the standard offset in a span: its own, less
// what it takes for the summer time in it.
func base(s span) time.Duration {
	offset := s.offset
	const far = 16 // spans of summer time in a row
	for range far {
		before, ok := s.before()
		if !s.summer || !ok {
			break
		}
		if !before.summer && before.offset != s.offset {
			return offset - (s.offset - before.offset)
		}
		s = before
	}
	return offset
}

// slack is by how much the order of readings near a moment may differ from that of
// the moments they stand for: a day where clocks are changed, else nothing.
func slack(t time.Time) time.Duration {
	const day = 24 * time.Hour
	if s := spanAt(t.Add(-2 * day)); s.end.IsZero() || s.end.After(t.Add(2*day)) {
		return 0
	}
	return day
}
