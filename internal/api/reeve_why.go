package api

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/dispatch"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

func (a *API) reeveWhyRoutes() []Route {
	return []Route{{http.MethodGet, "/reeve/flow_runs/{id}/why", "reeve_why_flow_run", a.whyFlowRun}}
}

// why says what a flow run waits for. Reasons are all that hold it back, the
// first to be mended first; the sentence is about the first.
type why struct {
	FlowRunID uuid.UUID          `json:"flow_run_id"`
	Name      string             `json:"name"`
	StateType *prefect.StateType `json:"state_type"`
	StateName *string            `json:"state_name"`
	Sentence  string             `json:"sentence"`
	Reasons   []reason           `json:"reasons"`
}

// reason is one thing that holds a run back. Runs are those that hold the slots
// it waits for, at most whyRuns of them.
type reason struct {
	Code     string                `json:"code"`
	Sentence string                `json:"sentence"`
	Limit    *int                  `json:"limit,omitempty"`
	Active   *int                  `json:"active,omitempty"`
	Until    *prefect.Time         `json:"until,omitempty"`
	Runs     []*prefect.SlotHolder `json:"runs,omitempty"`
}

// whyRuns bounds the runs that a reason names.
const whyRuns = 10

func (w *why) add(code, format string, args ...any) *reason {
	w.Reasons = append(w.Reasons, reason{Code: code, Sentence: fmt.Sprintf(format, args...)})
	return &w.Reasons[len(w.Reasons)-1]
}

func (w *why) full(code, what string, limit, active int, runs []*prefect.SlotHolder) *reason {
	names := make([]string, len(runs))
	for i, run := range runs {
		names[i] = run.Name
	}
	by := ""
	if len(names) > 0 {
		by = " (" + strings.Join(names, ", ") + ")"
	}
	r := w.add(code, "%s is full: %d of %d slots are held%s", what, active, limit, by)
	r.Limit, r.Active, r.Runs = &limit, &active, runs
	return r
}

func (a *API) whyFlowRun(w http.ResponseWriter, r *http.Request) error {
	return read(a, w, r, "Flow run", func(tx *store.Tx) (*why, error) {
		run, err := tx.ReadFlowRun(pathID(r, "id"))
		if err != nil || run == nil {
			return nil, err
		}
		return a.explain(tx, run)
	})
}

// explain finds what a run waits for.
func (a *API) explain(tx *store.Tx, run *prefect.FlowRun) (*why, error) {
	out := &why{FlowRunID: run.ID, Name: run.Name, StateType: run.StateType, StateName: run.StateName, Reasons: []reason{}}
	if run.State == nil || run.StateType == nil {
		out.add("no_state", "it has no state yet: whoever made it has not said what is to become of it")
	} else if *run.StateType == prefect.Scheduled {
		if err := a.explainScheduled(out, tx, run); err != nil {
			return nil, err
		}
	} else {
		if *run.StateType == prefect.Running {
			if err := out.explainWaits(tx, run, a.waiting.Now(tx.Now)); err != nil {
				return nil, err
			}
		}
		if err := a.explainOwner(out, tx, run); err != nil {
			return nil, err
		}
	}
	out.Sentence = fmt.Sprintf("%s: %s.", run.Name, out.Reasons[0].Sentence)
	return out, nil
}

func moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }

