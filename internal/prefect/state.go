package prefect

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/pyjson"
)

// StateType is the kind of a run's state. The empty StateType stands for a run
// that has no state yet.
type StateType string

// The state types.
const (
	NoState    StateType = ""
	Scheduled  StateType = "SCHEDULED"
	Pending    StateType = "PENDING"
	Running    StateType = "RUNNING"
	Completed  StateType = "COMPLETED"
	Failed     StateType = "FAILED"
	Cancelled  StateType = "CANCELLED"
	Crashed    StateType = "CRASHED"
	Paused     StateType = "PAUSED"
	Cancelling StateType = "CANCELLING"
)

// StateTypes lists all state types in the contract's order.
func StateTypes() []StateType {
	return []StateType{Scheduled, Pending, Running, Completed, Failed, Cancelled, Crashed, Paused, Cancelling}
}

// Values implements decode.Enum.
func (StateType) Values() []string {
	return []string{"SCHEDULED", "PENDING", "RUNNING", "COMPLETED", "FAILED", "CANCELLED", "CRASHED", "PAUSED", "CANCELLING"}
}

// IsTerminal reports whether a run in this state has ended.
func (t StateType) IsTerminal() bool {
	return t == Completed || t == Cancelled || t == Failed || t == Crashed
}

// Title is the default name of a state of this type: "Running".
func (t StateType) Title() string {
	parts := strings.Split(string(t), "_")
	for i, p := range parts {
		if p != "" {
			parts[i] = p[:1] + strings.ToLower(p[1:])
		}
	}
	return strings.Join(parts, " ")
}

// StateDetails are the typed facts attached to a state.
type StateDetails struct {
	FlowRunID                    *uuid.UUID        `json:"flow_run_id"`
	TaskRunID                    *uuid.UUID        `json:"task_run_id"`
	ChildFlowRunID               *uuid.UUID        `json:"child_flow_run_id"`
	ScheduledTime                *Time             `json:"scheduled_time"`
	CacheKey                     *string           `json:"cache_key"`
	CacheExpiration              *Time             `json:"cache_expiration"`
	Deferred                     *bool             `json:"deferred"`
	UntrackableResult            bool              `json:"untrackable_result"`
	PauseTimeout                 *Time             `json:"pause_timeout"`
	PauseReschedule              bool              `json:"pause_reschedule"`
	PauseKey                     *string           `json:"pause_key"`
	RunInputKeyset               map[string]string `json:"run_input_keyset" rule:"null"`
	RefreshCache                 *bool             `json:"refresh_cache"`
	Retriable                    *bool             `json:"retriable"`
	TransitionID                 *uuid.UUID        `json:"transition_id"`
	TaskParametersID             *uuid.UUID        `json:"task_parameters_id"`
	Traceparent                  *string           `json:"traceparent"`
	DeploymentConcurrencyLeaseID *uuid.UUID        `json:"deployment_concurrency_lease_id"`
}

// Defaults implements decode.Defaulter.
func (d *StateDetails) Defaults() { d.Deferred = new(bool) }

// State is one state of a flow run or task run.
type State struct {
	ID           uuid.UUID       `json:"id"`
	Type         StateType       `json:"type" rule:"required"`
	Name         string          `json:"name"`
	Timestamp    Time            `json:"timestamp"`
	Message      *string         `json:"message"`
	Data         json.RawMessage `json:"data"`
	StateDetails StateDetails    `json:"state_details"`
}

// NewState makes a state of a type with its default name. A Scheduled state
// without a scheduled time is due at now.
func NewState(id uuid.UUID, t StateType, now time.Time) *State {
	s := &State{ID: id, Type: t, Name: t.Title(), Timestamp: At(now)}
	s.StateDetails.Defaults()
	if t == Scheduled {
		s.StateDetails.ScheduledTime = AtPointer(now)
	}
	return s
}

// Copy is a deep enough copy: its details can be changed without touching s.
func (s *State) Copy() *State {
	if s == nil {
		return nil
	}
	c := *s
	return &c
}

// Fresh is a copy with a new id and timestamp.
func (s *State) Fresh(id uuid.UUID, now time.Time) *State {
	c := s.Copy()
	c.ID, c.Timestamp = id, At(now)
	return c
}

// StateCreate is a state as a client proposes it: id and timestamp are the server's.
type StateCreate struct {
	decode.Action
	Type         StateType       `json:"type" rule:"required"`
	Name         *string         `json:"name"`
	Message      *string         `json:"message"`
	Data         json.RawMessage `json:"data"`
	StateDetails StateDetails    `json:"state_details"`
}

// Defaults implements decode.Defaulter.
func (s *StateCreate) Defaults() { s.StateDetails.Defaults() }

// Check implements decode.Checker: a state always has a name.
func (s *StateCreate) Check(pyjson.Value, *decode.At) {
	if s.Name == nil {
		name := s.Type.Title()
		s.Name = &name
	}
}

// State makes the state that is proposed at now.
func (s *StateCreate) State(id uuid.UUID, now time.Time) *State {
	state := &State{ID: id, Type: s.Type, Name: s.Type.Title(), Timestamp: At(now),
		Message: s.Message, Data: s.Data, StateDetails: s.StateDetails}
	if s.Name != nil {
		state.Name = *s.Name
	}
	if string(s.Data) == "null" {
		state.Data = nil
	}
	if state.Type == Scheduled && state.StateDetails.ScheduledTime == nil {
		state.StateDetails.ScheduledTime = AtPointer(now)
	}
	return state
}
