package store

import (
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// RunResult is the data of a state of a flow run, or of the present state of one of its
// task runs: where its result is kept. ArtifactID is the artifact that has it, nil for that of a task whose
// states came as events. Data is its beginning, as the client sent it.
type RunResult struct {
	ArtifactID *uuid.UUID
	TaskRunID  *uuid.UUID // nil for the flow run's own
	Name       *string    // of the task run
	Created    prefect.Time
	Data       string
}

// RunResultData is how many bytes of a result's data are read.
const RunResultData = 4096

// Their placeholders are how much of the data, the flow run, and how many.
const (
	ownResults = `SELECT result.id, NULL, NULL, state.timestamp, coalesce(substr(result.data, 1, ?), '')
		FROM flow_run_state AS state CROSS JOIN artifact AS result ON result.id = state.result_artifact_id
		WHERE state.flow_run_id = ? ORDER BY state.timestamp LIMIT ?`
	toldResults = `SELECT result.id, task_run.id, task_run.name, state.timestamp, coalesce(substr(coalesce(result.data, state.data), 1, ?), '')
		FROM task_run CROSS JOIN task_run_state AS state ON state.id = task_run.state_id
			LEFT JOIN artifact AS result ON result.id = state.result_artifact_id
		WHERE task_run.flow_run_id = ? AND (result.id IS NOT NULL OR state.data IS NOT NULL) ORDER BY state.timestamp LIMIT ?`
)

// RunResults returns the results of a flow run and of its task runs, of each kind at most limit.
func (tx *Tx) RunResults(flowRun uuid.UUID, limit int) ([]*RunResult, error) {
	scan := func(r Row) (*RunResult, error) {
		var s RunResult
		var at *time.Time
		err := r.Scan(&s.ArtifactID, &s.TaskRunID, &s.Name, &at, &s.Data)
		if at != nil {
			s.Created = prefect.At(*at)
		}
		return &s, err
	}
	own, err := collect(tx, ownResults, []any{RunResultData, flowRun, limit}, scan)
	if err != nil {
		return nil, err
	}
	told, err := collect(tx, toldResults, []any{RunResultData, flowRun, limit}, scan)
	return append(own, told...), err
}
