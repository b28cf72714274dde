package orchestration_test

import (
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/store/storetest"
)

// BenchmarkFlowRunLives takes flow runs from creation to Completed, eight at a
// time, each state in a durable transaction of its own with its event.
func BenchmarkFlowRunLives(b *testing.B) {
	machine := clock.System{}
	s := storetest.New(b, machine).Store
	engine := orchestration.New(orchestration.Settings{})
	var flow uuid.UUID
	err := s.Update(b.Context(), func(tx *store.Tx) error {
		f, _, err := tx.CreateFlow(&prefect.FlowCreate{Name: "flow", Tags: prefect.Tags{"tag"}})
		flow = f.ID
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	const clients = 8
	lives := make(chan struct{}, clients)
	var wait sync.WaitGroup
	b.ReportAllocs()
	b.ResetTimer()
	for range clients {
		wait.Go(func() {
			for range lives {
				if err := live(b, s, engine, flow); err != nil {
					b.Error(err)
				}
			}
		})
	}
	for range b.N {
		lives <- struct{}{}
	}
	close(lives)
	wait.Wait()
	b.ReportMetric(float64(4*b.N)/b.Elapsed().Seconds(), "states/s")
}

func live(b *testing.B, s *store.Store, engine orchestration.Engine, flow uuid.UUID) error {
	var id uuid.UUID
	err := s.Update(b.Context(), func(tx *store.Tx) error {
		run := &prefect.FlowRun{Name: "run", FlowID: flow, Parameters: prefect.Object(`{"x":1}`)}
		run.EmpiricalPolicy.Defaults()
		made, _, err := engine.CreateFlowRun(tx, run, prefect.NewState(tx.IDs.V7(), prefect.Scheduled, tx.Now), orchestration.Options{})
		if err == nil {
			id = made.ID
		}
		return err
	})
	for _, typ := range []prefect.StateType{prefect.Pending, prefect.Running, prefect.Completed} {
		if err != nil {
			return err
		}
		err = s.Update(b.Context(), func(tx *store.Tx) error {
			_, err := engine.SetFlowRunState(tx, id, prefect.NewState(tx.IDs.V7(), typ, tx.Now), core)
			return err
		})
	}
	return err
}
