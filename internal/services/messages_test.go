package services

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

// messagesWorld is a server whose automation tells of runs, under a clock that is moved
// by hand, and a receiver that keeps what it is told.
type messagesWorld struct {
	*automationsWorld
	engine     orchestration.Engine
	automation *prefect.Automation
	flows      map[string]uuid.UUID
	runs       map[string]uuid.UUID
	names      map[uuid.UUID]string
	away       bool // the receiver refuses
	told       []string
}

const failures = `{"type":"event","posture":"Reactive","expect":["prefect.flow-run.Failed","prefect.flow-run.Crashed"],"match":{"prefect.resource.id":"prefect.flow-run.*"}}`

func newMessagesWorld(t *testing.T, trigger, settings string) *messagesWorld {
	w := &messagesWorld{automationsWorld: newAutomationsWorld(t), engine: orchestration.New(orchestration.Settings{}),
		flows: map[string]uuid.UUID{}, runs: map[string]uuid.UUID{}, names: map[uuid.UUID]string{}}
	create := &prefect.AutomationCreate{AutomationCore: prefect.AutomationCore{Name: "a", Enabled: true,
		Actions: []prefect.Action{{Type: prefect.SendNotification, Notification: &prefect.SendNotificationAction{}}, {Type: prefect.CancelFlowRun}}}}
	if err := json.Unmarshal([]byte(trigger), &create.Trigger); err != nil {
		t.Fatal(err)
	}
	create.Trigger.Event.Threshold = 1
	w.update(func(tx *store.Tx) (err error) {
		w.automation, err = tx.CreateAutomation(create)
		return err
	})
	w.set(settings)
	return w
}

// set replaces the settings.
func (w *messagesWorld) set(settings string) {
	w.Helper()
	n := &prefect.Noise{}
	if err := json.Unmarshal([]byte(settings), n); err != nil {
		w.Fatal(err)
	}
	w.update(func(tx *store.Tx) error { return tx.SetNoise(w.automation.ID, n) })
}

// settleAll lets all be done that is due now.
func (w *messagesWorld) settleAll() {
	w.Helper()
	for range 1000 {
		w.settle()
		if w.deliver() {
			continue
		}
		at, due := w.nextMessage()
		if !due || at.After(w.machine.Now()) {
			return
		}
		w.update(func(tx *store.Tx) error {
			_, err := Messages{}.Run(tx)
			return err
		})
	}
	w.Fatal("there is always more to do")
}

func (w *messagesWorld) nextMessage() (at time.Time, due bool) {
	w.Helper()
	if err := w.store.View(w.Context(), func(tx *store.Tx) (err error) {
		at, due, err = Messages{}.Next(tx)
		return err
	}); err != nil {
		w.Fatal(err)
	}
	return at, due
}

// deliver makes the deliveries that wait; false when none did.
func (w *messagesWorld) deliver() (some bool) {
	w.Helper()
	w.update(func(tx *store.Tx) error {
		waiting, err := tx.WaitingDeliveries(0, 50)
		if err != nil {
			return err
		}
		for _, d := range waiting {
			taken, err := tx.TakeDelivery(d.Sequence, tx.Now.Add(time.Minute))
			if err != nil {
				return err
			}
			some = true
			if taken.Action.Type != prefect.SendNotification {
				w.note("cancel " + w.names[uuid.MustParse(taken.Event.Resource.ID()[len("prefect.flow-run."):])])
			} else if !w.away {
				w.note(w.text(taken))
			}
			if _, err := tx.FinishDelivery(d.Sequence, w.away, store.DeliveryEnd{}); err != nil {
				return err
			}
		}
		return nil
	})
	return some
}

func (w *messagesWorld) note(text string) {
	w.told = append(w.told, prefect.Seconds(w.machine.Now().Sub(epoch)).Short()+" "+text)
}

