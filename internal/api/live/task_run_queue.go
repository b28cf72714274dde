package live

import (
	"context"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

// taskRunQueue hands background task runs to task workers, each run to one.
//
// The queue is the database: a run waits while it is scheduled and no worker
// has acknowledged it in that state. Only which runs are being offered right
// now is kept here, so that after a restart they are offered again; on a database
// that other servers use, too, it is kept there.
type taskRunQueue struct {
	store *store.Store
	clock clock.Clock

	mu      sync.Mutex
	offered map[uuid.UUID]struct{}
	back    chan struct{} // closed when an offered run came back
}

func newTaskRunQueue(s *store.Store, c clock.Clock) *taskRunQueue {
	return &taskRunQueue{store: s, clock: c, offered: map[uuid.UUID]struct{}{}, back: make(chan struct{})}
}

// take returns a run of one of the tasks, waiting for one if need be. It is the
// caller's until settle.
func (q *taskRunQueue) take(ctx context.Context, taskKeys []string) (*prefect.TaskRun, error) {
	scheduled, stop := q.store.Watch(store.TaskRuns)
	defer stop()
	for {
		run, back, err := q.tryTake(ctx, taskKeys)
		if run != nil || err != nil {
			return run, err
		}
		var look <-chan time.Time
		if q.store.Shared() {
			look = q.clock.After(offersLook)
		}
		select {
		case <-scheduled:
		case <-back:
		case <-look:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// offersLook is how often runs are looked for that a server was offering which is gone: it told nobody.
const offersLook = 5 * time.Second

func (q *taskRunQueue) tryTake(ctx context.Context, taskKeys []string) (taken *prefect.TaskRun, back <-chan struct{}, err error) {
	if q.store.Shared() {
		taken, err = q.takeOfMany(ctx, taskKeys)
		return taken, nil, err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	var waiting []*prefect.TaskRun
	err = q.store.View(ctx, func(tx *store.Tx) (err error) {
		waiting, err = tx.ReadWaitingTaskRuns(taskKeys, len(q.offered)+1)
		return err
	})
	for _, run := range waiting {
		if _, offered := q.offered[run.ID]; !offered {
			q.offered[run.ID] = struct{}{}
			return run, nil, nil
		}
	}
	return nil, q.back, err
}

// takeOfMany takes a run that no other server offers.
func (q *taskRunQueue) takeOfMany(ctx context.Context, taskKeys []string) (taken *prefect.TaskRun, err error) {
	err = q.store.View(ctx, func(tx *store.Tx) (err error) {
		taken, err = tx.ReadUnofferedTaskRun(taskKeys)
		return err
	})
	if err != nil || taken == nil {
		return nil, err
	}
	err = q.store.Update(ctx, func(tx *store.Tx) (err error) {
		taken, err = tx.OfferTaskRun(taskKeys)
		return err
	})
	return taken, err
}

// settleOfMany ends an offer of which other servers know. A run that was offered by another since,
// because this server seemed to be gone, is the other's.
func (q *taskRunQueue) settleOfMany(run *prefect.TaskRun, worker string, accepted bool) error {
	return q.store.Update(context.Background(), func(tx *store.Tx) error {
		ours, err := tx.TakeBackTaskRun(run.ID)
		if err != nil || !ours || !accepted {
			return err
		}
		return tx.CreateTaskRunDelivery(run.ID, *run.StateID, worker)
	})
}

// settle ends an offer: a run that a worker has taken over waits no more, any
// other goes to the next worker.
func (q *taskRunQueue) settle(run *prefect.TaskRun, worker string, accepted bool) (err error) {
	if q.store.Shared() {
		return q.settleOfMany(run, worker, accepted)
	}
	if accepted {
		// Even a server that is stopping must note what a worker has.
		err = q.store.Update(context.Background(), func(tx *store.Tx) error {
			return tx.CreateTaskRunDelivery(run.ID, *run.StateID, worker)
		})
		if err != nil {
			return err // still offered: the worker has it
		}
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.offered, run.ID)
	if !accepted {
		close(q.back)
		q.back = make(chan struct{})
	}
	return nil
}

// subscribed notes in the database that a task worker is there, and gives what
// notes that it is gone.
func (q *taskRunQueue) subscribed(ctx context.Context, worker string, taskKeys []string) (gone func(), err error) {
	var since time.Time
	err = q.store.Update(ctx, func(tx *store.Tx) error {
		since = tx.Now
		return tx.SubscribeTaskWorker(worker, taskKeys)
	})
	return func() {
		// A server that cannot note it has other cares; the next process knows that
		// the worker was subscribed to this one.
		_ = q.store.Update(context.WithoutCancel(ctx), func(tx *store.Tx) error { return tx.UnsubscribeTaskWorker(worker, since) })
	}, err
}
