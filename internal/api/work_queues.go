package api

import (
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/dispatch"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/store"
)

func (a *API) workQueueRoutes() []Route {
	return []Route{
		{http.MethodPost, "/work_queues/", "create_work_queue_work_queues__post", a.createWorkQueue},
		{http.MethodPatch, "/work_queues/{id}", "update_work_queue_work_queues__id__patch", a.updateWorkQueue},
		{http.MethodGet, "/work_queues/name/{name}", "read_work_queue_by_name_work_queues_name__name__get", a.readWorkQueueByName},
		{http.MethodGet, "/work_queues/{id}", "read_work_queue_work_queues__id__get", a.readWorkQueue},
		{http.MethodPost, "/work_queues/{id}/get_runs", "read_work_queue_runs_work_queues__id__get_runs_post", a.workQueueRuns},
		{http.MethodPost, "/work_queues/filter", "read_work_queues_work_queues_filter_post", a.filterWorkQueues},
		{http.MethodDelete, "/work_queues/{id}", "delete_work_queue_work_queues__id__delete", a.deleteWorkQueue},
		{http.MethodPost, "/work_queues/{id}/concurrency_status",
			"read_work_queue_concurrency_status_work_queues__id__concurrency_status_post", a.workQueueConcurrencyStatus},
		{http.MethodGet, "/work_queues/{id}/status", "read_work_queue_status_work_queues__id__status_get", a.workQueueStatus},
	}
}

func (a *API) createWorkQueue(w http.ResponseWriter, r *http.Request) error {
	var in prefect.WorkQueueCreate
	if err := body(r, &in); err != nil {
		return err
	}
	return a.createQueue(w, r, func(tx *store.Tx) (*prefect.WorkQueue, error) { return tx.CreateAgentQueue(&in) })
}

func (a *API) updateWorkQueue(w http.ResponseWriter, r *http.Request) error {
	var in prefect.WorkQueueUpdate
	if err := body(r, &in); err != nil {
		return err
	}
	id := pathID(r, "id")
	err := a.store.Update(r.Context(), func(tx *store.Tx) error {
		queue, err := tx.ReadWorkQueue(id)
		if err != nil {
			return err
		}
		if queue == nil {
			return fault.New(fault.NotFound, "Work Queue %s not found", id)
		}
		return tx.UpdateWorkQueue(queue, &in, false)
	})
	if err != nil {
		return err
	}
	return noContent(w)
}

func (a *API) readWorkQueue(w http.ResponseWriter, r *http.Request) error {
	return a.readQueue(w, r, func(tx *store.Tx) (*prefect.WorkQueue, error) { return tx.ReadWorkQueue(pathID(r, "id")) })
}

func (a *API) readWorkQueueByName(w http.ResponseWriter, r *http.Request) error {
	return a.readQueue(w, r, func(tx *store.Tx) (*prefect.WorkQueue, error) {
		return tx.ReadWorkQueueByName(r.PathValue("name"))
	})
}

func (a *API) readQueue(w http.ResponseWriter, r *http.Request, fn func(*store.Tx) (*prefect.WorkQueue, error)) error {
	return read(a, w, r, "work queue", func(tx *store.Tx) (*prefect.WorkQueue, error) {
		queue, err := fn(tx)
		if err != nil || queue == nil {
			return nil, err
		}
		return queue, countQueueSlots(tx, dispatch.Claim, queue)
	})
}

