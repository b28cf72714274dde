package triggers

import "github.com/reevehq/reeve/internal/prefect"

// eventEffort bounds the steps of matching one event with all triggers: some tenths
// of a second. Patterns and labels are whatever clients sent.
const eventEffort effort = 20_000_000

// Matched is an event and the triggers that it concerns.
type Matched struct {
	Event *prefect.ReceivedEvent
	// Version is that of the set that it was matched with.
	Version int
	// Exhausted says that matching took too long and the rest of the triggers were
	// left out.
	Exhausted bool

	hits []hit
}

// hit is a trigger that covers an event.
type hit struct {
	*watch
	key             string // of the bucket
	starts, expects bool
}

// Match returns which triggers an event concerns.
func (s *Set) Match(e *prefect.ReceivedEvent) *Matched {
	m := &Matched{Event: e, Version: s.Version}
	name := e.Event.Event
	if name == logWritten {
		return m
	}
	left := eventEffort
	for _, w := range s.names.candidates(e, &left) {
		if w.covers(e, &left) {
			h := hit{watch: w, starts: w.starts(name, &left), expects: w.expects(name, &left)}
			if h.starts || h.expects {
				h.key = w.key(e)
				m.hits = append(m.hits, h)
			}
		}
	}
	m.Exhausted = left <= 0
	return m
}

// Some reports whether the event concerns any trigger.
func (m *Matched) Some() bool { return len(m.hits) > 0 }

// logWritten is the name of events that no trigger sees: there are too many.
const logWritten = "prefect.log.write"
