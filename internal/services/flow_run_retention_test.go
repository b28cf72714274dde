package services

import (
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/store/storetest"
)

func TestFlowRunRetentionDeletesFinishedRunsInBoundedBatches(t *testing.T) {
	manual := clock.NewManual(epoch)
	s := storetest.New(t, manual)
	service := NewFlowRunRetention(FlowRunRetentionConfig{Period: 24 * time.Hour, Slack: time.Hour, Batch: 10})
	rt := &recorderTest{t: t, path: s.Path}
	next := func() (at time.Time) {
		t.Helper()
		if err := s.View(t.Context(), func(tx *store.Tx) (err error) { at, _, err = service.Next(tx); return err }); err != nil {
			t.Fatal(err)
		}
		return at
	}
	if at := next(); !at.Equal(epoch.Add(25 * time.Hour)) {
		t.Errorf("nothing to delete is due at %v", at)
	}
	r := newRuns(t, s.Store)
	old := r.create(prefect.Completed, func(run *prefect.FlowRun, _ *prefect.State) { run.EndTime = prefect.AtPointer(epoch) })
	task := r.createTask(old, prefect.Completed)
	r.create(prefect.Failed, func(run *prefect.FlowRun, _ *prefect.State) { run.ParentTaskRunID = &task })
	r.create(prefect.Running, nil)
	key := prefect.ArtifactKey("report")
	update(t, s.Store, func(tx *store.Tx) error {
		for range 2 {
			if _, err := tx.CreateArtifact(&prefect.ArtifactCreate{Key: &key, FlowRunID: &old}); err != nil {
				return err
			}
		}
		logs := make([]prefect.LogCreate, 25)
		for i := range logs {
			logs[i] = prefect.LogCreate{Name: "n", Message: "m", Timestamp: prefect.At(epoch), FlowRunID: &old}
		}
		return tx.CreateLogs(logs)
	})
	manual.Advance(23 * time.Hour)
	r.create(prefect.Cancelled, nil)
	run := func() (n int) {
		t.Helper()
		update(t, s.Store, func(tx *store.Tx) (err error) { n, err = service.Run(tx); return err })
		return n
	}
	if n := run(); n != 0 {
		t.Fatalf("deleted %d before the time", n)
	}
	manual.Advance(2 * time.Hour)
	// 25 logs, 2 artifacts, the run with its task run and their states, then the subflow run
	// that lost its parent.
	for _, want := range []int{10, 10, 10, 5, 0} {
		if n := run(); n != want {
			t.Fatalf("deleted %d, want %d", n, want)
		}
	}
	rt.want(`SELECT state_type, count(*) FROM flow_run GROUP BY state_type`, "CANCELLED 1; RUNNING 1")
	for _, table := range []string{"task_run", "log", "artifact", "artifact_collection"} {
		rt.want(`SELECT count(*) FROM `+table, "0")
	}
	if at := next(); !at.Equal(epoch.Add(48 * time.Hour)) {
		t.Errorf("due at %v, want 25 hours after the next run ended", at)
	}
}
