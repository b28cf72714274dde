package replay

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// event is one of a name at a second, of a resource.
func event(name, resource string, second int) *prefect.ReceivedEvent {
	at := prefect.At(start.Add(time.Duration(second) * time.Second))
	return &prefect.ReceivedEvent{Received: at, Event: prefect.Event{ID: uuid.NewSHA1(uuid.Nil, fmt.Appendf(nil, "%s %s %d", name, resource, second)),
		Event: name, Occurred: at, Resource: prefect.Resource{prefect.ResourceID: resource}}}
}

func automation(t *testing.T, trigger string) *prefect.Automation {
	t.Helper()
	a := &prefect.Automation{ID: uuid.New(), AutomationCore: prefect.AutomationCore{Name: "a"}}
	if err := json.Unmarshal([]byte(trigger), &a.Trigger); err != nil {
		t.Fatal(err)
	}
	a.Trigger.All(func(t, _ *prefect.Trigger) { t.ID = uuid.New() })
	return a
}

func play(t *testing.T, a *prefect.Automation, until int, events ...*prefect.ReceivedEvent) *Replay {
	t.Helper()
	r, err := New(a, start, 10, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		if err := r.Event(e); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.End(start.Add(time.Duration(until) * time.Second)); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestReplay(t *testing.T) {
	const (
		any    = `{"type":"event","posture":"Reactive","expect":["a"],"threshold":1,"within":0}`
		three  = `{"type":"event","posture":"Reactive","expect":["a"],"threshold":3,"within":60}`
		each   = `{"type":"event","posture":"Reactive","expect":["a"],"threshold":2,"within":60,"for_each":["prefect.resource.id"]}`
		silent = `{"type":"event","posture":"Proactive","expect":["a"],"threshold":1,"within":60}`
		hangs  = `{"type":"event","posture":"Proactive","after":["a"],"expect":["b"],"threshold":1,"within":60,"for_each":["prefect.resource.id"]}`
		both   = `{"type":"compound","require":"all","within":60,"triggers":[` + any + `,{"type":"event","posture":"Reactive","expect":["b"],"threshold":1,"within":0}]}`
		order  = `{"type":"sequence","within":60,"triggers":[` + any + `,{"type":"event","posture":"Reactive","expect":["b"],"threshold":1,"within":0}]}`
	)
	a, b := func(s int) *prefect.ReceivedEvent { return event("a", "x", s) }, func(s int) *prefect.ReceivedEvent { return event("b", "x", s) }
	for name, c := range map[string]struct {
		trigger string
		events  []*prefect.ReceivedEvent
		until   int
		want    int
	}{
		"each event":                     {any, []*prefect.ReceivedEvent{a(1), a(2), b(3)}, 10, 2},
		"none":                           {any, []*prefect.ReceivedEvent{b(1)}, 10, 0},
		"three in a minute":              {three, []*prefect.ReceivedEvent{a(1), a(2), a(3)}, 10, 1},
		"too few":                        {three, []*prefect.ReceivedEvent{a(1), a(2)}, 100, 0},
		"for each resource":              {each, []*prefect.ReceivedEvent{a(1), event("a", "y", 2), event("a", "y", 3)}, 10, 1},
		"silence":                        {silent, []*prefect.ReceivedEvent{b(1)}, 310, 5},
		"no silence":                     {silent, []*prefect.ReceivedEvent{a(30), a(150)}, 170, 0},
		"what hangs":                     {hangs, []*prefect.ReceivedEvent{a(1), event("a", "y", 2), event("b", "y", 20)}, 100, 1},
		"what does not hang yet":         {hangs, []*prefect.ReceivedEvent{a(1)}, 30, 0},
		"both":                           {both, []*prefect.ReceivedEvent{b(1), a(30)}, 40, 1},
		"both, too far apart":            {both, []*prefect.ReceivedEvent{b(1), a(90)}, 100, 0},
		"one after the other":            {order, []*prefect.ReceivedEvent{a(1), b(30)}, 40, 1},
		"one after the other, other way": {order, []*prefect.ReceivedEvent{b(1), a(30)}, 40, 0},
	} {
		t.Run(name, func(t *testing.T) {
			r := play(t, automation(t, c.trigger), c.until, c.events...)
			if r.Fired() != c.want || len(r.Firings()) != c.want {
				t.Errorf("it fired %d times (%d kept), want %d", r.Fired(), len(r.Firings()), c.want)
			}
		})
	}
}

// An event waits for the one that it follows, as long as it may come.
func TestFollowers(t *testing.T) {
	a := automation(t, `{"type":"sequence","within":60,"triggers":[{"type":"event","posture":"Reactive","expect":["a"]},{"type":"event","posture":"Reactive","expect":["b"]}]}`)
	a.Trigger.Sequence.Triggers[0].Event.Threshold, a.Trigger.Sequence.Triggers[1].Event.Threshold = 1, 1
	first, second := event("a", "x", 1), event("b", "x", 2)
	second.Follows = &first.ID
	if r := play(t, a, 10, second, first); r.Fired() != 1 {
		t.Errorf("out of order it fired %d times", r.Fired())
	}
	unknown := uuid.New()
	alone := event("b", "x", 2)
	alone.Follows = &unknown
	only := automation(t, `{"type":"event","posture":"Reactive","expect":["b"],"threshold":1,"within":0}`)
	if r := play(t, only, 60, alone); r.Fired() != 0 {
		t.Error("it did not wait")
	}
	if r := play(t, only, 16*60, alone); r.Fired() != 1 {
		t.Error("it waits for ever")
	}
}

// The first firings are kept, all are counted; and the same log gives the same ids.
func TestManyFirings(t *testing.T) {
	a := automation(t, `{"type":"event","posture":"Reactive","expect":["a"],"threshold":1,"within":0}`)
	var events []*prefect.ReceivedEvent
	for s := range 100 {
		events = append(events, event("a", "x", s))
	}
	one, two := play(t, a, 200, events...), play(t, a, 200, events...)
	if one.Fired() != 100 || len(one.Firings()) != 10 {
		t.Errorf("%d fired, %d kept", one.Fired(), len(one.Firings()))
	}
	for i := range one.Firings() {
		if one.Firings()[i].ID != two.Firings()[i].ID {
			t.Errorf("firing %d has another id", i)
		}
	}
}

func TestMetricTriggersAreRefused(t *testing.T) {
	a := automation(t, `{"type":"metric","metric":{"name":"successes","threshold":1,"operator":"<","range":300,"firing_for":300}}`)
	if _, err := New(a, start, 1, nil); !errors.Is(err, ErrMetric) {
		t.Errorf("it is %v", err)
	}
}
