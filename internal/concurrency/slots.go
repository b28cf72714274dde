package concurrency

import (
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/fault"
)

// Tx is what slots and leases need of a transaction. Within one, nobody else
// changes the rows that were read.
type Tx interface {
	// Stamp is the transaction's time and its source of ids.
	Stamp() (time.Time, clock.IDs)
	// ReadConcurrencyLimits returns the limits with those ids that exist.
	ReadConcurrencyLimits(ids []uuid.UUID) ([]*Limit, error)
	// UpdateConcurrencySlots stores a limit's slots, average occupancy and Updated.
	UpdateConcurrencySlots(*Limit) error
	CreateLease(*Lease) error
	// ReadLease returns a lease, nil when there is none.
	ReadLease(id uuid.UUID) (*Lease, error)
	// ReadHeldLeases returns the live leases of a holder.
	ReadHeldLeases(holder uuid.UUID) ([]*Lease, error)
	// UpdateLease stores Expires and Released.
	UpdateLease(*Lease) error
	DeleteLease(id uuid.UUID) error
}

// Slots takes and gives back slots, with the waits of the settings.
type Slots struct{ Waits Waits }

// Acquire takes slots of all limits, or of none when one of them has not
// enough. It expects active limits, as just read.
func (s Slots) Acquire(tx Tx, limits []*Limit, slots int) (bool, error) {
	now, _ := tx.Stamp()
	for _, l := range limits {
		if !l.fits(slots, now) {
			return false, nil
		}
	}
	for _, l := range limits {
		l.take(slots, now, s.Waits)
		if err := tx.UpdateConcurrencySlots(l); err != nil {
			return false, err
		}
	}
	return true, nil
}

// Deny notes that slots of the limits were wanted and not all there, and gives
// the time to wait before asking again, in seconds.
func (s Slots) Deny(tx Tx, limits []*Limit, slots int) (float64, error) {
	now, ids := tx.Stamp()
	var tightest *Limit
	for _, l := range limits {
		if tightest == nil || l.crowd(slots, now, s.Waits) > tightest.crowd(slots, now, s.Waits) {
			tightest = l
		}
	}
	if tightest == nil {
		return 0, nil
	}
	wait := Spread(tightest.meanWait(slots, now, s.Waits), usualClamp, ids)
	for _, l := range limits {
		l.deny(slots, now, s.Waits)
		if err := tx.UpdateConcurrencySlots(l); err != nil {
			return 0, err
		}
	}
	return wait, nil
}

// TagWait is how many seconds a task waits that found the limits of its tags full.
func (s Slots) TagWait(tx Tx, limits []*Limit) float64 {
	_, ids := tx.Stamp()
	most := s.Waits.Tag.Seconds()
	fullest, fill := most, -1.0
	for _, l := range limits {
		if f := l.ActiveSlots / float64(l.Limit); f > fill {
			fullest, fill = l.AvgSlotOccupancySeconds, f
		}
	}
	if fullest <= 0 || fullest > most {
		fullest = most
	}
	return Spread(fullest, usualClamp, ids)
}

// Release returns back slots that were taken without a lease. held is how many
// seconds they were held, 0 when not known. Limits that are gone are passed over.
func (s Slots) Release(tx Tx, limits []*Limit, slots int, held float64) error {
	now, _ := tx.Stamp()
	for _, l := range limits {
		l.give(slots, held, now, s.Waits)
		if err := tx.UpdateConcurrencySlots(l); err != nil {
			return err
		}
	}
	return nil
}

// Lease makes a lease on slots that were just acquired.
func (s Slots) Lease(tx Tx, limits []*Limit, slots int, term time.Duration, holder *Holder) (*Lease, error) {
	now, ids := tx.Stamp()
	lease := &Lease{ID: ids.V4(), Created: now, Expires: now.Add(term), Slots: slots, Holder: holder}
	for _, l := range limits {
		lease.Limits = append(lease.Limits, l.ID)
	}
	return lease, tx.CreateLease(lease)
}

// Renew puts off a lease's expiry to term from now. That of a released lease
// counts as renewed. A lease that does not exist is fault.Gone.
func (s Slots) Renew(tx Tx, id uuid.UUID, term time.Duration) error {
	now, _ := tx.Stamp()
	lease, err := tx.ReadLease(id)
	if err != nil {
		return err
	}
	if lease == nil {
		return fault.New(fault.Gone, "Lease not found - it may have expired or been revoked")
	}
	lease.Expires = now.Add(term)
	return tx.UpdateLease(lease)
}

// Return returns back a lease with its slots; how long they were held enters the
// average. A lease that does not exist or was released is no error.
func (s Slots) Return(tx Tx, id uuid.UUID) error {
	lease, err := tx.ReadLease(id)
	if err != nil || lease == nil {
		return err
	}
	if !lease.Released {
		now, _ := tx.Stamp()
		if err := s.free(tx, lease, now.Sub(lease.Created).Seconds()); err != nil {
			return err
		}
	}
	return tx.DeleteLease(id)
}

// Expire ends a lease whose time is over: its slots, unless released before, are
// free, and how long they were held enters the average.
func (s Slots) Expire(tx Tx, lease *Lease) error { return s.Return(tx, lease.ID) }

// End releases a lease because its holder ended: the slots are free, the lease
// can still be renewed for a while. It does nothing when the lease is gone.
func (s Slots) End(tx Tx, id uuid.UUID) error {
	lease, err := tx.ReadLease(id)
	if err != nil || lease == nil || lease.Released {
		return err
	}
	return s.end(tx, lease)
}

// EndAll releases every lease of a holder.
func (s Slots) EndAll(tx Tx, holder uuid.UUID) error {
	leases, err := tx.ReadHeldLeases(holder)
	if err != nil {
		return err
	}
	for _, lease := range leases {
		if err := s.end(tx, lease); err != nil {
			return err
		}
	}
	return nil
}

func (s Slots) end(tx Tx, lease *Lease) error {
	now, _ := tx.Stamp()
	if err := s.free(tx, lease, 0); err != nil {
		return err
	}
	if lease.Expires.Sub(now) > longestTerm {
		return tx.DeleteLease(lease.ID) // nobody renews it
	}
	lease.Released, lease.Expires = true, now.Add(afterlife)
	return tx.UpdateLease(lease)
}

func (s Slots) free(tx Tx, lease *Lease, held float64) error {
	limits, err := tx.ReadConcurrencyLimits(lease.Limits)
	if err != nil {
		return err
	}
	return s.Release(tx, limits, lease.Slots, held)
}
