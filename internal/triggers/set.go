package triggers

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// Set is the automations that are enabled, ready to be evaluated. It does not change.
type Set struct {
	// Version is the version of the automations, see Rows.
	Version int

	watches map[uuid.UUID]*watch
	order   []*watch
	metrics []*metricWatch
	names   index
}

// watch is an event trigger, compiled.
type watch struct {
	place
	*prefect.EventTrigger

	number        int // its place among all watches
	within        time.Duration
	forEach       []string // sorted
	after, expect []pattern
	names         []loose // of which one has to match; none for any name
	match         specification
	related       []specification
}

// place is where a trigger stands: in which automation, below which other.
type place struct {
	automation *prefect.Automation
	trigger    *prefect.Trigger
	parent     *composite // nil for the automation's own trigger
}

// composite is a compound or sequence trigger.
type composite struct {
	place
	children []uuid.UUID
	need     int // how many children have to fire
	ordered  bool
	within   *time.Duration // nil for however long ago
}

// Compile makes the set of enabled automations of a version.
func Compile(version int, automations []*prefect.Automation) *Set {
	s := &Set{Version: version, watches: map[uuid.UUID]*watch{}}
	for _, a := range automations {
		s.add(place{automation: a, trigger: &a.Trigger})
	}
	s.names = newIndex(s.order)
	return s
}

func (s *Set) add(p place) {
	switch t := p.trigger; {
	case t.Event != nil:
		w := newWatch(p, len(s.order))
		s.order = append(s.order, w)
		s.watches[t.ID] = w
	case t.Metric != nil:
		s.metrics = append(s.metrics, newMetricWatch(p))
	case t.Compound != nil, t.Sequence != nil:
		c := newComposite(p)
		for i := range t.Children() {
			s.add(place{p.automation, &t.Children()[i], c})
		}
	}
}

func newWatch(p place, number int) *watch {
	t := p.trigger.Event
	w := &watch{place: p, EventTrigger: t, number: number, within: time.Duration(t.Within), match: newSpecification(t.Match)}
	w.forEach = slices.Clone(t.ForEach)
	slices.Sort(w.forEach)
	w.forEach = slices.Compact(w.forEach)
	for _, s := range t.MatchRelated.All {
		w.related = append(w.related, newSpecification(s))
	}
	for _, text := range t.After {
		w.after = append(w.after, parsePattern(text))
	}
	for _, text := range t.Expect {
		w.expect = append(w.expect, parsePattern(text))
	}
	for _, text := range w.listed() {
		w.names = append(w.names, parseLoose(text))
	}
	return w
}

func newComposite(p place) *composite {
	children := p.trigger.Children()
	c := &composite{place: p, need: len(children)}
	for i := range children {
		c.children = append(c.children, children[i].ID)
	}
	within := (*prefect.Seconds)(nil)
	if t := p.trigger.Compound; t != nil {
		within = t.Within
		switch {
		case t.Require.Any:
			c.need = 1
		case !t.Require.All:
			c.need = t.Require.Number
		}
	} else {
		within, c.ordered = p.trigger.Sequence.Within, true
	}
	if within != nil {
		d := time.Duration(*within)
		c.within = &d
	}
	return c
}

// Unprompted are the triggers whose windows open by themselves: proactive ones that
// wait for nothing and are not evaluated for each of anything.
func (s *Set) Unprompted() []Owned {
	var all []Owned
	for _, w := range s.order {
		if w.unprompted() {
			all = append(all, Owned{w.automation.ID, w.trigger.ID})
		}
	}
	return all
}

// Owned is a trigger of an automation.
type Owned struct{ Automation, Trigger uuid.UUID }

func (w *watch) unprompted() bool { return w.proactive() && len(w.after)+len(w.forEach) == 0 }

func (w *watch) proactive() bool { return w.Posture == prefect.Proactive }

// immediate reports whether the trigger counts every event, whenever it occurred.
func (w *watch) immediate() bool { return !w.proactive() && w.within == 0 }

// full reports whether a bucket holds as many events as the trigger is about.
func (w *watch) full(count int) bool { return count >= w.Threshold }

// listed are the patterns of names that the trigger is found by: all that it speaks
// of, none when it expects anything.
func (w *watch) listed() []string {
	if len(w.Expect) == 0 {
		return nil
	}
	return slices.Concat(w.Expect, w.After)
}

func (w *watch) covers(e *prefect.ReceivedEvent, left *effort) bool {
	if e.Received.Before(w.automation.Updated.Time) {
		return false // an automation looks at what comes from then on
	}
	if name := e.Event.Event; len(w.names) == 0 {
		if !anyName(name) {
			return false
		}
	} else if !slices.ContainsFunc(w.names, func(l loose) bool { return l.matches(name, left) }) {
		return false
	}
	if !w.match.includes(left, e.Resource) {
		return false
	}
	for _, s := range w.related {
		if !s.includes(left, e.Related...) {
			return false
		}
	}
	return true
}

func (w *watch) starts(name string, left *effort) bool { return anyMatches(w.after, name, left) }

func (w *watch) expects(name string, left *effort) bool {
	return len(w.expect) == 0 || anyMatches(w.expect, name, left)
}

func anyMatches(patterns []pattern, text string, left *effort) bool {
	return slices.ContainsFunc(patterns, func(p pattern) bool { return p.matches(text, left) })
}

// key is the name of the bucket of an event.
func (w *watch) key(e *prefect.ReceivedEvent) string {
	values := make([]string, len(w.forEach))
	for i, label := range w.forEach {
		values[i] = findLabel(e, label)
	}
	text, _ := json.Marshal(values) // strings always can be written
	return string(text)
}

// labels are the values of a bucket by their labels.
func (w *watch) labels(key string) map[string]string {
	labels := map[string]string{}
	var values []string
	if json.Unmarshal([]byte(key), &values) != nil {
		return labels
	}
	for i, label := range w.forEach {
		if i < len(values) {
			labels[label] = values[i]
		}
	}
	return labels
}
