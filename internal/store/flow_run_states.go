package store

import (
	"encoding/json"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// A state row is read with the data of its result, which is an artifact.
const (
	stateColumns     = `state.id, state.type, state.timestamp, state.name, state.message, state.state_details, result.data`
	flowRunStateFrom = ` FROM flow_run_state AS state LEFT JOIN artifact AS result ON result.id = state.result_artifact_id`
)

// stateRow receives the columns of a state; all are null for a run without one.
type stateRow struct {
	id        *uuid.UUID
	typ       *string
	timestamp *prefect.Time
	name      *string
	message   *string
	details   *string
	data      json.RawMessage
}

// dest are the places to scan a state's columns into.
func (s *stateRow) dest() []any {
	return []any{&s.id, &s.typ, &s.timestamp, &s.name, &s.message, &s.details, &s.data}
}

// state is the state that was scanned, nil without one.
func (s *stateRow) state() (*prefect.State, error) {
	if s.id == nil {
		return nil, nil
	}
	state := &prefect.State{ID: *s.id, Type: prefect.StateType(*s.typ), Name: *s.name, Timestamp: *s.timestamp,
		Message: s.message, Data: s.data}
	state.StateDetails.Defaults()
	err := json.Unmarshal([]byte(*s.details), &state.StateDetails)
	return state, err
}

func scanState(r Row) (*prefect.State, error) {
	var s stateRow
	if err := r.Scan(s.dest()...); err != nil {
		return nil, err
	}
	return s.state()
}

// CreateFlowRunState writes a state of a flow run. Data that is to be kept
// becomes an artifact of the run; s.Data is left without the keys that only
// describe that artifact.
func (tx *Tx) CreateFlowRunState(flowRunID uuid.UUID, s *prefect.State) error {
	result, err := tx.createResult(s, &flowRunID, nil)
	if err != nil {
		return err
	}
	return tx.exec(`INSERT INTO flow_run_state (id, flow_run_id, type, timestamp, name, message, state_details, result_artifact_id)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		s.ID, flowRunID, s.Type, s.Timestamp, s.Name, s.Message, JSON(&s.StateDetails), result)
}

// ReadFlowRunState returns a state, nil when there is none with that id.
func (tx *Tx) ReadFlowRunState(id uuid.UUID) (*prefect.State, error) {
	s, _, err := first(tx, `SELECT `+stateColumns+flowRunStateFrom+` WHERE state.id = (SELECT ?)`, []any{id}, scanState)
	return s, err
}

// ReadFlowRunStates returns the states of a flow run, oldest first.
func (tx *Tx) ReadFlowRunStates(flowRunID uuid.UUID) ([]*prefect.State, error) {
	return collect(tx, `SELECT `+stateColumns+flowRunStateFrom+` WHERE state.flow_run_id = (SELECT ?) ORDER BY state.timestamp`,
		[]any{flowRunID}, scanState)
}
