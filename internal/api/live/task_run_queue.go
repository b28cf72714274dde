package live

import (
	"context"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

// taskRunQueue hands background task runs to task workers, each run to one.
//
// The queue is the database: a run waits while it is scheduled and no worker
// has acknowledged it in that state. Only which runs are being offered right
// now is kept here, so that after a restart they are offered again.
type taskRunQueue struct {
	store *store.Store

	mu      sync.Mutex
	offered map[uuid.UUID]struct{}
	back    chan struct{} // closed when an offered run came back
}

func newTaskRunQueue(s *store.Store) *taskRunQueue {
	return &taskRunQueue{store: s, offered: map[uuid.UUID]struct{}{}, back: make(chan struct{})}
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
		select {
		case <-scheduled:
		case <-back:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func (q *taskRunQueue) tryTake(ctx context.Context, taskKeys []string) (taken *prefect.TaskRun, back <-chan struct{}, err error) {
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

// settle ends an offer: a run that a worker has taken over waits no more, any
// other goes to the next worker.
func (q *taskRunQueue) settle(run *prefect.TaskRun, worker string, accepted bool) (err error) {
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
func (q *taskRunQueue) subscribed(ctx context.Context, worker string) (gone func(), err error) {
	var since time.Time
	err = q.store.Update(ctx, func(tx *store.Tx) error {
		since = tx.Now
		return tx.SubscribeTaskWorker(worker)
	})
	return func() {
		// A server that cannot note it has other cares; the next process knows that
		// the worker was subscribed to this one.
		_ = q.store.Update(context.WithoutCancel(ctx), func(tx *store.Tx) error { return tx.UnsubscribeTaskWorker(worker, since) })
	}, err
}
