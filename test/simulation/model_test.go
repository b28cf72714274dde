package simulation

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/store"
)

// logged is an event of the log.
type logged struct {
	sequence           int
	id                 uuid.UUID
	name, resource     string
	occurred, received time.Time
}

// log reads the events of some names, in the order of the log.
func (w *world) events(names ...string) (all []logged) {
	w.rows(`SELECT sequence, id, event, resource_id, occurred, received FROM event WHERE event GLOB 'sim.*' ORDER BY sequence`, func(r store.Row) error {
		var e logged
		err := r.Scan(&e.sequence, &e.id, &e.name, &e.resource, &e.occurred, &e.received)
		if slices.Contains(names, e.name) {
			all = append(all, e)
		}
		return err
	})
	return all
}

// fired is a firing: of which automation, in which bucket, at which event.
type fired struct {
	id       uuid.UUID
	resource string
	event    uuid.UUID
}

func (w *world) firings(automation uuid.UUID) (all []fired) {
	w.rows(`SELECT id, firing FROM automation_firing WHERE automation_id = ? ORDER BY sequence`, func(r store.Row) error {
		var f fired
		var text string
		if err := r.Scan(&f.id, &text); err != nil {
			return err
		}
		var said struct {
			Labels map[string]string `json:"triggering_labels"`
			Event  *struct {
				ID uuid.UUID `json:"id"`
			} `json:"triggering_event"`
		}
		if err := json.Unmarshal([]byte(text), &said); err != nil {
			return err
		}
		f.resource = said.Labels["prefect.resource.id"]
		if said.Event != nil {
			f.event = said.Event.ID
		}
		all = append(all, f)
		return nil
	}, automation)
	return all
}

// firingsAreOfTheModel: what fired is what the log says has to fire, by a naive reading
// of it, and nothing is missing.
func firingsAreOfTheModel(w *world) string {
	if w.number(`SELECT count(*) FROM event_cursor WHERE consumer = 'automations'`) == 0 && !w.ending {
		return ""
	}
	for _, a := range w.estate.automations {
		var what string
		switch {
		case !a.judged:
		case a.posture == "Reactive":
			what = w.judgeReactive(a)
		default:
			what = w.judgeProactive(a)
		}
		if what != "" {
			return what
		}
	}
	return ""
}

// punctual is how late an event may be and still find the window that it belongs to.
const punctual = 50 * time.Second

// judgeReactive counts the events of each resource: a window begins with its first
// event, or where the one before it ended; what occurred before it does not count; at
// the event that makes it full the trigger fires, and the next window begins where this
// one ends. A window of no length is one event. Events of a resource that came late, or
// in another order than they occurred, and all once the clock was set, may fire or not,
// since windows are forgotten a minute after they are over.
func (w *world) judgeReactive(a *automation) string {
	type window struct {
		end    time.Time
		last   time.Time
		count  int
		spent  bool // it has fired
		unsure bool
	}
	windows, want, may := map[string]*window{}, map[uuid.UUID]bool{}, map[uuid.UUID]bool{}
	for _, e := range w.events("sim.ping") {
		v := windows[e.resource]
		if v != nil && v.spent && !e.occurred.Before(v.end) && e.occurred.Before(v.end.Add(a.within)) {
			v.end, v.count, v.spent = v.end.Add(a.within), 0, false
		}
		if v == nil || !e.occurred.Before(v.end) {
			v = &window{end: e.occurred.Add(a.within), unsure: v != nil && v.unsure, last: e.occurred}
			windows[e.resource] = v
		}
		exact := a.within == 0 || w.jumps == 0 && e.received.Sub(e.occurred) < punctual
		v.unsure = v.unsure || !exact || a.within > 0 && e.occurred.Before(v.last)
		may[e.id], v.last = true, e.occurred
		switch {
		case v.spent && a.within > 0:
			continue
		case v.unsure:
			continue
		}
		may[e.id] = false
		if v.count++; v.count >= a.threshold {
			want[e.id], v.spent = true, true
		}
	}
	for _, f := range w.firings(a.id) {
		if !want[f.event] && !may[f.event] {
			return fmt.Sprintf("automation %s fired at event %s of %s, and was not to, or did twice", a.id, f.event, f.resource)
		}
		delete(want, f.event)
		delete(may, f.event)
	}
	for id := range want {
		return fmt.Sprintf("automation %s was to fire at event %s, and did not", a.id, id)
	}
	return ""
}

// judgeProactive looks at works that began: one that was done in time, and of which that
// was known in time, does not fire; one of which it never was fires, once. What was
// known late, or while the clock stood wrong, may do either.
func (w *world) judgeProactive(a *automation) string {
	done := map[string]logged{}
	for _, e := range w.events("sim.done") {
		done[e.resource] = e
	}
	count := map[string]int{}
	for _, f := range w.firings(a.id) {
		if count[f.resource]++; count[f.resource] > 1 {
			return fmt.Sprintf("automation %s fired twice for %s", a.id, f.resource)
		}
	}
	for _, start := range w.events("sim.start") {
		end := start.occurred.Add(a.within)
		d, some := done[start.resource]
		inTime := some && !d.occurred.Before(start.occurred) && d.occurred.Before(end)
		switch {
		case inTime && w.jumps == 0 && d.received.Before(end) && start.received.Before(end) && count[start.resource] > 0:
			return fmt.Sprintf("automation %s fired for %s, which was done in time", a.id, start.resource)
		case !some && w.over && count[start.resource] == 0:
			return fmt.Sprintf("automation %s did not fire for %s, which was never done", a.id, start.resource)
		}
	}
	return ""
}
