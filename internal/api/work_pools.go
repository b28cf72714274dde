package api

import (
	"net/http"
	"strings"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/dispatch"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/wire"
)

func (a *API) workPoolRoutes() []rest.Route {
	return []rest.Route{
		rest.Post("/work_pools/", "create_work_pool_work_pools__post", a.createWorkPool).With(http.StatusCreated),
		rest.Get("/work_pools/{name}", "read_work_pool_work_pools__name__get", a.readWorkPool),
		rest.Change(http.MethodPatch, "/work_pools/{name}", "update_work_pool_work_pools__name__patch", a.updateWorkPool),
		rest.Delete("/work_pools/{name}", "delete_work_pool_work_pools__name__delete", a.deleteWorkPool),
		rest.Post("/work_pools/filter", "read_work_pools_work_pools_filter_post", a.filterWorkPools),
		rest.Post("/work_pools/count", "count_work_pools_work_pools_count_post", a.countWorkPools),
		rest.Post("/work_pools/{name}/concurrency_status",
			"read_work_pool_concurrency_status_work_pools__name__concurrency_status_post", a.workPoolConcurrencyStatus),
		rest.Post("/work_pools/{name}/get_scheduled_flow_runs",
			"get_scheduled_flow_runs_work_pools__name__get_scheduled_flow_runs_post", a.scheduledFlowRuns),
	}
}

// reserved reports whether a pool's name is kept for the server itself.
func reserved(name string) bool { return strings.HasPrefix(strings.ToLower(name), "prefect") }

// poolNamed returns the pool of that name, or the contract's 404.
func poolNamed(tx *store.Tx, name string) (*prefect.WorkPool, error) {
	pool, err := tx.ReadWorkPoolByName(name)
	if err == nil && pool == nil {
		err = fault.New(fault.NotFound, `Work pool "%s" not found.`, name)
	}
	return pool, err
}

// forClient hides what an old client refuses to read.
func forClient(r *http.Request, pools ...*prefect.WorkPool) {
	old := olderThan(clientVersion(r), 3, 3, 8)
	for _, p := range pools {
		p.StorageConfiguration.OmitResultStorage = old
	}
}

// countSlots fills in the slots in use of the pools that have a limit.
func countSlots(tx *store.Tx, pools ...*prefect.WorkPool) error {
	for _, p := range pools {
		if p.ConcurrencyLimit == nil {
			continue
		}
		slots, err := tx.PoolSlots(p.ID)
		if err != nil {
			return err
		}
		p.ActiveSlots = &slots.Total
	}
	return nil
}

func (a *API) createWorkPool(r *http.Request, in *prefect.WorkPoolCreate) (pool *prefect.WorkPool, err error) {
	if reserved(string(in.Name)) {
		return nil, fault.New(fault.Forbidden, "Work pools starting with 'Prefect' are reserved for internal use.")
	}
	checks := func(p *premises) error { return checkJobDefaults(p, in.BaseJobTemplate.Object) }
	err = a.decide(r.Context(), checkingVariables, checks, func(tx *store.Tx) (err error) {
		if pool, err = tx.CreateWorkPool(in); err != nil {
			return err
		}
		return tx.TellWorkPoolStatus(pool)
	})
	if err != nil {
		return nil, err
	}
	if pool.ConcurrencyLimit != nil {
		pool.ActiveSlots = new(int)
	}
	forClient(r, pool)
	return pool, nil
}

func (a *API) readWorkPool(r *http.Request) (*prefect.WorkPool, error) {
	return view(a, r, func(tx *store.Tx) (*prefect.WorkPool, error) {
		pool, err := poolNamed(tx, r.PathValue("name"))
		if err != nil {
			return nil, err
		}
		forClient(r, pool)
		return pool, countSlots(tx, pool)
	})
}

func (a *API) updateWorkPool(r *http.Request, in *prefect.WorkPoolUpdate) error {
	name := r.PathValue("name")
	if reserved(name) && (in.Has("description") || in.Has("base_job_template") || in.Has("storage_configuration")) {
		return fault.New(fault.Forbidden, "Work pools starting with 'Prefect' are reserved for internal use "+
			"and can only be updated to set concurrency limits or pause.")
	}
	return a.store.Update(r.Context(), func(tx *store.Tx) error {
		pool, err := poolNamed(tx, name)
		if err != nil {
			return err
		}
		return tx.UpdateWorkPool(pool, in)
	})
}

func (a *API) deleteWorkPool(r *http.Request) error {
	name := r.PathValue("name")
	if reserved(name) {
		return fault.New(fault.Forbidden, "Work pools starting with 'Prefect' are reserved for internal use and can not be deleted.")
	}
	return a.write(r, func(tx *store.Tx) error {
		pool, err := poolNamed(tx, name)
		if err != nil {
			return err
		}
		return tx.DeleteWorkPool(pool)
	})
}

type workPoolQuery struct {
	decode.Embedded
	WorkPools *prefect.WorkPoolFilter `json:"work_pools"`
	rest.LateSized
	Offset int `json:"offset" rule:"ge=0"`
}

func (a *API) filterWorkPools(r *http.Request, in *workPoolQuery) ([]*prefect.WorkPool, error) {
	return view(a, r, func(tx *store.Tx) ([]*prefect.WorkPool, error) {
		pools, err := tx.FilterWorkPools(in.WorkPools, in.From(in.Offset))
		if err != nil {
			return nil, err
		}
		forClient(r, pools...)
		return pools, countSlots(tx, pools...)
	})
}

