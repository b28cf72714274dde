package schedule

import (
	"errors"
	"fmt"
	"time"

	"github.com/reevehq/reeve/internal/budget"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/schedule/cron"
	"github.com/reevehq/reeve/internal/schedule/zones"
)

func (c *collector) cron(s *prefect.CronSchedule) error {
	zone, err := zones.Load(zoneName(s.Timezone))
	if err != nil {
		return err
	}
	expression, err := cron.Parse(string(s.Cron))
	if err != nil {
		return fmt.Errorf("cron expression %q: %w", s.Cron, err)
	}
	times := cronTimes{expression, s.DayOr, c.budget}
	for from := c.want.Start.In(zone); ; {
		at, err := times.next(from)
		switch {
		case errors.Is(err, cron.ErrNone) && len(c.times) > 0:
			return nil // of a year that has passed, say: those found are all there are
		case err != nil:
			return fmt.Errorf("cron expression %q: %w", s.Cron, err)
		case !c.want.End.IsZero() && at.After(c.want.End) || !inCalendar(at) || !c.take(at):
			return nil
		}
		from = at.Add(time.Microsecond)
	}
}

// cronTimes finds the moments of a cron expression in a zone. Each is found from
// nothing but a moment before it, so it does not matter where a search begins.
type cronTimes struct {
	expression *cron.Expression
	dayOr      bool
	budget     *budget.Budget
}

// reading is the first reading that is not before one.
func (c cronTimes) reading(from time.Time) (time.Time, error) {
	return c.expression.Next(c.budget, from.Add(-time.Nanosecond).Truncate(time.Second), c.dayOr)
}

// next is the first moment that is not before from.
func (c cronTimes) next(from time.Time) (time.Time, error) {
	reading := wall(from)
	var moved time.Time // of a reading that was skipped just before from
	if change, _ := from.ZoneBounds(); !change.IsZero() {
		before := offset(change.Add(-time.Second).In(from.Location()))
		gained := offset(from) - before
		passed := from.Sub(change)
		switch {
		case gained < 0 && passed < -gained: // the readings now were there before
			reading = wall(change).Add(-gained)
		case gained > 0 && passed < gained: // what was skipped comes now
			skipped, err := c.reading(reading.Add(-gained))
			if err == nil && skipped.Before(wall(change)) {
				moved = skipped.Add(-before).In(from.Location())
			} else if budget.Is(err) {
				return time.Time{}, err
			}
		}
	}
	at, err := c.after(reading, from.Location())
	if !moved.IsZero() && (err != nil || moved.Before(at)) {
		return moved, nil
	}
	return at, err
}

// after is the first moment of the readings from one on. The moment of a skipped
// reading may come after that of a later one.
func (c cronTimes) after(reading time.Time, zone *time.Location) (time.Time, error) {
	first, err := c.reading(reading)
	if err != nil {
		return time.Time{}, err
	}
	m := place(first, zone)
	if !m.skipped {
		return m.early, nil
	}
	change, _ := m.late.ZoneBounds()
	second, err := c.reading(wall(change))
	if budget.Is(err) {
		return time.Time{}, err
	}
	if other := place(second, zone).early; err == nil && other.Before(m.late) {
		return other, nil
	}
	return m.late, nil
}
