package dispatch

import (
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/prefect"
)

// Tx is what dispatch needs of a transaction: counts and rows.
type Tx interface {
	// Stamp is the transaction's time and its source of ids.
	Stamp() (time.Time, clock.IDs)
	// PoolSlots counts the runs that hold slots of a pool and its queues.
	PoolSlots(pool uuid.UUID) (Held, error)
	// FlowLimits returns the limits of flows that have one.
	FlowLimits() (map[uuid.UUID]Limit, error)
	// DueRuns reads scheduled runs of a queue, the first due first; those that
	// wait inside their process are none.
	DueRuns(Due) ([]*prefect.FlowRun, error)
	// FirstDue is when the first such run is due from a moment on; until now, runs
	// of the flows that are full are left out. False when none is.
	FirstDue(queue uuid.UUID, from time.Time, full []uuid.UUID) (time.Time, bool, error)
}

// Due asks for the scheduled runs of a queue.
type Due struct {
	Queue uuid.UUID
	// After and Before bound the times at which they are due; nil is open.
	After, Before *prefect.Time
	// Last is the run up to which all were read before, nil at the beginning.
	Last *prefect.FlowRun
	// Full are flows of which none is wanted, Except is the name of states in
	// which none is.
	Full   []uuid.UUID
	Except string
	Limit  int
}
