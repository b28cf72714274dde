package simulation

import (
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/store"
)

// view is what the database says after a step.
type view struct {
	runs   []*flowRun
	run    map[uuid.UUID]*flowRun
	limits []*limit
	leases []*lease
	pools  map[uuid.UUID]*pool // by the id of each of their queues
	flows  map[uuid.UUID]int   // the limits of flows
}

type flowRun struct {
	id, flow                       uuid.UUID
	kind, name                     string
	deployment, queue              *uuid.UUID
	since                          time.Time
	owner, due, resumeBy, expected *time.Time
	retries                        bool
}

type limit struct {
	id           uuid.UUID
	name         string
	active       bool
	most         int
	taken, decay float64
	deployment   *uuid.UUID
}

type lease struct {
	id               uuid.UUID
	created, expires time.Time
	slots            int
	holder           *uuid.UUID
	holderType       *string
	released         bool
	limits           []uuid.UUID
}

type pool struct {
	id   uuid.UUID
	name string
	most *int
}

// active reports whether a run has a process, or is about to get or lose one.
func (r *flowRun) active() bool {
	return r.kind == "PENDING" || r.kind == "RUNNING" || r.kind == "CANCELLING"
}

// terminal reports whether a run has ended.
func (r *flowRun) terminal() bool {
	switch r.kind {
	case "COMPLETED", "FAILED", "CRASHED", "CANCELLED":
		return true
	}
	return false
}

// rows reads the rows of a query.
func (w *world) rows(query string, each func(store.Row) error, args ...any) {
	if err := w.db.View(w.ctx, func(c store.Conn) error { return c.Query(query, args, each) }); err != nil {
		w.fail("the database is read", "%s: %v", query, err)
	}
}

// number is the only value of a query.
func (w *world) number(query string, args ...any) (n int) {
	w.rows(query, func(r store.Row) error { return r.Scan(&n) }, args...)
	return n
}

// read reads what the invariants are about.
func (w *world) read() *view {
	v := &view{run: map[uuid.UUID]*flowRun{}, pools: map[uuid.UUID]*pool{}, flows: map[uuid.UUID]int{}}
	err := w.db.View(w.ctx, func(c store.Conn) error {
		for _, q := range []struct {
			query string
			each  func(store.Row) error
		}{
			{`SELECT id, flow_id, coalesce(state_type, ''), coalesce(state_name, ''), deployment_id, work_queue_id, coalesce(state_timestamp, 0), owner_due,
				next_scheduled_start_time, pause_timeout, retries_in_process, expected_start_time FROM flow_run ORDER BY id`, v.addRun},
			{`SELECT l.id, name, active, "limit", active_slots, slot_decay_per_second,
				(SELECT id FROM deployment WHERE concurrency_limit_id = l.id LIMIT 1) FROM concurrency_limit AS l ORDER BY l.id`, v.addLimit},
			{`SELECT id, created, expires, slots, holder_id, holder_type, released FROM concurrency_lease ORDER BY id`, v.addLease},
			{`SELECT lease_id, limit_id FROM concurrency_lease_limit`, v.addLeaseLimit},
			{`SELECT q.id, p.id, p.name, p.concurrency_limit FROM work_queue AS q JOIN work_pool AS p ON p.id = q.work_pool_id`, v.addQueue},
			{`SELECT flow.id, max_concurrent FROM flow_limit JOIN flow ON flow.name = flow_name`, v.addFlowLimit},
		} {
			if err := c.Query(q.query, nil, q.each); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		w.fail("the database is read", "%v", err)
	}
	return v
}

func (v *view) addRun(r store.Row) error {
	f := &flowRun{}
	v.runs = append(v.runs, f)
	err := r.Scan(&f.id, &f.flow, &f.kind, &f.name, &f.deployment, &f.queue, &f.since, &f.owner, &f.due, &f.resumeBy, &f.retries, &f.expected)
	v.run[f.id] = f
	return err
}

func (v *view) addLimit(r store.Row) error {
	l := &limit{}
	v.limits = append(v.limits, l)
	return r.Scan(&l.id, &l.name, &l.active, &l.most, &l.taken, &l.decay, &l.deployment)
}

func (v *view) addLease(r store.Row) error {
	l := &lease{}
	v.leases = append(v.leases, l)
	return r.Scan(&l.id, &l.created, &l.expires, &l.slots, &l.holder, &l.holderType, &l.released)
}

func (v *view) addLeaseLimit(r store.Row) error {
	var id, limit uuid.UUID
	if err := r.Scan(&id, &limit); err != nil {
		return err
	}
	for _, l := range v.leases {
		if l.id == id {
			l.limits = append(l.limits, limit)
		}
	}
	return nil
}

func (v *view) addQueue(r store.Row) error {
	var queue uuid.UUID
	p := &pool{}
	err := r.Scan(&queue, &p.id, &p.name, &p.most)
	v.pools[queue] = p
	return err
}

func (v *view) addFlowLimit(r store.Row) error {
	var flow uuid.UUID
	var most int
	err := r.Scan(&flow, &most)
	v.flows[flow] = most
	return err
}

// history is the types of the states that a run has had.
func (w *world) history(run uuid.UUID) (kinds []string) {
	w.rows(`SELECT type FROM flow_run_state WHERE flow_run_id = ? ORDER BY timestamp`, func(r store.Row) error {
		var kind string
		err := r.Scan(&kind)
		kinds = append(kinds, kind)
		return err
	}, run)
	return kinds
}

// isActive reports whether a global limit is active.
func (w *world) isActive(name string) bool {
	for _, l := range w.view.limits {
		if l.name == name {
			return l.active
		}
	}
	return false
}
