package store_test

import (
	"fmt"
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
