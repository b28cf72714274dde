package services

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

// told are the events of the log whose names begin with a text, the first one first.
func (w *automationsWorld) told(prefix string) (all []*prefect.ReceivedEvent) {
	w.Helper()
	err := w.store.View(w.Context(), func(tx *store.Tx) error {
		last, err := tx.LastEventSequence()
		if err != nil {
			return err
		}
		all, err = tx.ReadEventLog(0, last, prefix, 10000)
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	return all
}

// lastFiring is the id of the newest firing.
func (w *automationsWorld) lastFiring() (id uuid.UUID) {
	w.Helper()
	c, err := sqlite.OpenConn(w.path, sqlite.OpenReadOnly)
	if err != nil {
		w.Fatal(err)
	}
	defer c.Close() //nolint:errcheck // read only
	err = sqlitex.Execute(c, `SELECT id FROM automation_firing ORDER BY sequence DESC LIMIT 1`, &sqlitex.ExecOptions{
		ResultFunc: func(stmt *sqlite.Stmt) error { stmt.ColumnBytes(0, id[:]); return nil }})
	if err != nil {
		w.Fatal(err)
	}
	return id
}

// emitFor emits events as the effect of a firing.
func (w *automationsWorld) emitFor(firing uuid.UUID, events ...*prefect.Event) {
	w.Helper()
	err := w.store.Update(store.WithCause(w.Context(), firing), func(tx *store.Tx) error { return tx.Emit(events...) })
	if err != nil {
		w.Fatal(err)
	}
	w.settle()
}

func TestAnAutomationThatSetsItselfOffIsPaused(t *testing.T) {
	w := newAutomationsWorld(t)
	a := w.automation(`{"type":"event","posture":"Reactive","expect":["a"]}`)
	w.play("1 a")
	for range 10 {
		w.machine.Advance(time.Hour) // slowly, too
		w.emitFor(w.lastFiring(), w.event([]string{"a"}))
	}
	if n := len(w.fired()); n != 6 {
		t.Errorf("fired %d times, want once and five times more", n)
	}
	paused := w.told("reeve.automation.paused")
	if len(paused) != 1 || paused[0].Resource.ID() != "prefect.automation."+a.ID.String() || !strings.Contains(string(paused[0].Payload), "in a row") {
		t.Errorf("told %v", paused)
	}
	w.play("90000 a")
	if n := len(w.fired()); n != 6 {
		t.Error("a paused automation fires")
	}
}

// Two automations that set each other off are a loop, a long line of different ones is not.
func TestLoopsOfSeveralAutomations(t *testing.T) {
	w := newAutomationsWorld(t)
	for n := range 12 {
		w.automation(fmt.Sprintf(`{"type":"event","posture":"Reactive","expect":["line.%d"]}`, n))
	}
	w.play("1 line.0")
	for n := range 11 {
		w.emitFor(w.lastFiring(), w.event([]string{fmt.Sprint("line.", n+1)}))
	}
	if n := len(w.fired()); n != 12 {
		t.Errorf("a line of 12 fired %d times", n)
	}
	for range 20 {
		w.emitFor(w.lastFiring(), w.event([]string{"line.3"}))
		w.emitFor(w.lastFiring(), w.event([]string{"line.4"}))
	}
	if n := len(w.told("reeve.automation.paused")); n == 0 {
		t.Error("none of two that set each other off was paused")
	}
}

func TestEventsOfARunThatAnActionMadeAreItsEffects(t *testing.T) {
	w := newAutomationsWorld(t)
	w.automation(`{"type":"event","posture":"Reactive","expect":["done"]}`)
	w.play("1 done")
	for n := range 10 {
		run := uuid.New()
		err := w.store.Update(store.WithCause(w.Context(), w.lastFiring()), func(tx *store.Tx) error {
			flow := &prefect.FlowCreate{Name: "f"}
			made, _, err := tx.CreateFlow(flow)
			if err != nil {
				return err
			}
			row := &prefect.FlowRun{ID: run, FlowID: made.ID, Name: fmt.Sprint(n)}
			_, _, err = tx.CreateFlowRun(row, orchestration.NewFlowRun(row))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		w.machine.Advance(time.Hour)
		w.play("40000 done prefect.flow-run." + run.String())
	}
	if n := len(w.fired()); n != 6 {
		t.Errorf("fired %d times, want once and five times more", n)
	}
}

// An automation that looks at its own firings is a loop as well.
func TestAnAutomationAboutItself(t *testing.T) {
	w := newAutomationsWorld(t)
	w.automation(`{"type":"event","posture":"Reactive","expect":["prefect.automation.triggered","a"]}`)
	w.play("1 a", "2")
	if n := len(w.fired()); n != 6 {
		t.Errorf("fired %d times, want once and five times more", n)
	}
}

// What many others cause is no loop, however often it is.
func TestManyFiringsAreNoLoop(t *testing.T) {
	w := newAutomationsWorld(t)
	w.automation(`{"type":"event","posture":"Reactive","expect":["a"]}`)
	for range 150 {
		w.emit(w.event([]string{"a"}))
	}
	w.settle()
	if n := len(w.fired()); n != 150 {
		t.Errorf("fired %d times", n)
	}
}

func TestMoreThanAHundredOwnEffectsAMinuteAreALoop(t *testing.T) {
	w := newAutomationsWorld(t)
	w.automation(`{"type":"event","posture":"Reactive","expect":["a"]}`)
	w.play("1 a")
	first := w.lastFiring()
	for range 120 {
		w.emitFor(first, w.event([]string{"a"}))
	}
	if n := len(w.fired()); n != 101 {
		t.Errorf("fired %d times, want once and a hundred times more", n)
	}
	if paused := w.told("reeve.automation.paused"); len(paused) != 1 || !strings.Contains(string(paused[0].Payload), "in a minute") {
		t.Errorf("told %v", paused)
	}
}
