package api

import (
	"net/http"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/dispatch"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/store"
)

func (a *API) workPoolQueueRoutes() []rest.Route {
	return []rest.Route{
		rest.Post("/work_pools/{work_pool_name}/queues",
			"create_work_queue_work_pools__work_pool_name__queues_post", a.createPoolQueue).With(http.StatusCreated),
		rest.Get("/work_pools/{work_pool_name}/queues/{name}",
			"read_work_queue_work_pools__work_pool_name__queues__name__get", a.readPoolQueue),
		rest.Post("/work_pools/{work_pool_name}/queues/filter",
			"read_work_queues_work_pools__work_pool_name__queues_filter_post", a.filterPoolQueues),
		rest.Change(http.MethodPatch, "/work_pools/{work_pool_name}/queues/{name}",
			"update_work_queue_work_pools__work_pool_name__queues__name__patch", a.updatePoolQueue),
		rest.Delete("/work_pools/{work_pool_name}/queues/{name}",
			"delete_work_queue_work_pools__work_pool_name__queues__name__delete", a.deletePoolQueue),
	}
}

// queueNamed returns a queue of a pool by both names, or the contract's 404.
func queueNamed(tx *store.Tx, r *http.Request) (*prefect.WorkQueue, error) {
	pool, name := r.PathValue("work_pool_name"), r.PathValue("name")
	queue, err := tx.ReadWorkQueueOf(pool, name)
	if err == nil && queue == nil {
		err = noQueue(pool, name)
	}
	return queue, err
}

// countQueueSlots fills in the slots in use of the queues that have a limit.
// Seen from the pool runs that are being cancelled hold none, seen from the
// queue alone they do.
func countQueueSlots(tx *store.Tx, k dispatch.Kind, queues ...*prefect.WorkQueue) error {
	for _, q := range queues {
		if q.ConcurrencyLimit == nil {
			continue
		}
		var n int
		var err error
		if k == dispatch.Claim && q.Filter != nil {
			n, err = dispatch.FilterSlots(tx, q.Filter)
		} else {
			n, err = tx.QueueSlots(q.ID, k)
		}
		if err != nil {
			return err
		}
		q.ActiveSlots = &n
	}
	return nil
}

func (a *API) createPoolQueue(r *http.Request, in *prefect.WorkQueueCreate) (*prefect.WorkQueue, error) {
	return a.createQueue(r, func(tx *store.Tx) (*prefect.WorkQueue, error) {
		pool, err := poolNamed(tx, r.PathValue("work_pool_name"))
		if err != nil {
			return nil, err
		}
		queue, err := tx.CreateWorkQueue(pool, in)
		if fault.Is(err, fault.Conflict) {
			// The braces are the reference's: clients see them.
			err = fault.New(fault.Conflict, "A work queue with this name already exists in work pool {work_pool_name!r}.")
		}
		return queue, err
	})
}

func (a *API) createQueue(r *http.Request, fn func(*store.Tx) (*prefect.WorkQueue, error)) (*prefect.WorkQueue, error) {
	queue, err := update(a, r, fn)
	if err == nil && queue.ConcurrencyLimit != nil {
		queue.ActiveSlots = new(int)
	}
	return queue, err
}

func (a *API) readPoolQueue(r *http.Request) (*prefect.WorkQueue, error) {
	return view(a, r, func(tx *store.Tx) (*prefect.WorkQueue, error) {
		queue, err := queueNamed(tx, r)
		if err != nil {
			return nil, err
		}
		return queue, countQueueSlots(tx, dispatch.HandOut, queue)
	})
}

// workQueueQuery is the body of the operations that filter queues.
type workQueueQuery struct {
	decode.Embedded
	WorkQueues *prefect.WorkQueueFilter `json:"work_queues"`
	rest.LateSized
	Offset int `json:"offset" rule:"ge=0"`
}

func (a *API) filterPoolQueues(r *http.Request, in *workQueueQuery) ([]*prefect.WorkQueue, error) {
	return a.filterQueues(r, in, func(tx *store.Tx) (uuid.UUID, error) {
		pool, err := poolNamed(tx, r.PathValue("work_pool_name"))
		if err != nil {
			return uuid.Nil, err
		}
		return pool.ID, nil
	})
}

// filterQueues returns the queues of the pool that of returns; uuid.Nil stands for
// all pools.
func (a *API) filterQueues(r *http.Request, in *workQueueQuery, of func(*store.Tx) (uuid.UUID, error)) ([]*prefect.WorkQueue, error) {
	return view(a, r, func(tx *store.Tx) ([]*prefect.WorkQueue, error) {
		pool, err := of(tx)
		if err != nil {
			return nil, err
		}
		queues, err := tx.FilterWorkQueues(pool, in.WorkQueues, in.From(in.Offset))
		if err != nil {
			return nil, err
		}
		kind := dispatch.HandOut
		if pool == uuid.Nil {
			kind = dispatch.Claim
		}
		return queues, countQueueSlots(tx, kind, queues...)
	})
}

func (a *API) updatePoolQueue(r *http.Request, in *prefect.WorkQueueUpdate) error {
	return a.changePoolQueue(r, func(tx *store.Tx, q *prefect.WorkQueue) error { return tx.UpdateWorkQueue(q, in, true) })
}

func (a *API) deletePoolQueue(r *http.Request) error {
	return a.changePoolQueue(r, func(tx *store.Tx, q *prefect.WorkQueue) error { return tx.DeleteWorkQueue(q, true) })
}

func (a *API) changePoolQueue(r *http.Request, fn func(*store.Tx, *prefect.WorkQueue) error) error {
	return a.write(r, func(tx *store.Tx) error {
		if _, err := poolNamed(tx, r.PathValue("work_pool_name")); err != nil {
			return err
		}
		queue, err := queueNamed(tx, r)
		if err != nil {
			return err
		}
		return fn(tx, queue)
	})
}
