package store_test

import (
	"context"
	"testing"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/pyjson"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/store/storetest"
)

// start is what the clock of a test's store says first.
var start = storetest.Start

// openStore returns a store on a new database, and its clock.
func openStore(tb testing.TB) (*store.Store, *clock.Manual) {
	tb.Helper()
	c := clock.NewManual(start)
	return storetest.New(tb, c).Store, c
}

func update(tb testing.TB, s *store.Store, fn func(tx *store.Tx) error) {
	tb.Helper()
	if err := s.Update(context.Background(), fn); err != nil {
		tb.Fatal(err)
	}
}

func view(tb testing.TB, s *store.Store, fn func(tx *store.Tx) error) {
	tb.Helper()
	if err := s.View(context.Background(), fn); err != nil {
		tb.Fatal(err)
	}
}

// filterBody is a request's filters as clients send them.
type filterBody struct {
	decode.Embedded
	Flows       *prefect.FlowFilter       `json:"flows"`
	FlowRuns    *prefect.FlowRunFilter    `json:"flow_runs"`
	TaskRuns    *prefect.TaskRunFilter    `json:"task_runs"`
	Deployments *prefect.DeploymentFilter `json:"deployments"`
	WorkPools   *prefect.WorkPoolFilter   `json:"work_pools"`
	WorkQueues  *prefect.WorkQueueFilter  `json:"work_pool_queues"`
}

func (b *filterBody) filters() *prefect.Filters {
	return &prefect.Filters{Flows: b.Flows, FlowRuns: b.FlowRuns, TaskRuns: b.TaskRuns,
		Deployments: b.Deployments, WorkPools: b.WorkPools, WorkQueues: b.WorkQueues}
}

// FuzzFilters: whatever filter decodes makes a query that SQLite runs.
func FuzzFilters(f *testing.F) {
	id := uuid.NewString()
	for _, seed := range []string{
		`{}`,
		`{"flows": {}, "flow_runs": {}, "task_runs": {}, "deployments": {}, "work_pools": {}, "work_pool_queues": {}}`,
		`{"flows": {"operator": "or_", "id": {"any_": ["` + id + `"], "not_any_": ["` + id + `"]}, "deployment": {"is_null_": true}, "name": {"any_": ["a", "b"], "like_": "x%"}, "tags": {"all_": ["a", "b"], "is_null_": false}}}`,
		`{"flow_runs": {"state": {"operator": "or_", "type": {"any_": ["RUNNING", "PENDING"], "not_any_": ["FAILED"]}, "name": {"any_": ["Late"]}}, "start_time": {"before_": "2026-01-01T00:00:00Z", "after_": "2025-01-01T00:00:00Z", "is_null_": false}, "created_by": {"id_": ["` + id + `"], "type_": ["DEPLOYMENT"], "is_null_": true}}}`,
		`{"flow_runs": {"parent_flow_run_id": {"any_": ["` + id + `"]}, "parent_task_run_id": {"operator": "or_", "any_": [], "is_null_": true}, "idempotency_key": {"any_": ["k"], "not_any_": ["l", "m"]}, "tags": {"any_": ["a"], "all_": ["b"], "is_null_": true, "operator": "or_"}}}`,
		`{"task_runs": {"subflow_runs": {"exists_": true}, "flow_run_id": {"any_": ["` + id + `", "` + id + `"]}, "state": {"type": {"any_": []}}}, "flow_runs": {"id": {"any_": ["` + id + `"]}}}`,
		`{"deployments": {"flow_or_deployment_name": {"like_": "a"}, "paused": {"eq_": true}, "tags": {"any_": ["x"]}, "concurrency_limit": {"ge_": 1}}, "work_pools": {"type": {"any_": ["process"]}}, "work_pool_queues": {"name": {"startswith_": ["a", "b"]}}}`,
	} {
		f.Add(seed)
	}
	s, _ := openStore(f)
	f.Fuzz(func(t *testing.T, text string) {
		value, err := pyjson.Parse([]byte(text))
		if err != nil {
			return
		}
		var b filterBody
		if issues := decode.Into(value, &b); len(issues) > 0 {
			return
		}
		filters := b.filters()
		view(t, s, func(tx *store.Tx) error {
			for _, run := range []func() error{
				func() error { _, err := tx.FilterFlows(filters, "NAME_ASC", prefect.Page{Limit: 1}); return err },
				func() error { _, err := tx.CountFlows(filters); return err },
				func() error {
					_, err := tx.FilterFlowRuns(filters, "START_TIME_DESC", prefect.Page{Limit: 1})
					return err
				},
				func() error { _, err := tx.CountFlowRuns(filters); return err },
				func() error { _, err := tx.FilterTaskRuns(filters, "ID_DESC", prefect.Page{Limit: 1}); return err },
				func() error { _, err := tx.CountTaskRuns(filters); return err },
			} {
				if err := run(); err != nil {
					t.Errorf("%s: %v", text, err)
				}
			}
			return nil
		})
	})
}
