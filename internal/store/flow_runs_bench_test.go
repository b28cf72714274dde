package store_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

// fillFlowRuns makes a flow with n runs that have ended, one a minute.
func fillFlowRuns(b *testing.B, s *store.Store, n int) uuid.UUID {
	b.Helper()
	var flow *prefect.Flow
	update(b, s, func(tx *store.Tx) (err error) {
		flow, _, err = tx.CreateFlow(&prefect.FlowCreate{Name: "flow"})
		return err
	})
	const batch = 5000
	for done := 0; done < n; done += batch {
		update(b, s, func(tx *store.Tx) error {
			for i := done; i < min(n, done+batch); i++ {
				run := newFlowRun(tx, flow.ID, i)
				run.ExpectedStartTime = prefect.AtPointer(start.Add(time.Duration(i) * time.Minute))
				if _, _, err := tx.CreateFlowRun(run, orchestration.NewFlowRun(run)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return flow.ID
}

func newFlowRun(tx *store.Tx, flow uuid.UUID, i int) *prefect.FlowRun {
	run := &prefect.FlowRun{ID: tx.IDs.V7(), Name: "run-" + strconv.Itoa(i), FlowID: flow,
		Tags: prefect.Tags{"a", "b" + strconv.Itoa(i%10)}, Parameters: prefect.Object(`{"n": 1}`),
		Labels: prefect.Labels{"prefect.flow.id": prefect.Text(flow.String())}}
	run.EmpiricalPolicy.Defaults()
	return run
}

func BenchmarkCreateFlowRunRow(b *testing.B) {
	s, _ := openStore(b)
	flow := fillFlowRuns(b, s, 1)
	b.ReportAllocs()
	b.ResetTimer()
	for done := 0; done < b.N; { // as group commit does, many in one transaction
		update(b, s, func(tx *store.Tx) error {
			for range min(100, b.N-done) {
				run := newFlowRun(tx, flow, done)
				if _, _, err := tx.CreateFlowRun(run, orchestration.NewFlowRun(run)); err != nil {
					return err
				}
			}
			return nil
		})
		done += min(100, b.N-done)
	}
}

func BenchmarkFilter200Of100000(b *testing.B) {
	s, _ := openStore(b)
	fillFlowRuns(b, s, 100_000)
	for _, bench := range []struct {
		name    string
		filters prefect.Filters
		sort    prefect.FlowRunSort
	}{
		{"newest", prefect.Filters{}, "START_TIME_DESC"},
		{"by id", prefect.Filters{}, "ID_DESC"},
		{"tag", prefect.Filters{FlowRuns: &prefect.FlowRunFilter{Tags: &prefect.AllAnyTags{All: []string{"b3"}}}}, "START_TIME_DESC"},
		{"flow", prefect.Filters{Flows: &prefect.FlowFilter{Name: &prefect.AnyLike{Any: []string{"flow"}}}}, "START_TIME_DESC"},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				view(b, s, func(tx *store.Tx) error {
					runs, err := tx.FilterFlowRuns(&bench.filters, bench.sort, prefect.Page{Limit: 200})
					if len(runs) != 200 {
						b.Fatalf("%d runs", len(runs))
					}
					return err
				})
			}
		})
	}
}
