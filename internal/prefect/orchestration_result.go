package prefect

import (
	"encoding/json"

	"github.com/google/uuid"
)

// SetStateStatus is the outcome of a proposed state.
type SetStateStatus string

// The outcomes: the state was written; another was written or kept in its
// stead; none was written and the client stops; none was written and the client
// asks again later.
const (
	Accept SetStateStatus = "ACCEPT"
	Reject SetStateStatus = "REJECT"
	Abort  SetStateStatus = "ABORT"
	Wait   SetStateStatus = "WAIT"
)

// Values implements decode.Enum.
func (SetStateStatus) Values() []string {
	return []string{string(Accept), string(Reject), string(Abort), string(Wait)}
}

// StateResponse says why an outcome is what it is. On the wire it is one of
// four objects told apart by their type.
type StateResponse struct {
	// Kind selects the object; it is the status but for the few answers whose
	// details are of another kind than their status.
	Kind SetStateStatus
	// Reason is null in an accepted answer.
	Reason string
	// DelaySeconds is how long to wait; only for Wait.
	DelaySeconds int
}

// MarshalJSON implements json.Marshaler.
func (d StateResponse) MarshalJSON() ([]byte, error) {
	switch d.Kind {
	case Reject:
		return json.Marshal(StateRejectDetails{"reject_details", d.Reason})
	case Abort:
		return json.Marshal(StateAbortDetails{"abort_details", d.Reason})
	case Wait:
		return json.Marshal(StateWaitDetails{"wait_details", d.DelaySeconds, d.Reason})
	}
	return json.Marshal(StateAcceptDetails{"accept_details"})
}

// The four objects that a StateResponse is on the wire. Type tells them apart.
type (
	// StateAcceptDetails is for a state that was written.
	StateAcceptDetails struct {
		Type string `json:"type"`
	}

	// StateRejectDetails is for another state in its stead.
	StateRejectDetails struct {
		Type   string `json:"type"`
		Reason string `json:"reason"`
	}

	// StateAbortDetails is for a client that is to stop.
	StateAbortDetails struct {
		Type   string `json:"type"`
		Reason string `json:"reason"`
	}

	// StateWaitDetails is for a client that is to ask again, after so many seconds.
	StateWaitDetails struct {
		Type         string `json:"type"`
		DelaySeconds int    `json:"delay_seconds"`
		Reason       string `json:"reason"`
	}
)

// OrchestrationResult answers a proposed state. State is the run's state
// afterwards, nil when it has none.
type OrchestrationResult struct {
	State   *State         `json:"state"`
	Status  SetStateStatus `json:"status"`
	Details StateResponse  `json:"details"`
}

// FlowRunOrchestrationResult is the outcome for one of several flow runs.
type FlowRunOrchestrationResult struct {
	FlowRunID uuid.UUID      `json:"flow_run_id"`
	Status    SetStateStatus `json:"status"`
	State     *State         `json:"state"`
	Details   StateResponse  `json:"details"`
}
