package storetest

import (
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

var awakeningsCases = []Case{
	{"the ledger of awakenings adds up whatever ended each, and a server that was killed was awake until its last sign of life", awakenings},
	{"the awakenings of a time are those that reach into it, and the one under way", readAwakenings},
}

// night is a database whose clock the test moves, in seconds after start.
type night struct {
	*testing.T
	*store.Store
	clock *clock.Manual
}

func newNight(t *testing.T, open Open) night {
	s, c := newStore(t, open)
	return night{t, s, c}
}

func (n night) at(second int, fn func(*store.Tx) error) {
	n.Helper()
	n.clock.Advance(Start.Add(time.Duration(second) * time.Second).Sub(n.clock.Now()))
	if err := n.Update(n.Context(), fn); err != nil {
		n.Fatal(err)
	}
}

// woke opens an awakening; took is how many seconds the process took to start,
// negative when it did not have to.
func (n night) woke(second, took int) {
	n.Helper()
	n.at(second, func(tx *store.Tx) error {
		if took < 0 {
			return tx.OpenAwakening(tx.Now, "request", nil)
		}
		wakeTime := time.Duration(took) * time.Second
		return tx.OpenAwakening(tx.Now.Add(-wakeTime), "deadline", &wakeTime)
	})
}

func (n night) slept(second int) {
	n.Helper()
	n.at(second, func(tx *store.Tx) error { _, err := tx.CloseAwakening(tx.Now, "idle"); return err })
}

func (n night) seen(second int) { n.Helper(); n.at(second, (*store.Tx).MarkAwake) }

func awakenings(t *testing.T, open Open) {
	for name, test := range map[string]struct {
		live   func(night)
		want   store.AwakeTotals // as of second 1000; durations in seconds
		reason string            // why the newest one ended, "" while it has not
	}{
		"never":     {func(night) {}, store.AwakeTotals{}, ""},
		"awake now": {func(n night) { n.woke(0, 0) }, store.AwakeTotals{Awake: 1000, Awakenings: 1, Starts: 1}, ""},
		"asleep":    {func(n night) { n.woke(0, 0); n.slept(100) }, store.AwakeTotals{Awake: 100, Asleep: 900, Awakenings: 1, Starts: 1}, "idle"},
		"time to start counts as awake": {func(n night) { n.woke(2, 2); n.slept(10); n.woke(105, 5); n.slept(110) },
			store.AwakeTotals{Awake: 20, Asleep: 980, Awakenings: 2, Starts: 2, WakeTime: 7}, "idle"},
		"suspended": {func(n night) { n.woke(1, 1); n.slept(10); n.woke(500, -1); n.slept(600) },
			store.AwakeTotals{Awake: 110, Asleep: 890, Awakenings: 2, Starts: 1, WakeTime: 1}, "idle"},
		"killed after a sign of life": {func(n night) { n.woke(0, 0); n.seen(300); n.woke(900, 0) },
			store.AwakeTotals{Awake: 400, Asleep: 600, Awakenings: 2, Starts: 2}, ""},
		"killed after a heartbeat": {func(n night) {
			n.woke(0, 0)
			n.seen(300)
			n.at(400, func(tx *store.Tx) error {
				pool, err := tx.CreateWorkPool(&prefect.WorkPoolCreate{Name: "p", Type: "process"})
				if err != nil {
					return err
				}
				return tx.HeartbeatWorker(pool, "w", nil)
			})
			n.woke(900, 0)
		}, store.AwakeTotals{Awake: 500, Asleep: 500, Awakenings: 2, Starts: 2}, ""},
		"killed at once": {func(n night) { n.woke(0, 0); n.woke(900, 0) }, store.AwakeTotals{Awake: 100, Asleep: 900, Awakenings: 2, Starts: 2}, ""},
		"the clock was set back": {func(n night) { n.woke(500, 0); n.slept(400); n.woke(300, 0); n.slept(900) },
			store.AwakeTotals{Awake: 600, Asleep: 100, Awakenings: 2, Starts: 2}, "idle"},
		"slept twice": {func(n night) { n.woke(0, 0); n.slept(10); n.slept(500) },
			store.AwakeTotals{Awake: 10, Asleep: 990, Awakenings: 1, Starts: 1}, "idle"},
	} {
		t.Run(name, func(t *testing.T) {
			n := newNight(t, open)
			test.live(n)
			n.at(1000, func(tx *store.Tx) error {
				last, got, err := tx.MeasureAwake()
				test.want.Awake, test.want.Asleep, test.want.WakeTime = test.want.Awake*time.Second, test.want.Asleep*time.Second, test.want.WakeTime*time.Second
				if got != test.want {
					t.Errorf("%+v, want %+v", got, test.want)
				}
				if reason := ended(last); reason != test.reason {
					t.Errorf("ended %q, want %q", reason, test.reason)
				}
				return err
			})
		})
	}
}

func ended(a *store.Awakening) string {
	if a == nil || a.SleptReason == nil {
		return ""
	}
	return *a.SleptReason
}

func readAwakenings(t *testing.T, open Open) {
	n := newNight(t, open)
	for second := 0; second < 1000; second += 100 { // awake in 0-50, 100-150, ... and from 900 on
		n.woke(second, -1)
		if second < 900 {
			n.slept(second + 50)
		}
	}
	for name, test := range map[string]struct{ from, to, want int }{
		"all":               {0, 2000, 10},
		"before":            {-100, 0, 0},
		"starts inside":     {60, 160, 1},
		"reaches in":        {120, 130, 1},
		"in between":        {160, 190, 0},
		"two":               {149, 201, 2},
		"the one under way": {5000, 6000, 1},
	} {
		t.Run(name, func(t *testing.T) {
			n.at(6000, func(tx *store.Tx) error {
				found, err := tx.ReadAwakenings(Start.Add(time.Duration(test.from)*time.Second), Start.Add(time.Duration(test.to)*time.Second))
				if len(found) != test.want {
					t.Errorf("%d awakenings, want %d", len(found), test.want)
				}
				return err
			})
		})
	}
	later := 401 * 24 * 3600
	n.woke(later, 0)
	n.at(later+10, func(tx *store.Tx) error {
		found, err := tx.ReadAwakenings(Start.AddDate(-10, 0, 0), Start.AddDate(10, 0, 0))
		if len(found) != 1 {
			t.Errorf("%d awakenings kept for ever, want 1", len(found))
		}
		_, totals, e := tx.MeasureAwake()
		if totals.Awakenings != 11 || totals.Starts != 1 {
			t.Errorf("the sums were lost: %+v", totals)
		}
		if e != nil {
			return e
		}
		return err
	})
}
