package api

import (
	"net/http"
	"strings"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/dispatch"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/wire"
)

func (a *API) workPoolRoutes() []Route {
	return []Route{
		{http.MethodPost, "/work_pools/", "create_work_pool_work_pools__post", a.createWorkPool},
		{http.MethodGet, "/work_pools/{name}", "read_work_pool_work_pools__name__get", a.readWorkPool},
		{http.MethodPatch, "/work_pools/{name}", "update_work_pool_work_pools__name__patch", a.updateWorkPool},
		{http.MethodDelete, "/work_pools/{name}", "delete_work_pool_work_pools__name__delete", a.deleteWorkPool},
		{http.MethodPost, "/work_pools/filter", "read_work_pools_work_pools_filter_post", a.filterWorkPools},
		{http.MethodPost, "/work_pools/count", "count_work_pools_work_pools_count_post", a.countWorkPools},
		{http.MethodPost, "/work_pools/{name}/concurrency_status",
			"read_work_pool_concurrency_status_work_pools__name__concurrency_status_post", a.workPoolConcurrencyStatus},
		{http.MethodPost, "/work_pools/{name}/get_scheduled_flow_runs",
			"get_scheduled_flow_runs_work_pools__name__get_scheduled_flow_runs_post", a.scheduledFlowRuns},
	}
}

// reserved tells whether a pool's name is kept for the server itself.
func reserved(name string) bool { return strings.HasPrefix(strings.ToLower(name), "prefect") }

// poolNamed gives the pool of that name, or the contract's 404.
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

func (a *API) createWorkPool(w http.ResponseWriter, r *http.Request) error {
	var in prefect.WorkPoolCreate
	if err := body(r, &in); err != nil {
		return err
	}
	if reserved(string(in.Name)) {
		return fault.New(fault.Forbidden, "Work pools starting with 'Prefect' are reserved for internal use.")
	}
	var pool *prefect.WorkPool
	checks := func(p *premises) error { return checkJobDefaults(p, in.BaseJobTemplate.Object) }
	err := a.decide(r.Context(), checkingVariables, checks, func(tx *store.Tx) (err error) {
		if pool, err = tx.CreateWorkPool(&in); err != nil {
			return err
		}
		return tx.TellWorkPoolStatus(pool)
	})
	if err != nil {
		return err
	}
	if pool.ConcurrencyLimit != nil {
		pool.ActiveSlots = new(int)
	}
	forClient(r, pool)
	respond(w, http.StatusCreated, pool)
	return nil
}

func (a *API) readWorkPool(w http.ResponseWriter, r *http.Request) error {
	return view(a, w, r, func(tx *store.Tx) (*prefect.WorkPool, error) {
		pool, err := poolNamed(tx, r.PathValue("name"))
		if err != nil {
			return nil, err
		}
		forClient(r, pool)
		return pool, countSlots(tx, pool)
	})
}

func (a *API) updateWorkPool(w http.ResponseWriter, r *http.Request) error {
	var in prefect.WorkPoolUpdate
	if err := body(r, &in); err != nil {
		return err
	}
	name := r.PathValue("name")
	if reserved(name) && (in.Has("description") || in.Has("base_job_template") || in.Has("storage_configuration")) {
		return fault.New(fault.Forbidden, "Work pools starting with 'Prefect' are reserved for internal use "+
			"and can only be updated to set concurrency limits or pause.")
	}
	err := a.store.Update(r.Context(), func(tx *store.Tx) error {
		pool, err := poolNamed(tx, name)
		if err != nil {
			return err
		}
		return tx.UpdateWorkPool(pool, &in)
	})
	if err != nil {
		return err
	}
	return noContent(w)
}

func (a *API) deleteWorkPool(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("name")
	if reserved(name) {
		return fault.New(fault.Forbidden, "Work pools starting with 'Prefect' are reserved for internal use and can not be deleted.")
	}
	err := a.store.Update(r.Context(), func(tx *store.Tx) error {
		pool, err := poolNamed(tx, name)
		if err != nil {
			return err
		}
		return tx.DeleteWorkPool(pool)
	})
	if err != nil {
		return err
	}
	return noContent(w)
}

