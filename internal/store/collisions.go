package store

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/prefect"
)

// strategyOf is a deployment's collision strategy; the index deployment_collisions
// knows it.
const strategyOf = `coalesce(collisions, concurrency_options ->> 'collision_strategy')`

// CancellingDeployments returns the deployments with a limit whose collision strategy
// cancels runs.
func (tx *Tx) CancellingDeployments() ([]uuid.UUID, error) {
	return column[uuid.UUID](tx, `SELECT id FROM deployment WHERE `+strategyOf+` IN ('CANCEL_NEW', 'CANCEL_RUNNING')
		AND concurrency_limit_id IS NOT NULL`)
}

// SetCollisions says what becomes of a deployment's runs that find its limit full.
// Clients are shown ENQUEUE in place of what the contract does not know. False when
// there is no such deployment.
func (tx *Tx) SetCollisions(deployment uuid.UUID, strategy orchestration.CollisionStrategy) (bool, error) {
	var text *string
	err := tx.one(`SELECT concurrency_options FROM deployment WHERE id = ?`, []any{deployment}, &text)
	if err == ErrNoRows {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	options := prefect.ConcurrencyOptions{}
	if text != nil {
		if err := json.Unmarshal([]byte(*text), &options); err != nil {
			return false, err
		}
	}
	var ours *string
	options.CollisionStrategy = prefect.CollisionStrategy(strategy)
	if strategy == orchestration.CancelRunning {
		name := string(strategy)
		ours, options.CollisionStrategy = &name, prefect.CollisionStrategy(orchestration.Enqueue)
	}
	_, err = tx.conn.Exec(`UPDATE deployment SET collisions = ?, concurrency_options = ?, updated = ? WHERE id = ?`,
		ours, JSON(options), tx.Now, deployment)
	tx.Touch(Deadlines)
	return true, err
}

// Contender is a run that has, or is to have, a slot of its deployment's limit.
type Contender struct {
	ID   uuid.UUID
	Name string
	// Due is when it is, or was, to start.
	Due prefect.Time
	// Startable reports whether it may be handed out: its queue and pool are not paused.
	Startable bool
}

// Past reports whether the run's time has come.
func (c Contender) Past(now time.Time) bool { return !c.Due.After(now) }

// Before reports whether a run is the older one of two.
func (c Contender) Before(other Contender) bool {
	if !c.Due.Equal(other.Due.Time) {
		return c.Due.Before(other.Due.Time)
	}
	return string(c.ID[:]) < string(other.ID[:])
}

// ReadContenders returns the runs of a deployment that are to start, those first that
// are handed out first. One that was refused a slot is handed out later, but is due
// when it was.
func (tx *Tx) ReadContenders(deployment uuid.UUID, limit int) ([]Contender, error) {
	return collect(tx, `SELECT run.id, run.name,
			CASE run.state_name WHEN 'AwaitingConcurrencySlot'
				THEN min(coalesce(run.expected_start_time, run.created), run.next_scheduled_start_time)
				ELSE run.next_scheduled_start_time END,
			coalesce(queue.is_paused, 0) = 0 AND coalesce(pool.is_paused, 0) = 0
		FROM flow_run AS run
			LEFT JOIN work_queue AS queue ON queue.id = run.work_queue_id
			LEFT JOIN work_pool AS pool ON pool.id = queue.work_pool_id
		WHERE run.deployment_id = ? AND run.state_type = 'SCHEDULED' AND run.next_scheduled_start_time IS NOT NULL
			AND run.state_name IN ('Scheduled', 'Late', 'AwaitingConcurrencySlot')
		ORDER BY run.next_scheduled_start_time LIMIT ?`, []any{deployment, limit}, func(r Row) (c Contender, err error) {
		err = r.Scan(&c.ID, &c.Name, &c.Due, &c.Startable)
		return c, err
	})
}

// ReadSlotRuns returns the runs of a deployment that hold slots of its limit, the
// oldest first, but for those that are being cancelled: these it counts.
func (tx *Tx) ReadSlotRuns(deployment, limit uuid.UUID, most int) (running []Contender, cancelling int, err error) {
	const from = ` FROM concurrency_lease_limit AS part
			JOIN concurrency_lease AS lease ON lease.id = part.lease_id
			JOIN flow_run AS run ON run.id = lease.holder_id
		WHERE part.limit_id = ? AND lease.released = 0 AND lease.holder_type = 'flow_run' AND run.deployment_id = ?
			AND run.state_type `
	if cancelling, err = tx.count(`SELECT count(*)`+from+`= 'CANCELLING'`, limit, deployment); err != nil {
		return nil, 0, err
	}
	running, err = collect(tx, `SELECT run.id, run.name, coalesce(run.expected_start_time, run.created) AS due`+from+`IN ('PENDING', 'RUNNING', 'SCHEDULED')
		ORDER BY due, run.id LIMIT ?`, []any{limit, deployment, most}, func(r Row) (c Contender, err error) {
		err = r.Scan(&c.ID, &c.Name, &c.Due)
		return c, err
	})
	return running, cancelling, err
}
