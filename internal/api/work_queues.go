package api

import (
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/dispatch"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/store"
)

func (a *API) workQueueRoutes() []rest.Route {
	return []rest.Route{
		rest.Post("/work_queues/", "create_work_queue_work_queues__post", a.createWorkQueue).With(http.StatusCreated),
		rest.Change(http.MethodPatch, "/work_queues/{id}", "update_work_queue_work_queues__id__patch", a.updateWorkQueue),
		rest.Get("/work_queues/name/{name}", "read_work_queue_by_name_work_queues_name__name__get", a.readWorkQueueByName),
		rest.Get("/work_queues/{id}", "read_work_queue_work_queues__id__get", a.readWorkQueue),
		rest.Post("/work_queues/{id}/get_runs", "read_work_queue_runs_work_queues__id__get_runs_post", a.workQueueRuns),
		rest.Post("/work_queues/filter", "read_work_queues_work_queues_filter_post", a.filterWorkQueues),
		rest.Delete("/work_queues/{id}", "delete_work_queue_work_queues__id__delete", a.deleteWorkQueue),
		rest.Post("/work_queues/{id}/concurrency_status",
			"read_work_queue_concurrency_status_work_queues__id__concurrency_status_post", a.workQueueConcurrencyStatus),
		rest.Get("/work_queues/{id}/status", "read_work_queue_status_work_queues__id__status_get", a.workQueueStatus),
	}
}

func (a *API) createWorkQueue(r *http.Request, in *prefect.WorkQueueCreate) (*prefect.WorkQueue, error) {
	return a.createQueue(r, func(tx *store.Tx) (*prefect.WorkQueue, error) { return tx.CreateAgentQueue(in) })
}

func (a *API) updateWorkQueue(r *http.Request, in *prefect.WorkQueueUpdate) error {
	id := rest.ID(r, "id")
	return a.store.Update(r.Context(), func(tx *store.Tx) error {
		queue, err := tx.ReadWorkQueue(id)
		if err != nil {
			return err
		}
		if queue == nil {
			return fault.New(fault.NotFound, "Work Queue %s not found", id)
		}
		return tx.UpdateWorkQueue(queue, in, false)
	})
}

func (a *API) readWorkQueue(r *http.Request) (*prefect.WorkQueue, error) {
	return a.readQueue(r, func(tx *store.Tx) (*prefect.WorkQueue, error) { return tx.ReadWorkQueue(rest.ID(r, "id")) })
}

func (a *API) readWorkQueueByName(r *http.Request) (*prefect.WorkQueue, error) {
	return a.readQueue(r, func(tx *store.Tx) (*prefect.WorkQueue, error) { return tx.ReadWorkQueueByName(r.PathValue("name")) })
}

func (a *API) readQueue(r *http.Request, fn func(*store.Tx) (*prefect.WorkQueue, error)) (*prefect.WorkQueue, error) {
	return find(a, r, "work queue", func(tx *store.Tx) (*prefect.WorkQueue, error) {
		queue, err := fn(tx)
		if err != nil || queue == nil {
			return nil, err
		}
		return queue, countQueueSlots(tx, dispatch.Claim, queue)
	})
}

// agentPoll is what an agent asks for.
type agentPoll struct {
	decode.Embedded
	rest.LateSized
	ScheduledBefore *prefect.Time `json:"scheduled_before"`
}

// workQueueRuns is an agent's poll. The UI asks for the same to show what
// waits; that is no poll.
func (a *API) workQueueRuns(r *http.Request, in *agentPoll) ([]*prefect.FlowRun, error) {
	id := rest.ID(r, "id")
	var queue *prefect.WorkQueue
	runs, err := view(a, r, func(tx *store.Tx) (_ []*prefect.FlowRun, err error) {
		if queue, err = tx.ReadWorkQueue(id); err != nil {
			return nil, err
		}
		if queue == nil {
			return nil, rest.NoObject("Work queue with id " + id.String() + " not found.")
		}
		return dispatch.AgentRuns(tx, queue, in.ScheduledBefore, in.Size())
	})
	if err == nil && !isTrue(r.Header.Get("X-Prefect-Ui")) {
		err = a.store.Update(r.Context(), func(tx *store.Tx) error { return tx.MarkPolled([]*prefect.WorkQueue{queue}) })
	}
	return runs, err
}

