package store

import (
	"math"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

const (
	// unclaimed is how long a run that is due keeps being a reason to be awake
	// when no worker takes it: some polls of a worker that lives.
	unclaimed = time.Minute
	// remembered is how long after its last heartbeat a worker counts as one that
	// comes back: it may stand behind a gateway that keeps its heartbeats.
	remembered = 7 * 24 * time.Hour
)

// nextDue reads the first scheduled run of a queue from a moment on, by the
// index flow_run_due. Up to now, runs of the flows that are full are left out:
// they are due when a slot is free. Later ones may find one.
const nextDue = `SELECT next_scheduled_start_time FROM flow_run
	WHERE work_queue_id = ? AND state_type = 'SCHEDULED' AND next_scheduled_start_time >= ?
		AND retries_in_process = 0
		AND (next_scheduled_start_time > ? OR flow_id NOT IN (SELECT unhex(value) FROM json_each(?)))
	ORDER BY next_scheduled_start_time LIMIT 1`

// PoolOutlook says when workers of a pool next have something to start.
type PoolOutlook struct {
	Name string `json:"name"`
	// NextDue is the time of the first run that they may start, nil without one. A
	// run that waits for a limit is none of them before a slot is free.
	NextDue *prefect.Time `json:"next_due"`
	Paused  bool          `json:"paused"`
	// Served tells whether there is a worker, be it asleep or behind a gateway that
	// named the pool.
	Served bool `json:"served"`
	// Wake is the first such time for which it is worth being awake: no worker
	// has left a run of it behind. Nil without one and for a pool without worker.
	Wake *prefect.Time `json:"-"`
}

// PoolOutlooks gives the outlook of every pool, by name.
func (tx *Tx) PoolOutlooks() ([]PoolOutlook, error) {
	pools, err := collect(tx, `SELECT `+workPoolColumns+` FROM work_pool ORDER BY name`, nil, scanWorkPool)
	if err != nil {
		return nil, err
	}
	gateways, err := tx.ReadGateways()
	if err != nil {
		return nil, err
	}
	all := make([]PoolOutlook, 0, len(pools))
	for _, pool := range pools {
		o := PoolOutlook{Name: pool.Name, Paused: pool.IsPaused}
		queues, err := tx.WorkQueuesOf(pool.ID)
		if err != nil {
			return nil, err
		}
		if o.NextDue, err = tx.NextDue(pool, queues); err != nil {
			return nil, err
		}
		o.Served, err = tx.exists(`SELECT 1 FROM worker WHERE work_pool_id = ? AND (status = 'ONLINE' OR last_heartbeat_time > ?) LIMIT 1`,
			pool.ID, tx.Now.Add(-remembered))
		if err != nil {
			return nil, err
		}
		o.Served = o.Served || slices.ContainsFunc(gateways, func(g *Gateway) bool { return slices.Contains(g.Pools, pool.Name) })
		if o.Served {
			if o.Wake, err = tx.nextDueFrom(pool, queues, tx.Now.Add(-unclaimed).UnixMicro()); err != nil {
				return nil, err
			}
		}
		all = append(all, o)
	}
	return all, nil
}

// NextDue is the time of the first run that the workers of some queues of a pool
// may start, nil without one.
func (tx *Tx) NextDue(pool *prefect.WorkPool, queues []*prefect.WorkQueue) (*prefect.Time, error) {
	return tx.nextDueFrom(pool, queues, math.MinInt64)
}

func (tx *Tx) nextDueFrom(pool *prefect.WorkPool, queues []*prefect.WorkQueue, from int64) (next *prefect.Time, err error) {
	if pool.IsPaused || isZero(pool.ConcurrencyLimit) {
		return nil, nil
	}
	held, err := tx.slotsHeld(pool, queues)
	if err != nil {
		return nil, err
	}
	room, err := tx.flowRoom()
	if err != nil {
		return nil, err
	}
	for _, q := range queues {
		if q.IsPaused || isZero(q.ConcurrencyLimit) {
			continue
		}
		start := from
		if isFull(pool.ConcurrencyLimit, held.Total) || isFull(q.ConcurrencyLimit, held.Of[q.ID]) {
			start = max(start, tx.Now.UnixMicro()+1)
		}
		at, found, err := first(tx, nextDue, []any{q.ID, start, tx.Now, room.full()}, scanTime)
		if err != nil {
			return nil, err
		}
		if found && (next == nil || at.Before(next.Time)) {
			next = prefect.AtPointer(at)
		}
	}
	return next, nil
}

func isZero(limit *int) bool           { return limit != nil && *limit == 0 }
func isFull(limit *int, held int) bool { return limit != nil && held >= *limit }

// ActiveRun is a flow run that has a process, or is about to get or lose one.
type ActiveRun struct {
	ID    uuid.UUID
	Name  string
	State string
}

// ReadActiveRuns gives runs that have a process: pending, running and cancelling
// ones, those that wait in their process for a retry, and paused ones, which
// wait in it too, other than suspended ones.
func (tx *Tx) ReadActiveRuns(limit int) ([]ActiveRun, error) {
	return collect(tx, `SELECT id, name, state_name FROM flow_run WHERE `+holdsClaim+`
		UNION ALL SELECT id, name, state_name FROM flow_run WHERE state_type = 'PAUSED' AND state_name <> 'Suspended'
		UNION ALL SELECT id, name, state_name FROM flow_run WHERE state_type = 'SCHEDULED' AND retries_in_process = 1
		LIMIT ?`, []any{limit}, func(r Row) (a ActiveRun, err error) {
		err = r.Scan(&a.ID, &a.Name, &a.State)
		return a, err
	})
}
