package services

import (
	"slices"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/store"
)

// away is the server away from a second of the scenario on until another.
func (w *automationsWorld) away(from, until float64, reason string) {
	w.Helper()
	w.until(from)
	w.update(func(tx *store.Tx) error {
		if reason == "killed" {
			return tx.MarkAwake() // the last that was heard of it
		}
		_, err := tx.CloseAwakening(tx.Now, reason)
		return err
	})
	w.machine.Advance(time.Duration((until - from) * float64(time.Second)))
	w.store.Awake(w.machine.Now())
	w.open()
	w.update(func(tx *store.Tx) error { return tx.OpenAwakening(tx.Now, "start", nil) })
	w.settle()
}

// deadline is for what the server may not sleep.
func (w *automationsWorld) deadline() (d Deadline) {
	w.Helper()
	runner := NewRunner(w.store, w.machine, clock.NewIDs(w.machine), discard(), w.deadlines, &AutomationSweep{w.automate, time.Minute})
	err := w.store.View(w.Context(), func(tx *store.Tx) (err error) {
		d, err = runner.Deadline(tx)
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	return d
}

// Silence is none while the server is away: a window is as long as the server listened.
func TestSilenceWhileTheServerIsAway(t *testing.T) {
	for _, test := range []struct {
		name  string
		away  func(w *automationsWorld)
		play  []string
		fired []string
	}{
		{name: "not away", away: func(*automationsWorld) {}, play: []string{"30"}, fired: []string{"11 a"}},
		{name: "stopped", away: func(w *automationsWorld) { w.away(4, 60, "stop") }, play: []string{"74.9", "100"}, fired: []string{"75 a"}},
		{name: "stopped, and it came after all", away: func(w *automationsWorld) { w.away(4, 60, "stop") }, play: []string{"65 b", "200"}},
		{name: "stopped for a moment", away: func(w *automationsWorld) { w.away(4, 4.5, "stop") }, play: []string{"100"}, fired: []string{"19.5 a"}},
		{name: "killed", away: func(w *automationsWorld) { w.away(4, 60, "killed") }, play: []string{"100"}, fired: []string{"75 a"}},
		{name: "stopped twice", away: func(w *automationsWorld) { w.away(4, 60, "stop"); w.away(62, 90, "stop") }, play: []string{"200"}, fired: []string{"105 a"}},
		{name: "asleep, and woken when the window is over", away: func(w *automationsWorld) { w.away(4, 11.5, "idle") }, play: []string{"100"}, fired: []string{"26.5 a"}},
		{name: "asleep, and what was kept meanwhile comes", away: func(w *automationsWorld) { w.away(4, 11.5, "idle") }, play: []string{"13 b @9", "100"}},
		{name: "asleep with nobody to wake it", away: func(w *automationsWorld) { w.away(4, 500, "suspend") }, play: []string{"100", "600"}, fired: []string{"515 a"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newAutomationsWorld(t)
			w.update(func(tx *store.Tx) error { return tx.OpenAwakening(tx.Now, "start", nil) })
			w.automation(`{"type":"event","posture":"Proactive","after":["a"],"expect":["b"],"within":10}`)
			w.play("1 a")
			if d := w.deadline(); !d.Some || d.Next.Sub(epoch) != 11*time.Second || len(d.Due) > 0 {
				t.Errorf("the server is next needed at %v (%v), want when the window is over", d.Next, d.Due)
			}
			test.away(w)
			w.play(test.play...)
			if got := w.fired(); !slices.Equal(got, test.fired) {
				t.Errorf("fired %q, want %q", got, test.fired)
			}
		})
	}
}

// A window that opens by itself again and again goes on where the server left off.
func TestRollingWindowsWhileTheServerIsAway(t *testing.T) {
	w := newAutomationsWorld(t)
	w.update(func(tx *store.Tx) error { return tx.OpenAwakening(tx.Now, "start", nil) })
	w.automation(`{"type":"event","posture":"Proactive","expect":["a"],"within":10}`)
	w.away(15, 3600, "stop")
	w.play("3640")
	if got, want := w.fired(), []string{"10", "3615", "3625", "3635"}; !slices.Equal(got, want) {
		t.Errorf("fired %q, want %q", got, want)
	}
}

// What a window has yet to be looked at for is kept, however long the server was away:
// old events are swept before the first look.
func TestWhatAWindowWaitsForIsKept(t *testing.T) {
	w := newAutomationsWorld(t)
	w.update(func(tx *store.Tx) error { return tx.OpenAwakening(tx.Now, "start", nil) })
	w.automation(`{"type":"event","posture":"Proactive","after":["a"],"expect":["b"],"within":10}`)
	w.play("1 a")
	w.away(4, 7200, "suspend")
	w.update(func(tx *store.Tx) error {
		_, err := (&AutomationSweep{w.automate, time.Minute}).Run(tx)
		return err
	})
	w.play("7300")
	if got, want := w.fired(), []string{"7215 a"}; !slices.Equal(got, want) {
		t.Errorf("fired %q, want %q", got, want)
	}
}

// A window that is long over outlives the events that came in it and were not evaluated:
// the server was killed first.
func TestAWindowOutlivesWhatWasNotEvaluated(t *testing.T) {
	w := newAutomationsWorld(t)
	w.automation(`{"type":"event","posture":"Reactive","expect":["a"],"threshold":2,"within":60}`)
	w.play("1 a")
	w.emit(w.event([]string{"a"}))
	w.machine.Advance(time.Hour)
	w.update(func(tx *store.Tx) error {
		_, err := (&AutomationSweep{w.automate, time.Minute}).Run(tx)
		return err
	})
	w.settle()
	if got, want := w.fired(), []string{"3601 a"}; !slices.Equal(got, want) {
		t.Errorf("fired %q, want %q", got, want)
	}
}

// The events of a window may come in any order within five minutes.
func TestAStragglerFindsItsWindow(t *testing.T) {
	for _, c := range []struct {
		at   string // when it comes
		want []string
	}{{"350", []string{"350 a"}}, {"370", nil}} {
		w := newAutomationsWorld(t)
		w.automation(`{"type":"event","posture":"Reactive","expect":["a"],"threshold":2,"within":60}`)
		w.play("1 a", c.at)
		w.update(func(tx *store.Tx) error {
			_, err := NewAutomationSweep(w.automate, 0).Run(tx)
			return err
		})
		w.play(c.at + " a @30")
		if got := w.fired(); !slices.Equal(got, c.want) {
			t.Errorf("at %s: fired %q, want %q", c.at, got, c.want)
		}
	}
}
