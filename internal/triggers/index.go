package triggers

import (
	"maps"
	"slices"

	"github.com/reevehq/reeve/internal/prefect"
)

// index finds the triggers that an event may concern: by the event's name, then by
// the values of its labels, so that an event costs the same however many triggers
// are about other names and other resources.
type index struct {
	exact    map[string]*shelf   // by the whole name
	prefixes map[string][]*shelf // by what names begin with
	lengths  []int               // of the prefixes
}

// shelf holds the triggers that look for one pattern of names.
type shelf struct {
	names  *glob
	labels map[selector][]*watch // those that need the value of a label
	rest   []*watch
}

// selector is a value of a label of the event's resource, or of a related one.
type selector struct {
	related      bool
	label, value string
}

func newIndex(watches []*watch) index {
	x := index{exact: map[string]*shelf{}, prefixes: map[string][]*shelf{}}
	shelves := map[string]*shelf{}
	for _, w := range watches {
		names := w.listed()
		if names == nil {
			names = []string{"*"}
		}
		for _, name := range names {
			s := shelves[name]
			if s == nil {
				s = &shelf{names: parseGlob(name), labels: map[selector][]*watch{}}
				shelves[name] = s
			}
			s.put(w)
		}
	}
	for name, s := range shelves {
		if s.names.tokens == nil {
			x.exact[name] = s
		} else {
			x.prefixes[s.names.prefix] = append(x.prefixes[s.names.prefix], s)
		}
	}
	for prefix := range maps.Keys(x.prefixes) {
		x.lengths = append(x.lengths, len(prefix))
	}
	slices.Sort(x.lengths)
	x.lengths = slices.Compact(x.lengths)
	return x
}

func (s *shelf) put(w *watch) {
	related := true
	label, values := "", []string(nil)
	for _, specification := range w.related {
		if label, values = specification.exact(); len(values) > 0 {
			break
		}
	}
	if len(values) == 0 {
		label, values = w.match.exact()
		related = false
	}
	if len(values) == 0 {
		s.rest = append(s.rest, w)
		return
	}
	for _, value := range values {
		key := selector{related, label, value}
		s.labels[key] = append(s.labels[key], w)
	}
}

// candidates are the triggers that an event may concern, each once, in their order.
func (x *index) candidates(e *prefect.ReceivedEvent, left *effort) []*watch {
	var found []*watch
	name := e.Event.Event
	if s := x.exact[name]; s != nil {
		found = s.take(found, e)
	}
	for _, length := range x.lengths {
		if length > len(name) {
			break
		}
		for _, s := range x.prefixes[name[:length]] {
			if s.names.matches(name, left) {
				found = s.take(found, e)
			}
		}
	}
	if len(found) > 1 {
		slices.SortFunc(found, func(a, b *watch) int { return a.number - b.number })
		found = slices.Compact(found)
	}
	return found
}

func (s *shelf) take(found []*watch, e *prefect.ReceivedEvent) []*watch {
	found = append(found, s.rest...)
	if len(s.labels) == 0 {
		return found
	}
	for label, value := range e.Resource {
		found = append(found, s.labels[selector{false, label, value}]...)
	}
	for _, related := range e.Related {
		for label, value := range related {
			found = append(found, s.labels[selector{true, label, value}]...)
		}
	}
	return found
}
