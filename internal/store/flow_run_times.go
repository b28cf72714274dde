package store

import (
	"math"
	"slices"
	"time"

	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/prefect"
)

// runTimes are the longest times of the buckets into which runs are sorted.
// Rows keep the time itself, so that the list may change.
var runTimes = []time.Duration{time.Second, 5 * time.Second, 15 * time.Second, 30 * time.Second, time.Minute,
	2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 20 * time.Minute, time.Hour, 3 * time.Hour, 12 * time.Hour}

// RunTimeBounds are the longest times of the buckets, in seconds.
func RunTimeBounds() []float64 {
	bounds := make([]float64, len(runTimes))
	for i, d := range runTimes {
		bounds[i] = d.Seconds()
	}
	return bounds
}

// LongestRunTime is the bucket of the runs that took longer than any other holds.
const LongestRunTime = time.Duration(math.MaxInt64 / 1000 * 1000)

// NoteEnded keeps how a run ended and for how long it ran in all, and what that says
// of its deployment's agreements.
func (tx *Tx) NoteEnded(run *orchestration.FlowRun, outcome prefect.StateType) error {
	if run.DeploymentID != nil {
		if err := tx.noteAgreements(run, outcome); err != nil {
			return err
		}
	}
	took := time.Duration(run.TotalRunTime)
	bucket := LongestRunTime
	if i, _ := slices.BinarySearch(runTimes, took); i < len(runTimes) {
		bucket = runTimes[i]
	}
	return tx.exec(`INSERT INTO flow_run_time (flow_id, outcome, bucket, runs, took) VALUES (?, ?, ?, 1, ?)
		ON CONFLICT (flow_id, outcome, bucket) DO UPDATE SET runs = flow_run_time.runs + 1, took = flow_run_time.took + excluded.took`,
		run.FlowID, outcome, bucket, took)
}

// FlowRunTimes are the runs of a flow that ended in one way, in one bucket.
type FlowRunTimes struct {
	Flow    string
	Outcome prefect.StateType
	// Bucket is the longest time that the bucket holds.
	Bucket time.Duration
	Runs   int64
	// Took is what they took together.
	Took time.Duration
}

// MeasureFlowRunTimes returns the runs that ended, by flow, outcome and bucket.
func (tx *Tx) MeasureFlowRunTimes() ([]FlowRunTimes, error) {
	return collect(tx, `SELECT flow.name, t.outcome, t.bucket, t.runs, t.took
		FROM flow_run_time AS t CROSS JOIN flow ON flow.id = t.flow_id ORDER BY flow.name, t.outcome, t.bucket`, nil,
		func(r Row) (m FlowRunTimes, err error) {
			err = r.Scan(&m.Flow, &m.Outcome, &m.Bucket, &m.Runs, &m.Took)
			return m, err
		})
}
