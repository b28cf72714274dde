package prefect

import "github.com/google/uuid"

// SimpleFlowRun is what a dashboard draws of a flow run. Timestamp is when it
// started, or else was expected to.
type SimpleFlowRun struct {
	ID        uuid.UUID  `json:"id"`
	StateType *StateType `json:"state_type"`
	Timestamp *Time      `json:"timestamp"`
	Duration  Seconds    `json:"duration"`
	Lateness  Seconds    `json:"lateness"`
}

// NextFlowRun is the run of a flow that is due first.
type NextFlowRun struct {
	ID                     uuid.UUID `json:"id"`
	FlowID                 uuid.UUID `json:"flow_id"`
	Name                   string    `json:"name"`
	StateName              string    `json:"state_name"`
	StateType              StateType `json:"state_type"`
	NextScheduledStartTime Time      `json:"next_scheduled_start_time"`
}

// UITaskRun is a task run with the name of its flow run.
type UITaskRun struct {
	TaskRun
	FlowRunName *string `json:"flow_run_name"`
}

// StateCounts are numbers of runs by the type of their state.
type StateCounts struct {
	Completed  int `json:"COMPLETED"`
	Pending    int `json:"PENDING"`
	Running    int `json:"RUNNING"`
	Failed     int `json:"FAILED"`
	Cancelled  int `json:"CANCELLED"`
	Crashed    int `json:"CRASHED"`
	Paused     int `json:"PAUSED"`
	Cancelling int `json:"CANCELLING"`
	Scheduled  int `json:"SCHEDULED"`
}
