package events

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/pyjson"
)

// The events that clients orchestrating their task runs themselves send on
// every change of state, as prefect.task-run.<state name>.
const (
	TaskRunPrefix = "prefect.task-run"
	orchestration = "prefect.orchestration"
	taskRunKind   = "prefect.task-run."
	flowRunKind   = "prefect.flow-run."
)

// IsTaskRunChange reports whether the event reports a state that a client has
// given to one of its task runs.
func IsTaskRunChange(e *prefect.Event) bool {
	return strings.HasPrefix(e.Event, TaskRunPrefix) && e.Resource[orchestration] == "client"
}

// TaskRunChange is what such an event says: the state, whose id is the
// event's, and the fields of the task run that it gives.
type TaskRunChange struct {
	ID        uuid.UUID
	FlowRunID *uuid.UUID
	State     prefect.State
	Fields    TaskRunFields
}

// TaskRunFields are the fields of a task run as a client sends them. Those
// that it did not give are left as they are in a task run that exists.
type TaskRunFields struct {
	decode.Given
	ID                     *uuid.UUID            `json:"id"`
	FlowRunID              *uuid.UUID            `json:"flow_run_id"`
	Name                   string                `json:"name"`
	TaskKey                string                `json:"task_key" rule:"required"`
	DynamicKey             string                `json:"dynamic_key" rule:"required"`
	CacheKey               *string               `json:"cache_key"`
	CacheExpiration        *prefect.Time         `json:"cache_expiration"`
	TaskVersion            *string               `json:"task_version"`
	EmpiricalPolicy        prefect.TaskRunPolicy `json:"empirical_policy"`
	Tags                   prefect.Tags          `json:"tags"`
	Labels                 prefect.Labels        `json:"labels"`
	TaskInputs             prefect.Object        `json:"task_inputs"`
	RunCount               int                   `json:"run_count"`
	FlowRunRunCount        int                   `json:"flow_run_run_count"`
	ExpectedStartTime      *prefect.Time         `json:"expected_start_time"`
	NextScheduledStartTime *prefect.Time         `json:"next_scheduled_start_time"`
	StartTime              *prefect.Time         `json:"start_time"`
	EndTime                *prefect.Time         `json:"end_time"`
	TotalRunTime           prefect.Seconds       `json:"total_run_time"`
}

// ReadTaskRunChange reads a task run event. An error says why it cannot be
// recorded; sending it again would not help.
func ReadTaskRunChange(e *prefect.Event) (*TaskRunChange, error) {
	c := &TaskRunChange{}
	var err error
	if c.ID, err = objectID(e.Resource, taskRunKind); err != nil {
		return nil, err
	}
	for _, related := range e.Related {
		if related.Role() == "flow-run" {
			id, err := objectID(related, flowRunKind)
			if err != nil {
				return nil, err
			}
			c.FlowRunID = &id
			break
		}
	}
	payload, err := pyjson.Parse(e.Payload)
	if err != nil {
		return nil, fmt.Errorf("read the payload: %w", err)
	}
	if err := c.readState(e, payload); err != nil {
		return nil, fmt.Errorf("read the state: %w", err)
	}
	run, _ := payload.Get("task_run")
	if issues := decode.Into(run, &c.Fields); len(issues) > 0 {
		return nil, fmt.Errorf("read the task run: %w", issues)
	}
	if c.Fields.ID != nil {
		c.ID = *c.Fields.ID
	}
	if c.Fields.Has("flow_run_id") {
		c.FlowRunID = c.Fields.FlowRunID
	}
	return c, nil
}

// readState reads validated_state; its id and moment are the event's unless it
// has its own.
func (c *TaskRunChange) readState(e *prefect.Event, payload pyjson.Value) error {
	c.State = prefect.State{ID: e.ID, Timestamp: e.Occurred}
	c.State.StateDetails.Defaults()
	validated, _ := payload.Get("validated_state")
	if issues := decode.Into(validated, &c.State); len(issues) > 0 {
		return issues
	}
	if c.State.Name == "" {
		c.State.Name = c.State.Type.Title()
	}
	if string(c.State.Data) == "null" {
		c.State.Data = nil
	}
	if c.State.Type == prefect.Scheduled && c.State.StateDetails.ScheduledTime == nil {
		c.State.StateDetails.ScheduledTime = &c.State.Timestamp
	}
	c.State.StateDetails.TaskRunID = &c.ID
	c.State.StateDetails.FlowRunID = c.FlowRunID
	return nil
}

// Details is the state's details as they are kept.
func (c *TaskRunChange) Details() (json.RawMessage, error) { return json.Marshal(c.State.StateDetails) }

// objectID takes the UUID out of a resource id of the kind.
func objectID(r prefect.Resource, kind string) (uuid.UUID, error) {
	text, ok := strings.CutPrefix(r.ID(), kind)
	if !ok {
		return uuid.UUID{}, fmt.Errorf("resource id %q does not start with %s", r.ID(), kind)
	}
	id, reason := decode.ParseUUID(text)
	if reason != "" {
		return uuid.UUID{}, fmt.Errorf("resource id %q holds no UUID: %s", r.ID(), reason)
	}
	return id, nil
}