func (a *API) filterWorkPools(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		decode.Embedded
		WorkPools *prefect.WorkPoolFilter `json:"work_pools"`
		Limit     *int                    `json:"limit"`
		Offset    int                     `json:"offset" rule:"ge=0"`
	}
	if err := body(r, &in); err != nil {
		return err
	}
	limit, err := a.limit(in.Limit)
	if err != nil {
		return err
	}
	return view(a, w, r, func(tx *store.Tx) ([]*prefect.WorkPool, error) {
		pools, err := tx.FilterWorkPools(in.WorkPools, prefect.Page{Limit: limit, Offset: in.Offset})
		if err != nil {
			return nil, err
		}
		forClient(r, pools...)
		return pools, countSlots(tx, pools...)
	})
}

func (a *API) countWorkPools(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		decode.Embedded
		WorkPools *prefect.WorkPoolFilter `json:"work_pools"`
	}
	if err := body(r, &in); err != nil {
		return err
	}
	return view(a, w, r, func(tx *store.Tx) (int, error) { return tx.CountWorkPools(in.WorkPools) })
}

func (a *API) workPoolConcurrencyStatus(w http.ResponseWriter, r *http.Request) error {
	in := struct {
		decode.Embedded
		Page         int  `json:"page" rule:"ge=1"`
		Limit        *int `json:"limit"`
		FlowRunLimit int  `json:"flow_run_limit" rule:"ge=0,le=200"`
	}{Page: 1, FlowRunLimit: 10}
	if err := body(r, &in); err != nil {
		return err
	}
	limit, err := a.limit(in.Limit)
	if err != nil {
		return err
	}
	type status struct {
		ActiveSlots      int                  `json:"active_slots"`
		ConcurrencyLimit *int                 `json:"concurrency_limit"`
		Queues           []prefect.QueueSlots `json:"queues"`
		Count            int                  `json:"count"`
		Limit            int                  `json:"limit"`
		Pages            int                  `json:"pages"`
		Page             int                  `json:"page"`
	}
	return view(a, w, r, func(tx *store.Tx) (*status, error) {
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
		p := newPage[struct{}](nil, count, limit, in.Page)
		out := &status{slots.Total, pool.ConcurrencyLimit, []prefect.QueueSlots{}, count, limit, p.Pages, in.Page}
		queues, err := tx.FilterWorkQueues(pool.ID, nil, prefect.Page{Limit: limit, Offset: (in.Page - 1) * limit})
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

// scheduledFlowRuns is a worker's poll.
func (a *API) scheduledFlowRuns(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		decode.Embedded
		WorkQueueNames  []string      `json:"work_queue_names"`
		ScheduledBefore *prefect.Time `json:"scheduled_before"`
		ScheduledAfter  *prefect.Time `json:"scheduled_after"`
		Limit           *int          `json:"limit"`
	}
	if err := body(r, &in); err != nil {
		return err
	}
	limit, err := a.limit(in.Limit)
	if err != nil {
		return err
	}
	var runs []prefect.ScheduledRun
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
		if runs, err = dispatch.ScheduledRuns(tx, pool, queues, in.ScheduledAfter, in.ScheduledBefore, limit); err != nil {
			return err
		}
		nextDue, err = dispatch.NextDue(tx, pool, queues)
		return err
	})
	if err != nil {
		return err
	}
	err = a.store.Update(r.Context(), func(tx *store.Tx) error { return tx.MarkPolled(queues) })
	if err != nil {
		return err
	}
	w.Header().Set(wire.NextDueHeader, wire.NextDue(nextDue))
	respond(w, http.StatusOK, runs)
	return nil
}

// queuesNamed gives the named queues of a pool by priority, or all when no name
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
