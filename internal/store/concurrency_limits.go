package store

import (
	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/concurrency"
	"github.com/reevehq/reeve/internal/prefect"
)

const limitColumns = `id, created, updated, active, name, "limit", active_slots, denied_slots, slot_decay_per_second, avg_slot_occupancy_seconds`

func scanLimit(r Row) (*concurrency.Limit, error) {
	var l concurrency.Limit
	err := r.Scan(&l.ID, &l.Created, &l.Updated, &l.Active, &l.Name, &l.Limit, &l.ActiveSlots, &l.DeniedSlots,
		&l.SlotDecayPerSecond, &l.AvgSlotOccupancySeconds)
	return &l, err
}

// CreateConcurrencyLimit stores a new limit. A name that is taken is a fault.Conflict.
func (tx *Tx) CreateConcurrencyLimit(l *concurrency.Limit) error {
	_, err := tx.conn.Exec(`INSERT INTO concurrency_limit (`+limitColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		l.ID, l.Created, l.Updated, l.Active, l.Name, l.Limit, l.ActiveSlots, l.DeniedSlots, l.SlotDecayPerSecond, l.AvgSlotOccupancySeconds)
	return err
}

// ReadConcurrencyLimit returns a limit, nil when there is none with that id.
func (tx *Tx) ReadConcurrencyLimit(id uuid.UUID) (*concurrency.Limit, error) {
	l, _, err := first(tx, `SELECT `+limitColumns+` FROM concurrency_limit WHERE id = ?`, []any{id}, scanLimit)
	return l, err
}

// ReadConcurrencyLimitByName returns a limit, nil when there is none of that name.
func (tx *Tx) ReadConcurrencyLimitByName(name string) (*concurrency.Limit, error) {
	l, _, err := first(tx, `SELECT `+limitColumns+` FROM concurrency_limit WHERE name = ?`, []any{name}, scanLimit)
	return l, err
}

// ReadConcurrencyLimits returns the limits with these ids that exist.
func (tx *Tx) ReadConcurrencyLimits(ids []uuid.UUID) ([]*concurrency.Limit, error) {
	var limits []*concurrency.Limit
	for _, id := range ids {
		l, err := tx.ReadConcurrencyLimit(id)
		if err != nil {
			return nil, err
		}
		if l != nil {
			limits = append(limits, l)
		}
	}
	return limits, nil
}

// ReadConcurrencyLimitsByName returns the limits of these names that exist, each
// once.
func (tx *Tx) ReadConcurrencyLimitsByName(names []string) ([]*concurrency.Limit, error) {
	var limits []*concurrency.Limit
	seen := make(map[string]bool, len(names))
	for _, name := range names {
		if seen[name] {
			continue
		}
		seen[name] = true
		l, err := tx.ReadConcurrencyLimitByName(name)
		if err != nil {
			return nil, err
		}
		if l != nil {
			limits = append(limits, l)
		}
	}
	return limits, nil
}

// FilterConcurrencyLimits returns limits by name; prefix leaves out those whose
// name does not begin with it.
func (tx *Tx) FilterConcurrencyLimits(prefix string, page prefect.Page) ([]*concurrency.Limit, error) {
	return collect(tx, `SELECT `+limitColumns+` FROM concurrency_limit WHERE substr(name, 1, length(?)) = ?
		ORDER BY name LIMIT ? OFFSET ?`, []any{prefix, prefix, page.Limit, page.Offset}, scanLimit)
}

// UpdateConcurrencyLimit stores all of a limit but its id and creation.
func (tx *Tx) UpdateConcurrencyLimit(l *concurrency.Limit) error {
	l.Updated = tx.Now
	tx.Touch(Deadlines) // there may be room for who waits
	_, err := tx.conn.Exec(`UPDATE concurrency_limit SET updated = ?, active = ?, name = ?, "limit" = ?, active_slots = ?,
			denied_slots = ?, slot_decay_per_second = ?, avg_slot_occupancy_seconds = ? WHERE id = ?`,
		l.Updated, l.Active, l.Name, l.Limit, l.ActiveSlots, l.DeniedSlots, l.SlotDecayPerSecond, l.AvgSlotOccupancySeconds, l.ID)
	return err
}

// UpdateConcurrencySlots stores a limit's slots, their average occupancy and of
// when they are.
func (tx *Tx) UpdateConcurrencySlots(l *concurrency.Limit) error {
	tx.Touch(Deadlines)
	_, err := tx.conn.Exec(`UPDATE concurrency_limit SET updated = ?, active_slots = ?, denied_slots = ?,
			avg_slot_occupancy_seconds = ? WHERE id = ?`,
		l.Updated, l.ActiveSlots, l.DeniedSlots, l.AvgSlotOccupancySeconds, l.ID)
	return err
}

// DeleteConcurrencyLimit deletes a limit and the leases that hold slots of it
// alone; false when there is none with that id.
func (tx *Tx) DeleteConcurrencyLimit(id uuid.UUID) (bool, error) {
	if err := tx.deleteLeasesOfLimit(id); err != nil {
		return false, err
	}
	tx.Touch(Deadlines)
	n, err := tx.conn.Exec(`DELETE FROM concurrency_limit WHERE id = ?`, id)
	return n > 0, err
}

func (tx *Tx) deleteLeasesOfLimit(id uuid.UUID) error {
	leases, err := tx.ReadLeasesOfLimit(id)
	if err != nil {
		return err
	}
	for _, lease := range leases {
		if len(lease.Limits) == 1 {
			err = tx.DeleteLease(lease.ID)
		} else {
			_, err = tx.conn.Exec(`DELETE FROM concurrency_lease_limit WHERE lease_id = ? AND limit_id = ?`, lease.ID, id)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
