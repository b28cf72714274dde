package orchestration

import (
	"math"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/concurrency"
	"github.com/reevehq/reeve/internal/dispatch"
	"github.com/reevehq/reeve/internal/events"
	"github.com/reevehq/reeve/internal/prefect"
)

// Run is what rules read and change of a run of either kind.
type Run struct {
	ID                     uuid.UUID
	Name                   string
	Tags                   prefect.Tags
	RunCount               int
	StateID                *uuid.UUID
	StateType              *prefect.StateType
	StateName              *string
	StateTimestamp         *prefect.Time
	ExpectedStartTime      *prefect.Time
	NextScheduledStartTime *prefect.Time
	StartTime              *prefect.Time
	EndTime                *prefect.Time
	TotalRunTime           prefect.Seconds
	// State is the current state with its result, nil when the run has none.
	State *prefect.State

	// make stores a run that is new, nil for others.
	make func() error
}

// FlowRun is what rules read and change of a flow run.
type FlowRun struct {
	Run
	FlowID            uuid.UUID
	DeploymentID      *uuid.UUID
	WorkQueueID       *uuid.UUID
	ParentTaskRunID   *uuid.UUID
	InfrastructurePID *string
	CreatedBy         *prefect.Author
	// PauseTimeout is when a paused run fails for not being resumed.
	PauseTimeout *prefect.Time
	Policy       prefect.FlowRunPolicy
}

// NewFlowRun is what rules read of a run that is to be made.
func NewFlowRun(run *prefect.FlowRun) *FlowRun {
	return &FlowRun{
		Run: Run{ID: run.ID, Name: run.Name, Tags: run.Tags, RunCount: run.RunCount,
			StateID: run.StateID, StateType: run.StateType, StateName: run.StateName, StateTimestamp: run.StateTimestamp,
			ExpectedStartTime: run.ExpectedStartTime, NextScheduledStartTime: run.NextScheduledStartTime,
			StartTime: run.StartTime, EndTime: run.EndTime, TotalRunTime: run.TotalRunTime},
		FlowID: run.FlowID, DeploymentID: run.DeploymentID, WorkQueueID: run.WorkQueueID,
		ParentTaskRunID: run.ParentTaskRunID, InfrastructurePID: run.InfrastructurePID,
		CreatedBy: run.CreatedBy, Policy: run.EmpiricalPolicy,
	}
}

// Standing is what decides whether the run holds slots.
func (r *FlowRun) Standing() dispatch.Standing {
	return dispatch.NewStanding(r.StateType, r.StateName, r.Policy.RetryType, r.DeploymentID != nil)
}

// TaskRun is what rules read and change of a task run.
type TaskRun struct {
	Run
	FlowRunID       *uuid.UUID
	TaskKey         string
	FlowRunRunCount int
	Policy          prefect.TaskRunPolicy
}

// NewTaskRun is what rules read of a run that is to be made.
func NewTaskRun(run *prefect.TaskRun) *TaskRun {
	return &TaskRun{
		Run: Run{ID: run.ID, Name: run.Name, Tags: run.Tags, RunCount: run.RunCount,
			ExpectedStartTime: run.ExpectedStartTime, NextScheduledStartTime: run.NextScheduledStartTime,
			StartTime: run.StartTime, EndTime: run.EndTime, TotalRunTime: run.TotalRunTime},
		FlowRunID: run.FlowRunID, TaskKey: run.TaskKey, FlowRunRunCount: run.FlowRunRunCount, Policy: run.EmpiricalPolicy,
	}
}

// CollisionStrategy is what becomes of a run that finds its deployment's limit full.
type CollisionStrategy string

// The collision strategies: try again later, cancel the run, or cancel what holds
// the slot. The last one is ours; clients of the contract are shown ENQUEUE.
const (
	Enqueue       CollisionStrategy = "ENQUEUE"
	CancelNew     CollisionStrategy = "CANCEL_NEW"
	CancelRunning CollisionStrategy = "CANCEL_RUNNING"
)

// DeploymentLimit is what rules need of a deployment.
type DeploymentLimit struct {
	// Limit is nil when the deployment has none.
	Limit *concurrency.Limit
	// Strategy is "" when the deployment has no concurrency options.
	Strategy CollisionStrategy
	// Grace is how long a run may take from its slot until it runs; 0 when the
	// deployment does not say.
	Grace time.Duration
}

// Full reports whether there is a limit and all its slots are taken.
func (d *DeploymentLimit) Full(now time.Time) bool {
	return d.Limit != nil && d.Limit.Taken(now) >= d.Limit.Limit
}

// Free is how many further runs may have a slot.
func (d *DeploymentLimit) Free(now time.Time) int {
	switch {
	case d.Limit == nil:
		return math.MaxInt
	case !d.Limit.Active:
		return 0 // it has no slots to give
	}
	return d.Limit.Limit - d.Limit.Taken(now)
}

