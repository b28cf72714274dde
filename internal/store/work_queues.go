package store

import (
	"reflect"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/events"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
)

// polledWithin is how long ago a queue may have been polled to be ready when it
// is resumed.
const polledWithin = time.Minute

const workQueueColumns = `work_queue.id, work_queue.created, work_queue.updated, work_queue.name, work_queue.description,
	work_queue.is_paused, work_queue.concurrency_limit, work_queue.priority, work_queue.work_pool_id, work_queue.filter,
	work_queue.last_polled, work_queue.status, work_pool.name, work_pool.type`

const workQueueFrom = ` FROM work_queue JOIN work_pool ON work_pool.id = work_queue.work_pool_id `

func scanWorkQueue(r Row) (*prefect.WorkQueue, error) {
	var q prefect.WorkQueue
	err := r.Scan(&q.ID, &q.Created, &q.Updated, &q.Name, &q.Description, &q.IsPaused, &q.ConcurrencyLimit, &q.Priority,
		&q.WorkPoolID, JSON(&q.Filter), &q.LastPolled, &q.Status, &q.WorkPoolName, &q.WorkPoolType)
	return &q, err
}

// CreateWorkQueue makes a queue in a pool; fault.Conflict when the pool has one
// of that name. With a priority, queues that have it or follow it make room.
func (tx *Tx) CreateWorkQueue(pool *prefect.WorkPool, c *prefect.WorkQueueCreate) (*prefect.WorkQueue, error) {
	priority := 0
	if c.Priority != nil {
		priority = *c.Priority
	} else {
		taken, err := column[int](tx, `SELECT priority FROM work_queue WHERE work_pool_id = ? ORDER BY priority`, pool.ID)
		if err != nil {
			return nil, err
		}
		priority = firstFree(taken)
	}
	description := ""
	if c.Description != nil {
		description = *c.Description
	}
	id := tx.IDs.V4()
	n, err := tx.conn.Exec(`INSERT INTO work_queue (id, created, updated, name, description, is_paused, concurrency_limit,
			priority, filter, work_pool_id)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (work_pool_id, name) DO NOTHING`,
		id, tx.Now, tx.Now, c.Name, description, c.IsPaused, c.ConcurrencyLimit, priority, NullJSON(c.Filter), pool.ID)
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, fault.New(fault.Conflict, "A work queue with this name already exists.")
	}
	if c.Priority != nil {
		if err := tx.arrangePriorities(pool.ID, id, priority); err != nil {
			return nil, err
		}
	}
	queue, err := tx.ReadWorkQueue(id)
	if err != nil {
		return nil, err
	}
	tx.Touch(WorkPools)
	return queue, tx.Emit(events.WorkQueueCreated(tx.IDs.V7(), tx.Now, queue))
}

// firstFree is the first priority that is not taken; taken is sorted.
func firstFree(taken []int) int {
	for i, p := range taken {
		if p != i+1 {
			return i + 1
		}
	}
	if len(taken) == 0 {
		return 1
	}
	return taken[len(taken)-1] + 1
}

// arrangePriorities makes the priorities of a pool's queues distinct, with as
// few changes as it takes for queue to have the wanted one. The nil id arranges
// them without a wish.
func (tx *Tx) arrangePriorities(pool, queue uuid.UUID, wanted int) error {
	type place struct {
		id       uuid.UUID
		priority int
	}
	have, err := collect(tx, `SELECT id, priority FROM work_queue WHERE work_pool_id = ? ORDER BY priority, id`, []any{pool},
		func(r Row) (p place, err error) { return p, r.Scan(&p.id, &p.priority) })
	if err != nil {
		return err
	}
	order := slices.DeleteFunc(slices.Clone(have), func(p place) bool { return p.id == queue })
	if i := slices.IndexFunc(order, func(p place) bool { return p.priority >= wanted }); queue != uuid.Nil && i >= 0 {
		order = slices.Insert(order, i, place{queue, wanted})
	}
	last := 0
	for _, p := range order {
		if p.priority > last {
			last = p.priority
			if p.id != queue {
				continue
			}
		} else {
			last++
			p.priority = last
		}
		_, err := tx.conn.Exec(`UPDATE work_queue SET priority = ?, updated = ? WHERE id = ? AND priority <> ?`,
			p.priority, tx.Now, p.id, p.priority)
		if err != nil {
			return err
		}
	}
	return nil
}

// ReadWorkQueue returns a queue, nil when there is none with that id.
func (tx *Tx) ReadWorkQueue(id uuid.UUID) (*prefect.WorkQueue, error) {
	q, _, err := first(tx, `SELECT `+workQueueColumns+workQueueFrom+`WHERE work_queue.id = ?`, []any{id}, scanWorkQueue)
	return q, err
}