// text is what a message says.
func (w *messagesWorld) text(d *store.TakenDelivery) string {
	name := ""
	if run, err := uuid.Parse(strings.TrimPrefix(d.Event.Resource.ID(), "prefect.flow-run.")); err == nil {
		name = w.names[run]
	}
	switch g := d.Gathered; {
	case g != nil:
		text := fmt.Sprint(g.Number)
		if d.Resolution != nil {
			text = "resolved " + text
		}
		if g.More {
			text += " more"
		}
		if g.Group != nil {
			text += " of " + g.Kind + " " + g.Group.Name
		}
		for _, s := range g.First {
			text += " " + s.Run.Name
		}
		return text
	case d.Resolution != nil:
		return "resolved " + name
	}
	return name
}

// act does what a line says of a run, which is made when it is not there. Its flow is
// what its name begins with: "f1" is a run of flow "f".
func (w *messagesWorld) act(verb, name string) {
	w.Helper()
	if w.runs[name] == uuid.Nil {
		w.update(func(tx *store.Tx) error {
			flow, _, err := tx.CreateFlow(&prefect.FlowCreate{Name: name[:1]})
			if err != nil {
				return err
			}
			run := &prefect.FlowRun{Name: name, FlowID: flow.ID}
			run.EmpiricalPolicy.Defaults()
			made, _, err := w.engine.CreateFlowRun(tx, run, prefect.NewState(tx.IDs.V7(), prefect.Running, tx.Now), orchestration.Options{})
			if err == nil {
				w.runs[name], w.names[made.ID] = made.ID, name
			}
			return err
		})
	}
	state, known := map[string]prefect.StateType{"fail": prefect.Failed, "crash": prefect.Crashed, "run": prefect.Running, "complete": prefect.Completed,
		"cancel": prefect.Cancelled, "schedule": prefect.Scheduled}[verb]
	if !known {
		w.Fatalf("nobody can %s a run", verb)
	}
	w.update(func(tx *store.Tx) error {
		s := prefect.NewState(tx.IDs.V7(), state, tx.Now)
		if state == prefect.Scheduled {
			later := prefect.At(tx.Now.Add(time.Hour))
			s.StateDetails.ScheduledTime = &later
		}
		_, err := w.engine.SetFlowRunState(tx, w.runs[name], s, orchestration.Options{Force: true})
		return err
	})
}

// until lets time pass.
func (w *messagesWorld) until(at time.Duration) {
	w.Helper()
	end := epoch.Add(at)
	for {
		w.settleAll()
		next, due := w.nextMessage()
		if !due || next.After(end) {
			break
		}
		w.machine.Advance(next.Sub(w.machine.Now()))
	}
	w.machine.Advance(max(end.Sub(w.machine.Now()), 0))
	w.settleAll()
}

func (w *messagesWorld) play(lines ...string) {
	w.Helper()
	for _, line := range lines {
		words := strings.Fields(line)
		at, err := time.ParseDuration(words[0])
		if err != nil {
			w.Fatal(err)
		}
		w.until(at)
		switch verb := words[1]; verb {
		case "restart":
			w.open()
		case "away", "back":
			w.away = verb == "away"
		case "set":
			w.set(strings.Join(words[2:], " "))
		case "unseen": // before the automation has looked
			w.act(words[2], words[3])
			w.act(words[4], words[3])
		case "ends":
		default:
			for _, name := range words[2:] {
				w.act(verb, name)
			}
		}
		w.settleAll()
	}
}

// messages is what was told, but for actions that are no messages.
func (w *messagesWorld) messages() (all []string) {
	for _, line := range w.told {
		if !strings.Contains(line, "cancel") {
			all = append(all, line)
		}
	}
	return all
}