// Tx is what orchestration needs of a transaction. Its reads give nil for what
// does not exist; within it nobody else changes the rows that were read.
type Tx interface {
	concurrency.Tx
	Emit(events ...*prefect.Event) error

	// ReadFlowRunForUpdate returns a flow run with its state.
	ReadFlowRunForUpdate(id uuid.UUID) (*FlowRun, error)
	// SaveFlowRun stores what rules change.
	SaveFlowRun(*FlowRun) error
	// CreateFlowRunState adds a state and keeps its data as an artifact; what only
	// describes the artifact is taken out of the data.
	CreateFlowRunState(run uuid.UUID, s *prefect.State) error
	// HasFlowRunState reports whether the run has a state of that moment.
	HasFlowRunState(run uuid.UUID, at prefect.Time) (bool, error)
	// ReadFlowRunRelated returns what a flow run's events name beside it.
	ReadFlowRunRelated(*FlowRun) (*events.FlowRunRelated, error)
	// ReadDeploymentLimit returns a deployment's limit and options, nil when there
	// is no such deployment.
	ReadDeploymentLimit(deployment uuid.UUID) (*DeploymentLimit, error)
	// ReadFlowLimit returns a flow's limit, nil when it has none.
	ReadFlowLimit(flow uuid.UUID) (*dispatch.Limit, error)
	// TellFlowSlotFreed tells workers of the flow's pools that a run of it may start.
	TellFlowSlotFreed(flow uuid.UUID) error
	// ReadPoolLimit returns the limit of the pool that a queue belongs to, nil when
	// it has none.
	ReadPoolLimit(queue uuid.UUID) (*dispatch.Limit, error)
	// ReadWorkQueueLimit returns a queue's own limit, nil when it has none.
	ReadWorkQueueLimit(queue uuid.UUID) (*dispatch.Limit, error)
	// TellPoolSlotFreed tells the workers of a queue's pool that a run of it may
	// start, when one waits.
	TellPoolSlotFreed(queue uuid.UUID) error

	// ClaimFlowRun returns a run the labels of the worker that claims it, in place of
	// those of whoever had it before.
	ClaimFlowRun(run uuid.UUID, worker prefect.Labels) error
	// DeleteFlowRunInputs deletes a run's inputs of those keys.
	DeleteFlowRunInputs(run uuid.UUID, keys []string) error
	// ReadWorkPoolType returns the type of the pool that a queue belongs to, "" when
	// there is no such queue.
	ReadWorkPoolType(queue uuid.UUID) (string, error)

	// NoteEnded keeps how a run ended and for how long it ran in all, and what that says
	// of its deployment's agreements.
	NoteEnded(run *FlowRun, outcome prefect.StateType) error

	// CreateFlowRun makes a run, as its first state left it, unless its flow has one with
	// the same idempotency key; it returns the run and whether it was made. The state itself is
	// added by CreateFlowRunState.
	CreateFlowRun(run *prefect.FlowRun, as *FlowRun) (made *prefect.FlowRun, created bool, err error)
	// ReadFlowLabels returns a flow's labels.
	ReadFlowLabels(flow uuid.UUID) (prefect.Labels, error)
	// ReadFlowRunLabels returns a flow run's labels.
	ReadFlowRunLabels(run uuid.UUID) (prefect.Labels, error)
	// ReadDeploymentLabels returns a deployment's flow and labels, false when there
	// is no such deployment.
	ReadDeploymentLabels(deployment uuid.UUID) (flow uuid.UUID, labels prefect.Labels, found bool, err error)

	ReadTaskRunForUpdate(id uuid.UUID) (*TaskRun, error)
	SaveTaskRun(*TaskRun) error
	CreateTaskRunState(run uuid.UUID, flowRun *uuid.UUID, s *prefect.State) error
	HasTaskRunState(run uuid.UUID, at prefect.Time) (bool, error)
	// ReadFailedTaskRuns returns the ids of a flow run's failed task runs.
	ReadFailedTaskRuns(flowRun uuid.UUID) ([]uuid.UUID, error)
	// CreateTaskRun makes a run, as its first state left it, unless its flow run has one with
	// the same keys; it returns the run and whether it was made. The state itself is added by
	// CreateTaskRunState.
	CreateTaskRun(run *prefect.TaskRun, as *TaskRun) (made *prefect.TaskRun, created bool, err error)
	// ReadBackgroundTaskRun returns the run of these keys that has no flow run.
	ReadBackgroundTaskRun(taskKey, dynamicKey string) (*prefect.TaskRun, error)
	// ReadConcurrencyLimitsByName returns the limits of those names that exist.
	ReadConcurrencyLimitsByName(names []string) ([]*concurrency.Limit, error)
	// ReadCachedState returns the newest state that is cached under a key and not
	// expired.
	ReadCachedState(key string) (*prefect.State, error)
	CreateCachedState(key string, expiration *prefect.Time, state uuid.UUID) error
	// EnqueueTaskRun hands a background task run to those who wait for its key;
	// retries go before new ones.
	EnqueueTaskRun(run *TaskRun, retry bool) error
}