// ReadWorkQueueOf returns a queue by the names of its pool and its own, nil when
// there is none.
func (tx *Tx) ReadWorkQueueOf(pool, name string) (*prefect.WorkQueue, error) {
	q, _, err := first(tx, `SELECT `+workQueueColumns+workQueueFrom+`WHERE work_pool.name = ? AND work_queue.name = ?`,
		[]any{pool, name}, scanWorkQueue)
	return q, err
}

// ReadWorkQueueByName returns a queue of the default agent pool, or of any pool
// when that does not exist; nil when there is none.
func (tx *Tx) ReadWorkQueueByName(name string) (*prefect.WorkQueue, error) {
	pool, err := tx.ReadWorkPoolByName(prefect.DefaultAgentPool)
	if err != nil {
		return nil, err
	}
	if pool != nil {
		return tx.ReadWorkQueueOf(pool.Name, name)
	}
	q, _, err := first(tx, `SELECT `+workQueueColumns+workQueueFrom+`WHERE work_queue.name = ? ORDER BY work_queue.created LIMIT 1`,
		[]any{name}, scanWorkQueue)
	return q, err
}

// WorkQueuesOf returns a pool's queues by priority.
func (tx *Tx) WorkQueuesOf(pool uuid.UUID) ([]*prefect.WorkQueue, error) {
	return collect(tx, `SELECT `+workQueueColumns+workQueueFrom+`WHERE work_queue.work_pool_id = ?
		ORDER BY work_queue.priority, work_queue.id`, []any{pool}, scanWorkQueue)
}

// EnsureWorkQueue returns the queue of that name in a pool, making it when it is
// not there.
func (tx *Tx) EnsureWorkQueue(pool *prefect.WorkPool, name string) (*prefect.WorkQueue, error) {
	q, err := tx.ReadWorkQueueOf(pool.Name, name)
	if err != nil || q != nil {
		return q, err
	}
	return tx.CreateWorkQueue(pool, &prefect.WorkQueueCreate{Name: name})
}

// EnsureAgentQueue returns the queue of that name for those who name no pool: an
// existing one, else one in the default agent pool.
func (tx *Tx) EnsureAgentQueue(name string) (*prefect.WorkQueue, error) {
	q, err := tx.ReadWorkQueueByName(name)
	if err != nil || q != nil {
		return q, err
	}
	priority := 1
	return tx.CreateAgentQueue(&prefect.WorkQueueCreate{Name: name, Priority: &priority})
}

// CreateAgentQueue makes a queue in the default agent pool.
func (tx *Tx) CreateAgentQueue(c *prefect.WorkQueueCreate) (*prefect.WorkQueue, error) {
	pool, made, err := tx.DefaultAgentPool()
	if err != nil {
		return nil, err
	}
	if made && c.Name == prefect.DefaultQueue {
		return tx.ReadWorkQueue(*pool.DefaultQueueID)
	}
	return tx.CreateWorkQueue(pool, c)
}

// UpdateWorkQueue changes what was given, and the status when the queue is
// paused or resumed. It tells of both in events. When arrange is set, a changed
// priority moves the other queues of the pool.
func (tx *Tx) UpdateWorkQueue(queue *prefect.WorkQueue, u *prefect.WorkQueueUpdate, arrange bool) error {
	set, changes, next := assignments{}, &events.Changes{}, *queue
	if u.Has("name") {
		if u.Name == nil {
			return errIntegrity
		}
		next.Name = *u.Name
		set.add("name", next.Name)
		noteChange(changes, "name", queue.Name, next.Name)
	}
	if u.Has("description") {
		if u.Description == nil {
			return errIntegrity
		}
		next.Description = *u.Description
		set.add("description", next.Description)
		noteChange(changes, "description", queue.Description, next.Description)
	}
	if u.Has("is_paused") {
		next.IsPaused = u.IsPaused
		set.add("is_paused", next.IsPaused)
	}
	if u.Has("concurrency_limit") {
		next.ConcurrencyLimit = u.ConcurrencyLimit
		set.add("concurrency_limit", next.ConcurrencyLimit)
		noteChange(changes, "concurrency_limit", queue.ConcurrencyLimit, next.ConcurrencyLimit)
	}
	if u.Has("priority") {
		if u.Priority == nil {
			return errIntegrity
		}
		next.Priority = *u.Priority
		set.add("priority", next.Priority)
		noteChange(changes, "priority", queue.Priority, next.Priority)
	}
	if u.Has("last_polled") {
		next.LastPolled = u.LastPolled
		set.add("last_polled", next.LastPolled)
	}
	if u.Has("filter") {
		next.Filter = u.Filter
		set.add("filter", NullJSON(next.Filter))
	}
	next.Status = tx.queueStatus(queue, &next, u.Has("is_paused"))
	if next.Status != queue.Status {
		set.add("status", next.Status)
	}
	if _, err := tx.update("work_queue", queue.ID, set); err != nil {
		return err
	}
	tx.Touch(WorkPools)
	tx.Touch(Deadlines)
	if u.Has("concurrency_limit") || u.Has("is_paused") {
		if err := tx.TellPoolSlotFreed(queue.ID); err != nil {
			return err
		}
	}
	if u.Has("priority") && arrange {
		if err := tx.arrangePriorities(queue.WorkPoolID, queue.ID, next.Priority); err != nil {
			return err
		}
	}
	return tx.tellWorkQueueChange(queue, &next, changes)
}