// isTrue reads a header that holds a boolean.
func isTrue(text string) bool {
	switch strings.ToLower(text) {
	case "true", "1", "on", "t", "y", "yes":
		return true
	}
	return false
}

func (a *API) filterWorkQueues(r *http.Request, in *workQueueQuery) ([]*prefect.WorkQueue, error) {
	return a.filterQueues(r, in, func(*store.Tx) (uuid.UUID, error) { return uuid.Nil, nil })
}

func (a *API) deleteWorkQueue(r *http.Request) error {
	return a.change(r, "work queue", func(tx *store.Tx) (bool, error) {
		queue, err := tx.ReadWorkQueue(rest.ID(r, "id"))
		if err != nil || queue == nil {
			return false, err
		}
		return true, tx.DeleteWorkQueue(queue, false)
	})
}

type workQueueStatusQuery struct {
	decode.Embedded
	Page int `json:"page" rule:"ge=1"`
	rest.LateSized
}

// Defaults implements decode.Defaulter.
func (q *workQueueStatusQuery) Defaults() { q.Page = 1 }

// workQueueConcurrencyStatus is a page of the runs that hold the slots of a queue.
type workQueueConcurrencyStatus struct {
	ActiveSlots      int                   `json:"active_slots"`
	ConcurrencyLimit *int                  `json:"concurrency_limit"`
	FlowRuns         []*prefect.SlotHolder `json:"flow_runs"`
	Count            int                   `json:"count"`
	Limit            int                   `json:"limit"`
	Pages            int                   `json:"pages"`
	Page             int                   `json:"page"`
}

func (a *API) workQueueConcurrencyStatus(r *http.Request, in *workQueueStatusQuery) (*workQueueConcurrencyStatus, error) {
	return view(a, r, func(tx *store.Tx) (*workQueueConcurrencyStatus, error) {
		queue, err := tx.ReadWorkQueue(rest.ID(r, "id"))
		if err != nil {
			return nil, err
		}
		if queue == nil {
			return nil, fault.New(fault.NotFound, "Work queue not found.")
		}
		count, err := tx.QueueSlots(queue.ID, dispatch.Claim)
		if err != nil {
			return nil, err
		}
		holders, err := tx.QueueSlotHolders(queue.ID, dispatch.Claim, prefect.Page{Limit: in.Size(), Offset: (in.Page - 1) * in.Size()})
		if err != nil {
			return nil, err
		}
		p := rest.NewPage(holders, count, in.Size(), in.Page)
		return &workQueueConcurrencyStatus{count, queue.ConcurrencyLimit, holders, count, in.Size(), p.Pages, in.Page}, nil
	})
}

// A queue is healthy when none of its runs is late and it was polled within
// this time.
const healthyPoll = time.Minute

func (a *API) workQueueStatus(r *http.Request) (*prefect.QueueHealth, error) {
	id := rest.ID(r, "id")
	return view(a, r, func(tx *store.Tx) (*prefect.QueueHealth, error) {
		queue, err := tx.ReadWorkQueue(id)
		if err != nil {
			return nil, err
		}
		if queue == nil {
			return nil, rest.NoObject("Work queue with id " + id.String() + " not found")
		}
		late, err := tx.LateRuns(id)
		polled := queue.LastPolled != nil && tx.Now.Sub(queue.LastPolled.Time) <= healthyPoll
		return &prefect.QueueHealth{
			Healthy: late == 0 && polled, LateRunsCount: late, LastPolled: queue.LastPolled,
			Policy: prefect.QueueHealthPolicy{MaximumSecondsSinceLastPolled: int(healthyPoll / time.Second)},
		}, err
	})
}
