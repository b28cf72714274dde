package store

import (
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// What the services look for among flow runs: each finds its rows by an index,
// however many other runs there are. Only scheduled runs have a time at which
// they are next to start.

// DueFlowRun is a flow run with a moment that has come.
type DueFlowRun struct {
	ID uuid.UUID
	At prefect.Time
}

func scanDueFlowRun(r Row) (d DueFlowRun, err error) {
	err = r.Scan(&d.ID, &d.At)
	return d, err
}

// NextScheduledStart is the first time that a run named Scheduled is to start;
// false when none is.
func (tx *Tx) NextScheduledStart() (time.Time, bool, error) {
	return first(tx, `SELECT next_scheduled_start_time FROM flow_run
		WHERE state_name = 'Scheduled' AND next_scheduled_start_time IS NOT NULL
		ORDER BY next_scheduled_start_time LIMIT 1`, nil, scanTime)
}

// ReadUnstartedFlowRuns returns runs named Scheduled that were to start by a time,
// with that time, the first ones first.
func (tx *Tx) ReadUnstartedFlowRuns(by time.Time, limit int) ([]DueFlowRun, error) {
	return collect(tx, `SELECT id, next_scheduled_start_time FROM flow_run
		WHERE state_name = 'Scheduled' AND next_scheduled_start_time <= ?
		ORDER BY next_scheduled_start_time LIMIT ?`, []any{by, limit}, scanDueFlowRun)
}

// NextPauseTimeout is when the first paused run's time to be resumed is over;
// false without one.
func (tx *Tx) NextPauseTimeout() (time.Time, bool, error) {
	return first(tx, `SELECT pause_timeout FROM flow_run WHERE pause_timeout IS NOT NULL
		ORDER BY pause_timeout LIMIT 1`, nil, scanTime)
}

// ReadExpiredPauses returns paused runs whose time to be resumed is over.
func (tx *Tx) ReadExpiredPauses(at time.Time, limit int) ([]DueFlowRun, error) {
	return collect(tx, `SELECT id, pause_timeout FROM flow_run WHERE pause_timeout IS NOT NULL AND pause_timeout <= ?
		ORDER BY pause_timeout LIMIT ?`, []any{at, limit}, scanDueFlowRun)
}

// FirstCancelling is since when the first run is cancelling; false without one.
func (tx *Tx) FirstCancelling() (time.Time, bool, error) {
	return first(tx, `SELECT state_timestamp FROM flow_run WHERE state_type = 'CANCELLING'
		ORDER BY state_timestamp LIMIT 1`, nil, scanTime)
}

// ReadCancellingFlowRuns returns runs that are cancelling since before a time,
// with since when.
func (tx *Tx) ReadCancellingFlowRuns(since time.Time, limit int) ([]DueFlowRun, error) {
	return collect(tx, `SELECT id, state_timestamp FROM flow_run WHERE state_type = 'CANCELLING' AND state_timestamp <= ?
		ORDER BY state_timestamp LIMIT ?`, []any{since, limit}, scanDueFlowRun)
}

// WorkPlace is where a flow run's infrastructure is.
type WorkPlace struct {
	Pool, Queue       uuid.UUID
	PoolType          string
	InfrastructurePID *string
}

// ReadWorkPlace returns where a flow run's infrastructure is, nil when the run has
// no work queue.
func (tx *Tx) ReadWorkPlace(run uuid.UUID) (*WorkPlace, error) {
	place, found, err := first(tx, `SELECT pool.id, queue.id, pool.type, flow_run.infrastructure_pid FROM flow_run
			JOIN work_queue AS queue ON queue.id = flow_run.work_queue_id
			JOIN work_pool AS pool ON pool.id = queue.work_pool_id
		WHERE flow_run.id = ?`, []any{run}, func(r Row) (*WorkPlace, error) {
		var p WorkPlace
		err := r.Scan(&p.Pool, &p.Queue, &p.PoolType, &p.InfrastructurePID)
		return &p, err
	})
	if !found {
		return nil, err
	}
	return place, err
}
