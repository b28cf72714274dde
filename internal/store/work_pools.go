package store

import (
	"bytes"
	"encoding/json"
	"reflect"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/events"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
)

const workPoolColumns = `work_pool.id, work_pool.created, work_pool.updated, work_pool.name, work_pool.description,
	work_pool.type, work_pool.base_job_template, work_pool.is_paused, work_pool.concurrency_limit, work_pool.status,
	work_pool.default_queue_id, work_pool.storage_configuration, work_pool.last_transitioned_status_at,
	work_pool.last_status_event_id`

func scanWorkPool(r Row) (*prefect.WorkPool, error) {
	var p prefect.WorkPool
	err := r.Scan(&p.ID, &p.Created, &p.Updated, &p.Name, &p.Description, &p.Type, &p.BaseJobTemplate, &p.IsPaused,
		&p.ConcurrencyLimit, &p.StoredStatus, &p.DefaultQueueID, JSON(&p.StorageConfiguration), &p.StatusSince, &p.StatusEvent)
	if p.Type != prefect.AgentPoolType {
		p.Status = &p.StoredStatus
	}
	return &p, err
}

// CreateWorkPool makes a pool with its default queue; fault.Conflict when there
// is one of that name.
func (tx *Tx) CreateWorkPool(c *prefect.WorkPoolCreate) (*prefect.WorkPool, error) {
	status := prefect.NotReady
	if c.IsPaused && c.Type != prefect.AgentPoolType {
		status = prefect.PoolPaused
	}
	id := tx.IDs.V4()
	n, err := tx.conn.Exec(`INSERT INTO work_pool (id, created, updated, name, description, type, base_job_template,
			is_paused, concurrency_limit, status, storage_configuration)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO NOTHING`,
		id, tx.Now, tx.Now, string(c.Name), c.Description, c.Type, c.BaseJobTemplate.Object,
		c.IsPaused, c.ConcurrencyLimit, status, JSON(c.StorageConfiguration))
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, fault.New(fault.Conflict, "A work pool with this name already exists.")
	}
	description := "The work pool's default queue."
	pool, err := tx.ReadWorkPool(id)
	if err != nil {
		return nil, err
	}
	queue, err := tx.CreateWorkQueue(pool, &prefect.WorkQueueCreate{Name: prefect.DefaultQueue, Description: &description})
	if err != nil {
		return nil, err
	}
	if _, err = tx.conn.Exec(`UPDATE work_pool SET default_queue_id = ? WHERE id = ?`, queue.ID, id); err != nil {
		return nil, err
	}
	pool.DefaultQueueID = &queue.ID
	tx.Touch(WorkPools)
	return pool, tx.Emit(events.WorkPoolCreated(tx.IDs.V7(), tx.Now, pool))
}

// ReadWorkPool returns a pool, nil when there is none with that id.
func (tx *Tx) ReadWorkPool(id uuid.UUID) (*prefect.WorkPool, error) {
	p, _, err := first(tx, `SELECT `+workPoolColumns+` FROM work_pool WHERE id = ?`, []any{id}, scanWorkPool)
	return p, err
}

// ReadWorkPoolByName returns a pool, nil when there is none with that name.
func (tx *Tx) ReadWorkPoolByName(name string) (*prefect.WorkPool, error) {
	p, _, err := first(tx, `SELECT `+workPoolColumns+` FROM work_pool WHERE name = ?`, []any{name}, scanWorkPool)
	return p, err
}

// UpdateWorkPool changes what was given, and the status when the pool is paused
// or resumed. It tells of both in events.
func (tx *Tx) UpdateWorkPool(pool *prefect.WorkPool, u *prefect.WorkPoolUpdate) error {
	set, changes := assignments{}, &events.Changes{}
	next := *pool
	if u.Has("description") {
		if !reflect.DeepEqual(pool.Description, u.Description) {
			changes.Add("description", pool.Description, u.Description)
		}
		next.Description = u.Description
		set.add("description", u.Description)
	}
	if u.Has("base_job_template") {
		template := u.BaseJobTemplate
		if template == nil {
			return errIntegrity
		}
		if !sameJSON(pool.BaseJobTemplate, template.Object) {
			changes.Add("base_job_template", pool.BaseJobTemplate, template.Object)
		}
		next.BaseJobTemplate = template.Object
		set.add("base_job_template", template.Object)
	}
	if u.Has("concurrency_limit") {
		if !reflect.DeepEqual(pool.ConcurrencyLimit, u.ConcurrencyLimit) {
			changes.Add("concurrency_limit", pool.ConcurrencyLimit, u.ConcurrencyLimit)
		}
		next.ConcurrencyLimit = u.ConcurrencyLimit
		set.add("concurrency_limit", u.ConcurrencyLimit)
	}
	if u.Has("storage_configuration") {
		if u.StorageConfiguration == nil {
			return errIntegrity
		}
		if !sameJSON(pool.StorageConfiguration, u.StorageConfiguration) {
			changes.Add("storage_configuration", pool.StorageConfiguration, u.StorageConfiguration)
		}
		next.StorageConfiguration = *u.StorageConfiguration
		set.add("storage_configuration", JSON(u.StorageConfiguration))
	}
	if u.Has("is_paused") {
		if u.IsPaused == nil {
			return errIntegrity
		}
		next.IsPaused = *u.IsPaused
		set.add("is_paused", *u.IsPaused)
	}
	if _, err := tx.update("work_pool", pool.ID, set); err != nil {
		return err
	}
	tx.Touch(WorkPools)
	tx.Touch(Deadlines) // who waits for a slot may be handed out, or not any more
	if pool.DefaultQueueID != nil && (u.Has("concurrency_limit") || u.Has("is_paused")) {
		if err := tx.TellPoolSlotFreed(*pool.DefaultQueueID); err != nil {
			return err
		}
	}
	if !changes.Empty() {
		e, err := events.WorkPoolUpdated(tx.IDs.V7(), tx.Now, &next, changes)
		if err != nil {
			return err
		}
		if err := tx.Emit(e); err != nil {
			return err
		}
	}
	if !u.Has("is_paused") || pool.Type == prefect.AgentPoolType {
		return nil
	}
	status, err := tx.statusWhenPaused(pool.ID, *u.IsPaused)
	if err != nil {
		return err
	}
	return tx.SetWorkPoolStatus(&next, status)
}