// The first hour begins at 8:00 UTC.
func TestMessages(t *testing.T) {
	for _, c := range []struct {
		name, settings string
		play           []string
		told           []string
	}{
		{"without settings all are sent at once", `{}`,
			[]string{"1m fail a1", "2m fail a2", "3m complete a1"}, []string{"1m a1", "2m a2"}},

		{"a failure waits", `{"settle":300}`, []string{"1m fail a1", "1h ends"}, []string{"6m a1"}},
		{"a run that is retried to success wakes nobody", `{"settle":300}`,
			[]string{"1m fail a1", "2m run a1", "4m complete a1", "1h ends"}, nil},
		{"nor one that takes longer", `{"settle":300}`,
			[]string{"1m fail a1", "2m schedule a1", "70m run a1", "90m complete a1", "5h ends"}, nil},
		{"one that crashes, too", `{"settle":300}`, []string{"1m crash a1", "2m run a1", "4m complete a1", "1h ends"}, nil},
		{"one that fails again is told of once", `{"settle":300}`,
			[]string{"1m fail a1", "2m run a1", "4m fail a1", "1h ends"}, []string{"9m a1"}},
		{"a retry that was cancelled is no success", `{"settle":300}`,
			[]string{"1m fail a1", "2m run a1", "4m cancel a1", "1h ends"}, []string{"6m a1"}},
		{"a retry that hangs is told of in the end", `{"settle":300}`,
			[]string{"1m fail a1", "2m run a1", "48h ends"}, []string{"24h1m a1"}},
		{"a success that was there before the failure was looked at", `{"settle":300}`,
			[]string{"1m unseen fail a1 complete", "1h ends"}, nil},
		{"a restart changes nothing", `{"settle":300}`,
			[]string{"1m fail a1", "2m restart", "3m fail a2", "7m restart", "1h ends"}, []string{"6m a1", "8m a2"}},

		{"one of the automation in an interval", `{"repeat":3600}`,
			[]string{"1m fail a1", "2m fail a2", "3m fail b1", "5h ends"}, []string{"1m a1", "1h1m 2 more a2 b1"}},
		{"one alone is told as it is", `{"repeat":3600}`,
			[]string{"1m fail a1", "2m fail a2", "5h ends"}, []string{"1m a1", "1h1m a2"}},
		{"an interval begins with what was told", `{"repeat":3600}`,
			[]string{"1m fail a1", "2m fail a2", "70m fail a3", "3h fail a4", "9h ends"}, []string{"1m a1", "1h1m a2", "2h1m a3", "3h1m a4"}},
		{"one of each flow", `{"group_by":"flow","repeat":3600}`,
			[]string{"1m fail a1 b1", "2m fail a2 b2", "3m fail a3", "5h ends"}, []string{"1m a1", "1m b1", "1h1m 2 more of flow a a2 a3", "1h1m b2"}},
		{"a run counts once", `{"group_by":"flow","repeat":3600}`,
			[]string{"1m fail a1", "2m fail a2", "3m run a2", "4m fail a2", "5m fail a3", "5h ends"}, []string{"1m a1", "1h1m 2 more of flow a a2 a3"}},
		{"the first one settles before", `{"repeat":3600,"settle":300}`,
			[]string{"1m fail a1", "2m fail a2", "3m fail a3", "4m complete a1", "5h ends"}, []string{"7m a2", "1h7m a3"}},
		{"those that succeed meanwhile are left out", `{"repeat":3600,"settle":300}`,
			[]string{"1m fail a1", "2m fail a2 a3 a4", "30m complete a2", "31m complete a4", "5h ends"}, []string{"6m a1", "1h6m a3"}},
		{"those that are left are told together", `{"repeat":3600,"settle":300}`,
			[]string{"1m fail a1", "2m fail a2 a3 a4", "30m complete a2", "5h ends"}, []string{"6m a1", "1h6m 2 more a3 a4"}},
		{"a message that could not be delivered keeps nobody waiting", `{"repeat":3600}`,
			[]string{"1m away", "2m fail a1", "3m back", "4m fail a2", "5h ends"}, []string{"4m a2"}},
		{"a restart between the first and the others", `{"repeat":3600}`,
			[]string{"1m fail a1", "2m fail a2", "3m restart", "4m fail a3", "50m restart", "5h ends"}, []string{"1m a1", "1h1m 2 more a2 a3"}},

		{"quiet hours", `{"quiet":["18:00-03:00"],"timezone":"UTC"}`,
			[]string{"1m fail a1", "10h fail a2", "11h fail b1", "18h59m fail a3", "19h fail a4", "24h ends"}, []string{"1m a1", "19h 3 a2 b1 a3", "19h a4"}},
		{"quiet hours of another place", `{"quiet":["22:00-07:00"],"timezone":"Asia/Tokyo"}`,
			[]string{"1m fail a1", "6h fail a2", "24h ends"}, []string{"1m a1", "14h a2"}},
		{"the summary of each flow", `{"group_by":"flow","quiet":["18:00-03:00"],"timezone":"UTC"}`,
			[]string{"11h fail a1 b1", "12h fail a2", "24h ends"}, []string{"19h 2 of flow a a1 a2", "19h b1"}},
		{"a night of which nothing is left", `{"quiet":["18:00-03:00"],"timezone":"UTC","settle":300}`,
			[]string{"11h fail a1 a2", "12h complete a1 a2", "24h ends"}, nil},
		{"a restart in the night", `{"quiet":["18:00-03:00"],"timezone":"UTC"}`,
			[]string{"11h fail a1", "12h restart", "13h fail a2", "24h ends"}, []string{"19h 2 a1 a2"}},
		{"an interval that ends in quiet hours", `{"quiet":["18:00-03:00"],"timezone":"UTC","repeat":14400}`,
			[]string{"8h fail a1", "9h fail a2", "11h fail a3", "20h fail a4", "40h ends"}, []string{"8h a1", "19h 2 more a2 a3", "23h a4"}},
		{"quiet hours that end in an interval", `{"quiet":["18:00-03:00"],"timezone":"UTC","repeat":43200}`,
			[]string{"9h fail a1", "11h fail a2", "12h fail a3", "40h ends"}, []string{"9h a1", "21h 2 more a2 a3"}},

		{"the same run succeeds", `{"resolved":true}`,
			[]string{"1m fail a1", "2m complete a2", "3m run a1", "4m complete a1", "5m run a1", "6m complete a1"}, []string{"1m a1", "4m resolved a1"}},
		{"the same flow succeeds", `{"resolved":true,"group_by":"flow"}`,
			[]string{"1m fail a1", "2m complete b1", "3m fail a2", "4m complete a3", "5m complete a4"}, []string{"1m a1", "3m a2", "4m resolved a2"}},
		{"what was not told is not resolved", `{"resolved":true,"settle":300}`,
			[]string{"1m fail a1", "2m complete a1", "1h ends"}, nil},
		{"what could not be told is not resolved", `{"resolved":true}`,
			[]string{"1m away", "2m fail a1", "3m back", "4m complete a1"}, nil},
		{"a success before it was told", `{"resolved":true,"quiet":["18:00-03:00"],"timezone":"UTC"}`,
			[]string{"11h fail a1", "12h complete a1", "24h ends"}, []string{"19h a1", "19h resolved a1"}},
		{"a success before the failure was looked at", `{"resolved":true}`,
			[]string{"1m unseen fail a1 complete", "1h ends"}, []string{"1m a1", "1m resolved a1"}},
		{"a success of the night", `{"resolved":true,"quiet":["18:00-03:00"],"timezone":"UTC"}`,
			[]string{"9h fail a1", "12h complete a1", "24h ends"}, []string{"9h a1", "19h resolved a1"}},
		{"a success within the interval", `{"resolved":true,"repeat":14400,"group_by":"flow"}`,
			[]string{"1m fail a1", "2m complete a2", "3m fail a3", "4m complete a4", "9h ends"}, []string{"1m a1", "2m resolved a1", "4h1m a3", "4h1m resolved a3"}},
		{"a failure that is told after its end", `{"resolved":true,"repeat":14400,"group_by":"flow"}`,
			[]string{"1m fail a1", "2m fail a2", "3m complete a3", "9h ends"}, []string{"1m a1", "3m resolved a1", "4h1m a2", "4h1m resolved a2"}},
		{"of several that were told together each is resolved", `{"resolved":true,"repeat":3600}`,
			[]string{"1m fail a1", "2m fail a2 a3", "2h complete a3", "3h complete a2"}, []string{"1m a1", "1h1m 2 more a2 a3", "2h resolved a3", "3h resolved a2"}},
		{"of a flow all are resolved together", `{"resolved":true,"repeat":3600,"group_by":"flow"}`,
			[]string{"1m fail a1", "2m fail a2 a3", "2h complete a4", "3h complete a2"}, []string{"1m a1", "1h1m 2 more of flow a a2 a3", "2h resolved 2 more of flow a a2 a3"}},
		{"a restart before the success", `{"resolved":true}`,
			[]string{"1m fail a1", "2m restart", "3m complete a1"}, []string{"1m a1", "3m resolved a1"}},

		{"settings that are taken away let go what is held, as one", `{"quiet":["18:00-03:00"],"timezone":"UTC"}`,
			[]string{"11h fail a1", "12h fail a2", "13h set {}", "14h fail a3"}, []string{"13h 2 a1 a2", "14h a3"}},
		{"other settings count from now on", `{"settle":3600}`,
			[]string{"1m fail a1", `5m set {"settle":60}`, "6m fail a2", "1h ends"}, []string{"5m a1", "7m a2"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newMessagesWorld(t, failures, c.settings)
			w.play(c.play...)
			if told := w.messages(); !slices.Equal(told, c.told) {
				t.Errorf("told %q, want %q", told, c.told)
			}
		})
	}
}

