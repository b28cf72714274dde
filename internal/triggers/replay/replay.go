// Package replay runs the triggers of an automation over a stretch of the event log
// under a simulated clock: it tells what would have fired, and touches nothing.
package replay

import (
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/triggers"
)

// deepest is how many events that follow each other are evaluated one after another,
// the reference's bound.
const deepest = 20

// ErrMetric says that a trigger cannot be replayed: it is about figures of runs, of
// which the log does not tell.
var ErrMetric = errors.New("a metric trigger cannot be replayed: it looks at figures of runs, not at events")

// Replay is one run over the log. It is not for several goroutines.
type Replay struct {
	set     *triggers.Set
	rows    *rows
	now     time.Time
	seen    map[uuid.UUID]bool
	waiting map[uuid.UUID][]waiting // by the event that they follow

	due  time.Time    // what falls due first,
	work func() error // unless rows.changed; nil for nothing
}

// waiting is an event that came before the one that it follows.
type waiting struct {
	event *prefect.ReceivedEvent
	until time.Time
}

// New returns a replay of an automation as if it had been made at from, which keeps
// at most so many firings, the first ones. absences are the times since then in which
// the server received nothing.
func New(a *prefect.Automation, from time.Time, most int, absences []triggers.Absence) (*Replay, error) {
	made := *a
	made.Enabled, made.Updated = true, prefect.At(from)
	metric := false
	made.Trigger.All(func(t, _ *prefect.Trigger) { metric = metric || t.Metric != nil })
	if metric {
		return nil, ErrMetric
	}
	r := &Replay{set: triggers.Compile(1, []*prefect.Automation{&made}), rows: newRows(most, absences), now: from,
		seen: map[uuid.UUID]bool{}, waiting: map[uuid.UUID][]waiting{}}
	for _, t := range r.set.Unprompted() {
		r.rows.openings[t.Trigger] = from
	}
	return r, nil
}

// Seen notes an event from before the replay: what follows it need not wait.
func (r *Replay) Seen(id uuid.UUID) { r.seen[id] = true }

// Event lets the next event of the log take effect.
func (r *Replay) Event(e *prefect.ReceivedEvent) error {
	if err := r.until(e.Received.Time); err != nil {
		return err
	}
	if e.Follows != nil && !r.seen[*e.Follows] {
		m := r.set.Match(e)
		if !m.Some() && len(r.waiting[e.ID]) == 0 {
			r.seen[e.ID] = true
			return nil
		}
		r.rows.changed = true
		r.waiting[*e.Follows] = append(r.waiting[*e.Follows], waiting{e, e.Received.Add(triggers.Lookback)})
		return nil
	}
	return r.evaluate(e, 0)
}

// evaluate lets an event take effect, and those that have waited for it.
func (r *Replay) evaluate(e *prefect.ReceivedEvent, depth int) error {
	r.seen[e.ID] = true
	if m := r.set.Match(e); m.Some() {
		r.rows.events[e.ID] = e
		if err := triggers.React(r.rows, r.now, m); err != nil {
			return err
		}
	}
	followers := r.waiting[e.ID]
	if len(followers) > 0 {
		delete(r.waiting, e.ID)
		r.rows.changed = true
	}
	if depth == deepest {
		return nil
	}
	for _, f := range followers {
		if err := r.evaluate(f.event, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// End lets the time pass in which no more events come.
func (r *Replay) End(at time.Time) error { return r.until(at) }

// until does what falls due up to a time, in its order.
func (r *Replay) until(at time.Time) error {
	for {
		if r.rows.changed { // else nothing is due sooner than it was
			r.due, r.work = r.next()
			r.rows.changed = false
		}
		if r.work == nil || r.due.After(at) {
			break
		}
		due, work := r.due, r.work
		r.rows.changed = true
		if due.After(r.now) {
			r.now = due
		}
		if err := work(); err != nil {
			return err
		}
	}
	if at.After(r.now) {
		r.now = at
	}
	return nil
}

// next is what falls due first, nil for nothing.
func (r *Replay) next() (due time.Time, work func() error) {
	name := ""
	sooner := func(at time.Time, of string, does func() error) {
		if work == nil || at.Before(due) || at.Equal(due) && of < name {
			due, name, work = at, of, does
		}
	}
	for id, b := range r.rows.buckets {
		if b.Due != nil {
			sooner(*b.Due, id.key+id.trigger.String(), func() error {
				copied := *b
				return r.set.EndWindow(r.rows, r.now, r.now, &copied)
			})
		}
	}
	for trigger, at := range r.rows.openings {
		sooner(at, trigger.String(), func() error {
			delete(r.rows.openings, trigger)
			return r.set.OpenWindow(r.rows, r.now, trigger)
		})
	}
	for leader, all := range r.waiting {
		sooner(all[0].until, leader.String(), func() error {
			r.waiting[leader] = all[1:]
			if len(all) == 1 {
				delete(r.waiting, leader)
			}
			return r.evaluate(all[0].event, 0)
		})
	}
	return due, work
}

// Fired is how often the automation would have fired.
func (r *Replay) Fired() int { return r.rows.fired }

// Hours are how often it would have fired in each hour, by its start; those in which it
// would not have are left out.
func (r *Replay) Hours() map[time.Time]int { return r.rows.hours }

// Firings are the first of them.
func (r *Replay) Firings() []*prefect.Firing { return r.rows.firings }
