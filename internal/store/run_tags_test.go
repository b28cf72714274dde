package store_test

import (
	"testing"

	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

// TestRunsAreFoundByTheTagsTheyHave: also after these changed, and after the run went.
func TestRunsAreFoundByTheTagsTheyHave(t *testing.T) {
	s, _ := openStore(t)
	var run *prefect.FlowRun
	update(t, s, func(tx *store.Tx) error {
		flow, _, err := tx.CreateFlow(&prefect.FlowCreate{Name: "flow"})
		if err != nil {
			return err
		}
		run = newFlowRun(tx, flow.ID, 1)
		run.Tags = prefect.Tags{"a", "b", "a"}
		_, _, err = tx.CreateFlowRun(run, orchestration.NewFlowRun(run))
		return err
	})
	expect := func(filter string, want int) {
		t.Helper()
		view(t, s, func(tx *store.Tx) error {
			var b filterBody
			decodeFilters(t, filter, &b)
			n, err := tx.CountFlowRuns(b.filters())
			found, err2 := tx.FilterFlowRuns(b.filters(), "START_TIME_DESC", prefect.Page{Limit: 10})
			if err != nil || err2 != nil || n != want || len(found) != want {
				t.Errorf("%s: counted %d and found %d, want %d (%v, %v)", filter, n, len(found), want, err, err2)
			}
			return nil
		})
	}
	all := func(tags string) string { return `{"flow_runs": {"tags": {"all_": ` + tags + `}}}` }
	expect(all(`["a"]`), 1)
	expect(all(`["a", "b"]`), 1)
	expect(all(`["a", "c"]`), 0)
	expect(`{"flow_runs": {"tags": {"any_": ["c", "b"]}}}`, 1)
	expect(`{"flow_runs": {"tags": {"all_": ["a"], "is_null_": true}}}`, 0)
	expect(`{"flow_runs": {"tags": {"operator": "or_", "all_": ["c"], "is_null_": false}}}`, 1)

	update(t, s, func(tx *store.Tx) error {
		return tx.Execute(`UPDATE flow_run SET tags = '["c","c"]' WHERE id = ?`, run.ID)
	})
	expect(all(`["a"]`), 0)
	expect(all(`["c"]`), 1)

	update(t, s, func(tx *store.Tx) error {
		_, err := tx.DeleteFlowRun(run.ID)
		return err
	})
	expect(all(`["c"]`), 0)
	view(t, s, func(tx *store.Tx) error {
		if n, err := tx.TagsOf(run.ID); err != nil || n != 0 {
			t.Errorf("%d tags are left of the run (%v), want none", n, err)
		}
		return nil
	})
}
