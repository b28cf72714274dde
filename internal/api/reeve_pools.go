package api

import (
	"net/http"
	"strings"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/dispatch"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

// What the pages of work pools show, each in one answer.
func (a *API) reevePoolRoutes() []rest.Route {
	return []rest.Route{
		rest.Get("/reeve/work_pools", "reeve_work_pools", a.poolRows),
		rest.Get("/reeve/work_pools/{name}/overview", "reeve_work_pool_overview", a.poolOverview),
	}
}

// What the pages of pools hold at most.
const (
	poolRows       = 500
	poolQueues     = 200
	poolWorkers    = 200
	poolActiveRuns = 200
	poolWaiting    = 20 // runs of which it is found out why they wait
)

func (a *API) poolRows(r *http.Request) (table[*store.PoolRow], error) {
	return view(a, r, func(tx *store.Tx) (out table[*store.PoolRow], err error) {
		out = tableAt[*store.PoolRow](tx)
		if out.Rows, err = tx.PoolRows(poolRows, countedRows); err != nil {
			return out, err
		}
		out.Count, err = tx.CountWorkPools(nil)
		return out, err
	})
}

// poolOverview is all that the page of a pool shows. Active are the runs that hold
// its slots, ActiveCount how many there are; Waiting the first of those that may
// start and have not, in the order in which workers take them.
type poolOverview struct {
	Pool        *prefect.WorkPool `json:"pool" rule:"present"`
	Queues      []poolQueue       `json:"queues"`
	Workers     []*prefect.Worker `json:"workers"`
	Active      []*store.PoolRun  `json:"active"`
	ActiveCount int               `json:"active_count"`
	Waiting     []waitingRun      `json:"waiting"`
	Now         prefect.Time      `json:"now"`
}

// poolQueue is a queue with the runs that hold its slots and those that are due,
// of which at most countedRows are counted.
type poolQueue struct {
	prefect.WorkQueue
	Active    int  `json:"active"`
	Due       int  `json:"due"`
	IsDefault bool `json:"is_default"`
}

// waitingRun is a run that is due, with what it waits for.
type waitingRun struct {
	store.PoolRun
	Reasons []dispatch.Reason `json:"reasons"`
}

func (a *API) poolOverview(r *http.Request) (*poolOverview, error) {
	return view(a, r, func(tx *store.Tx) (*poolOverview, error) {
		pool, err := poolNamed(tx, r.PathValue("name"))
		if err != nil {
			return nil, err
		}
		out := &poolOverview{Pool: pool, Now: prefect.At(tx.Now), Queues: []poolQueue{}, Waiting: []waitingRun{}}
		if err := out.readQueues(tx); err != nil {
			return nil, err
		}
		if out.Workers, err = tx.FilterWorkers(pool.ID, nil, prefect.Page{Limit: poolWorkers}); err != nil {
			return nil, err
		}
		if out.Active, err = tx.PoolActiveRuns(pool.ID, poolActiveRuns); err != nil {
			return nil, err
		}
		return out, a.readWaiting(out, tx)
	})
}

func (p *poolOverview) readQueues(tx *store.Tx) error {
	if err := countSlots(tx, p.Pool); err != nil {
		return err
	}
	queues, err := tx.FilterWorkQueues(p.Pool.ID, nil, prefect.Page{Limit: poolQueues})
	if err != nil {
		return err
	}
	slots, err := tx.PoolSlots(p.Pool.ID)
	if err != nil {
		return err
	}
	p.ActiveCount = slots.Claimed
	for _, q := range queues {
		due, err := tx.CountQueueDue(q.ID, countedRows)
		if err != nil {
			return err
		}
		active := slots.Of[q.ID]
		if q.ConcurrencyLimit != nil {
			q.ActiveSlots = &active
		}
		isDefault := p.Pool.DefaultQueueID != nil && *p.Pool.DefaultQueueID == q.ID
		p.Queues = append(p.Queues, poolQueue{*q, active, due, isDefault})
	}
	return nil
}

// readWaiting finds the first runs that are due, queue by queue, and what each
// waits for.
func (a *API) readWaiting(p *poolOverview, tx *store.Tx) error {
	for _, q := range p.Queues {
		left := poolWaiting - len(p.Waiting)
		if left <= 0 {
			return nil
		}
		due, err := tx.QueueDueRuns(q.ID, left)
		if err != nil {
			return err
		}
		for _, run := range due {
			reasons, err := a.reasonsOf(tx, run.ID)
			if err != nil {
				return err
			}
			p.Waiting = append(p.Waiting, waitingRun{*run, reasons})
		}
	}
	return nil
}

// reasonsOf returns what a run waits for, each sentence as one that can stand alone.
func (a *API) reasonsOf(tx *store.Tx, id uuid.UUID) ([]dispatch.Reason, error) {
	run, err := tx.ReadFlowRun(id)
	if err != nil || run == nil {
		return []dispatch.Reason{}, err
	}
	why, err := a.explain(tx, run)
	if err != nil {
		return nil, err
	}
	for i, r := range why.Reasons {
		why.Reasons[i].Sentence = strings.ToUpper(r.Sentence[:1]) + r.Sentence[1:]
	}
	return why.Reasons, nil
}