// workQueueRuns is an agent's poll. The UI asks for the same to show what
// waits; that is no poll.
func (a *API) workQueueRuns(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		decode.Embedded
		Limit           *int          `json:"limit"`
		ScheduledBefore *prefect.Time `json:"scheduled_before"`
	}
	if err := body(r, &in); err != nil {
		return err
	}
	limit, err := a.limit(in.Limit)
	if err != nil {
		return err
	}
	id := pathID(r, "id")
	var runs []*prefect.FlowRun
	var queue *prefect.WorkQueue
	err = a.store.View(r.Context(), func(tx *store.Tx) (err error) {
		if queue, err = tx.ReadWorkQueue(id); err != nil {
			return err
		}
		if queue == nil {
			return noObject("Work queue with id " + id.String() + " not found.")
		}
		runs, err = dispatch.AgentRuns(tx, queue, in.ScheduledBefore, limit)
		return err
	})
	if err != nil {
		return err
	}
	if !isTrue(r.Header.Get("X-Prefect-Ui")) {
		err = a.store.Update(r.Context(), func(tx *store.Tx) error { return tx.MarkPolled([]*prefect.WorkQueue{queue}) })
		if err != nil {
			return err
		}
	}
	respond(w, http.StatusOK, runs)
	return nil
}

// isTrue reads a header that holds a boolean.
func isTrue(text string) bool {
	switch strings.ToLower(text) {
	case "true", "1", "on", "t", "y", "yes":
		return true
	}
	return false
}

func (a *API) filterWorkQueues(w http.ResponseWriter, r *http.Request) error {
	return a.filterQueues(w, r, func(*store.Tx) (uuid.UUID, error) { return uuid.Nil, nil })
}

func (a *API) deleteWorkQueue(w http.ResponseWriter, r *http.Request) error {
	return a.change(w, r, "work queue", func(tx *store.Tx) (bool, error) {
		queue, err := tx.ReadWorkQueue(pathID(r, "id"))
		if err != nil || queue == nil {
			return false, err
		}
		return true, tx.DeleteWorkQueue(queue, false)
	})
}

func (a *API) workQueueConcurrencyStatus(w http.ResponseWriter, r *http.Request) error {
	in := struct {
		decode.Embedded
		Page  int  `json:"page" rule:"ge=1"`
		Limit *int `json:"limit"`
	}{Page: 1}
	if err := body(r, &in); err != nil {
		return err
	}
	limit, err := a.limit(in.Limit)
	if err != nil {
		return err
	}
	type status struct {
		ActiveSlots      int                   `json:"active_slots"`
		ConcurrencyLimit *int                  `json:"concurrency_limit"`
		FlowRuns         []*prefect.SlotHolder `json:"flow_runs"`
		Count            int                   `json:"count"`
		Limit            int                   `json:"limit"`
		Pages            int                   `json:"pages"`
		Page             int                   `json:"page"`
	}
	return view(a, w, r, func(tx *store.Tx) (*status, error) {
		queue, err := tx.ReadWorkQueue(pathID(r, "id"))
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
		holders, err := tx.QueueSlotHolders(queue.ID, dispatch.Claim, prefect.Page{Limit: limit, Offset: (in.Page - 1) * limit})
		if err != nil {
			return nil, err
		}
		p := newPage(holders, count, limit, in.Page)
		return &status{count, queue.ConcurrencyLimit, holders, count, limit, p.Pages, in.Page}, nil
	})
}

// A queue is healthy when none of its runs is late and it was polled within
// this time.
const healthyPoll = time.Minute

func (a *API) workQueueStatus(w http.ResponseWriter, r *http.Request) error {
	id := pathID(r, "id")
	return view(a, w, r, func(tx *store.Tx) (*prefect.QueueHealth, error) {
		queue, err := tx.ReadWorkQueue(id)
		if err != nil {
			return nil, err
		}
		if queue == nil {
			return nil, noObject("Work queue with id " + id.String() + " not found")
		}
		late, err := tx.LateRuns(id)
		polled := queue.LastPolled != nil && tx.Now.Sub(queue.LastPolled.Time) <= healthyPoll
		return &prefect.QueueHealth{
			Healthy: late == 0 && polled, LateRunsCount: late, LastPolled: queue.LastPolled,
			Policy: prefect.QueueHealthPolicy{MaximumSecondsSinceLastPolled: int(healthyPoll / time.Second)},
		}, err
	})
}
