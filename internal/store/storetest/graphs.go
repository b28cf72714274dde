package storetest

import (
	"testing"

	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

var graphsCases = []Case{
	{"the graph of a run has the task runs that have a start", graphHasWhatStarts},
}

func graphHasWhatStarts(t *testing.T, open Open) {
	s, _ := newStore(t, open)
	update(t, s, func(tx *store.Tx) error {
		flow, _, err := tx.CreateFlow(&prefect.FlowCreate{Name: "f"})
		if err != nil {
			return err
		}
		run := &prefect.FlowRun{ID: tx.IDs.V7(), Name: "r", FlowID: flow.ID}
		_, _, err = tx.CreateFlowRun(run, orchestration.NewFlowRun(run))
		if err != nil {
			return err
		}
		expected := prefect.At(tx.Now)
		for _, at := range []*prefect.Time{&expected, nil} {
			task := &prefect.TaskRun{ID: tx.IDs.V7(), Name: "t", FlowRunID: &run.ID, TaskKey: "k", DynamicKey: tx.IDs.V4().String(), ExpectedStartTime: at}
			if _, _, err := tx.CreateTaskRun(task, orchestration.NewTaskRun(task)); err != nil {
				return err
			}
		}
		graph, err := tx.ReadFlowRunGraph(run.ID, prefect.Time{}, 10, 10)
		if err == nil && len(graph.Nodes) != 1 {
			t.Errorf("the graph has %d nodes", len(graph.Nodes))
		}
		return err
	})
}
