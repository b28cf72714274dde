package triggers

import (
	"time"

	"github.com/google/uuid"
)

const (
	// settled is how long after the server woke events come that were sent while it
	// was away, by gateways and by clients that try again.
	settled = 15 * time.Second
	// punctual is how late somebody may wake a server that sleeps, and still be said
	// to wake it.
	punctual = time.Minute
	// straggle is how long after an event that came late others are awaited that were
	// sent with it. The reference measures how far behind all events are, and waits for
	// as long.
	straggle = 5 * time.Second
)

// EndWindow looks at a proactive window that is over; asOf is the time up to which
// every event has been seen.
func (s *Set) EndWindow(rows Rows, now, asOf time.Time, b *Bucket) error {
	w := s.watches[b.Trigger]
	if w == nil || !w.proactive() {
		return rows.DeleteTriggerBucket(b.Trigger, b.Key) // its trigger is no more
	}
	if len(w.after) > 0 {
		return turn{rows, now}.lookInto(w, b, asOf)
	}
	if !w.full(b.Count) {
		return turn{rows, now}.evaluate(w, b, asOf, nil)
	}
	// As in the reference the bucket goes, and with it what was known of its labels;
	// a trigger of no labels opens its next window as long after as one takes.
	if err := rows.DeleteTriggerBucket(b.Trigger, b.Key); err != nil || !w.unprompted() {
		return err
	}
	return rows.SetOpening(Owned{w.automation.ID, b.Trigger}, b.End.Add(w.within))
}

// OpenWindow opens the window of an unprompted trigger, unless one is open.
func (s *Set) OpenWindow(rows Rows, now time.Time, trigger uuid.UUID) error {
	w := s.watches[trigger]
	if w == nil || !w.unprompted() {
		return nil
	}
	const key = "[]"
	b, err := rows.ReadTriggerBucket(trigger, key)
	if err != nil || b != nil {
		return err
	}
	return rows.SetTriggerBucket(turn{rows, now}.window(w, key, now, 0, nil))
}

// over is when a window is over, as far as it matters at a moment. A proactive one is
// longer when the server was away meanwhile: silence is none while nobody listens.
func (t turn) over(w *watch, b *Bucket, at time.Time) (time.Time, error) {
	if !w.proactive() || at.Before(b.End) || w.full(b.Count) {
		return b.End, nil
	}
	absences, err := t.rows.Absences(b.End.Add(-w.within))
	return heardUntil(b.End, w.within, absences), err
}

// lookAt is when to look at a window that is over at a time: when what came late with
// the newest event has had time to come, too. last is nil for a window without events.
func (t turn) lookAt(over time.Time, last *uuid.UUID) time.Time {
	if late := t.now.Add(straggle); last != nil && over.Before(late) {
		return late
	}
	return over
}

// heardUntil is when a window is over in which the server listened for as long as the
// window is to be, and which would be over at end. Time in which the server was down
// does not count; nor does sleep from which nobody woke it when the window was over. A
// window does not end while the server is away, nor while what was sent meanwhile
// still comes.
func heardUntil(end time.Time, within time.Duration, absences []Absence) time.Time {
	start := end.Add(-within)
	for _, a := range absences {
		from := a.From
		if from.Before(start) {
			from = start
		}
		if !a.Until.After(start) || !from.Before(end) {
			continue
		}
		if !a.Asleep || a.Until.After(end.Add(punctual)) {
			end = end.Add(a.Until.Sub(from))
		}
		if back := a.Until.Add(settled); end.Before(back) {
			end = back
		}
	}
	return end
}