// What is done is never held, and what is held says why.
func TestOnlyMessagesAreHeld(t *testing.T) {
	w := newMessagesWorld(t, failures, `{"settle":300,"quiet":["18:00-03:00"],"timezone":"Europe/Berlin","repeat":3600}`)
	w.play("1m fail a1", "2m fail a2")
	if !slices.Equal(w.told, []string{"1m cancel a1", "2m cancel a2"}) {
		t.Errorf("told %q", w.told)
	}
	w.wantDeliveries("while it settles", "held: held until 2026-11-24 09:06:00 CET: the run may yet be retried to success", "held: held until 2026-11-24 09:07:00 CET: the run may yet be retried to success")
	w.play("6m30s complete a2", "8m run a1")
	w.wantDeliveries("in the interval", "delivered: ", "dropped: not sent: the run was retried to success")
	w.play("8m fail a1", "20m fail a3", "40m ends")
	held := "held: held until 2026-11-24 10:06:00 CET: one message every 1h"
	w.wantDeliveries("in the interval", "delivered: ", "dropped: not sent: the run was retried to success", held, "gathered: told with delivery ")
	w.play("12h fail a4", "13h ends")
	w.wantDeliveries("in the night", "delivered: ", "dropped: ", "delivered: ", "gathered: told with delivery ", "held: held until 2026-11-25 03:00:00 CET: quiet hours")
}

