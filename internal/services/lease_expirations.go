package services

import (
	"sync/atomic"
	"time"

	"github.com/reevehq/reeve/internal/concurrency"
	"github.com/reevehq/reeve/internal/store"
)

const (
	// leaseBatch bounds the leases that one piece of work ends.
	leaseBatch = 100
	// leaseMercy is how long after a start leases that expired before are left
	// alone: their holders may have tried to renew them while nobody listened.
	leaseMercy = 30 * time.Second
)

// LeaseExpirations gives back the slots of leases that were not renewed in time.
type LeaseExpirations struct {
	slots concurrency.Slots
	start atomic.Pointer[time.Time] // of the server, or when it was last back
}

// NewLeaseExpirations makes the service of a server that starts at a time.
func NewLeaseExpirations(s concurrency.Slots, start time.Time) *LeaseExpirations {
	l := &LeaseExpirations{slots: s}
	l.start.Store(&start)
	return l
}

// Resumed implements Resumer.
func (s *LeaseExpirations) Resumed(at time.Time) { s.start.Store(&at) }

// earliest is before when leases are left alone, as of now. A start that is yet to come
// is one before the clock was set back.
func (s *LeaseExpirations) earliest(now time.Time) time.Time {
	start := s.start.Load()
	if start.After(now) {
		s.start.CompareAndSwap(start, &now)
		start = &now
	}
	return start.Add(leaseMercy)
}

// Name implements Service.
func (*LeaseExpirations) Name() string { return "lease-expirations" }

// Next implements Service.
func (s *LeaseExpirations) Next(tx *store.Tx) (time.Time, bool, error) {
	at, ok, err := tx.NextLeaseExpiry()
	if earliest := s.earliest(tx.Now); ok && at.Before(earliest) {
		at = earliest
	}
	return at, ok, err
}

// Run implements Service.
func (s *LeaseExpirations) Run(tx *store.Tx) (int, error) {
	if tx.Now.Before(s.earliest(tx.Now)) {
		return 0, nil
	}
	leases, err := tx.ReadExpiredLeases(tx.Now, leaseBatch)
	if err != nil {
		return 0, err
	}
	for _, lease := range leases {
		if err := s.slots.Expire(tx, lease); err != nil {
			return 0, err
		}
	}
	return len(leases), nil
}
