package dispatch

import (
	"time"

	"github.com/reevehq/reeve/internal/prefect"
)

// explainScheduled finds what holds back a run that a worker is to start.
func (w *Why) explainScheduled(tx WhyTx, run *prefect.FlowRun, now time.Time) error {
	if at := run.NextScheduledStartTime; at != nil && at.After(now) {
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
func (w *Why) explainPlace(tx WhyTx, run *prefect.FlowRun, d *prefect.Deployment) error {
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

// explainSlots finds whether the pool or the queue of a run is full.
func (w *Why) explainSlots(tx WhyTx, pool *prefect.WorkPool, queue *prefect.WorkQueue) error {
	held, err := tx.PoolSlots(pool.ID)
	if err != nil {
		return err
	}
	if most := pool.ConcurrencyLimit; most != nil && held.Claimed >= *most {
		queues, err := tx.WorkQueuesOf(pool.ID)
		if err != nil {
			return err
		}
		var runs []*prefect.SlotHolder
		for _, q := range queues {
			holders, err := tx.QueueSlotHolders(q.ID, Claim, prefect.Page{Limit: whyRuns - len(runs)})
			if err != nil {
				return err
			}
			runs = append(runs, holders...)
		}
		w.full("pool_limit", "the limit of work pool "+pool.Name, *most, held.Claimed, runs)
	}
	if most := queue.ConcurrencyLimit; most != nil && held.Of[queue.ID] >= *most {
		holders, err := tx.QueueSlotHolders(queue.ID, HandOut, prefect.Page{Limit: whyRuns})
		if err != nil {
			return err
		}
		w.full("queue_limit", "the limit of work queue "+queue.Name, *most, held.Of[queue.ID], holders)
	}
	return nil
}
