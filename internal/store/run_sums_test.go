package store_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/store/migrations"
)

// TestSumsTellWhatRunsTell: whatever was done to runs, counts, histories and averages made of sums
// are those of the runs themselves.
func TestSumsTellWhatRunsTell(t *testing.T) {
	s, c := openStore(t)
	draw := rand.New(rand.NewPCG(7, 7))
	states := [][2]string{{"COMPLETED", "Completed"}, {"COMPLETED", "Cached"}, {"FAILED", "Failed"}, {"CRASHED", "Crashed"}, {"CANCELLED", "Cancelled"},
		{"RUNNING", "Running"}, {"SCHEDULED", "Late"}, {"PENDING", "Pending"}, {"", ""}}
	ids := func(n int) (all []uuid.UUID) {
		for range n {
			all = append(all, uuid.New())
		}
		return all
	}
	flows, runs := ids(2), ids(300)
	deployments, callers := append(ids(1), uuid.Nil), append(ids(1), uuid.Nil)
	someTime := func() any {
		if draw.IntN(12) == 0 {
			return nil
		}
		return start.UnixMicro() + draw.Int64N(6*86_400_000_000) - 3*86_400_000_000
	}
	orNil := func(id uuid.UUID) any {
		if id == uuid.Nil {
			return nil
		}
		return id
	}
	change := func(tx *store.Tx, run uuid.UUID) error {
		state := states[draw.IntN(len(states))]
		expected := someTime()
		var began any
		if at, ok := expected.(int64); ok && draw.IntN(5) > 0 {
			began = at + draw.Int64N(90_000_000) - 5_000_000
		}
		if draw.IntN(20) == 0 {
			expected = int64(-draw.Int64N(20_000_000_000)) // before 1970
		}
		if err := tx.Execute(`UPDATE flow_run SET state_type = nullif(?, ''), state_name = nullif(?, ''), state_timestamp = ?, expected_start_time = ?, start_time = ?, total_run_time = ? WHERE id = ?`,
			state[0], state[1], start.UnixMicro()-draw.Int64N(1e9), expected, began, draw.Int64N(1e9)-1e8, run); err != nil {
			return err
		}
		return tx.Execute(`UPDATE flow_run SET deployment_id = ?, parent_task_run_id = ? WHERE id = ?`, orNil(deployments[draw.IntN(2)]), orNil(callers[draw.IntN(2)]), run)
	}
	update(t, s, func(tx *store.Tx) error {
		for i, flow := range flows {
			if err := tx.Execute(`INSERT INTO flow (id, created, updated, name) VALUES (?, 1, 1, ?)`, flow, string(rune('a'+i))); err != nil {
				return err
			}
		}
		for i, run := range runs {
			if err := tx.Execute(`INSERT INTO flow_run (id, created, updated, name, flow_id, state_type, state_name, expected_start_time) VALUES (?, 1, 1, 'r', ?, 'COMPLETED', 'Completed', ?)`,
				run, flows[i%2], someTime()); err != nil {
				return err
			}
		}
		return tx.Execute(`INSERT INTO task_run (id, created, updated, name, task_key, dynamic_key) VALUES (?, 1, 1, 't', 'k', 'd')`, callers[0])
	})
	filters := []string{`{}`, `{"flows": {"name": {"any_": ["a"]}}}`, `{"flow_runs": {"state": {"type": {"any_": ["COMPLETED", "RUNNING"]}}}}`,
		`{"flow_runs": {"deployment_id": {"is_null_": true}}}`, `{"flow_runs": {"state": {"name": {"not_any_": ["Cached"]}}}}`,
		`{"flow_runs": {"expected_start_time": {"after_": "` + start.Add(-30*time.Hour-7*time.Minute).Format(time.RFC3339) + `", "before_": "` + start.Add(11*time.Hour).Format(time.RFC3339) + `"}}}`,
		`{"flow_runs": {"expected_start_time": {"before_": "` + start.Format(time.RFC3339) + `"}, "name": {"like_": "r"}}}`,
		`{"flow_runs": {"expected_start_time": {"after_": "` + start.Add(-50*time.Hour).Format(time.RFC3339) + `"}, "state": {"type": {"any_": ["FAILED", "SCHEDULED"]}}}}`,
		`{"work_pools": {"name": {"any_": ["none"]}}}`, `{"flow_runs": {"parent_task_run_id": {"is_null_": true}}}`, `{"flow_runs": {"parent_task_run_id": {"is_null_": false}}}`}
	for round := range 6 {
		update(t, s, func(tx *store.Tx) error {
			for range 100 {
				if err := change(tx, runs[draw.IntN(len(runs))]); err != nil {
					return err
				}
			}
			_, err := tx.DeleteFlowRun(runs[round])
			return err
		})
		c.Advance(time.Minute)
		view(t, s, func(tx *store.Tx) error {
			for _, text := range filters {
				var b filterBody
				decodeFilters(t, text, &b)
				for _, h := range []struct{ ago, long, step time.Duration }{{72 * time.Hour, 140 * time.Hour, 24 * time.Hour}, {71 * time.Hour, 140 * time.Hour, 60 * time.Hour}, {50*time.Hour + 13*time.Minute, 90 * time.Hour, 3 * time.Hour},
					{24 * time.Hour, 24 * time.Hour, 15 * time.Minute}, {10*time.Hour + time.Second, 20 * time.Hour, time.Hour}, {time.Hour, 30 * time.Minute, time.Hour}} {
					from := start.Add(-h.ago)
					want, err := tx.HistoryOfRuns(b.filters(), from, from.Add(h.long), h.step)
					if err != nil {
						return err
					}
					got, err := tx.FlowRunHistory(b.filters(), from, from.Add(h.long), h.step)
					if err != nil {
						return err
					}
					if g, w := asJSON(got), asJSON(want); g != w {
						t.Errorf("%s, %v: got\n%s\nwant\n%s", text, h, g, w)
					}
				}
				wanted, err := tx.CountOfRuns(b.filters())
				if err != nil {
					return err
				}
				if counted, err := tx.CountFlowRuns(b.filters()); err != nil || counted != wanted {
					t.Errorf("%s: counted %d (%v), want %d", text, counted, err, wanted)
				}
				want, err := tx.LatenessOfRuns(b.filters())
				if err != nil {
					return err
				}
				got, err := tx.AverageLateness(b.filters())
				if err != nil {
					return err
				}
				if (got == nil) != (want == nil) || got != nil && math.Abs(float64(*got)-*want) > 1e-9 {
					t.Errorf("%s: lateness %v, want %v", text, asJSON(got), asJSON(want))
				}
			}
			return nil
		})
	}
	update(t, s, func(tx *store.Tx) error {
		kept, err := tx.AllSums()
		if err != nil {
			return err
		}
		// The migration makes of the runs what triggers have kept.
		if err := tx.Execute(`DELETE FROM flow_run_sum`); err != nil {
			return err
		}
		steps, err := migrations.For("sqlite")
		if err != nil {
			return err
		}
		for _, part := range strings.Split(steps[16].SQL, "\nINSERT INTO flow_run_sum (")[1:] {
			statement, _, _ := strings.Cut(part, ";\n")
			if err := tx.Execute("INSERT INTO flow_run_sum (" + statement); err != nil {
				return err
			}
		}
		if made, err := tx.AllSums(); err != nil || made != kept {
			t.Errorf("made anew (%v):\n%s\nkept:\n%s", err, made, kept)
		}
		return tx.Execute(`DELETE FROM flow`)
	})
	view(t, s, func(tx *store.Tx) error {
		if n, err := tx.Sums(); err != nil || n != 0 {
			t.Errorf("%d sums are left (%v), want none", n, err)
		}
		return nil
	})
}

func asJSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(text)
}
