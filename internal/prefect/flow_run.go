package prefect

import (
	"sort"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/pyjson"
)

// RetryType says how a flow run that is being retried runs again.
type RetryType string

// The retry types: by the same process, or handed out again as a scheduled run.
const (
	RetryInProcess  RetryType = "in_process"
	RetryReschedule RetryType = "reschedule"
)

// Literals implements decode.Literal.
func (RetryType) Literals() []string { return []string{"in_process", "reschedule"} }

// FlowRunPolicy is how a flow run retries and which pauses it has seen.
type FlowRunPolicy struct {
	MaxRetries        int        `json:"max_retries"`
	RetryDelaySeconds Float      `json:"retry_delay_seconds"`
	Retries           *int       `json:"retries"`
	RetryDelay        *int       `json:"retry_delay"`
	PauseKeys         *StringSet `json:"pause_keys"`
	Resuming          *bool      `json:"resuming"`
	RetryType         *RetryType `json:"retry_type"`
}

// Defaults implements decode.Defaulter.
func (p *FlowRunPolicy) Defaults() { p.PauseKeys, p.Resuming = &StringSet{}, new(bool) }

// Rewrite implements decode.Rewriter.
func (p *FlowRunPolicy) Rewrite(in pyjson.Value) pyjson.Value { return currentPolicy(in) }

// currentPolicy fills the fields of a run's policy from their deprecated
// predecessors.
func currentPolicy(in pyjson.Value) pyjson.Value {
	for current, deprecated := range map[string]string{"retries": "max_retries", "retry_delay": "retry_delay_seconds"} {
		if v, _ := in.Get(current); v.Truthy() {
			continue
		}
		if old, given := in.Get(deprecated); given && !isZero(old) {
			in = in.With(current, old)
		}
	}
	return in
}

// isZero reports whether a value equals 0 in Python.
func isZero(v pyjson.Value) bool {
	switch v.Kind() {
	case pyjson.Int, pyjson.Float, pyjson.Bool:
		return !v.Truthy()
	}
	return false
}

// StringSet is a set of strings, written as a sorted array.
type StringSet []string

// DecodeWire implements decode.Wire: duplicates are dropped.
func (s *StringSet) DecodeWire(in pyjson.Value, at *decode.At) {
	if in.Kind() != pyjson.Array {
		at.Fail("set_type", "Input should be a valid set", in, nil)
		return
	}
	set := StringSet{}
	for i, item := range in.Items() {
		if item.Kind() != pyjson.String {
			at.Key(i).Fail("string_type", "Input should be a valid string", item, nil)
			continue
		}
		set = set.With(item.Text())
	}
	*s = set
}

// Has reports whether the key is in the set.
func (s StringSet) Has(key string) bool {
	i := sort.SearchStrings(s, key)
	return i < len(s) && s[i] == key
}

// With is the set with key in it.
func (s StringSet) With(key string) StringSet {
	i := sort.SearchStrings(s, key)
	if i < len(s) && s[i] == key {
		return s
	}
	out := make(StringSet, 0, len(s)+1)
	out = append(append(append(out, s[:i]...), key), s[i:]...)
	return out
}

// Author says who created or last updated an object: a user, a deployment, an
// automation.
type Author struct {
	ID           *uuid.UUID `json:"id"`
	Type         *string    `json:"type"`
	DisplayValue *string    `json:"display_value"`
}

// Updater is who changed an object last.
type Updater Author

// FlowRun is one run of a flow.
type FlowRun struct {
	ID                       uuid.UUID     `json:"id"`
	Created                  *Time         `json:"created"`
	Updated                  *Time         `json:"updated"`
	Name                     string        `json:"name"`
	FlowID                   uuid.UUID     `json:"flow_id"`
	StateID                  *uuid.UUID    `json:"state_id"`
	DeploymentID             *uuid.UUID    `json:"deployment_id"`
	DeploymentVersion        *string       `json:"deployment_version"`
	WorkQueueID              *uuid.UUID    `json:"work_queue_id"`
	WorkQueueName            *string       `json:"work_queue_name"`
	FlowVersion              *string       `json:"flow_version"`
	Parameters               Object        `json:"parameters"`
	IdempotencyKey           *string       `json:"idempotency_key"`
	Context                  Object        `json:"context"`
	EmpiricalPolicy          FlowRunPolicy `json:"empirical_policy"`
	Tags                     Tags          `json:"tags"`
	Labels                   Labels        `json:"labels"`
	ParentTaskRunID          *uuid.UUID    `json:"parent_task_run_id"`
	StateType                *StateType    `json:"state_type"`
	StateName                *string       `json:"state_name"`
	RunCount                 int           `json:"run_count"`
	ExpectedStartTime        *Time         `json:"expected_start_time"`
	NextScheduledStartTime   *Time         `json:"next_scheduled_start_time"`
	StartTime                *Time         `json:"start_time"`
	EndTime                  *Time         `json:"end_time"`
	TotalRunTime             Seconds       `json:"total_run_time"`
	EstimatedRunTime         Seconds       `json:"estimated_run_time"`
	EstimatedStartTimeDelta  Seconds       `json:"estimated_start_time_delta"`
	AutoScheduled            bool          `json:"auto_scheduled"`
	InfrastructureDocumentID *uuid.UUID    `json:"infrastructure_document_id"`
	InfrastructurePID        *string       `json:"infrastructure_pid"`
	CreatedBy                *Author       `json:"created_by"`
	WorkPoolID               *uuid.UUID    `json:"work_pool_id"`
	WorkPoolName             *string       `json:"work_pool_name"`
	State                    *State        `json:"state"`
	JobVariables             *Object       `json:"job_variables"`

	// StateTimestamp is the moment of the current state; it is not on the wire.
	StateTimestamp *Time `json:"-"`
}

// CurrentType is the type of the current state, NoState without one.
func (r *FlowRun) CurrentType() StateType {
	if r.StateType == nil {
		return NoState
	}
	return *r.StateType
}
