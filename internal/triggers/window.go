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
)

// EndWindow looks at a proactive window that is over; asOf is the time up to which
// every event has been seen.
func (s *Set) EndWindow(rows Rows, now, asOf time.Time, b *Bucket) error {
	w := s.watches[b.Trigger]
	if w == nil || !w.proactive() {
		return rows.DeleteTriggerBucket(b.Trigger, b.Key) // its trigger is no more
	}
	if !w.full(b.Count) {
		return turn{rows, now}.evaluate(w, b, asOf, nil)
	}
	// As in the reference the bucket goes, and with it what was known of its labels;
	// a trigger of no labels opens its next window as long after as one takes.
	if err := rows.DeleteTriggerBucket(b.Trigger, b.Key); err != nil || !w.unprompted() {
		return err
	}
	return rows.SetOpening(Owned{w.automation.ID, b.Trigger}, b.over().Add(w.within))
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
	_, err = turn{rows, now}.begin(w, key, now, 0, nil)
	return err
}

// extend makes a proactive window longer that seems to be over at a moment, when the
// server was away meanwhile: silence is none while nobody listens.
func (t turn) extend(w *watch, b *Bucket, at time.Time) error {
	if !w.proactive() || at.Before(b.over()) || w.full(b.Count) {
		return nil
	}
	absences, err := t.rows.Absences(b.End.Add(-w.within))
	if err != nil {
		return err
	}
	over := heardUntil(b.End, w.within, absences)
	b.Due = &over
	return nil
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
