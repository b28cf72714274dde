package triggers

import (
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// Lookback is how far back in time events may come late, the reference's
// PRECEDING_EVENT_LOOKBACK: an event waits for the one that it follows for as long,
// and the first window of a trigger reaches back as far.
const Lookback = 15 * time.Minute

// turn is one evaluation, in a transaction.
type turn struct {
	rows Rows
	now  time.Time
}

// React lets an event take effect on the triggers that it concerns.
func React(rows Rows, now time.Time, m *Matched) error {
	t := turn{rows, now}
	for i := range m.hits {
		if err := t.react(&m.hits[i], m.Event); err != nil {
			return err
		}
	}
	return nil
}

func (t turn) react(h *hit, e *prefect.ReceivedEvent) error {
	b, err := t.rows.ReadTriggerBucket(h.trigger.ID, h.key)
	if err != nil {
		return err
	}
	if b != nil && h.proactive() && len(h.after) > 0 {
		if b, err = t.endBefore(h.watch, b, e.Occurred.Time); err != nil {
			return err
		}
	}
	opened := false
	if b == nil {
		if b, err = t.open(h, e); err != nil {
			return err
		}
		opened = b != nil
	}
	if h.expects {
		err = t.count(h, e, b)
	} else if opened {
		err = t.rows.SetTriggerBucket(b)
	}
	if err != nil || !opened || !h.starts || h.proactive() {
		return err
	}
	return t.countHeld(h.watch, b)
}

// open makes the window that an event opens, nil when it opens none.
func (t turn) open(h *hit, e *prefect.ReceivedEvent) (*Bucket, error) {
	occurred := e.Occurred.Time
	switch {
	case len(h.after) == 0 && h.expects:
		// The first window reaches back: other events may be under way.
		return t.window(h.watch, h.key, occurred.Add(-Lookback), occurred.Add(h.within), 0, &e.ID)
	case !h.starts:
		return nil, nil
	}
	initial := 0
	if h.expects {
		initial = -1 // it opens the window, and does not count in its own
	}
	return t.window(h.watch, h.key, occurred, occurred.Add(h.within), initial, &e.ID)
}

// count lets an expected event count in the window that there is, nil for none.
func (t turn) count(h *hit, e *prefect.ReceivedEvent, b *Bucket) error {
	if len(h.after) > 0 && !h.starts {
		fresh, err := t.hold(h, e, b)
		if err != nil || !fresh {
			return err
		}
	}
	if b == nil {
		return nil
	}
	return t.evaluate(h.watch, b, e.Occurred.Time, e)
}

// window makes a window. In a proactive one the held events count that occurred in it.
func (t turn) window(w *watch, key string, from, to time.Time, count int, last *uuid.UUID) (*Bucket, error) {
	b := &Bucket{Automation: w.automation.ID, Trigger: w.trigger.ID, Key: key, Start: from, End: to, Count: count}
	if w.proactive() {
		b.Last = last
		t.lookAt(b, to)
		if len(w.after) > 0 {
			held, err := t.rows.CountHeldEvents(w.trigger.ID, key, from, to)
			if err != nil {
				return nil, err
			}
			b.Count += held
		}
	}
	return b, nil
}

// begin makes a window and keeps it.
func (t turn) begin(w *watch, key string, from time.Time, count int, last *uuid.UUID) (*Bucket, error) {
	b, err := t.window(w, key, from, from.Add(w.within), count, last)
	if err != nil {
		return nil, err
	}
	return b, t.rows.SetTriggerBucket(b)
}

// evaluate counts an event that occurred at a moment in a window, or, without one,
// looks at the window at that moment.
func (t turn) evaluate(w *watch, b *Bucket, at time.Time, e *prefect.ReceivedEvent) error {
	if at.Before(b.Start) {
		return nil // it belongs to a window that is past
	}
	over, err := t.over(w, b, at)
	if err != nil {
		return err
	}
	ended := !at.Before(over)
	before, unspent := b.Last, 0
	if e != nil {
		unspent = 1
		if w.immediate() || !ended {
			b.Count, unspent = b.Count+1, 0
			if w.proactive() {
				b.Last = &e.ID
			}
		}
	}
	fires := w.full(b.Count)
	if w.proactive() {
		fires = ended && !fires
	}
	if fires {
		if err := t.fire(w, b, over, e); err != nil {
			return err
		}
	} else if !ended {
		return t.wait(w, b, over, e, before)
	}
	switch {
	case len(w.after) > 0, w.within == 0 && fires:
		return t.rows.DeleteTriggerBucket(b.Trigger, b.Key)
	case w.within == 0:
		return t.rows.SetTriggerBucket(b)
	}
	return t.next(w, b, over, at, e, unspent)
}

// next opens the window after one that is over, or has fired.
func (t turn) next(w *watch, b *Bucket, over, at time.Time, e *prefect.ReceivedEvent, unspent int) error {
	from := over
	if at.After(from) && (e != nil || at.Sub(from) >= w.within) {
		from = at
	}
	if w.proactive() {
		_, err := t.begin(w, b.Key, from, unspent, nil)
		return err
	}
	following, err := t.begin(w, b.Key, from, 0, nil)
	if err != nil || unspent == 0 {
		return err
	}
	return t.evaluate(w, following, at, e)
}

// wait keeps a window that has more time.
func (t turn) wait(w *watch, b *Bucket, over time.Time, e *prefect.ReceivedEvent, before *uuid.UUID) error {
	if w.proactive() {
		t.lookAt(b, over)
	}
	if e == nil || !w.proactive() || !w.full(b.Count) || len(w.after) == 0 {
		return t.rows.SetTriggerBucket(b)
	}
	name, left := e.Event.Event, eventEffort
	if w.starts(name, &left) && w.expects(name, &left) {
		return t.roll(w, b, e, before)
	}
	// What was awaited has come. The next event that is waited after opens a window
	// of its own.
	return t.rows.DeleteTriggerBucket(b.Trigger, b.Key)
}

// roll begins a window anew at an event that is both waited after and expected, such
// as the next heartbeat. An event that was expected only, and occurred after it, goes
// on to be what a firing speaks of.
func (t turn) roll(w *watch, b *Bucket, e *prefect.ReceivedEvent, before *uuid.UUID) error {
	last := &e.ID
	if before != nil {
		previous, err := t.rows.ReadEvent(*before)
		if err != nil {
			return err
		}
		left := eventEffort
		if previous != nil && !previous.Occurred.Before(e.Occurred.Time) &&
			w.expects(previous.Event.Event, &left) && !w.starts(previous.Event.Event, &left) {
			last = before
		}
	}
	_, err := t.begin(w, b.Key, e.Occurred.Time, 0, last)
	return err
}
