package triggers

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// A proactive trigger with "after" is evaluated anew over the events that it holds, in
// the order in which they occurred, whenever one comes and when a window is over: so it
// does not matter in what order they came. What is older than reorder is folded into
// the bucket, which holds the window that was open then.
const (
	reorder = 5 * time.Minute
	// mostHeld bounds the events that are held for one bucket; older ones are folded.
	mostHeld = 1000
	// atOnce is how many are gone through when one comes. With more, the end of the
	// window is waited for.
	atOnce = 64
)

// await holds an event that a proactive trigger with "after" starts after or expects.
func (t turn) await(h *hit, e *prefect.ReceivedEvent) error {
	occurred := e.Occurred.Time
	fresh, err := t.rows.HoldEvent(&HeldEvent{Owned{h.automation.ID, h.trigger.ID}, h.key, e.ID, occurred, h.starts, h.expects})
	if err != nil || !fresh {
		return err
	}
	if !h.starts {
		if err := t.trim(h.watch, h.key, occurred); err != nil {
			return err
		}
	}
	b, err := t.rows.ReadTriggerBucket(h.trigger.ID, h.key)
	if err != nil {
		return err
	}
	held, err := t.rows.HeldEvents(h.trigger.ID, h.key, time.Time{}, never, atOnce+1)
	if err != nil {
		return err
	}
	few := len(held) <= atOnce
	if b == nil && !h.starts && !(few && slices.ContainsFunc(held, func(h HeldEvent) bool { return h.Starts })) {
		return nil // nothing is waited for
	}
	if few {
		return t.replay(h.watch, h.key, b, held, time.Time{})
	}
	if b == nil {
		b = t.emptyBucket(h.watch, h.key)
	}
	if due := t.lookAt(occurred.Add(h.within), &e.ID); b.Due == nil || due.Before(*b.Due) {
		b.Due = &due
	}
	return t.rows.SetTriggerBucket(b)
}

// lookInto goes through the events that are held for a bucket, as of a time up to which
// every event has been seen.
func (t turn) lookInto(w *watch, b *Bucket, asOf time.Time) error {
	held, err := t.rows.HeldEvents(b.Trigger, b.Key, time.Time{}, never, 2*mostHeld)
	if err != nil {
		return err
	}
	if n := len(held); n == 2*mostHeld && held[n-1].Occurred.Before(asOf) {
		asOf = held[n-1].Occurred // there are more
	}
	return t.replay(w, b.Key, b, held, asOf)
}

// emptyBucket is a bucket without an open window.
func (t turn) emptyBucket(w *watch, key string) *Bucket {
	return &Bucket{Automation: w.automation.ID, Trigger: w.trigger.ID, Key: key, Start: time.Unix(0, 0), End: time.Unix(0, 0)}
}

// vigil is what events in their order come to: the window that is open, and those that
// were over without what was expected.
type vigil struct {
	w        *watch
	absences func(end time.Time) ([]Absence, error)
	running  *Bucket // nil for none
	failed   []Bucket
	overs    []time.Time // of the failed
}

func (v *vigil) over(b *Bucket) (time.Time, error) {
	absences, err := v.absences(b.End)
	return heardUntil(b.End, v.w.within, absences), err
}

// see lets the next event take effect.
func (v *vigil) see(t turn, key string, e *HeldEvent) error {
	if v.running != nil && !e.Occurred.Before(v.running.End) {
		over, err := v.over(v.running)
		if err != nil {
			return err
		}
		if !e.Occurred.Before(over) {
			v.failed, v.overs = append(v.failed, *v.running), append(v.overs, over)
			v.running = nil
		}
	}
	if v.running != nil && e.Expects {
		v.running.Count, v.running.Last = v.running.Count+1, &e.Event
		if !v.w.full(v.running.Count) {
			return nil
		}
		v.running = nil // what was awaited has come
	} else if v.running != nil {
		return nil
	}
	if e.Starts {
		v.running = t.emptyBucket(v.w, key)
		v.running.Start, v.running.End, v.running.Last = e.Occurred, e.Occurred.Add(v.w.within), &e.Event
	}
	return nil
}