type workPoolCount struct {
	decode.Embedded
	WorkPools *prefect.WorkPoolFilter `json:"work_pools"`
}

func (a *API) countWorkPools(r *http.Request, in *workPoolCount) (int, error) {
	return view(a, r, func(tx *store.Tx) (int, error) { return tx.CountWorkPools(in.WorkPools) })
}

type workPoolStatusQuery struct {
	decode.Embedded
	Page int `json:"page" rule:"ge=1"`
	rest.LateSized
	FlowRunLimit int `json:"flow_run_limit" rule:"ge=0,le=200"`
}

// Defaults implements decode.Defaulter.
func (q *workPoolStatusQuery) Defaults() { q.Page, q.FlowRunLimit = 1, 10 }

// workPoolConcurrencyStatus is who holds the slots of a pool, by a page of its queues.
type workPoolConcurrencyStatus struct {
	ActiveSlots      int                  `json:"active_slots"`
	ConcurrencyLimit *int                 `json:"concurrency_limit"`
	Queues           []prefect.QueueSlots `json:"queues"`
	Count            int                  `json:"count"`
	Limit            int                  `json:"limit"`
	Pages            int                  `json:"pages"`
	Page             int                  `json:"page"`
}

func (a *API) workPoolConcurrencyStatus(r *http.Request, in *workPoolStatusQuery) (*workPoolConcurrencyStatus, error) {
	return view(a, r, func(tx *store.Tx) (*workPoolConcurrencyStatus, error) {
		name := r.PathValue("name")
		pool, err := tx.ReadWorkPoolByName(name)
		if err != nil {
			return nil, err
		}
		if pool == nil {
			return nil, fault.New(fault.NotFound, "Work pool '%s' not found.", name)
		}
		slots, err := tx.PoolSlots(pool.ID)
		if err != nil {
			return nil, err
		}
		count, err := tx.CountWorkQueues(pool.ID)
		if err != nil {
			return nil, err
		}
		p := rest.NewPage[struct{}](nil, count, in.Size(), in.Page)
		out := &workPoolConcurrencyStatus{slots.Total, pool.ConcurrencyLimit, []prefect.QueueSlots{}, count, in.Size(), p.Pages, in.Page}
		queues, err := tx.FilterWorkQueues(pool.ID, nil, prefect.Page{Limit: in.Size(), Offset: (in.Page - 1) * in.Size()})
		if err != nil {
			return nil, err
		}
		for _, q := range queues {
			holders, err := tx.QueueSlotHolders(q.ID, dispatch.HandOut, prefect.Page{Limit: in.FlowRunLimit})
			if err != nil {
				return nil, err
			}
			active := slots.Of[q.ID]
			out.Queues = append(out.Queues, prefect.QueueSlots{QueueID: q.ID, QueueName: q.Name, ActiveSlots: active,
				ConcurrencyLimit: q.ConcurrencyLimit, FlowRuns: holders, FlowRunCount: active})
		}
		return out, nil
	})
}

// poll is what a worker asks for.
type poll struct {
	decode.Embedded
	WorkQueueNames  []string      `json:"work_queue_names"`
	ScheduledBefore *prefect.Time `json:"scheduled_before"`
	ScheduledAfter  *prefect.Time `json:"scheduled_after"`
	rest.LateSized
}

// scheduledFlowRuns is a worker's poll.
func (a *API) scheduledFlowRuns(r *http.Request, in *poll) (answer rest.Reply[[]prefect.ScheduledRun], err error) {
	var queues []*prefect.WorkQueue
	var nextDue *prefect.Time
	err = a.store.View(r.Context(), func(tx *store.Tx) error {
		pool, err := poolNamed(tx, r.PathValue("name"))
		if err != nil {
			return err
		}
		if queues, err = queuesNamed(tx, pool, in.WorkQueueNames); err != nil {
			return err
		}
		answer.Object, err = dispatch.ScheduledRuns(tx, pool, queues, in.ScheduledAfter, in.ScheduledBefore, in.Size())
		if err != nil {
			return err
		}
		nextDue, err = dispatch.NextDue(tx, pool, queues)
		return err
	})
	if err != nil {
		return answer, err
	}
	answer.Header = http.Header{}
	answer.Header.Set(wire.NextDueHeader, wire.NextDue(nextDue))
	return answer, a.store.Update(r.Context(), func(tx *store.Tx) error { return tx.MarkPolled(queues) })
}

// queuesNamed returns the named queues of a pool by priority, or all when no name
// is given.
func queuesNamed(tx *store.Tx, pool *prefect.WorkPool, names []string) ([]*prefect.WorkQueue, error) {
	all, err := tx.WorkQueuesOf(pool.ID)
	if err != nil || len(names) == 0 {
		return all, err
	}
	wanted := map[uuid.UUID]bool{}
	for _, name := range names {
		found := false
		for _, q := range all {
			if q.Name == name {
				wanted[q.ID], found = true, true
			}
		}
		if !found {
			return nil, noQueue(pool.Name, name)
		}
	}
	queues := all[:0]
	for _, q := range all {
		if wanted[q.ID] {
			queues = append(queues, q)
		}
	}
	return queues, nil
}

func noQueue(pool, queue string) error {
	return fault.New(fault.NotFound, "Work pool queue '%s/%s' not found.", pool, queue)
}
