package services

import (
	"encoding/json"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/follow"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/store/storetest"
)

func discard() *slog.Logger { return slog.New(slog.DiscardHandler) }

// automationsWorld is a server's store, consumer and services under a clock that is
// moved by hand.
type automationsWorld struct {
	testing.TB
	store     *store.Store
	path      string // of the database
	machine   *clock.Manual
	automate  *Automations
	consumer  *follow.Follower
	deadlines *AutomationDeadlines
	ids       map[string]uuid.UUID // of events, by the names that a scenario gives them
}

func newAutomationsWorld(t testing.TB) *automationsWorld {
	machine := clock.NewManual(epoch)
	db := storetest.New(t, machine)
	w := &automationsWorld{TB: t, store: db.Store, path: db.Path, machine: machine, ids: map[string]uuid.UUID{}}
	w.open()
	return w
}

// open starts what a process starts.
func (w *automationsWorld) open() {
	w.automate = NewAutomations(discard())
	w.consumer = follow.New(w.automate.Consumer(), w.store, w.machine, discard())
	w.automate.Passed = w.consumer.Passed
	w.deadlines = &AutomationDeadlines{Automations: w.automate}
}

func (w *automationsWorld) update(fn func(tx *store.Tx) error) {
	w.Helper()
	if err := w.store.Update(w.Context(), fn); err != nil {
		w.Fatal(err)
	}
}

// automation makes an automation of a trigger as it is kept, which is as clients write
// it but for a threshold of one.
func (w *automationsWorld) automation(trigger string) *prefect.Automation {
	w.Helper()
	a := w.add(trigger)
	w.settle()
	return a
}

// add makes an automation, which nobody has looked at yet.
func (w *automationsWorld) add(trigger string) (a *prefect.Automation) {
	w.Helper()
	create := &prefect.AutomationCreate{AutomationCore: prefect.AutomationCore{Name: "a", Enabled: true, Actions: []prefect.Action{{Type: prefect.DoNothing}}}}
	if err := json.Unmarshal([]byte(trigger), &create.Trigger); err != nil {
		w.Fatalf("%s: %v", trigger, err)
	}
	create.Trigger.All(func(t, _ *prefect.Trigger) {
		if t.Event != nil {
			t.Event.Threshold = max(t.Event.Threshold, 1)
		}
	})
	w.update(func(tx *store.Tx) (err error) {
		a, err = tx.CreateAutomation(create)
		return err
	})
	return a
}

// settle lets the consumer and the services do all that is due now.
func (w *automationsWorld) settle() {
	w.Helper()
	for range 1000 {
		for w.consumer.Passed() < w.last() {
			if _, err := w.consumer.Step(w.Context()); err != nil {
				w.Fatal(err)
			}
		}
		at, due := w.next()
		if !due || at.After(w.machine.Now()) {
			return
		}
		if _, err := w.deadlines.Work(w.Context(), w.store); err != nil {
			w.Fatal(err)
		}
	}
	w.Fatal("there is always more to do")
}