// replay goes through held events, fires what was over by asOf, and notes when to look
// again. b is what older events have come to, nil for nothing; asOf is zero while an
// event takes effect, since others may be on their way.
func (t turn) replay(w *watch, key string, b *Bucket, held []HeldEvent, asOf time.Time) error {
	v := &vigil{w: w, absences: t.absencesOnce(w)}
	if b != nil && b.End.After(b.Start) {
		base := *b
		v.running = &base
	}
	r := &replayed{turn: t, vigil: v, key: key, held: held, asOf: asOf, folded: t.emptyBucket(w, key)}
	if v.running != nil {
		*r.folded = *v.running
	}
	for i := range held {
		if err := v.see(t, key, &held[i]); err != nil {
			return err
		}
		if err := r.settle(i); err != nil {
			return err
		}
		if err := r.fold(i); err != nil {
			return err
		}
	}
	if err := r.end(); err != nil {
		return err
	}
	switch {
	case r.due == nil && b == nil:
		return nil
	case r.due == nil:
		return t.rows.DeleteTriggerBucket(w.trigger.ID, key)
	}
	r.folded.Due = r.due
	return t.rows.SetTriggerBucket(r.folded)
}

// replayed is a replay under way.
type replayed struct {
	turn
	*vigil
	key  string
	held []HeldEvent
	asOf time.Time

	folded  *Bucket // what the events have come to that are held no more
	gone    int     // how many of the held these are
	settled int     // how many of the failed windows have fired
	due     *time.Time
}

// settle fires the windows that are found to have failed at the event of a place. What
// has fired is final: the events before are held no more.
func (r *replayed) settle(place int) error {
	for ; r.settled < len(r.failed); r.settled++ {
		window, over := &r.failed[r.settled], r.overs[r.settled]
		if over.After(r.asOf) {
			r.look(over, window.Last)
			return nil
		}
		if err := r.fire(r.w, window, over, nil); err != nil {
			return err
		}
		if err := r.release(place, nil); err != nil {
			return err
		}
	}
	return nil
}

// fold lets the event of a place be held no more when it is old and nothing before it
// waits.
func (r *replayed) fold(place int) error {
	old := place < len(r.held)-mostHeld || r.held[place].Occurred.Before(r.held[len(r.held)-1].Occurred.Add(-reorder))
	if !old || r.gone < place || r.settled < len(r.failed) {
		return nil
	}
	return r.release(place+1, r.running)
}

// release has the events before a place held no more; they have come to a window that
// is open, nil for none.
func (r *replayed) release(place int, open *Bucket) error {
	for ; r.gone < place; r.gone++ {
		if err := r.rows.ReleaseHeldEvent(r.w.trigger.ID, r.key, r.held[r.gone].Event); err != nil {
			return err
		}
	}
	r.folded = r.emptyBucket(r.w, r.key)
	if open != nil {
		*r.folded = *open
	}
	return nil
}

// end looks at the window that is open after all events.
func (r *replayed) end() error {
	if r.running == nil {
		return nil
	}
	over, err := r.overBy(r.asOf)
	if err != nil {
		return err
	}
	if over.After(r.asOf) || r.settled < len(r.failed) {
		r.look(over, r.running.Last)
		return nil
	}
	if err := r.fire(r.w, r.running, over, nil); err != nil {
		return err
	}
	return r.release(len(r.held), nil)
}

// look notes when to look at the bucket again, by the first of several windows.
func (r *replayed) look(over time.Time, last *uuid.UUID) {
	if r.asOf.IsZero() {
		over = r.lookAt(over, last)
	}
	if r.due == nil || over.Before(*r.due) {
		r.due = &over
	}
}

// overBy is when the open window is over, as far as it matters at a time.
func (v *vigil) overBy(at time.Time) (time.Time, error) {
	if at.Before(v.running.End) {
		return v.running.End, nil
	}
	return v.over(v.running)
}

// absencesOnce reads the absences since a window began, the first time that it is asked.
func (t turn) absencesOnce(w *watch) func(end time.Time) ([]Absence, error) {
	var read []Absence
	var since *time.Time
	return func(end time.Time) (_ []Absence, err error) {
		if from := end.Add(-w.within); since == nil || from.Before(*since) {
			since = &from
			read, err = t.rows.Absences(from)
		}
		return read, err
	}
}
