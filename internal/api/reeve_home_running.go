package api

import (
	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/dispatch"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

// What is looked at to say how far runs are: the newest runs of the server, and so many
// tasks of each run.
const (
	usualLooked  = 1000
	tasksCounted = 200
)

// runningRun is a run that goes on with how far it is. Usual is the median of how long
// its flow's last runs took, among the newest of the server; null without any.
type runningRun struct {
	store.FlowRunRow
	Usual *prefect.Seconds `json:"usual"`
	// Tasks counts its task runs so far, at most tasksCounted, and Done those of them that
	// have ended.
	Tasks int `json:"tasks"`
	Done  int `json:"done"`
}

// runningGroup is the first of the runs that go on and how many there are, at most countedRows.
type runningGroup struct {
	Rows  []*runningRun `json:"rows"`
	Count int           `json:"count"`
}

func readRunning(tx *store.Tx) (runningGroup, error) {
	active, err := readGroup(tx, homeRunning, "START_TIME_DESC", &prefect.FlowRunFilter{State: ofTypes(dispatch.Active()...)})
	out := runningGroup{Rows: []*runningRun{}, Count: active.Count}
	if err != nil || len(active.Rows) == 0 {
		return out, err
	}
	newest, err := tx.RecentRuns(usualLooked)
	if err != nil {
		return out, err
	}
	usual := recentBy(newest, func(run store.RecentRun) *uuid.UUID { return &run.FlowID })
	for _, row := range active.Rows {
		run := &runningRun{FlowRunRow: *row, Usual: usual[row.FlowID].Median}
		if run.Tasks, run.Done, err = tx.CountTasksOf(row.ID, tasksCounted); err != nil {
			return out, err
		}
		out.Rows = append(out.Rows, run)
	}
	return out, nil
}
