package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

// TestPagesByNameHaveEachRunOnce: of runs that have one name too, whichever way a page is found.
func TestPagesByNameHaveEachRunOnce(t *testing.T) {
	s, _ := openStore(t)
	flow := uuid.New()
	update(t, s, func(tx *store.Tx) error {
		if err := tx.Execute(`INSERT INTO flow (id, created, updated, name) VALUES (?, 1, 1, 'f')`, flow); err != nil {
			return err
		}
		for i := range 40 {
			if err := tx.Execute(`INSERT INTO flow_run (id, created, updated, name, flow_id, state_type) VALUES (?, 1, 1, ?, ?, 'FAILED')`, uuid.New(), fmt.Sprint("n", i%3), flow); err != nil {
				return err
			}
		}
		return nil
	})
	view(t, s, func(tx *store.Tx) error {
		var b filterBody
		decodeFilters(t, `{"flow_runs": {"state": {"type": {"any_": ["FAILED"]}}}}`, &b)
		for _, sort := range []prefect.FlowRunSort{"NAME_ASC", "NAME_DESC"} {
			seen := map[string]bool{}
			for offset := 0; offset < 40; offset += 10 {
				ids, err := tx.NearFlowRuns(b.filters(), sort, prefect.Page{Limit: 10, Offset: offset})
				if err != nil || len(ids) != 10 {
					t.Errorf("%s from %d: %d runs (%v), want 10", sort, offset, len(ids), err)
				}
				for _, id := range ids {
					seen[id.String()] = true
				}
			}
			if len(seen) != 40 {
				t.Errorf("%s: %d runs on all pages, want 40", sort, len(seen))
			}
		}
		return nil
	})
}

// TestFailedRunsByNameAreWalked: by an index of them alone, which has the rows that sorting all finds.
func TestFailedRunsByNameAreWalked(t *testing.T) {
	s, _ := openStore(t)
	flow := uuid.New()
	update(t, s, func(tx *store.Tx) error {
		if err := tx.Execute(`INSERT INTO flow (id, created, updated, name) VALUES (?, 1, 1, 'f')`, flow); err != nil {
			return err
		}
		for i := range 60 {
			state := []string{"FAILED", "COMPLETED", "CRASHED", "RUNNING"}[i%4]
			if err := tx.Execute(`INSERT INTO flow_run (id, created, updated, name, flow_id, state_type) VALUES (?, 1, 1, ?, ?, ?)`, uuid.New(), fmt.Sprint("n", i*7%60), flow, state); err != nil {
				return err
			}
		}
		return nil
	})
	view(t, s, func(tx *store.Tx) error {
		for _, c := range []struct {
			filter string
			walks  bool
		}{
			{`{"flow_runs": {"state": {"type": {"any_": ["FAILED"]}}}}`, true},
			{`{"flow_runs": {"state": {"type": {"any_": ["CRASHED", "FAILED"]}}}, "flows": {"name": {"any_": ["f"]}}}`, true},
			{`{"flow_runs": {"state": {"type": {"any_": ["FAILED"], "not_any_": ["CRASHED"]}}}}`, true},
			{`{"flow_runs": {"state": {"type": {"any_": ["FAILED", "RUNNING"]}}}}`, false},
			{`{"flow_runs": {"state": {"operator": "or_", "type": {"any_": ["FAILED"]}, "name": {"any_": ["x"]}}}}`, false},
			{`{"flow_runs": {"operator": "or_", "state": {"type": {"any_": ["FAILED"]}}, "name": {"any_": ["n1"]}}}`, false},
			{`{"flow_runs": {"state": {"type": {"not_any_": ["COMPLETED"]}}}}`, false},
		} {
			var b filterBody
			decodeFilters(t, c.filter, &b)
			for _, sort := range []prefect.FlowRunSort{"NAME_ASC", "NAME_DESC"} {
				want, got, err := tx.WalkedFlowRuns(b.filters(), sort, prefect.Page{Limit: 10, Offset: 3})
				if err != nil || len(want) == 0 || !slices.Equal(got, want) {
					t.Errorf("%s, %s: found %q (%v), want %q", c.filter, sort, got, err, want)
				}
				plans, err := tx.FlowRunPlans(b.filters(), sort)
				if err != nil {
					return err
				}
				if walks := strings.Contains(plans[0].Query, "flow_run_failed_name"); walks != c.walks {
					t.Errorf("%s, %s: the failed are walked: %v, want %v", c.filter, sort, walks, c.walks)
				}
			}
		}
		return nil
	})
}
