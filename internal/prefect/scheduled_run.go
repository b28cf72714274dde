package prefect

import "github.com/google/uuid"

// ScheduledRun is a flow run that is handed to a worker.
type ScheduledRun struct {
	WorkPoolID  uuid.UUID    `json:"work_pool_id"`
	WorkQueueID uuid.UUID    `json:"work_queue_id"`
	FlowRun     ScheduledJob `json:"flow_run"`
}

// ScheduledJob is a flow run as workers are told of it: without its pool, which
// goes beside it.
type ScheduledJob struct {
	*FlowRun
	NoPoolID   *struct{} `json:"work_pool_id,omitempty"`
	NoPoolName *struct{} `json:"work_pool_name,omitempty"`
}

// SlotHolder is a flow run that occupies a concurrency slot.
type SlotHolder struct {
	ID                 uuid.UUID  `json:"id"`
	Name               string     `json:"name"`
	StateType          *StateType `json:"state_type"`
	StateName          *string    `json:"state_name"`
	StartTime          *Time      `json:"start_time"`
	StateTimestamp     *Time      `json:"state_timestamp"`
	TimeInCurrentState *Seconds   `json:"time_in_current_state"`

	// WorkQueueID is the queue whose slot it holds; it is not on the wire.
	WorkQueueID *uuid.UUID `json:"-"`
}

// QueueSlots is how many slots of a queue are held, and by whom.
type QueueSlots struct {
	QueueID          uuid.UUID     `json:"queue_id"`
	QueueName        string        `json:"queue_name"`
	ActiveSlots      int           `json:"active_slots"`
	ConcurrencyLimit *int          `json:"concurrency_limit"`
	FlowRuns         []*SlotHolder `json:"flow_runs"`
	FlowRunCount     int           `json:"flow_run_count"`
}
