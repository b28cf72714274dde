package sleep

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/reevehq/reeve/internal/budget"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/schedule"
	"github.com/reevehq/reeve/internal/store"
)

const (
	// horizon is how far ahead the times of a schedule are looked at: a year, with
	// both offsets of a zone that has summer time, and a month more.
	horizon = 400 * 24 * time.Hour
	// mostTimes bounds the times of one schedule that are looked at.
	mostTimes = 60_000
	// leastLook is what must be looked at to know the days of the week.
	leastLook = 8 * 24 * time.Hour
	// planPage is how many deployments are read at a time.
	planPage = 200
)

// WakePlan is when somebody else has to wake a server for its schedules, as
// lines for cron in UTC: minute, hour, day of the month, month, day of the week.
// The lines name every minute in which a run is due, and may name more: each is
// one that any cron understands.
type WakePlan struct {
	Schedules int      `json:"schedules"`
	Lines     []string `json:"lines"`
}

// ReadWakePlan makes the plan of a server's schedules from now on.
func ReadWakePlan(ctx context.Context, s *store.Store) (*WakePlan, error) {
	var schedules []*prefect.Schedule
	var now time.Time
	err := s.View(ctx, func(tx *store.Tx) (err error) {
		now = tx.Now
		schedules, err = wakingSchedules(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	return Plan(ctx, schedules, now)
}

// wakingSchedules reads the schedules that wake a server: the active ones, which
// are not set aside, of the deployments that have a work pool and are not paused.
func wakingSchedules(tx *store.Tx) (all []*prefect.Schedule, err error) {
	for offset := 0; ; offset += planPage {
		found, err := tx.FilterDeployments(&prefect.Filters{}, "NAME_ASC", prefect.Page{Limit: planPage, Offset: offset})
		if err != nil {
			return nil, err
		}
		for _, d := range found {
			if d.Paused || d.WorkPoolName == nil {
				continue
			}
			for _, s := range d.Schedules {
				if s.Active && s.SetAside == nil {
					all = append(all, &s.Schedule)
				}
			}
		}
		if len(found) < planPage {
			return all, nil
		}
	}
}

// Plan makes the plan of schedules from a moment on. A schedule that can name no
// time wakes nobody. It fails only with ctx.
func Plan(ctx context.Context, schedules []*prefect.Schedule, from time.Time) (*WakePlan, error) {
	p := planner{}
	for _, s := range schedules {
		p.add(ctx, s, from)
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
	}
	return &WakePlan{Schedules: len(schedules), Lines: p.lines()}, nil
}

// days are the days on which a line counts: of the month and months, or of the
// week; "*" for all.
type days struct{ month, months, week string }

var everyDay = days{"*", "*", "*"}

// minute is one of a day.
type minute struct{ hour, minute int }

// planner gathers the minutes of the day in which something is due, by days.
type planner map[days]map[minute]bool

func (p planner) add(ctx context.Context, s *prefect.Schedule, from time.Time) {
	b := schedule.NewBudget(ctx)
	defer b.Close()
	seen := map[minute]*dates{}
	full, count, whole := 0, 0, false // minutes of every day of the week; times; up to the horizon
	end := from.Add(horizon)
	last := from
	for full < 24*60 && count < mostTimes && !whole {
		times, err := schedule.Times(b, s, schedule.Range{N: 1000, Start: last, End: end})
		if err != nil || len(times) == 0 {
			whole = !budget.Is(err)
			break
		}
		for _, at := range times {
			at = at.UTC()
			m := minute{at.Hour(), at.Minute()}
			if seen[m] == nil {
				seen[m] = &dates{}
			}
			if seen[m].add(at) {
				full++
			}
		}
		count += len(times)
		last = slices.MaxFunc(times, time.Time.Compare).Add(time.Microsecond)
	}
	if !whole && last.Sub(from) < leastLook { // so often that any minute may be one
		for m := range 24 * 60 {
			p.put(everyDay, minute{m / 60, m % 60})
		}
		return
	}
	for m, on := range seen {
		p.put(on.days(whole), m)
	}
}

func (p planner) put(d days, m minute) {
	if p[d] == nil {
		p[d] = map[minute]bool{}
	}
	p[d][m] = true
}

// dates are those on which something is due at one minute.
type dates struct {
	month  [32]bool
	months [13]bool
	week   [7]bool
}

// add is true when it completes the days of the week.
func (d *dates) add(at time.Time) bool {
	d.month[at.Day()], d.months[at.Month()] = true, true
	before := d.week[at.Weekday()]
	d.week[at.Weekday()] = true
	return !before && !slices.Contains(d.week[:], false)
}

// days takes the narrower of the two ways to say it, since cron takes a line that
// says both as either. Days of the month are known of a year that was looked at whole.
func (d *dates) days(whole bool) days {
	if last := d.month[28:]; count(last) > 1 { // the last day of a month: of any
		for i := range last {
			last[i] = true
		}
	}
	month, months, week := count(d.month[:]), count(d.months[:]), count(d.week[:])
	if whole && month*months*7 < week*31*12 {
		return days{list(d.month[:], 1), list(d.months[:], 1), "*"}
	}
	return days{"*", "*", list(d.week[:], 0)}
}

func count(set []bool) (n int) {
	for _, in := range set {
		if in {
			n++
		}
	}
	return n
}

// list writes a set as cron does; first is the least that can be in it.
func list(set []bool, first int) string {
	if !slices.Contains(set[first:], false) {
		return "*"
	}
	var parts []string
	for i := first; i < len(set); i++ {
		if !set[i] {
			continue
		}
		last := i
		for last+1 < len(set) && set[last+1] {
			last++
		}
		switch {
		case last-i > 1:
			parts = append(parts, fmt.Sprintf("%d-%d", i, last))
			i = last
		default:
			parts = append(parts, strconv.Itoa(i))
		}
	}
	return strings.Join(parts, ",")
}

// lines writes a line for each set of hours that have the same minutes.
func (p planner) lines() []string {
	lines := []string{}
	for d, minutes := range p {
		hours := map[string]*[24]bool{} // by the list of minutes
		for hour := range 24 {
			var set [60]bool
			for m := range 60 {
				at := minute{hour, m}
				set[m] = minutes[at] && (d == everyDay || !p[everyDay][at])
			}
			if count(set[:]) == 0 {
				continue
			}
			text := list(set[:], 0)
			if hours[text] == nil {
				hours[text] = &[24]bool{}
			}
			hours[text][hour] = true
		}
		for text, set := range hours {
			lines = append(lines, strings.Join([]string{text, list(set[:], 0), d.month, d.months, d.week}, " "))
		}
	}
	sort.Strings(lines)
	return lines
}
