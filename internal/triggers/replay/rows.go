package replay

import (
	"cmp"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/triggers"
)

// bucketName names a bucket.
type bucketName struct {
	trigger uuid.UUID
	key     string
}

// rows are what the evaluation keeps, in memory.
type rows struct {
	absences []triggers.Absence
	events   map[uuid.UUID]*prefect.ReceivedEvent // those that concern a trigger
	buckets  map[bucketName]*triggers.Bucket
	openings map[uuid.UUID]time.Time
	held     map[bucketName][]triggers.HeldEvent // by when they occurred
	children map[uuid.UUID]map[uuid.UUID]triggers.ChildFiring

	changed bool // what falls due may be another than before

	known   map[uuid.UUID]bool // firings
	fired   int
	hours   map[time.Time]int // firings by the hour in which they were
	firings []*prefect.Firing
	most    int
}

func newRows(most int, absences []triggers.Absence) *rows {
	return &rows{most: most, absences: absences, events: map[uuid.UUID]*prefect.ReceivedEvent{}, buckets: map[bucketName]*triggers.Bucket{},
		openings: map[uuid.UUID]time.Time{}, held: map[bucketName][]triggers.HeldEvent{}, known: map[uuid.UUID]bool{}, hours: map[time.Time]int{}, changed: true,
		children: map[uuid.UUID]map[uuid.UUID]triggers.ChildFiring{}}
}

var _ triggers.Rows = (*rows)(nil)

func (r *rows) ReadEvent(id uuid.UUID) (*prefect.ReceivedEvent, error) { return r.events[id], nil }

func (r *rows) ReadTriggerBucket(trigger uuid.UUID, key string) (*triggers.Bucket, error) {
	b := r.buckets[bucketName{trigger, key}]
	if b == nil {
		return nil, nil
	}
	copied := *b
	return &copied, nil
}

func (r *rows) SetTriggerBucket(b *triggers.Bucket) error {
	copied := *b
	r.buckets[bucketName{b.Trigger, b.Key}], r.changed = &copied, true
	return nil
}

func (r *rows) DeleteTriggerBucket(trigger uuid.UUID, key string) error {
	delete(r.buckets, bucketName{trigger, key})
	r.changed = true
	return nil
}

func (r *rows) SetOpening(t triggers.Owned, at time.Time) error {
	r.openings[t.Trigger], r.changed = at, true
	return nil
}

func (r *rows) HoldEvent(h *triggers.HeldEvent) (bool, error) {
	name := bucketName{h.Trigger.Trigger, h.Key}
	held := r.held[name]
	if slices.ContainsFunc(held, func(other triggers.HeldEvent) bool { return other.Event == h.Event }) {
		return false, nil
	}
	held = append(held, *h)
	slices.SortFunc(held, func(a, b triggers.HeldEvent) int {
		return cmp.Or(a.Occurred.Compare(b.Occurred), opens(a)-opens(b), cmp.Compare(string(a.Event[:]), string(b.Event[:])))
	})
	r.held[name] = held
	return true, nil
}

// opens orders those of one moment: what opens windows comes first.
func opens(h triggers.HeldEvent) int {
	if h.Starts {
		return 0
	}
	return 1
}

func (r *rows) TrimHeldEvents(trigger uuid.UUID, key string, horizon time.Duration, from, to time.Time, keep int) error {
	name := bucketName{trigger, key}
	held := r.held[name]
	if len(held) == 0 {
		return nil
	}
	oldest := held[len(held)-1].Occurred.Add(-horizon)
	in := 0 // those in the span that start nothing
	for _, h := range held {
		if !h.Starts && !h.Occurred.Before(from) && h.Occurred.Before(to) {
			in++
		}
	}
	place := 0
	held = slices.DeleteFunc(held, func(h triggers.HeldEvent) bool {
		switch {
		case h.Starts:
			return false
		case h.Occurred.Before(oldest):
			return true
		case h.Occurred.Before(from) || !h.Occurred.Before(to):
			return false
		}
		place++
		return place > keep && place <= in-keep
	})
	r.held[name] = held
	return nil
}

func (r *rows) HeldEvents(trigger uuid.UUID, key string, from, to time.Time, limit int) ([]triggers.HeldEvent, error) {
	var found []triggers.HeldEvent
	for _, h := range r.held[bucketName{trigger, key}] {
		if !h.Occurred.Before(from) && h.Occurred.Before(to) && len(found) < limit {
			found = append(found, h)
		}
	}
	return found, nil
}

func (r *rows) CountHeldEvents(trigger uuid.UUID, key string, from, to time.Time) (int, error) {
	found, err := r.HeldEvents(trigger, key, from, to, len(r.held[bucketName{trigger, key}]))
	return len(found), err
}

func (r *rows) ReleaseHeldEvent(trigger uuid.UUID, key string, event uuid.UUID) error {
	name := bucketName{trigger, key}
	r.held[name] = slices.DeleteFunc(r.held[name], func(h triggers.HeldEvent) bool { return h.Event == event })
	return nil
}

func (r *rows) ReadChildFirings(parent uuid.UUID) ([]triggers.ChildFiring, error) {
	var all []triggers.ChildFiring
	for _, c := range r.children[parent] {
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b triggers.ChildFiring) int {
		return cmp.Or(a.Moment.Compare(b.Moment), cmp.Compare(a.Ordinal, b.Ordinal))
	})
	return all, nil
}

func (r *rows) SetChildFiring(_ uuid.UUID, c *triggers.ChildFiring) error {
	if r.children[c.Parent] == nil {
		r.children[c.Parent] = map[uuid.UUID]triggers.ChildFiring{}
	}
	r.children[c.Parent][c.Firing.Trigger.ID] = *c
	return nil
}

func (r *rows) DeleteChildFiring(parent, child uuid.UUID) error {
	delete(r.children[parent], child)
	return nil
}

func (r *rows) Absences(since time.Time) ([]triggers.Absence, error) {
	var all []triggers.Absence
	for _, a := range r.absences {
		if a.Until.After(since) {
			all = append(all, a)
		}
	}
	return all, nil
}

// ReadAncestors implements triggers.Rows: nothing in the log is an effect of what did
// not happen.
func (*rows) ReadAncestors(*prefect.ReceivedEvent) ([]uuid.UUID, error) { return nil, nil }

func (*rows) SetAncestors(uuid.UUID, uuid.UUID, []uuid.UUID) error { return nil }

func (*rows) CountOwnFirings(uuid.UUID, time.Time, int) (int, error) { return 0, nil }

func (*rows) PauseLoop(*prefect.Automation, *prefect.ReceivedEvent, string) error { return nil }

func (r *rows) Fire(_ *prefect.Automation, f *prefect.Firing) (bool, error) {
	if r.known[f.ID] {
		return false, nil
	}
	r.known[f.ID] = true
	r.hours[f.Triggered.UTC().Truncate(time.Hour)]++
	if r.fired++; len(r.firings) < r.most {
		r.firings = append(r.firings, f)
	}
	return true, nil
}
