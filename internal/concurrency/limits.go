package concurrency

import (
	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/events"
	"github.com/reevehq/reeve/internal/prefect"
)

// LimitsTx is what the life of limits needs of a transaction.
type LimitsTx interface {
	Tx
	Emit(events ...*prefect.Event) error
	CreateConcurrencyLimit(*Limit) error
	UpdateConcurrencyLimit(*Limit) error
	// DeleteConcurrencyLimit deletes a limit with the leases on it alone; false
	// when there is none with that id.
	DeleteConcurrencyLimit(id uuid.UUID) (bool, error)
}

// firstOccupancy is what is assumed of how long slots are held, in seconds,
// before any was.
const firstOccupancy = 2.0

// Create makes a limit, with the event that tells of it. A name that is taken is
// a fault.Conflict.
func Create(tx LimitsTx, c *prefect.ConcurrencyLimitV2Create) (*Limit, error) {
	now, ids := tx.Stamp()
	l := &Limit{ID: ids.V4(), Created: now, Updated: now, Active: c.Active, Name: c.Name, Limit: c.Limit,
		ActiveSlots: float64(c.ActiveSlots), DeniedSlots: float64(c.DeniedSlots),
		SlotDecayPerSecond: c.SlotDecayPerSecond, AvgSlotOccupancySeconds: firstOccupancy}
	if err := tx.CreateConcurrencyLimit(l); err != nil {
		return nil, err
	}
	return l, emit(tx, "created", l)
}

// Update changes what was given of a limit, with the event that tells of it.
func (s Slots) Update(tx LimitsTx, l *Limit, u *prefect.ConcurrencyLimitV2Update) error {
	now, _ := tx.Stamp()
	l.settle(now, s.Waits)
	if u.Active != nil {
		l.Active = *u.Active
	}
	if u.Name != nil {
		l.Name = *u.Name
	}
	if u.Limit != nil {
		l.Limit = *u.Limit
	}
	if u.ActiveSlots != nil {
		l.ActiveSlots = float64(*u.ActiveSlots)
	}
	if u.DeniedSlots != nil {
		l.DeniedSlots = float64(*u.DeniedSlots)
	}
	if u.SlotDecayPerSecond != nil {
		l.SlotDecayPerSecond = *u.SlotDecayPerSecond
	}
	if err := tx.UpdateConcurrencyLimit(l); err != nil {
		return err
	}
	return emit(tx, "updated", l)
}

// Delete deletes a limit and the leases on it, with the event that tells of it.
func Delete(tx LimitsTx, l *Limit) error {
	if err := emit(tx, "deleted", l); err != nil {
		return err
	}
	_, err := tx.DeleteConcurrencyLimit(l.ID)
	return err
}

func emit(tx LimitsTx, action string, l *Limit) error {
	now, ids := tx.Stamp()
	return tx.Emit(events.ConcurrencyLimitEvent(action, events.ConcurrencyLimit{ID: l.ID, Name: l.Name, Limit: l.Limit,
		Active: l.Active, SlotDecayPerSecond: prefect.Float(l.SlotDecayPerSecond)}, ids.V7(), now))
}
