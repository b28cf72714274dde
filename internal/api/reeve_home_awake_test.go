package api

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/cost"
	"github.com/reevehq/reeve/internal/store"
)

type homeAwake struct {
	Awake awakeStrip
	Disk  homeDisk
	// Backup is where databases are copied to: none, but a list.
	Backup struct{ Databases []any }
}

// The strip of days is the ledger's: two awakenings, one that has ended and one that goes on.
func TestHomeShowsWhenTheServerWasAwake(t *testing.T) {
	s := newScene(t, object{"name": "p", "type": "process"})
	look := func() (got homeAwake) {
		t.Helper()
		if code := s.ask(t, "GET", "/reeve/home", nil, &got); code != 200 {
			t.Fatalf("home: %d", code)
		}
		return got
	}
	if got := look(); got.Awake.Days == nil || len(got.Awake.Days) != 0 || got.Awake.Cost != nil || got.Backup.Databases == nil {
		t.Errorf("before the ledger: %+v", got)
	}
	began := time.Now().Add(-36 * time.Hour)
	err := s.store.Update(t.Context(), func(tx *store.Tx) error {
		if err := tx.OpenAwakening(began, "start", nil); err != nil {
			return err
		}
		if _, err := tx.CloseAwakening(began.Add(2*time.Hour), "idle"); err != nil {
			return err
		}
		return tx.OpenAwakening(time.Now().Add(-time.Hour), "request", nil)
	})
	if err != nil {
		t.Fatal(err)
	}
	var billed cost.Usage
	s.config.Bill = func(u cost.Usage) (*cost.Bill, error) {
		billed = u
		return &cost.Bill{Currency: "USD", Machine: "small", Total: cost.Item{SoFar: 1, ByMonth: 2}}, nil
	}
	got := look().Awake
	var known, awake float64
	var wakes int64
	for _, day := range got.Days {
		known, awake, wakes = known+day.Known, awake+day.Awake, wakes+day.Wakes
		if day.Awake > day.Known || day.Known > 86400 {
			t.Errorf("%+v", day)
		}
	}
	near := func(got, want float64) bool { return math.Abs(got-want) < 60 }
	if len(got.Days) != homeDays || !near(known, 36*3600) || !near(awake, 3*3600) || wakes != 2 {
		t.Errorf("%d days, %g s known, %g s awake, %d wakes", len(got.Days), known, awake, wakes)
	}
	if today := got.Days[homeDays-1].Day; today != time.Now().UTC().Format(dayForm) {
		t.Errorf("the last day is %s", today)
	}
	if got.Cost == nil || *got.Cost != (monthCost{"USD", 1, 2, "small"}) {
		t.Errorf("%+v", got.Cost)
	}
	var used cost.Usage
	s.ask(t, "GET", "/reeve/usage", nil, &used)
	if !near(billed.Awake, used.Awake) || billed.Wakes != used.Wakes || !near(billed.Measured().Seconds(), used.Measured().Seconds()) || billed.Month != used.Month {
		t.Errorf("the bill is of %+v, and the month's usage is %+v", billed, used)
	}
	s.config.Bill = func(cost.Usage) (*cost.Bill, error) { return nil, errors.New("no such machine") }
	if got := look().Awake; got.Cost != nil || len(got.Days) != homeDays {
		t.Errorf("without prices: %+v", got)
	}
}

// A run that goes on says how far it is: its tasks, and how long its flow's runs usually take.
func TestHomeSaysHowFarRunsAre(t *testing.T) {
	s := newScene(t, object{"name": "p", "type": "process"})
	done, running := s.running(), s.running()
	s.set(done, "COMPLETED")
	for _, state := range []string{"COMPLETED", "RUNNING"} {
		task := s.task(running, "t-"+state)
		if code := s.ask(t, "POST", "/task_runs/"+task+"/set_state", object{"state": object{"type": state}, "force": true}, nil); code != 201 {
			t.Fatalf("%s: %d", state, code)
		}
	}
	var got struct{ Running runningGroup }
	s.ask(t, "GET", "/reeve/home", nil, &got)
	if len(got.Running.Rows) != 1 || got.Running.Count != 1 {
		t.Fatalf("%+v", got.Running)
	}
	if run := got.Running.Rows[0]; run.ID.String() != running || run.Tasks != 2 || run.Done != 1 || run.Usual == nil {
		t.Errorf("%+v", run)
	}
}
