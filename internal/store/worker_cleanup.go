package store

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// CleanupPolicy says how cleanup messages are delivered.
type CleanupPolicy struct {
	// Lease is how long a worker may have a message without renewing it.
	Lease time.Duration
	// Deliveries is how often a message is delivered before it is given up.
	Deliveries int
}

// DefaultCleanup is the contract's policy.
func DefaultCleanup() CleanupPolicy { return CleanupPolicy{30 * time.Second, 3} }

// EnqueueCleanup asks a pool's workers to clean up. A message with the same
// idempotency key in the pool is kept as it is.
func (tx *Tx) EnqueueCleanup(m *prefect.CleanupMessage) error {
	_, err := tx.conn.Exec(`INSERT INTO worker_cleanup (id, created, updated, work_pool_id, work_queue_id, kind, idempotency_key, target, data)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		m.MessageID, tx.Now, tx.Now, m.WorkPoolID, m.WorkQueueID, m.Kind, m.IdempotencyKey, m.Target, m.Data)
	tx.Touch(WorkPools)
	return err
}

// HasCleanup reports whether a pool has a message that waits for a worker.
func (tx *Tx) HasCleanup(pool uuid.UUID) (bool, error) {
	return tx.exists(`SELECT 1 FROM worker_cleanup WHERE work_pool_id = ? AND state = 'ready' LIMIT 1`, pool)
}

// ReserveCleanup reserves a pool's oldest message of one of the kinds for a
// worker process, those of its own queues first; nil when there is none or the
// process has as many as it takes.
func (tx *Tx) ReserveCleanup(pool, consumer uuid.UUID, kinds []prefect.CleanupKind, queues []uuid.UUID, most int, p CleanupPolicy) (*prefect.CleanupMessage, error) {
	held, err := tx.count(`SELECT count(*) FROM worker_cleanup WHERE work_pool_id = ? AND state = 'leased' AND consumer_id = ?
		AND lease_expires > ?`, pool, consumer, tx.Now)
	if err != nil || held >= most {
		return nil, err
	}
	wanted, err := json.Marshal(kinds)
	if err != nil {
		return nil, err
	}
	m := prefect.CleanupMessage{LeaseExpiresAt: prefect.At(tx.Now.Add(p.Lease)), WorkPoolID: pool}
	token := tx.IDs.V4()
	err = tx.one(`UPDATE worker_cleanup SET state = 'leased', updated = ?, deliveries = deliveries + 1, lease_id = ?,
			lease_expires = ?, consumer_id = ?
		WHERE id = (SELECT id FROM worker_cleanup WHERE work_pool_id = ? AND state = 'ready'
			AND kind IN (SELECT value FROM json_each(?))
			ORDER BY work_queue_id IN (SELECT unhex(value) FROM json_each(?)) DESC, created LIMIT 1)
		RETURNING id, kind, deliveries, work_queue_id, target, data`,
		[]any{tx.Now, token, m.LeaseExpiresAt, consumer, pool, string(wanted), idList(queues)},
		&m.MessageID, &m.Kind, &m.DeliveryCount, &m.WorkQueueID, &m.Target, &m.Data)
	if err == ErrNoRows {
		return nil, nil
	}
	m.ReservationToken = token.String()
	tx.Touch(Deadlines)
	return &m, err
}

// EndCleanup does what a worker asks for a message it has: ack, release or
// renew. The answer says why it could not be done.
func (tx *Tx) EndCleanup(operation string, pool, id uuid.UUID, token string, p CleanupPolicy) (prefect.CleanupResult, error) {
	refused := func(status, reason string) (prefect.CleanupResult, error) {
		return prefect.CleanupResult{MessageID: id, Operation: operation, Status: status, Reason: &reason}, nil
	}
	var owner uuid.UUID
	var state string
	var lease *uuid.UUID
	var expires *prefect.Time
	var deliveries int
	err := tx.one(`SELECT work_pool_id, state, lease_id, lease_expires, deliveries FROM worker_cleanup WHERE id = ?
		AND state IN ('ready', 'leased')`, []any{id}, &owner, &state, &lease, &expires, &deliveries)
	switch {
	case err == ErrNoRows:
		return refused("not_found", "message_not_found")
	case err != nil:
		return prefect.CleanupResult{}, err
	case owner != pool:
		return refused("unauthorized", "work_pool_mismatch")
	case state == "ready" || lease == nil || expires == nil:
		return refused("not_current", "no_active_reservation")
	case lease.String() != token:
		return refused("invalid_token", "reservation_token_mismatch")
	}
	late := !expires.After(tx.Now)
	if (late || operation == "release") && deliveries >= p.Deliveries {
		if err := tx.endLease(id, "dead"); err != nil {
			return prefect.CleanupResult{}, err
		}
		return refused("dead_lettered", "max_delivery_attempts_reached")
	}
	if late {
		if err := tx.endLease(id, "ready"); err != nil {
			return prefect.CleanupResult{}, err
		}
		return refused("expired", "lease_expired")
	}
	result := prefect.CleanupResult{MessageID: id, Operation: operation, Status: "accepted"}
	switch operation {
	case "ack":
		err = tx.endLease(id, "done")
	case "release":
		err = tx.endLease(id, "ready")
	default:
		result.LeaseExpiresAt = prefect.AtPointer(tx.Now.Add(p.Lease))
		_, err = tx.conn.Exec(`UPDATE worker_cleanup SET lease_expires = ?, updated = ? WHERE id = ?`,
			result.LeaseExpiresAt, tx.Now, id)
	}
	return result, err
}

func (tx *Tx) endLease(id uuid.UUID, state string) error {
	_, err := tx.conn.Exec(`UPDATE worker_cleanup SET state = ?, updated = ?, lease_id = NULL, lease_expires = NULL, consumer_id = NULL
		WHERE id = ?`, state, tx.Now, id)
	tx.Touch(WorkPools)
	return err
}

// NextCleanupExpiry is when the first reservation ends; false without any.
func (tx *Tx) NextCleanupExpiry() (time.Time, bool, error) {
	var at *prefect.Time
	err := tx.one(`SELECT min(lease_expires) FROM worker_cleanup WHERE state = 'leased'`, nil, &at)
	if err != nil || at == nil {
		return time.Time{}, false, err
	}
	return at.Time, true, nil
}

// ExpireCleanups takes messages back whose reservation has ended, at most
// limit, and returns their number. One that was delivered too often is given up.
func (tx *Tx) ExpireCleanups(limit int, p CleanupPolicy) (int, error) {
	n, err := tx.conn.Exec(`UPDATE worker_cleanup SET state = CASE WHEN deliveries >= ? THEN 'dead' ELSE 'ready' END,
			updated = ?, lease_id = NULL, lease_expires = NULL, consumer_id = NULL
		WHERE id IN (SELECT id FROM worker_cleanup WHERE state = 'leased' AND lease_expires <= ? LIMIT ?)`,
		p.Deliveries, tx.Now, tx.Now, limit)
	if n > 0 {
		tx.Touch(WorkPools)
	}
	return int(n), err
}
