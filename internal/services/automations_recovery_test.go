package services

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/follow"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

// What a process took up and did not end, the next one does: once.
func TestAnEventThatAKilledProcessHadReadFiresOnce(t *testing.T) {
	w := newAutomationsWorld(t)
	w.automation(`{"type":"event","posture":"Reactive","expect":["a"]}`)
	w.automation(`{"type":"event","posture":"Reactive","expect":["a"],"threshold":2,"within":60}`)
	for range 2 {
		w.emit(w.event([]string{"a"}))
		consumer := w.automate.Consumer()
		prepareAll(t, w, consumer) // and is killed
		w.open()
		w.settle()
		w.open()
		w.settle()
	}
	if got, want := w.fired(), []string{"0 a", "0 a", "0 a"}; !slices.Equal(got, want) {
		t.Errorf("fired %q, want %q", got, want)
	}
}

// prepareAll does what a follower does before its transaction.
func prepareAll(t *testing.T, w *automationsWorld, c follow.Consumer) (batch []any) {
	t.Helper()
	var events []*prefect.ReceivedEvent
	err := w.store.View(t.Context(), func(tx *store.Tx) error {
		if _, err := c.Idle(tx); err != nil {
			return err
		}
		last, err := tx.LastEventSequence()
		if err != nil {
			return err
		}
		if events, err = tx.ReadEventLog(0, last, "", 1000); err != nil {
			return err
		}
		return c.Survey(tx, events)
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		item, err := c.Prepare(e)
		if err != nil {
			t.Fatal(err)
		}
		if item != nil {
			batch = append(batch, item)
		}
	}
	return batch
}

// What was prepared with automations that have changed meanwhile has no effect.
func TestAutomationsThatChangeWhileAnEventIsUnderWay(t *testing.T) {
	w := newAutomationsWorld(t)
	a := w.automation(`{"type":"event","posture":"Reactive","expect":["a"]}`)
	w.emit(w.event([]string{"a"}))
	consumer := w.automate.Consumer()
	batch := prepareAll(t, w, consumer)
	w.update(func(tx *store.Tx) error { return tx.EnableAutomation(a.ID, false) })
	err := w.store.Update(t.Context(), func(tx *store.Tx) error { return consumer.Apply(tx, batch) })
	if len(batch) == 0 || !errors.Is(err, follow.ErrAnew) {
		t.Errorf("%d events: %v, want that they are prepared anew", len(batch), err)
	}
	w.settle()
	if got := w.fired(); len(got) > 0 {
		t.Errorf("fired %q", got)
	}
}

// An automation looks at what comes while it is enabled.
func TestAnAutomationLooksAtNothingFromBeforeItWasEnabled(t *testing.T) {
	w := newAutomationsWorld(t)
	w.play("1 a")
	a := w.automation(`{"type":"event","posture":"Reactive","expect":["a"],"threshold":2,"within":60}`)
	quiet := w.automation(`{"type":"event","posture":"Proactive","expect":["b"],"within":20}`)
	w.play("2 a", "10")
	for _, enabled := range []bool{false, true} {
		w.until(w.machine.Now().Sub(epoch).Seconds() + 30)
		w.update(func(tx *store.Tx) error {
			if err := tx.EnableAutomation(quiet.ID, enabled); err != nil {
				return err
			}
			return tx.EnableAutomation(a.ID, enabled)
		})
		w.settle()
	}
	w.play("75 a", "76 a", "89", "91")
	if got, want := w.fired(), []string{"21", "76 a", "90"}; !slices.Equal(got, want) {
		t.Errorf("fired %q, want %q", got, want)
	}
}

// An automation that was made before the clock was set back looks at what comes since.
func TestAnAutomationOfATimeThatIsYetToCome(t *testing.T) {
	w := newAutomationsWorld(t)
	w.automation(`{"type":"event","posture":"Reactive","expect":["a"]}`)
	w.play("10 a")
	w.machine.Jump(-time.Hour)
	w.update((*store.Tx).SettleAutomations)
	w.emit(w.event([]string{"a"}))
	w.settle()
	if got, want := w.fired(), []string{"10 a", "-3590 a"}; !slices.Equal(got, want) {
		t.Errorf("fired %q, want %q", got, want)
	}
}

// A log that nobody looked at is passed over, however long it is.
func TestWithoutAutomationsTheLogIsNotRead(t *testing.T) {
	w := newAutomationsWorld(t)
	consumer := w.automate.Consumer()
	read := 0
	consumer.Survey = func(*store.Tx, []*prefect.ReceivedEvent) error { read++; return nil }
	f := follow.New(consumer, w.store, w.machine, discard())
	for range 1200 {
		w.emit(w.event([]string{"a"}))
	}
	if more, err := f.Step(t.Context()); more || err != nil || f.Passed() != w.last() {
		t.Errorf("more %v, %v: passed %d of %d", more, err, f.Passed(), w.last())
	}
	if read > 0 {
		t.Error("the events were read")
	}
	err := w.store.View(t.Context(), func(tx *store.Tx) error {
		cursor, err := tx.EventCursor("automations")
		if err == nil && cursor != w.last() {
			t.Errorf("the cursor stands at %d of %d", cursor, w.last())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