func (tx *Tx) tellWorkQueueChange(before, after *prefect.WorkQueue, changes *events.Changes) error {
	if !changes.Empty() {
		e, err := events.WorkQueueUpdated(tx.IDs.V7(), tx.Now, after, changes)
		if err != nil {
			return err
		}
		if err := tx.Emit(e); err != nil {
			return err
		}
	}
	if after.Status == before.Status {
		return nil
	}
	return tx.Emit(events.WorkQueueStatus(tx.IDs.V7(), tx.Now, after))
}

func noteChange(c *events.Changes, field string, from, to any) {
	if !reflect.DeepEqual(from, to) {
		c.Add(field, from, to)
	}
}

// queueStatus is the status of a queue that is to be like next.
func (tx *Tx) queueStatus(queue, next *prefect.WorkQueue, pausedGiven bool) prefect.PoolStatus {
	switch {
	case !pausedGiven:
		return queue.Status
	case next.IsPaused:
		return prefect.PoolPaused
	case queue.Status != prefect.PoolPaused:
		return queue.Status
	case next.LastPolled != nil && tx.Now.Sub(next.LastPolled.Time) <= polledWithin:
		return prefect.Ready
	}
	return prefect.NotReady
}

// DeleteWorkQueue deletes a queue; its runs and deployments stay. A pool's
// default queue cannot be deleted: fault.Conflict. When arrange is set, the
// priorities of the pool's other queues are made distinct.
func (tx *Tx) DeleteWorkQueue(queue *prefect.WorkQueue, arrange bool) error {
	isDefault, err := tx.exists(`SELECT 1 FROM work_pool WHERE default_queue_id = ?`, queue.ID)
	if err != nil {
		return err
	}
	if isDefault {
		return errIntegrity
	}
	kind := deletableWorkQueue
	if arrange {
		kind = deletablePoolQueue
	}
	done, err := tx.clearOut(kind, queue.ID, func() (bool, error) { return tx.clearWorkQueue(queue.ID) })
	if err != nil || !done {
		return err
	}
	if err := tx.Emit(events.WorkQueueDeleted(tx.IDs.V7(), tx.Now, queue)); err != nil {
		return err
	}
	if _, err := tx.conn.Exec(`DELETE FROM work_queue WHERE id = ?`, queue.ID); err != nil {
		return err
	}
	tx.Touch(WorkPools)
	if !arrange {
		return nil
	}
	return tx.arrangePriorities(queue.WorkPoolID, uuid.Nil, 0)
}

// FilterWorkQueues returns the queues that meet the filter: those of a pool by
// priority, or all by name when pool is uuid.Nil.
func (tx *Tx) FilterWorkQueues(pool uuid.UUID, f *prefect.WorkQueueFilter, page prefect.Page) ([]*prefect.WorkQueue, error) {
	c, order := workQueueCondition(f), "work_queue.name, work_queue.id"
	if pool != uuid.Nil {
		c, order = and(when("work_queue.work_pool_id = ?", pool), c), "work_queue.priority, work_queue.id"
	}
	return collect(tx, `SELECT `+workQueueColumns+workQueueFrom+c.where()+` ORDER BY `+order+` LIMIT ? OFFSET ?`,
		append(c.args, page.Limit, page.Offset), scanWorkQueue)
}

// CountWorkQueues counts the queues of a pool.
func (tx *Tx) CountWorkQueues(pool uuid.UUID) (int, error) {
	return tx.count(`SELECT count(*) FROM work_queue WHERE work_pool_id = ?`, pool)
}