// last is the place of the newest event.
func (w *automationsWorld) last() (sequence int64) {
	w.Helper()
	err := w.store.View(w.Context(), func(tx *store.Tx) (err error) {
		sequence, err = tx.LastEventSequence()
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	return sequence
}

func (w *automationsWorld) next() (at time.Time, due bool) {
	w.Helper()
	err := w.store.View(w.Context(), func(tx *store.Tx) (err error) {
		at, due, err = w.deadlines.Next(tx)
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	return at, due
}

// until lets time pass to a second of the scenario, and what falls due meanwhile.
func (w *automationsWorld) until(second float64) {
	w.Helper()
	end := epoch.Add(time.Duration(second * float64(time.Second)))
	for {
		w.settle()
		at, due := w.next()
		if !due || at.After(end) {
			break
		}
		w.machine.Advance(max(at.Sub(w.machine.Now()), time.Microsecond))
	}
	if wait := end.Sub(w.machine.Now()); wait > 0 {
		w.machine.Advance(wait)
	}
	w.settle()
}

// id is the id of the event that a scenario calls by a name.
func (w *automationsWorld) id(name string) uuid.UUID {
	if w.ids[name] == uuid.Nil {
		w.ids[name] = uuid.NewSHA1(uuid.Nil, []byte(name))
	}
	return w.ids[name]
}

// event reads an event of a scenario: its name, then any of
//
//	@3       it occurred at second 3, else now
//	#id      how others refer to it
//	<id      it follows that one
//	r1       its resource's id
//	k=v      a label
//	role:r2,k=v  a related resource
func (w *automationsWorld) event(words []string) *prefect.Event {
	e := &prefect.Event{ID: uuid.New(), Event: words[0], Occurred: prefect.At(w.machine.Now()), Resource: prefect.Resource{prefect.ResourceID: "r"}}
	for _, word := range words[1:] {
		switch role, rest, related := strings.Cut(word, ":"); {
		case word[0] == '@':
			second, err := strconv.ParseFloat(word[1:], 64)
			if err != nil {
				w.Fatal(err)
			}
			e.Occurred = prefect.At(epoch.Add(time.Duration(second * float64(time.Second))))
		case word[0] == '#':
			e.ID = w.id(word[1:])
		case word[0] == '<':
			leader := w.id(word[1:])
			e.Follows = &leader
		case related:
			labels := strings.Split(rest, ",")
			r := prefect.Resource{prefect.ResourceID: labels[0], prefect.ResourceRole: role}
			for _, label := range labels[1:] {
				name, value, _ := strings.Cut(label, "=")
				r[name] = value
			}
			e.Related = append(e.Related, r)
		default:
			if name, value, is := strings.Cut(word, "="); is {
				e.Resource[name] = value
			} else {
				e.Resource[prefect.ResourceID] = word
			}
		}
	}
	return e
}

func (w *automationsWorld) emit(events ...*prefect.Event) {
	w.Helper()
	w.update(func(tx *store.Tx) error { return tx.Emit(events...) })
}

// play runs a scenario: each line begins with the second at which it happens, and
// names an event or nothing.
func (w *automationsWorld) play(lines ...string) {
	w.Helper()
	for _, line := range lines {
		words := strings.Fields(line)
		second, err := strconv.ParseFloat(words[0], 64)
		if err != nil {
			w.Fatal(err)
		}
		w.until(second)
		if len(words) > 1 {
			w.emit(w.event(words[1:]))
			w.settle()
		}
	}
}

// fired tells what has fired: "second event labels".
func (w *automationsWorld) fired() []string {
	w.Helper()
	var all []string
	err := w.store.View(w.Context(), func(tx *store.Tx) error {
		last, err := tx.LastEventSequence()
		if err != nil {
			return err
		}
		told, err := tx.ReadEventLog(0, last, "prefect.automation.", 10000)
		if err != nil {
			return err
		}
		for _, e := range told {
			state := strings.TrimPrefix(e.Event.Event, "prefect.automation.")
			if state != "triggered" && state != "resolved" {
				continue
			}
			var payload struct {
				Labels map[string]string      `json:"triggering_labels"`
				Cause  *prefect.ReceivedEvent `json:"triggering_event"`
			}
			if err := json.Unmarshal(e.Payload, &payload); err != nil {
				return err
			}
			text := strconv.FormatFloat(e.Occurred.Sub(epoch).Seconds(), 'f', -1, 64)
			if state == "resolved" {
				text += " resolved"
			}
			if payload.Cause != nil {
				text += " " + payload.Cause.Event.Event
			}
			names := []string{}
			for name, value := range payload.Labels {
				names = append(names, name+"="+value)
			}
			slices.Sort(names)
			for _, name := range names {
				text += " " + name
			}
			all = append(all, text)
		}
		return nil
	})
	if err != nil {
		w.Fatal(err)
	}
	return all
}

func TestTriggers(t *testing.T) {
	for _, test := range []struct {
		name    string
		trigger string
		play    []string
		fired   []string
	}{
		// Names and labels.
		{"a reactive trigger fires at each expected event",
			`{"type":"event","posture":"Reactive","expect":["a"]}`,
			[]string{"1 a", "2 b", "3 a"}, []string{"1 a", "3 a"}},
		{"no expected events are all events, but those of logs",
			`{"type":"event","posture":"Reactive","match":{"prefect.resource.id":"r"}}`,
			[]string{"1 a", "2 prefect.log.write", "3 b"}, []string{"1 a", "3 b"}},
		{"a star stands for something",
			`{"type":"event","posture":"Reactive","expect":["a.*"]}`,
			[]string{"1 a.", "2 a.b", "3 a", "4 a.b.c"}, []string{"2 a.b", "4 a.b.c"}},
		{"labels are matched by patterns, of which an absent one matches none",
			`{"type":"event","posture":"Reactive","expect":["a"],"match":{"prefect.resource.id":"r[12]","k":["v?","!w*"]}}`,
			[]string{"1 a r1 k=v1", "2 a r3 k=v1", "3 a r2 k=w", "4 a r2", "5 a r2 k=wv"}, []string{"1 a"}},
		{"each of several specifications matches some related resource",
			`{"type":"event","posture":"Reactive","expect":["a"],"match_related":[{"prefect.resource.role":"flow"},{"prefect.resource.id":"t*"}]}`,
			[]string{"1 a flow:f", "2 a flow:f tag:t1", "3 a tag:t1"}, []string{"2 a"}},
		// Thresholds and windows.
		{"a window that fired lets nothing fire until it is over",
			`{"type":"event","posture":"Reactive","expect":["a"],"within":10}`,
			[]string{"1 a", "2 a", "10.9 a", "11 a", "12 a"}, []string{"1 a", "11 a"}},
		{"a threshold is met within the window",
			`{"type":"event","posture":"Reactive","expect":["a"],"threshold":3,"within":10}`,
			[]string{"1 a", "2 a", "3 a", "4 a", "20 a", "40 a", "41 a", "42 a"}, []string{"3 a", "42 a"}},
		{"a threshold without a window counts on",
			`{"type":"event","posture":"Reactive","expect":["a"],"threshold":2}`,
			[]string{"1 a", "30 a", "31 a"}, []string{"30 a"}},
		{"late events count in the first window",
			`{"type":"event","posture":"Reactive","expect":["a"],"threshold":2,"within":10}`,
			[]string{"100 a", "101 a @50"}, []string{"101 a"}},
		{"an event of the future begins its own window",
			`{"type":"event","posture":"Reactive","expect":["a"],"threshold":2,"within":10}`,
			[]string{"1 a", "2 a @100", "3 a @101"}, []string{"3 a"}},
		{"each value of the labels has a window of its own",
			`{"type":"event","posture":"Reactive","expect":["a"],"threshold":2,"within":10,"for_each":["related:flow:prefect.resource.id","k"]}`,
			[]string{"1 a k=1 flow:f", "2 a k=1 flow:g", "3 a k=1 flow:f", "4 a flow:h", "5 a flow:h"},
			[]string{"3 a k=1 related:flow:prefect.resource.id=f", "5 a k= related:flow:prefect.resource.id=h"}},
		// After.
		{"a reactive trigger waits for what it is to come after",
			`{"type":"event","posture":"Reactive","after":["a"],"expect":["b"],"within":10}`,
			[]string{"1 b @0", "2 a", "3 b", "4 b", "20 a", "31 b"}, []string{"3 b"}},
		{"what was expected counts even when it came before what it is to come after",
			`{"type":"event","posture":"Reactive","after":["a"],"expect":["b"],"within":10}`,
			[]string{"1 b @0.5", "2 a @0.1", "3 b"}, []string{"2 b"}},
		{"the same event after itself is the second one",
			`{"type":"event","posture":"Reactive","after":["a"],"expect":["a"],"within":10}`,
			[]string{"1 a", "2 a", "3 a", "4 a"}, []string{"2 a", "4 a"}},
		// Proactive triggers.
		{"silence fires when the window is over, again and again",
			`{"type":"event","posture":"Proactive","expect":["a"],"within":10}`,
			[]string{"25"}, []string{"10", "20"}},
		{"an event in the window keeps it from firing, and the one after it from opening at once",
			`{"type":"event","posture":"Proactive","expect":["a"],"within":10}`,
			[]string{"5 a", "29", "31"}, []string{"30"}},
		{"too few events fire for each value that was seen",
			`{"type":"event","posture":"Proactive","expect":["a"],"threshold":2,"within":10,"for_each":["prefect.resource.id"]}`,
			[]string{"1 a r1", "2 a r2", "3 a r2", "12", "15"}, []string{"11 a prefect.resource.id=r1"}},
		{"what should have come after something has not",
			`{"type":"event","posture":"Proactive","after":["a"],"expect":["b"],"within":10,"for_each":["prefect.resource.id"]}`,
			[]string{"1 a r1", "2 a r2", "3 b r2", "40"}, []string{"11 a prefect.resource.id=r1"}},
		{"what was expected counts that came before what it is to come after",
			`{"type":"event","posture":"Proactive","after":["a"],"expect":["b"],"within":10}`,
			[]string{"1 b @0.5", "2 a @0.4", "40"}, nil},
		{"what came satisfies one window, not the next",
			`{"type":"event","posture":"Proactive","after":["a"],"expect":["b"],"within":10}`,
			[]string{"1 a", "2 b", "3 a", "40"}, []string{"13 a"}},
		{"a heartbeat is expected after each heartbeat",
			`{"type":"event","posture":"Proactive","after":["beat"],"expect":["beat","done"],"within":30,"for_each":["prefect.resource.id"]}`,
			[]string{"0 beat r1", "5 beat r2", "10 beat r1", "20 beat r1", "30 done r1", "100"}, []string{"35 beat prefect.resource.id=r2"}},
		{"heartbeats that change places",
			`{"type":"event","posture":"Proactive","after":["beat"],"expect":["beat","done"],"within":30,"for_each":["prefect.resource.id"]}`,
			[]string{"41 beat r1 @0", "41.1 beat r1 @40", "41.2 beat r1 @20", "42 done r1", "200"}, nil},
		{"heartbeats that are too far apart",
			`{"type":"event","posture":"Proactive","after":["beat"],"expect":["beat","done"],"within":30,"for_each":["prefect.resource.id"]}`,
			[]string{"41 beat r1 @0", "41.1 beat r1 @40", "50 done r1", "200"}, []string{"46.1 beat prefect.resource.id=r1"}},
		{"many events of one window",
			`{"type":"event","posture":"Proactive","after":["a"],"expect":["b"],"threshold":400,"within":60}`,
			append(append([]string{"1 a"}, slices.Repeat([]string{"2 b"}, 399)...), "100"), []string{"61 b"}},
		{"many events before the one that opens a window",
			`{"type":"event","posture":"Proactive","after":["a"],"expect":["b"],"threshold":100,"within":60}`,
			append(slices.Repeat([]string{"2 b"}, 150), "3 a", "100"), []string{"63 a"}},
		{"many events of one window, and enough",
			`{"type":"event","posture":"Proactive","after":["a"],"expect":["b"],"threshold":400,"within":60}`,
			append(append([]string{"1 a"}, slices.Repeat([]string{"2 b"}, 400)...), "100"), nil},
		{"a window that is longer than events are held one by one",
			`{"type":"event","posture":"Proactive","after":["a"],"expect":["b"],"threshold":3,"within":7200}`,
			[]string{"1 a", "600 b", "1300 b", "5000 a", "7300"}, []string{"7201 b"}},
		// Composite triggers.
		{"all of several", `{"type":"compound","require":"all","within":60,"triggers":[
			{"type":"event","posture":"Reactive","expect":["a"]},{"type":"event","posture":"Reactive","expect":["b"]}]}`,
			[]string{"1 b", "2 b", "3 a", "4 a", "5 b", "100 a", "161 b", "162 a"}, []string{"3 a", "5 b", "162 a"}},
		{"any of several", `{"type":"compound","require":"any","within":60,"triggers":[
			{"type":"event","posture":"Reactive","expect":["a"]},{"type":"event","posture":"Reactive","expect":["b"]}]}`,
			[]string{"1 b", "2 a"}, []string{"1 b", "2 a"}},
		{"two of three", `{"type":"compound","require":2,"within":60,"triggers":[
			{"type":"event","posture":"Reactive","expect":["a"]},{"type":"event","posture":"Reactive","expect":["b"]},{"type":"event","posture":"Reactive","expect":["c"]}]}`,
			[]string{"1 b", "2 b", "3 c", "4 a"}, []string{"3 c"}},
		{"a sequence in its order", `{"type":"sequence","within":60,"triggers":[
			{"type":"event","posture":"Reactive","expect":["a"]},{"type":"event","posture":"Reactive","expect":["b"]}]}`,
			[]string{"1 b", "2 a", "3 b", "4 b"}, []string{"3 b"}},
		{"a sequence by when the events occurred", `{"type":"sequence","within":60,"triggers":[
			{"type":"event","posture":"Reactive","expect":["a"]},{"type":"event","posture":"Reactive","expect":["b"]}]}`,
			[]string{"5 b @4", "6 a @3"}, []string{"6 b"}},
		{"composites within composites", `{"type":"sequence","within":60,"triggers":[
			{"type":"compound","require":"all","within":null,"triggers":[
				{"type":"event","posture":"Reactive","expect":["a"]},{"type":"event","posture":"Reactive","expect":["b"]}]},
			{"type":"event","posture":"Reactive","expect":["c"]}]}`,
			[]string{"1 a", "2 c", "3 b", "4 c"}, []string{"4 c"}},
		// Causal order.
		{"an event waits for the one that it follows", `{"type":"sequence","within":60,"triggers":[
			{"type":"event","posture":"Reactive","expect":["a"]},{"type":"event","posture":"Reactive","expect":["b"]},{"type":"event","posture":"Reactive","expect":["c"]}]}`,
			[]string{"5 c @1 <2", "6 b @1 #2 <1", "7 a @1 #1"}, []string{"7 c"}},
		{"an event whose leader never comes is evaluated after a quarter of an hour",
			`{"type":"event","posture":"Reactive","expect":["a"]}`,
			[]string{"1 a <lost", "2 a", "899", "902"}, []string{"2 a", "901 a"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newAutomationsWorld(t)
			w.automation(test.trigger)
			w.play(test.play...)
			if got := w.fired(); !slices.Equal(got, test.fired) {
				t.Errorf("fired %q, want %q", got, test.fired)
			}
		})
	}
}
