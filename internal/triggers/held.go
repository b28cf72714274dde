package triggers

import (
	"time"

	"github.com/reevehq/reeve/internal/prefect"
)

// HeldRetention is how long expected events are held: a follower waits for as long as
// Lookback, and a window may open over events that occurred as long before.
const HeldRetention = 2 * Lookback

// hold keeps an event that a trigger with "after" expects, for windows that open
// later over it. It is false when the event was held before, and thus has counted.
//
// A proactive trigger holds every one, whether it has counted or not, because a
// window may roll back over it. A reactive one holds those that found no window; the
// reference forgets them, and does not fire when the events change places.
func (t turn) hold(h *hit, e *prefect.ReceivedEvent, b *Bucket) (fresh bool, err error) {
	if b != nil && !h.proactive() {
		return true, nil
	}
	occurred := e.Occurred.Time
	fresh, err = t.rows.HoldEvent(&HeldEvent{Owned{h.automation.ID, h.trigger.ID}, h.key, e.ID, occurred})
	if err != nil || !fresh || h.within == 0 {
		return fresh, err
	}
	// Of each slot of time that is as long as a window, the first and the last few
	// are enough: a window covers the end of one slot and the beginning of the next,
	// and is full when it finds as many as the threshold.
	from := time.UnixMicro(occurred.UnixMicro() - floorMod(occurred.UnixMicro(), h.within.Microseconds()))
	return true, t.rows.TrimHeldEvents(h.trigger.ID, h.key, max(HeldRetention, h.within), from, from.Add(h.within), max(h.Threshold, 1))
}

func floorMod(a, b int64) int64 { return ((a % b) + b) % b }

// countHeld lets held events that occurred in a reactive window that has just opened
// count in it, in their order, until it fires.
func (t turn) countHeld(w *watch, opened *Bucket) error {
	held, err := t.rows.HeldEvents(opened.Trigger, opened.Key, opened.Start, opened.End, max(w.Threshold, 1))
	if err != nil {
		return err
	}
	for _, id := range held {
		b, err := t.rows.ReadTriggerBucket(opened.Trigger, opened.Key)
		if err != nil || b == nil {
			return err // it has fired
		}
		e, err := t.rows.ReadEvent(id)
		if err != nil {
			return err
		}
		if err := t.rows.ReleaseHeldEvent(b.Trigger, b.Key, id); err != nil {
			return err
		}
		if e == nil {
			continue
		}
		if err := t.evaluate(w, b, e.Occurred.Time, e); err != nil {
			return err
		}
	}
	return nil
}
