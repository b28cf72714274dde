package store_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/budget"
	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

// What is read of the histories grows with the different states in them, not
// with their length, and is bounded; what was deleted was never seen.
func TestObservedStates(t *testing.T) {
	s, c := openStore(t)
	var runs []uuid.UUID
	update(t, s, func(tx *store.Tx) error {
		flow, _, err := tx.CreateFlow(&prefect.FlowCreate{Name: "flow"})
		if err != nil {
			return err
		}
		for i := range 300 {
			run := newFlowRun(tx, flow.ID, i)
			if _, _, err := tx.CreateFlowRun(run, orchestration.NewFlowRun(run)); err != nil {
				return err
			}
			runs = append(runs, run.ID)
			state := &prefect.State{ID: tx.IDs.V7(), Type: prefect.Failed, Name: "n" + strconv.Itoa(i%3),
				Timestamp: prefect.At(start.Add(time.Duration(i) * time.Second))}
			if err := tx.CreateFlowRunState(run.ID, state); err != nil {
				return err
			}
		}
		return nil
	})
	read := func(steps int64, query string, limit int) (all []*prefect.ObservedState, err error) {
		q := &prefect.ObservedStateQuery{Query: &query}
		q.Defaults()
		q.Limit = limit
		b := budget.New(t.Context(), "looking", budget.Limits{Steps: steps})
		defer b.Close()
		err = s.View(t.Context(), func(tx *store.Tx) (err error) {
			all, err = tx.ReadObservedStates(q, b)
			return err
		})
		return all, err
	}
	all, err := read(3, "", 200)
	if err != nil || len(all) != 3 {
		t.Fatalf("%d states, %v; want 3", len(all), err)
	}
	if last := all[0]; last.StateName != "n2" || !last.FirstSeen.Equal(start.Add(2*time.Second)) || !last.LastSeen.Equal(start.Add(299*time.Second)) {
		t.Errorf("the last one seen is %+v", last)
	}
	if _, err := read(2, "", 200); !budget.Is(err) {
		t.Errorf("more states than the budget allows: %v", err)
	}
	if some, err := read(3, " N1 ", 200); err != nil || len(some) != 1 || some[0].StateName != "n1" {
		t.Errorf("N1: %v, %v", some, err)
	}
	if some, err := read(3, "fail", 2); err != nil || len(some) != 2 {
		t.Errorf("two that fail: %v, %v", some, err)
	}
	c.Advance(time.Hour)
	update(t, s, func(tx *store.Tx) error {
		for i, id := range runs {
			if i == 2 || i%3 == 1 {
				if _, err := tx.DeleteFlowRun(id); err != nil {
					return err
				}
			}
		}
		return nil
	})
	all, err = read(2, "", 200)
	if err != nil || len(all) != 2 || all[0].StateName != "n2" || !all[0].FirstSeen.Equal(start.Add(5*time.Second)) {
		t.Errorf("after deletions: %+v, %v", all, err)
	}
}
