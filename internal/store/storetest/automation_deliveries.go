package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

var automationDeliveriesCases = []Case{
	{"a firing asks for each of its actions, with the event that each is about", deliveriesOfAFiring},
	{"a delivery is tried by one at a time, and taken from whoever does not end", deliveriesAreLeased},
	{"a delivery ends once, and is told of once", deliveriesEndOnce},
	{"what is over can be sent again, under the same id", deliveriesAreResent},
	{"what ended long ago is deleted, and its firing with it", deliveriesArePurged},
}

// fired has an automation fire with an action for every firing and one for each state.
func fired(t *testing.T, open Open) (*store.Store, *clock.Manual, *prefect.Automation, *prefect.Firing) {
	t.Helper()
	s, machine := newStore(t, open)
	trigger := prefect.Trigger{ID: uuid.New(), Event: &prefect.EventTrigger{Posture: prefect.Reactive}}
	a := &prefect.Automation{ID: uuid.New(), AutomationCore: prefect.AutomationCore{Name: "a", Trigger: trigger,
		Actions:          []prefect.Action{{Type: prefect.DoNothing}},
		ActionsOnTrigger: []prefect.Action{{Type: prefect.CancelFlowRun}},
		ActionsOnResolve: []prefect.Action{{Type: prefect.DeleteFlowRun}}}}
	f := &prefect.Firing{ID: uuid.New(), Trigger: trigger, Triggered: prefect.At(Start), States: []prefect.TriggerState{prefect.Triggered, prefect.Resolved},
		Labels: map[string]string{"l": "v"},
		Event:  &prefect.ReceivedEvent{Event: prefect.Event{ID: uuid.New(), Event: "x", Resource: prefect.Resource{prefect.ResourceID: "r"}}}}
	update(t, s, func(tx *store.Tx) error {
		_, err := tx.Fire(a, f)
		return err
	})
	return s, machine, a, f
}

func take(t *testing.T, s *store.Store, sequence int64) (taken *store.TakenDelivery, err error) {
	t.Helper()
	err = s.Update(context.Background(), func(tx *store.Tx) error {
		taken, err = tx.TakeDelivery(sequence, tx.Now.Add(time.Minute))
		return err
	})
	return taken, err
}

func deliveriesOfAFiring(t *testing.T, open Open) {
	s, _, a, f := fired(t, open)
	var waiting []store.WaitingDelivery
	view(t, s, func(tx *store.Tx) (err error) {
		waiting, err = tx.WaitingDeliveries(0, 10)
		return err
	})
	if len(waiting) != 3 {
		t.Fatalf("%d wait", len(waiting))
	}
	ids := map[uuid.UUID]bool{}
	for i, want := range []struct {
		action prefect.ActionType
		event  string
	}{
		{prefect.DoNothing, "x"}, {prefect.CancelFlowRun, "prefect.automation.triggered"}, {prefect.DeleteFlowRun, "prefect.automation.resolved"},
	} {
		taken, err := take(t, s, waiting[i].Sequence)
		if err != nil {
			t.Fatal(err)
		}
		if taken.Action.Type != want.action || taken.Event.Event.Event != want.event || taken.Index != i || taken.Labels["l"] != "v" ||
			taken.Automation.ID != a.ID || taken.Automation.Name != "a" || taken.Firing.ID != f.ID || taken.ToldBy == nil {
			t.Errorf("delivery %d is %+v", i, taken.TriggeredAction)
		}
		if i > 0 && taken.Event.ID != *taken.ToldBy {
			t.Errorf("delivery %d was told by %s, its event is %s", i, taken.ToldBy, taken.Event.ID)
		}
		ids[taken.ID] = true
	}
	if len(ids) != 3 {
		t.Errorf("the deliveries have %d ids", len(ids))
	}
}

