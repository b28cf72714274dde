package store

import (
	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// The data of a state is an artifact, or its own where a client reported it by
// an event.
const taskRunStateColumns = `state.id, state.type, state.timestamp, state.name, state.message, state.state_details,
	coalesce(result.data, state.data)`

const taskRunStateFrom = ` FROM task_run_state AS state LEFT JOIN artifact AS result ON result.id = state.result_artifact_id`

// CreateTaskRunState writes a state of a task run. Data that is to be kept
// becomes an artifact of the run; s.Data is left without the keys that only
// describe that artifact. flowRunID is the run that the task run is part of,
// nil for one in the background.
func (tx *Tx) CreateTaskRunState(taskRunID uuid.UUID, flowRunID *uuid.UUID, s *prefect.State) error {
	result, err := tx.createResult(s, flowRunID, &taskRunID)
	if err != nil {
		return err
	}
	return tx.exec(`INSERT INTO task_run_state (id, task_run_id, type, timestamp, name, message, state_details, result_artifact_id)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		s.ID, taskRunID, s.Type, s.Timestamp, s.Name, s.Message, JSON(&s.StateDetails), result)
}

// ReadTaskRunState returns a state, nil when there is none with that id.
func (tx *Tx) ReadTaskRunState(id uuid.UUID) (*prefect.State, error) {
	s, _, err := first(tx, `SELECT `+taskRunStateColumns+taskRunStateFrom+` WHERE state.id = (SELECT ?)`, []any{id}, scanState)
	return s, err
}

// ReadTaskRunStates returns the states of a task run, oldest first.
func (tx *Tx) ReadTaskRunStates(taskRunID uuid.UUID) ([]*prefect.State, error) {
	return collect(tx, `SELECT `+taskRunStateColumns+taskRunStateFrom+` WHERE state.task_run_id = (SELECT ?) ORDER BY state.timestamp`,
		[]any{taskRunID}, scanState)
}
