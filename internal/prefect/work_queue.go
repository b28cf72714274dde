package prefect

import (
	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect/decode"
)

// DefaultQueue is the name of the queue every pool has from the start.
const DefaultQueue = "default"

// WorkQueue is a queue of a work pool. Lower priorities are handed out first.
type WorkQueue struct {
	BareWorkQueue
	WorkPoolName string     `json:"work_pool_name"`
	Status       PoolStatus `json:"status"`
	// ActiveSlots is the number of runs that hold a slot; nil without a limit.
	ActiveSlots *int `json:"active_slots"`

	// WorkPoolType is the type of its pool: events name it.
	WorkPoolType string `json:"-"`
}

// BareWorkQueue is what some operations answer of a queue.
type BareWorkQueue struct {
	ID               uuid.UUID    `json:"id"`
	Created          *Time        `json:"created"`
	Updated          *Time        `json:"updated"`
	Name             string       `json:"name"`
	Description      string       `json:"description"`
	IsPaused         bool         `json:"is_paused"`
	ConcurrencyLimit *int         `json:"concurrency_limit"`
	Priority         int          `json:"priority"`
	WorkPoolID       uuid.UUID    `json:"work_pool_id"`
	Filter           *QueueFilter `json:"filter"`
	LastPolled       *Time        `json:"last_polled"`
}

// QueueFilter is how queues selected their runs before there were pools.
type QueueFilter struct {
	Tags          []string    `json:"tags" rule:"null"`
	DeploymentIDs []uuid.UUID `json:"deployment_ids" rule:"null"`
}

// WorkQueueCreate is the body of POST /work_queues/ and POST
// /work_pools/{work_pool_name}/queues. Without a priority the queue takes the
// first that is free.
type WorkQueueCreate struct {
	decode.Action
	Name             string       `json:"name" rule:"required,pattern=name"`
	Description      *string      `json:"description"`
	IsPaused         bool         `json:"is_paused"`
	ConcurrencyLimit *int         `json:"concurrency_limit" rule:"ge=0"`
	Priority         *int         `json:"priority" rule:"gt=0"`
	Filter           *QueueFilter `json:"filter"`
}

// WorkQueueUpdate is the body of the operations that patch a queue.
type WorkQueueUpdate struct {
	decode.Action
	Name             *string      `json:"name"`
	Description      *string      `json:"description"`
	IsPaused         bool         `json:"is_paused"`
	ConcurrencyLimit *int         `json:"concurrency_limit" rule:"ge=0"`
	Priority         *int         `json:"priority" rule:"gt=0"`
	LastPolled       *Time        `json:"last_polled"`
	Filter           *QueueFilter `json:"filter"`
}

// QueueHealth is the answer of GET /work_queues/{id}/status.
type QueueHealth struct {
	Healthy       bool              `json:"healthy"`
	LateRunsCount int               `json:"late_runs_count"`
	LastPolled    *Time             `json:"last_polled"`
	Policy        QueueHealthPolicy `json:"health_check_policy"`
}

// QueueHealthPolicy is what a queue must meet to be healthy.
type QueueHealthPolicy struct {
	MaximumLateRuns               int `json:"maximum_late_runs"`
	MaximumSecondsSinceLastPolled int `json:"maximum_seconds_since_last_polled"`
}
