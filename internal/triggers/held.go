package triggers

import (
	"time"

	"github.com/reevehq/reeve/internal/prefect"
)

// HeldRetention is how long expected events are held: a follower waits for as long as
// Lookback, and a window may open over events that occurred as long before.
const HeldRetention = 2 * Lookback

// hold keeps an event that a reactive trigger with "after" expects and that finds no
// window, for one that opens later over it. The reference forgets it, and does not fire
// when the two events change places.
func (t turn) hold(h *hit, e *prefect.ReceivedEvent) error {
	occurred := e.Occurred.Time
	fresh, err := t.rows.HoldEvent(&HeldEvent{Owned{h.automation.ID, h.trigger.ID}, h.key, e.ID, occurred, false, true})
	if err != nil || !fresh {
		return err
	}
	return t.trim(h.watch, h.key, occurred)
}

// trim bounds the events that are held and start nothing: of each slot of time that is
// as long as a window, the first and the last few are enough. A window covers the end of
// one slot and the beginning of the next, and is full when it finds as many as the
// threshold.
func (t turn) trim(w *watch, key string, occurred time.Time) error {
	from := time.UnixMicro(occurred.UnixMicro() - floorMod(occurred.UnixMicro(), w.within.Microseconds()))
	return t.rows.TrimHeldEvents(w.trigger.ID, key, max(HeldRetention, w.within), from, from.Add(w.within), max(w.Threshold, 1))
}

func floorMod(a, b int64) int64 { return ((a % b) + b) % b }

// countHeld lets held events that occurred in a reactive window that has just opened
// count in it, in their order, until it fires.
func (t turn) countHeld(w *watch, opened *Bucket) error {
	held, err := t.rows.HeldEvents(opened.Trigger, opened.Key, opened.Start, opened.End, max(w.Threshold, 1))
	if err != nil {
		return err
	}
	for i := range held {
		id := held[i].Event
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