// statusWhenPaused is the status of a pool after is_paused was set: a resumed
// pool is ready when a worker is online.
func (tx *Tx) statusWhenPaused(id uuid.UUID, paused bool) (prefect.PoolStatus, error) {
	if paused {
		return prefect.PoolPaused, nil
	}
	online, err := tx.exists(`SELECT 1 FROM worker WHERE work_pool_id = ? AND status = 'ONLINE' LIMIT 1`, id)
	if err != nil || !online {
		return prefect.NotReady, err
	}
	return prefect.Ready, nil
}

// SetWorkPoolStatus returns a pool a status and tells of it, even when it had it
// before. It changes pool.
func (tx *Tx) SetWorkPoolStatus(pool *prefect.WorkPool, status prefect.PoolStatus) error {
	before := *pool
	id := tx.IDs.V7()
	pool.StoredStatus, pool.StatusSince, pool.StatusEvent = status, prefect.AtPointer(tx.Now), &id
	if pool.Type != prefect.AgentPoolType {
		pool.Status = &pool.StoredStatus
	}
	_, err := tx.conn.Exec(`UPDATE work_pool SET status = ?, last_transitioned_status_at = ?, last_status_event_id = ?, updated = ?
		WHERE id = ?`, status, tx.Now, id, tx.Now, pool.ID)
	if err != nil {
		return err
	}
	tx.Touch(WorkPools)
	return tx.Emit(events.WorkPoolStatus(id, tx.Now, pool, &before))
}

// TellWorkPoolStatus tells of the status of a new pool.
func (tx *Tx) TellWorkPoolStatus(pool *prefect.WorkPool) error {
	return tx.Emit(events.WorkPoolStatus(tx.IDs.V7(), tx.Now, pool, nil))
}

// DeleteWorkPool deletes a pool with its queues and workers. Its runs stay.
func (tx *Tx) DeleteWorkPool(pool *prefect.WorkPool) error {
	done, err := tx.clearOut(deletableWorkPool, pool.ID, func() (bool, error) { return tx.clearWorkPool(pool.ID) })
	if err != nil || !done {
		return err
	}
	queues, err := tx.WorkQueuesOf(pool.ID)
	if err != nil {
		return err
	}
	for _, q := range queues {
		if err := tx.Emit(events.WorkQueueDeleted(tx.IDs.V7(), tx.Now, q)); err != nil {
			return err
		}
	}
	if err := tx.Emit(events.WorkPoolDeleted(tx.IDs.V7(), tx.Now, pool)); err != nil {
		return err
	}
	tx.Touch(WorkPools)
	_, err = tx.conn.Exec(`DELETE FROM work_pool WHERE id = ?`, pool.ID)
	return err
}

// DefaultAgentPool returns the pool of queues that have no other, making it when
// it is not there; made tells which.
func (tx *Tx) DefaultAgentPool() (pool *prefect.WorkPool, made bool, err error) {
	pool, err = tx.ReadWorkPoolByName(prefect.DefaultAgentPool)
	if err != nil || pool != nil {
		return pool, false, err
	}
	pool, err = tx.CreateWorkPool(&prefect.WorkPoolCreate{Name: prefect.DefaultAgentPool, Type: prefect.AgentPoolType})
	return pool, true, err
}

// errIntegrity is the answer to a null for a column that cannot be null.
var errIntegrity = fault.New(fault.Conflict, IntegrityConflict)

// IntegrityConflict is what the reference says of a write that breaks a constraint.
const IntegrityConflict = "Data integrity conflict. This usually means a unique or foreign key constraint was violated. See server logs for details."

// sameJSON reports whether two values are the same when written as JSON,
// whatever the order of keys.
func sameJSON(a, b any) bool {
	left, right := canonical(a), canonical(b)
	return left != nil && bytes.Equal(left, right)
}

func canonical(v any) []byte {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	var generic any
	if json.Unmarshal(raw, &generic) != nil {
		return nil
	}
	raw, _ = json.Marshal(generic) // what was just read can be written
	return raw
}

// FilterWorkPools returns the pools that meet the filter, by name.
func (tx *Tx) FilterWorkPools(f *prefect.WorkPoolFilter, page prefect.Page) ([]*prefect.WorkPool, error) {
	c := workPoolCondition(f)
	return collect(tx, `SELECT `+workPoolColumns+` FROM work_pool`+c.where()+` ORDER BY work_pool.name LIMIT ? OFFSET ?`,
		append(c.args, page.Limit, page.Offset), scanWorkPool)
}

// CountWorkPools counts the pools that meet the filter.
func (tx *Tx) CountWorkPools(f *prefect.WorkPoolFilter) (int, error) {
	c := workPoolCondition(f)
	return tx.count(`SELECT count(*) FROM work_pool`+c.where(), c.args...)
}
