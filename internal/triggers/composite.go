package triggers

import (
	"cmp"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// fire lets an event trigger fire over a window. e is the event that it fired at, nil
// when it fired because its window is over, and then.
func (t turn) fire(w *watch, b *Bucket, over time.Time, e *prefect.ReceivedEvent) error {
	moment := over
	if e != nil {
		moment = e.Occurred.Time
	} else if b.Last != nil {
		var err error
		if e, err = t.rows.ReadEvent(*b.Last); err != nil {
			return err
		}
	}
	f := &prefect.Firing{ID: firingID(w, b, e), Trigger: *w.trigger, States: []prefect.TriggerState{prefect.Triggered},
		Triggered: prefect.At(t.now), Labels: w.labels(b.Key), Firings: []prefect.Firing{}, Event: e}
	return t.raise(w.place, f, moment)
}

// raise hands a firing to whom its trigger belongs: a composite trigger, or the
// automation. moment is when it fired by the events.
func (t turn) raise(from place, f *prefect.Firing, moment time.Time) error {
	if from.parent == nil {
		return t.fireAutomation(from.automation, f)
	}
	c := from.parent
	if c.need == 1 {
		return t.raiseComposite(c, []ChildFiring{{Moment: moment, Firing: *f}})
	}
	children, err := t.noteChild(c, f, moment)
	if err != nil || !c.ready(children) {
		return err
	}
	for i := range children {
		if err := t.rows.DeleteChildFiring(c.trigger.ID, children[i].Firing.Trigger.ID); err != nil {
			return err
		}
	}
	return t.raiseComposite(c, children)
}

// noteChild keeps the firing of a child and returns those that count, in the order of
// their moments; none when the firing is too old to count itself.
func (t turn) noteChild(c *composite, f *prefect.Firing, moment time.Time) ([]ChildFiring, error) {
	children, err := t.rows.ReadChildFirings(c.trigger.ID)
	if err != nil {
		return nil, err
	}
	newest, ordinal := moment, 0
	for i := range children {
		other := &children[i]
		if other.Firing.Trigger.ID == f.Trigger.ID && other.Moment.After(moment) {
			return nil, nil // a newer one has taken its place
		}
		ordinal = max(ordinal, other.Ordinal+1)
		if other.Moment.After(newest) {
			newest = other.Moment
		}
	}
	kept := []ChildFiring{}
	for _, other := range children {
		switch {
		case other.Firing.Trigger.ID == f.Trigger.ID:
		case c.within != nil && other.Moment.Before(newest.Add(-*c.within)):
			if err := t.rows.DeleteChildFiring(c.trigger.ID, other.Firing.Trigger.ID); err != nil {
				return nil, err
			}
		default:
			kept = append(kept, other)
		}
	}
	if c.within != nil && moment.Before(newest.Add(-*c.within)) {
		return nil, nil
	}
	child := ChildFiring{c.trigger.ID, moment, ordinal, *f}
	kept = append(kept, child)
	slices.SortFunc(kept, func(a, b ChildFiring) int {
		return cmp.Or(a.Moment.Compare(b.Moment), cmp.Compare(a.Ordinal, b.Ordinal))
	})
	return kept, t.rows.SetChildFiring(c.automation.ID, &child)
}

// ready reports whether firings of children, in their order, make the trigger fire.
func (c *composite) ready(children []ChildFiring) bool {
	if len(children) == 0 {
		return false
	}
	if !c.ordered {
		return len(children) >= c.need
	}
	return slices.EqualFunc(children, c.children, func(child ChildFiring, id uuid.UUID) bool { return child.Firing.Trigger.ID == id })
}

// raiseComposite lets a composite trigger fire of children in their order, with the event
// of the last one.
func (t turn) raiseComposite(c *composite, children []ChildFiring) error {
	last := &children[len(children)-1]
	f := &prefect.Firing{Trigger: *c.trigger, States: []prefect.TriggerState{prefect.Triggered}, Triggered: prefect.At(t.now),
		Labels: map[string]string{}, Event: last.Firing.Event}
	for i := range children {
		f.Firings = append(f.Firings, children[i].Firing)
	}
	f.ID = compositeFiringID(c, f.Firings)
	return t.raise(c.place, f, last.Moment)
}
