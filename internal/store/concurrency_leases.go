package store

import (
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/concurrency"
)

const leaseColumns = `lease.id, lease.created, lease.expires, lease.slots, lease.holder_type, lease.holder_id, lease.released`

func scanLease(r Row) (*concurrency.Lease, error) {
	var l concurrency.Lease
	var typ *string
	var holder *uuid.UUID
	if err := r.Scan(&l.ID, &l.Created, &l.Expires, &l.Slots, &typ, &holder, &l.Released); err != nil {
		return nil, err
	}
	if typ != nil && holder != nil {
		l.Holder = &concurrency.Holder{Type: concurrency.HolderType(*typ), ID: *holder}
	}
	return &l, nil
}

// leases reads leases with their limits.
func (tx *Tx) leases(where string, args ...any) ([]*concurrency.Lease, error) {
	found, err := collect(tx, `SELECT `+leaseColumns+` FROM concurrency_lease AS lease WHERE `+where, args, scanLease)
	if err != nil {
		return nil, err
	}
	for _, l := range found {
		l.Limits, err = column[uuid.UUID](tx, `SELECT limit_id FROM concurrency_lease_limit WHERE lease_id = ?`, l.ID)
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

// CreateLease stores a lease.
func (tx *Tx) CreateLease(l *concurrency.Lease) error {
	var typ, holder any
	if l.Holder != nil {
		typ, holder = l.Holder.Type, l.Holder.ID
	}
	tx.Touch(Deadlines)
	_, err := tx.conn.Exec(`INSERT INTO concurrency_lease (id, created, expires, slots, holder_type, holder_id, released)
		VALUES (?, ?, ?, ?, ?, ?, ?)`, l.ID, l.Created, l.Expires, l.Slots, typ, holder, l.Released)
	if err != nil {
		return err
	}
	for _, limit := range l.Limits {
		if _, err := tx.conn.Exec(`INSERT INTO concurrency_lease_limit (lease_id, limit_id) VALUES (?, ?)`, l.ID, limit); err != nil {
			return err
		}
	}
	return nil
}

// ReadLease returns a lease, nil when there is none with that id.
func (tx *Tx) ReadLease(id uuid.UUID) (*concurrency.Lease, error) {
	found, err := tx.leases(`id = ?`, id)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found[0], nil
}

// ReadHeldLeases returns the leases on which a holder has slots.
func (tx *Tx) ReadHeldLeases(holder uuid.UUID) ([]*concurrency.Lease, error) {
	return tx.leases(`holder_id = ? AND released = 0`, holder)
}

// ReadLeasesOfLimit returns the leases that hold slots of a limit, oldest first.
func (tx *Tx) ReadLeasesOfLimit(limit uuid.UUID) ([]*concurrency.Lease, error) {
	return tx.leases(`released = 0 AND id IN (SELECT lease_id FROM concurrency_lease_limit WHERE limit_id = ?) ORDER BY created, id`, limit)
}

// ReadExpiredLeases returns leases whose time is over, the first ones first.
func (tx *Tx) ReadExpiredLeases(at time.Time, limit int) ([]*concurrency.Lease, error) {
	return tx.leases(`expires <= ? ORDER BY expires LIMIT ?`, at, limit)
}

// NextLeaseExpiry is when the first lease expires; false without leases.
func (tx *Tx) NextLeaseExpiry() (at time.Time, ok bool, err error) {
	return first(tx, `SELECT expires FROM concurrency_lease ORDER BY expires LIMIT 1`, nil, scanTime)
}

func scanTime(r Row) (at time.Time, err error) {
	err = r.Scan(&at)
	return at, err
}

// UpdateLease stores when a lease expires and whether it was released.
func (tx *Tx) UpdateLease(l *concurrency.Lease) error {
	tx.Touch(Deadlines)
	_, err := tx.conn.Exec(`UPDATE concurrency_lease SET expires = ?, released = ? WHERE id = ?`, l.Expires, l.Released, l.ID)
	return err
}

// DeleteLease deletes a lease; its slots are the caller's business.
func (tx *Tx) DeleteLease(id uuid.UUID) error {
	_, err := tx.conn.Exec(`DELETE FROM concurrency_lease WHERE id = ?`, id)
	return err
}
