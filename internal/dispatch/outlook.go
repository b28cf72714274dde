package dispatch

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

const (
	// claimGrace is how long a run that is due keeps being a reason to be awake
	// when no worker takes it: some polls of a worker that lives.
	claimGrace = time.Minute
	// remembered is how long after its last heartbeat a worker counts as one that
	// comes back: it may stand behind a gateway that keeps its heartbeats.
	remembered = 7 * 24 * time.Hour
)

// PoolOutlook says when workers of a pool next have something to start.
type PoolOutlook struct {
	Name string `json:"name"`
	// NextDue is the time of the first run that they may start, nil without one. A
	// run that waits for a limit is none of them before a slot is free.
	NextDue *prefect.Time `json:"next_due"`
	Paused  bool          `json:"paused"`
	// Served reports whether there is a worker, be it asleep or behind a gateway
	// that named the pool.
	Served bool `json:"served"`
	// Wake is the first such time for which it is worth being awake: no worker
	// has left a run of it behind. Nil without one and for a pool without worker.
	Wake *prefect.Time `json:"-"`
}

// OutlookTx is a transaction that also reads pools and who serves them.
type OutlookTx interface {
	Tx
	// WorkPools returns all pools by name, WorkQueuesOf the queues of one.
	WorkPools() ([]*prefect.WorkPool, error)
	WorkQueuesOf(pool uuid.UUID) ([]*prefect.WorkQueue, error)
	// HasWorker reports whether a pool has a worker that is online or was heard of
	// since a moment.
	HasWorker(pool uuid.UUID, since time.Time) (bool, error)
	// GatewayPools returns the names of the pools that gateways have named.
	GatewayPools() ([]string, error)
}

// PoolOutlooks returns the outlook of every pool, by name.
func PoolOutlooks(tx OutlookTx) ([]PoolOutlook, error) {
	pools, err := tx.WorkPools()
	if err != nil {
		return nil, err
	}
	named, err := tx.GatewayPools()
	if err != nil {
		return nil, err
	}
	now, _ := tx.Stamp()
	all := make([]PoolOutlook, 0, len(pools))
	for _, pool := range pools {
		o := PoolOutlook{Name: pool.Name, Paused: pool.IsPaused}
		if o.Served, err = tx.HasWorker(pool.ID, now.Add(-remembered)); err != nil {
			return nil, err
		}
		o.Served = o.Served || slices.Contains(named, pool.Name)
		if err := o.look(tx, pool, now); err != nil {
			return nil, err
		}
		all = append(all, o)
	}
	return all, nil
}

// look finds what is next due in the pool.
func (o *PoolOutlook) look(tx OutlookTx, pool *prefect.WorkPool, now time.Time) error {
	if isClosed(pool) {
		return nil
	}
	queues, err := tx.WorkQueuesOf(pool.ID)
	if err != nil {
		return err
	}
	room, _, err := roomIn(tx, pool, queues, 1)
	if err != nil {
		return err
	}
	if o.NextDue, err = room.nextDue(tx, queues, time.Time{}); err != nil || !o.Served {
		return err
	}
	o.Wake, err = room.nextDue(tx, queues, now.Add(-claimGrace))
	return err
}

// NextDue is the time of the first run that the workers of some queues of a pool
// may start, nil without one.
func NextDue(tx Tx, pool *prefect.WorkPool, queues []*prefect.WorkQueue) (*prefect.Time, error) {
	if isClosed(pool) {
		return nil, nil
	}
	room, _, err := roomIn(tx, pool, queues, 1)
	if err != nil {
		return nil, err
	}
	return room.nextDue(tx, queues, time.Time{})
}

// nextDue is NextDue for runs that are due from a moment on, in the room for one of them.
func (r *Room) nextDue(tx Tx, queues []*prefect.WorkQueue, from time.Time) (next *prefect.Time, err error) {
	now, _ := tx.Stamp()
	for _, q := range queues {
		if q.IsPaused || isZero(q.ConcurrencyLimit) {
			continue
		}
		start := from
		if later := now.Add(time.Microsecond); r.Of(q.ID) == 0 && later.After(start) {
			start = later // a later run may find a slot
		}
		at, found, err := tx.FirstDue(q.ID, start, r.Full())
		if err != nil {
			return nil, err
		}
		if found && (next == nil || at.Before(next.Time)) {
			next = prefect.AtPointer(at)
		}
	}
	return next, nil
}

// isClosed reports whether a pool starts nothing, whatever is due.
func isClosed(pool *prefect.WorkPool) bool { return pool.IsPaused || isZero(pool.ConcurrencyLimit) }

func isZero(limit *int) bool { return limit != nil && *limit == 0 }
