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
}

type manualTimer struct {
	at time.Time
	c  chan time.Time
}

// NewManual gives a clock that stands at start.
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