func deliveriesAreLeased(t *testing.T, open Open) {
	s, machine, _, _ := fired(t, open)
	for attempt := range 2 {
		taken, err := take(t, s, 1)
		if err != nil || taken.Attempts != attempt+1 {
			t.Fatalf("attempt %d: %+v, %v", attempt, taken, err)
		}
		if _, err := take(t, s, 1); !fault.Is(err, fault.Conflict) {
			t.Fatalf("two have it: %v", err)
		}
		machine.Advance(time.Minute)
	}
	update(t, s, func(tx *store.Tx) error {
		return tx.PostponeDelivery(1, tx.Now.Add(time.Hour), store.DeliveryEnd{AnswerStatus: 503, Answer: "busy", Reason: "it is busy"})
	})
	view(t, s, func(tx *store.Tx) error {
		all, err := tx.Deliveries(nil, "waiting", prefect.Page{Limit: 10})
		if err != nil {
			return err
		}
		d := all[2]
		if d.Attempts != 2 || d.AnswerStatus != 503 || d.Answer != "busy" || d.Reason != "it is busy" || !d.Due.Equal(machine.Now().Add(time.Hour)) {
			t.Errorf("it is kept as %+v", d)
		}
		return nil
	})
	if taken, err := take(t, s, 1); err != nil || taken.Attempts != 3 {
		t.Errorf("it was not given back: %v", err)
	}
}

func deliveriesEndOnce(t *testing.T, open Open) {
	s, _, a, _ := fired(t, open)
	for i, want := range []bool{true, false} {
		update(t, s, func(tx *store.Tx) error {
			ended, err := tx.FinishDelivery(1, i == 0, store.DeliveryEnd{Reason: "no"}, &prefect.Event{ID: tx.IDs.V7(), Event: "told",
				Resource: prefect.Resource{prefect.ResourceID: "r"}})
			if ended != want {
				t.Errorf("end %d: %v", i, ended)
			}
			return err
		})
	}
	if taken, err := take(t, s, 1); taken != nil || err != nil {
		t.Errorf("what is over was taken: %v", err)
	}
	view(t, s, func(tx *store.Tx) error {
		told, err := tx.ReadEventLog(0, 100, "told", 10)
		if len(told) != 1 {
			t.Errorf("it was told %d times", len(told))
		}
		if err != nil {
			return err
		}
		dead, err := tx.Deliveries(&a.ID, "dead", prefect.Page{Limit: 10})
		if len(dead) != 1 || dead[0].Reason != "no" || dead[0].Finished == nil || dead[0].Due != nil {
			t.Errorf("dead are %+v", dead)
		}
		return err
	})
}

func deliveriesAreResent(t *testing.T, open Open) {
	s, machine, _, _ := fired(t, open)
	before, err := take(t, s, 1)
	if err != nil {
		t.Fatal(err)
	}
	resend := func() (again bool) {
		update(t, s, func(tx *store.Tx) (err error) {
			again, err = tx.ResendDelivery(before.ID)
			return err
		})
		return again
	}
	if resend() {
		t.Error("what waits was sent again")
	}
	update(t, s, func(tx *store.Tx) error {
		_, err := tx.FinishDelivery(1, true, store.DeliveryEnd{Reason: "no"})
		return err
	})
	machine.Advance(time.Hour)
	if !resend() {
		t.Error("what is dead was not sent again")
	}
	view(t, s, func(tx *store.Tx) error {
		found, err := tx.ResentDeliveries(machine.Now())
		if len(found) != 1 || found[0].Sequence != 1 {
			t.Errorf("to be sent again: %v", found)
		}
		return err
	})
	after, err := take(t, s, 1)
	if err != nil || after.ID != before.ID || after.Attempts != 1 || !after.Begun.Equal(machine.Now()) {
		t.Errorf("it is sent again as %+v: %v", after, err)
	}
}

func deliveriesArePurged(t *testing.T, open Open) {
	s, machine, _, _ := fired(t, open)
	for sequence := range int64(2) {
		update(t, s, func(tx *store.Tx) error {
			_, err := tx.FinishDelivery(sequence+1, false, store.DeliveryEnd{})
			return err
		})
	}
	machine.Advance(time.Hour)
	purge := func() (n int) {
		update(t, s, func(tx *store.Tx) (err error) {
			n, err = tx.PurgeDeliveries("delivered", tx.Now, 10)
			return err
		})
		return n
	}
	if n := purge(); n != 2 {
		t.Errorf("%d were deleted", n)
	}
	if taken, err := take(t, s, 3); err != nil || taken == nil {
		t.Errorf("what waits was deleted, or its firing: %v", err)
	}
	update(t, s, func(tx *store.Tx) error {
		_, err := tx.FinishDelivery(3, false, store.DeliveryEnd{})
		return err
	})
	machine.Advance(time.Hour)
	if n := purge(); n != 1 || purge() != 0 {
		t.Errorf("%d were deleted in the end", n)
	}
}
