package store_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

// TestTypesOfStateAreMerged: a walk through the runs of several types of state has each that
// meets the filter once, in the order.
func TestTypesOfStateAreMerged(t *testing.T) {
	s, _ := openStore(t)
	flow := uuid.New()
	states := [][2]string{{"COMPLETED", "Completed"}, {"FAILED", "Failed"}, {"CRASHED", "Crashed"}, {"SCHEDULED", "Late"}, {"SCHEDULED", "Scheduled"}}
	update(t, s, func(tx *store.Tx) error {
		if err := tx.Execute(`INSERT INTO flow (id, created, updated, name) VALUES (?, 1, 1, 'f')`, flow); err != nil {
			return err
		}
		for i := range 60 {
			state, run, kept := states[i*i%5], uuid.New(), uuid.New()
			if err := tx.Execute(`INSERT INTO flow_run (id, created, updated, name, flow_id, state_type, state_name, state_id, start_time) VALUES (?, 1, 1, ?, ?, ?, ?, ?, ?)`,
				run, fmt.Sprint(i), flow, state[0], state[1], kept, i*7%61); err != nil {
				return err
			}
			if err := tx.Execute(`INSERT INTO flow_run_state (id, flow_run_id, type, name, timestamp, state_details) VALUES (?, ?, ?, ?, ?, '{}')`, kept, run, state[0], state[1], i); err != nil {
				return err
			}
		}
		return nil
	})
	view(t, s, func(tx *store.Tx) error {
		for _, text := range []string{`{"type": {"any_": ["FAILED", "CRASHED"]}}`, `{"type": {"any_": ["FAILED", "FAILED", "COMPLETED"]}}`, `{"name": {"any_": ["Late", "Failed"]}}`,
			`{"operator": "or_", "type": {"any_": ["FAILED"]}, "name": {"any_": ["Late"]}}`, `{"type": {"any_": ["SCHEDULED", "CRASHED"], "not_any_": ["CRASHED"]}}`} {
			var b filterBody
			decodeFilters(t, `{"flow_runs": {"state": `+text+`}}`, &b)
			for _, sort := range []prefect.FlowRunSort{"START_TIME_ASC", "START_TIME_DESC"} {
				for _, page := range []prefect.Page{{Limit: 100}, {Limit: 7, Offset: 9}} {
					want, got, err := tx.WalkedFlowRuns(b.filters(), sort, page)
					if err != nil || !slices.Equal(got, want) || page.Offset == 0 && len(got) == 0 {
						t.Errorf("%s, %s, %+v: %v (%v), want %v", text, sort, page, got, err, want)
					}
				}
			}
		}
		return nil
	})
}
