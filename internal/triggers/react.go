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
	if h.proactive() && len(h.after) > 0 {
		return t.await(h, e)
	}
	b, err := t.rows.ReadTriggerBucket(h.trigger.ID, h.key)
	if err != nil {
		return err
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
	if err != nil || !opened || !h.starts {
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
		b := t.window(h.watch, h.key, occurred.Add(-Lookback), 0, &e.ID)
		b.End = occurred.Add(h.within)
		t.due(h.watch, b, b.End)
		return b, nil
	case !h.starts:
		return nil, nil
	}
	initial := 0
	if h.expects {
		initial = -1 // it opens the window, and does not count in its own
	}
	return t.window(h.watch, h.key, occurred, initial, &e.ID), nil
}

// count lets an expected event count in the window that there is, nil for none.
func (t turn) count(h *hit, e *prefect.ReceivedEvent, b *Bucket) error {
	switch {
	case b == nil && h.within == 0:
		return nil // no window will ever open over it
	case b == nil:
		return t.hold(h, e)
	}
	return t.evaluate(h.watch, b, e.Occurred.Time, e)
}

// window makes a window.
func (t turn) window(w *watch, key string, from time.Time, count int, last *uuid.UUID) *Bucket {
	b := &Bucket{Automation: w.automation.ID, Trigger: w.trigger.ID, Key: key, Start: from, End: from.Add(w.within), Count: count}
	if w.proactive() {
		b.Last = last
	}
	t.due(w, b, b.End)
	return b
}

// due has a proactive window looked at when it is over.
func (t turn) due(w *watch, b *Bucket, over time.Time) {
	if w.proactive() {
		at := t.lookAt(over, b.Last)
		b.Due = &at
	}
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
	unspent := 0
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
		t.due(w, b, over)
		return t.rows.SetTriggerBucket(b)
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
	following := t.window(w, b.Key, from, 0, nil)
	if !w.proactive() && unspent > 0 {
		return t.evaluate(w, following, at, e)
	}
	following.Count = unspent
	return t.rows.SetTriggerBucket(following)
}