func (a *API) explainScheduled(w *why, tx *store.Tx, run *prefect.FlowRun) error {
	if dispatch.StandingOf(run).RetriesInProcess() {
		return a.explainOwner(w, tx, run)
	}
	if at := run.NextScheduledStartTime; at != nil && at.After(tx.Now) {
		w.add("not_due", "it is not due before %s", moment(at.Time)).Until = at
	}
	if run.DeploymentID == nil {
		w.add("no_deployment", "it has no deployment, so no worker will start it: only the process that made it can")
		return nil
	}
	d, err := tx.ReadDeployment(*run.DeploymentID)
	if err != nil {
		return err
	}
	if d == nil {
		w.add("deployment_deleted", "its deployment was deleted, so no worker can start it")
		return nil
	}
	if err := w.explainPlace(tx, run, d); err != nil {
		return err
	}
	limit, err := tx.ReadFlowLimit(run.FlowID)
	if err != nil {
		return err
	}
	if limit != nil && limit.Full() {
		holders, err := tx.FlowSlotHolders(run.FlowID, whyRuns)
		if err != nil {
			return err
		}
		w.full("flow_limit", "the limit of flow "+limit.Name, limit.Max, limit.Active, holders)
	}
	if g := d.GlobalConcurrencyLimit; g != nil && g.ActiveSlots >= g.Limit {
		holders, err := slotHolders(tx, g.ID)
		if err != nil {
			return err
		}
		w.full("deployment_limit", "the limit of deployment "+d.Name, g.Limit, g.ActiveSlots, holders)
	}
	if d.Paused {
		w.add("deployment_paused", "deployment %s is paused: its schedules make no runs, but this one is not held back by that", d.Name)
	}
	if len(w.Reasons) == 0 {
		w.add("next_poll", "nothing holds it back: it starts when a worker next polls")
	}
	return nil
}

// explainPlace finds what the pool and the queue of a run have to do with it.
func (w *why) explainPlace(tx *store.Tx, run *prefect.FlowRun, d *prefect.Deployment) error {
	if run.WorkQueueID == nil {
		if d.LastPolled == nil || d.Status == nil || *d.Status != "READY" {
			w.add("not_served", "deployment %s has no work pool and no process that serves it", d.Name)
		}
		return nil
	}
	queue, err := tx.ReadWorkQueue(*run.WorkQueueID)
	if err != nil || queue == nil {
		return err
	}
	pool, err := tx.ReadWorkPool(queue.WorkPoolID)
	if err != nil || pool == nil {
		return err
	}
	if pool.IsPaused {
		w.add("pool_paused", "work pool %s is paused", pool.Name)
	}
	if queue.IsPaused {
		w.add("queue_paused", "work queue %s of pool %s is paused", queue.Name, pool.Name)
	}
	workers, err := tx.FilterWorkers(pool.ID, nil, prefect.Page{Limit: 1000})
	if err != nil {
		return err
	}
	online := 0
	for _, worker := range workers {
		if worker.Status == prefect.Online {
			online++
		}
	}
	if online == 0 {
		w.add("no_worker", "no worker of pool %s is online; start one with: reeve worker start --pool %s", pool.Name, pool.Name)
	}
	return w.explainSlots(tx, pool, queue)
}

func (w *why) explainSlots(tx *store.Tx, pool *prefect.WorkPool, queue *prefect.WorkQueue) error {
	slots, err := tx.PoolSlots(pool.ID)
	if err != nil {
		return err
	}
	if most := pool.ConcurrencyLimit; most != nil && slots.Claimed >= *most {
		queues, err := tx.WorkQueuesOf(pool.ID)
		if err != nil {
			return err
		}
		var runs []*prefect.SlotHolder
		for _, q := range queues {
			holders, err := tx.QueueSlotHolders(q.ID, dispatch.Claim, prefect.Page{Limit: whyRuns - len(runs)})
			if err != nil {
				return err
			}
			runs = append(runs, holders...)
		}
		w.full("pool_limit", "the limit of work pool "+pool.Name, *most, slots.Claimed, runs)
	}
	if most := queue.ConcurrencyLimit; most != nil && slots.Of[queue.ID] >= *most {
		holders, err := tx.QueueSlotHolders(queue.ID, dispatch.HandOut, prefect.Page{Limit: whyRuns})
		if err != nil {
			return err
		}
		w.full("queue_limit", "the limit of work queue "+queue.Name, *most, slots.Of[queue.ID], holders)
	}
	return nil
}
