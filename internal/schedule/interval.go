package schedule

import (
	"errors"
	"time"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/schedule/zones"
)

// interval counts in microseconds since 1970, which hold every time of the
// calendar: differences of time.Time end at 292 years.
func (c *collector) interval(s *prefect.IntervalSchedule) error {
	zone, err := zones.Load(zoneName(s.Timezone))
	if err != nil {
		return err
	}
	step := time.Duration(s.Interval).Microseconds()
	if step <= 0 || s.AnchorDate == nil {
		return errors.New("an interval schedule needs an interval and an anchor")
	}
	steps := &stepper{anchor: s.AnchorDate.Time.In(zone), start: c.want.Start.In(zone), zone: zone, step: step,
		days: int(step / dayLength), rest: time.Duration(step%dayLength) * time.Microsecond}
	at, err := steps.first(c)
	if err != nil {
		return err
	}
	for inCalendar(at) && !c.pastEnd(at, zone) {
		if err := c.budget.Step(1); err != nil {
			return err
		}
		if !c.take(at) {
			return nil
		}
		at = steps.next(at)
	}
	return nil
}

const dayLength = int64(24 * time.Hour / time.Microsecond)

// inCalendar reports whether a moment is in the years 1 to 9999.
func inCalendar(t time.Time) bool { return t.Year() >= 1 && t.Year() <= 9999 }

// stepper steps through the times of an interval.
//
// Steps shorter than a day, and those of whole days in UTC, are as long as they
// are. Whole days in another zone move the calendar reading, from time to time:
// one that is skipped moves all that follow. Steps of days and a rest begin on the
// exact grid of the anchor and move the reading from there.
type stepper struct {
	anchor, start time.Time
	zone          *time.Location
	step          int64 // microseconds
	days          int
	rest          time.Duration

	// offset is the number of the present step where steps are counted from an
	// anchor that lies ahead; zero and above no more.
	offset int64
}

// wholeDays reports whether the interval is one of calendar days.
func (s *stepper) wholeDays() bool { return s.days > 0 && s.rest == 0 }

// first is the first time whose reading is not before that of the start.
func (s *stepper) first(c *collector) (time.Time, error) {
	if s.wholeDays() && !s.start.Before(s.anchor) && s.zone.String() != "UTC" {
		return s.seek(c)
	}
	distance := s.start.UnixMicro() - s.anchor.UnixMicro()
	s.offset = distance / s.step
	at := s.jump(s.offset)
	for wall(at).After(wall(s.start)) {
		if err := c.budget.Step(1); err != nil {
			return time.Time{}, err
		}
		s.offset--
		at = s.jump(s.offset)
	}
	if !s.wholeDays() || distance >= 0 {
		s.offset = 0
	}
	return s.catchUp(c, at)
}

// catchUp steps on to the start.
func (s *stepper) catchUp(c *collector, at time.Time) (time.Time, error) {
	for wall(at).Before(wall(s.start)) {
		if err := c.budget.Step(1); err != nil {
			return time.Time{}, err
		}
		at = s.next(at)
	}
	return at, nil
}

// jump is the time so many steps from the anchor.
func (s *stepper) jump(steps int64) time.Time {
	if s.wholeDays() && steps != 0 {
		return s.move(s.anchor, int64(s.days)*steps)
	}
	return time.UnixMicro(s.anchor.UnixMicro() + s.step*steps).In(s.zone)
}

// move moves the calendar reading of a time by days.
func (s *stepper) move(at time.Time, days int64) time.Time {
	return place(wall(at).AddDate(0, 0, int(days)), s.zone).late
}

// next is the time after at.
func (s *stepper) next(at time.Time) time.Time {
	switch {
	case s.offset < 0:
		s.offset++
		return s.jump(s.offset)
	case s.days == 0:
		return at.Add(s.rest)
	}
	return place(wall(at).AddDate(0, 0, s.days).Add(s.rest), s.zone).late
}

// seek steps through calendar days from the anchor to the start. Where the clocks
// are not changed steps leave the reading alone, so those between two changes are
// taken at once, but for one before each change.
func (s *stepper) seek(c *collector) (time.Time, error) {
	at := s.anchor
	for at.Before(s.start) {
		if err := c.budget.Step(1); err != nil {
			return time.Time{}, err
		}
		boundary := s.start
		if change := spanAt(at).end; !change.IsZero() && change.Before(boundary) {
			boundary = change
		}
		count := max(1, (calendarDay(boundary)-calendarDay(at))/int64(s.days)-1)
		at = s.move(at, int64(s.days)*count)
	}
	return s.catchUp(c, at)
}

// calendarDay numbers the day of a time's calendar reading.
func calendarDay(t time.Time) int64 {
	year, month, day := t.Date()
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / (24 * 3600)
}
