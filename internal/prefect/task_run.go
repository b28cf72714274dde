package prefect

import (
	"github.com/google/uuid"
)

// TaskRunPolicy is how a task run retries. RetryDelay is null, a number or a
// list of numbers, in seconds.
type TaskRunPolicy struct {
	MaxRetries        int        `json:"max_retries"`
	RetryDelaySeconds Float      `json:"retry_delay_seconds"`
	Retries           *int       `json:"retries"`
	RetryDelay        RetryDelay `json:"retry_delay"`
	RetryJitterFactor *Float     `json:"retry_jitter_factor"`
}

// TaskRun is one run of a task, within a flow run or in the background.
type TaskRun struct {
	ID                      uuid.UUID     `json:"id"`
	Created                 *Time         `json:"created"`
	Updated                 *Time         `json:"updated"`
	Name                    string        `json:"name"`
	FlowRunID               *uuid.UUID    `json:"flow_run_id"`
	TaskKey                 string        `json:"task_key"`
	DynamicKey              string        `json:"dynamic_key"`
	CacheKey                *string       `json:"cache_key"`
	CacheExpiration         *Time         `json:"cache_expiration"`
	TaskVersion             *string       `json:"task_version"`
	EmpiricalPolicy         TaskRunPolicy `json:"empirical_policy"`
	Tags                    Tags          `json:"tags"`
	Labels                  Labels        `json:"labels"`
	StateID                 *uuid.UUID    `json:"state_id"`
	TaskInputs              Object        `json:"task_inputs"`
	StateType               *StateType    `json:"state_type"`
	StateName               *string       `json:"state_name"`
	RunCount                int           `json:"run_count"`
	FlowRunRunCount         int           `json:"flow_run_run_count"`
	ExpectedStartTime       *Time         `json:"expected_start_time"`
	NextScheduledStartTime  *Time         `json:"next_scheduled_start_time"`
	StartTime               *Time         `json:"start_time"`
	EndTime                 *Time         `json:"end_time"`
	TotalRunTime            Seconds       `json:"total_run_time"`
	EstimatedRunTime        Seconds       `json:"estimated_run_time"`
	EstimatedStartTimeDelta Seconds       `json:"estimated_start_time_delta"`
	State                   *State        `json:"state"`

	// StateTimestamp is the moment of the current state; it is not on the wire.
	StateTimestamp *Time `json:"-"`
}

// CurrentType is the type of the current state, NoState without one.
func (r *TaskRun) CurrentType() StateType {
	if r.StateType == nil {
		return NoState
	}
	return *r.StateType
}

// TaskRunSummary is what the paginate operation answers of a task run.
type TaskRunSummary struct {
	ID                      uuid.UUID     `json:"id"`
	Created                 *Time         `json:"created"`
	Updated                 *Time         `json:"updated"`
	Name                    string        `json:"name"`
	FlowRunID               *uuid.UUID    `json:"flow_run_id"`
	TaskKey                 string        `json:"task_key"`
	StateID                 *uuid.UUID    `json:"state_id"`
	State                   *State        `json:"state"`
	TaskVersion             *string       `json:"task_version"`
	TaskInputs              Object        `json:"task_inputs"`
	EmpiricalPolicy         TaskRunPolicy `json:"empirical_policy"`
	Tags                    Tags          `json:"tags"`
	StartTime               *Time         `json:"start_time"`
	EndTime                 *Time         `json:"end_time"`
	TotalRunTime            Seconds       `json:"total_run_time"`
	EstimatedRunTime        Seconds       `json:"estimated_run_time"`
	EstimatedStartTimeDelta Seconds       `json:"estimated_start_time_delta"`
}

// Summary is the part of the run that the paginate operation answers.
func (r *TaskRun) Summary() TaskRunSummary {
	return TaskRunSummary{ID: r.ID, Created: r.Created, Updated: r.Updated, Name: r.Name, FlowRunID: r.FlowRunID, TaskKey: r.TaskKey,
		StateID: r.StateID, State: r.State, TaskVersion: r.TaskVersion, TaskInputs: r.TaskInputs, EmpiricalPolicy: r.EmpiricalPolicy,
		Tags: r.Tags, StartTime: r.StartTime, EndTime: r.EndTime, TotalRunTime: r.TotalRunTime,
		EstimatedRunTime: r.EstimatedRunTime, EstimatedStartTimeDelta: r.EstimatedStartTimeDelta}
}
