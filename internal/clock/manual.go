package clock

import (
	"sync"
	"time"
)

// Manual is a clock that moves only when told: for tests and simulation.
type Manual struct {
	mu     sync.Mutex
	now    time.Time
	timers []manualTimer
	jumps  map[chan time.Duration]struct{}
}

type manualTimer struct {
	at time.Time
	c  chan time.Time
}

// NewManual returns a clock that stands at start.
func NewManual(start time.Time) *Manual {
	return &Manual{now: start.UTC().Truncate(time.Microsecond)}
}

// Now implements Clock.
func (m *Manual) Now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now
}

// After implements Clock.
func (m *Manual) After(d time.Duration) <-chan time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := make(chan time.Time, 1)
	at := m.now.Add(d)
	if d <= 0 {
		c <- m.now
		return c
	}
	m.timers = append(m.timers, manualTimer{at, c})
	return c
}

// Advance moves the clock forward and fires every timer that came due.
func (m *Manual) Advance(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = m.now.Add(d)
	waiting := m.timers[:0]
	for _, t := range m.timers {
		if t.at.After(m.now) {
			waiting = append(waiting, t)
			continue
		}
		t.c <- m.now
	}
	m.timers = waiting
}

// Jump sets the clock forward, or back when d is negative, without time passing:
// timers go off as long after this as they would have.
func (m *Manual) Jump(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = m.now.Add(d)
	for i := range m.timers {
		m.timers[i].at = m.timers[i].at.Add(d)
	}
	for c := range m.jumps {
		offer(c, d)
	}
}

// Jumps implements Jumper.
func (m *Manual) Jumps() (<-chan time.Duration, func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := make(chan time.Duration, 1)
	if m.jumps == nil {
		m.jumps = map[chan time.Duration]struct{}{}
	}
	m.jumps[c] = struct{}{}
	return c, func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		delete(m.jumps, c)
	}
}

// Next is when the first timer goes off; false when nobody waits for one.
func (m *Manual) Next() (at time.Time, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, t := range m.timers {
		if !ok || t.at.Before(at) {
			at, ok = t.at, true
		}
	}
	return at, ok
}