// wantDeliveries checks the notifications, the first one first: their status and reason.
func (w *messagesWorld) wantDeliveries(when string, want ...string) {
	w.Helper()
	var have []string
	if err := w.store.View(w.Context(), func(tx *store.Tx) error {
		all, err := tx.Deliveries(&w.automation.ID, "", prefect.Page{Limit: 100})
		slices.Reverse(all)
		for _, d := range all {
			if d.ActionType == prefect.SendNotification {
				have = append(have, d.Status+": "+d.Reason)
			}
		}
		return err
	}); err != nil {
		w.Fatal(err)
	}
	if len(have) != len(want) {
		w.Fatalf("%s: there are %q, want %q", when, have, want)
	}
	for i := range want {
		if !strings.HasPrefix(have[i], want[i]) {
			w.Errorf("%s: there is %q, want %q", when, have[i], want[i])
		}
	}
}

// However many are gathered, few are kept as such, and all are counted.
func TestManyMessagesInOne(t *testing.T) {
	w := newMessagesWorld(t, failures, `{"repeat":3600}`)
	w.play("1m fail a0")
	fire := func(tx *store.Tx) error {
		for range 50 {
			run := prefect.Resource{prefect.ResourceID: "prefect.flow-run." + uuid.NewString(), prefect.ResourceName: "a"}
			if _, err := tx.Fire(w.automation, &prefect.Firing{ID: uuid.New(), Trigger: w.automation.Trigger, Triggered: prefect.At(tx.Now),
				States: []prefect.TriggerState{prefect.Triggered}, Event: &prefect.ReceivedEvent{Event: prefect.Event{ID: uuid.New(), Resource: run}}}); err != nil {
				return err
			}
		}
		return nil
	}
	for range 6 {
		w.update(fire)
	}
	w.play("2m ends", "5h ends")
	if told := w.messages(); len(told) != 2 || !strings.HasPrefix(told[1], "1h1m 300 more a") || strings.Count(told[1], " a") != 20 {
		t.Errorf("told %q", told)
	}
}

