package store_test

import (
	"testing"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

func BenchmarkCreateLogs(b *testing.B) {
	s, _ := openStore(b)
	run := uuid.New()
	lines := make([]prefect.LogCreate, 200)
	for i := range lines {
		lines[i] = prefect.LogCreate{Name: "prefect.flow_runs", Level: 20, Message: "A line of the usual length, with some facts in it", FlowRunID: &run, Timestamp: prefect.At(start)}
	}
	for b.Loop() {
		update(b, s, func(tx *store.Tx) error { return tx.CreateLogs(lines) })
	}
	b.ReportMetric(float64(b.N*len(lines))/b.Elapsed().Seconds(), "logs/s")
}
