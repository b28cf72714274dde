package services

import "time"

// Resumer is a service that has to know that the server was away, suspended
// with its machine.
type Resumer interface {
	Service
	// Resumed tells when the server was back.
	Resumed(at time.Time)
}

// away is how far the clock must jump forward for the server to have been away.
const away = 10 * time.Second

// Jumped tells that wall time jumped, backwards when d is negative, or with zero
// that it may have: what is due is looked at again at once, whatever timers say.
func (r *Runner) Jumped(d time.Duration) {
	r.mu.Lock()
	r.moved += d
	r.mu.Unlock()
	select {
	case r.jumps <- struct{}{}:
	default:
	}
}

// adapt moves what the loop remembers as wall time by the jump of the clock. A
// service that is held back for a second must not wait for an hour because the
// clock was set back by one.
func (r *Runner) adapt() {
	r.mu.Lock()
	moved := r.moved
	r.moved = 0
	if moved != 0 {
		for _, e := range r.services {
			if !e.held.IsZero() {
				e.held = e.held.Add(moved)
			}
			e.first = e.first.Add(moved)
		}
		r.since, r.blind.until, r.blind.first = r.since.Add(moved), r.blind.until.Add(moved), r.blind.first.Add(moved)
	}
	r.mu.Unlock()
	if moved < away {
		return
	}
	now := r.clock.Now()
	for _, e := range r.services {
		if s, ok := e.Service.(Resumer); ok {
			s.Resumed(now)
		}
	}
}