// A deploy makes the automations of its deployment anew, and they keep their settings.
func TestSettingsOutliveADeploy(t *testing.T) {
	w := newAutomationsWorld(t)
	create := func(name, owner string) (a *prefect.Automation) {
		c := &prefect.AutomationCreate{AutomationCore: prefect.AutomationCore{Name: name, Trigger: prefect.Trigger{Event: &prefect.EventTrigger{Posture: prefect.Reactive}}}, OwnerResource: &owner}
		w.update(func(tx *store.Tx) (err error) {
			a, err = tx.CreateAutomation(c)
			return err
		})
		return a
	}
	settings := func(a *prefect.Automation) (n *prefect.Noise) {
		w.update(func(tx *store.Tx) (err error) {
			n, err = tx.ReadNoise(a.ID)
			return err
		})
		return n
	}
	first := create("a", "prefect.deployment.x")
	w.update(func(tx *store.Tx) error { return tx.SetNoise(first.ID, &prefect.Noise{Resolved: true}) })
	for range 2 { // deploys
		w.update(func(tx *store.Tx) error { return tx.DeleteOwnedAutomations("prefect.deployment.x") })
		if settings(create("a", "prefect.deployment.y")) != nil || settings(create("b", "prefect.deployment.x")) != nil {
			t.Error("others have the settings")
		}
		if n := settings(create("a", "prefect.deployment.x")); n == nil || !n.Resolved {
			t.Errorf("after a deploy they are %+v", n)
		}
	}
}

// The figure of a metric trigger that is as it should be again, and the run or deployment
// that violated an agreement.
func TestOtherEnds(t *testing.T) {
	w := newMessagesWorld(t, failures, `{"resolved":true}`)
	send := []prefect.Action{{Type: prefect.SendNotification, Notification: &prefect.SendNotificationAction{}}}
	fire := func(trigger prefect.Trigger, state prefect.TriggerState, e *prefect.Event) {
		a := *w.automation
		a.Actions, a.ActionsOnTrigger, a.Trigger = send, nil, trigger
		if trigger.Metric != nil {
			a.Actions, a.ActionsOnTrigger = nil, send
		}
		f := &prefect.Firing{ID: uuid.New(), Trigger: trigger, Triggered: prefect.At(w.machine.Now()), States: []prefect.TriggerState{state}}
		if e != nil {
			f.Event = &prefect.ReceivedEvent{Event: *e}
		}
		w.update(func(tx *store.Tx) error {
			_, err := tx.Fire(&a, f)
			return err
		})
		w.settleAll()
	}
	metric := prefect.Trigger{ID: uuid.New(), Metric: &prefect.MetricTrigger{}}
	fire(metric, prefect.Triggered, nil)
	w.play("1m run a1")
	fire(metric, prefect.Resolved, nil)
	if want := []string{"0s ", "1m resolved "}; !slices.Equal(w.told, want) {
		t.Errorf("of a figure is told %q, want %q", w.told, want)
	}
	w.told = nil
	event := prefect.Trigger{ID: uuid.New(), Event: &prefect.EventTrigger{Posture: prefect.Reactive}}
	violation := &prefect.Event{ID: uuid.New(), Event: "prefect.sla.violation", Resource: prefect.Resource{prefect.ResourceID: "prefect.flow-run." + w.runs["a1"].String()}}
	fire(event, prefect.Triggered, violation)
	w.play("2m complete a2", "3m complete a1")
	if want := []string{"1m a1", "3m resolved a1"}; !slices.Equal(w.told, want) {
		t.Errorf("of a run that took too long is told %q, want %q", w.told, want)
	}
}
