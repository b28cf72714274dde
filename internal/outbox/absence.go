package outbox

import (
	"sync"
	"time"
)

// absence is what is known of whoever takes the deliveries being away.
type absence struct {
	mu       sync.Mutex
	failures int       // in a row
	noted    time.Time // when it last was
	until    time.Time // nothing is tried before
	since    time.Time // when it began
	reason   error
}

// note keeps in mind what a result says of it. pause gives how long to wait after
// so many failures in a row.
func (a *absence) note(now time.Time, r Result, pause func(failures int) time.Duration, longest time.Duration) (began bool, lasted *time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if r.Err == nil || !r.Away {
		if a.failures > 0 {
			d := now.Sub(a.since)
			lasted = &d
		}
		a.failures, a.until, a.reason = 0, time.Time{}, nil
		return false, lasted
	}
	if began = a.failures == 0; began {
		a.since = now
	}
	a.settle(now)
	if now.Before(a.until) {
		return began, nil // others that were under way failed with it
	}
	a.failures++
	a.reason, a.noted = r.Err, now
	a.until = now.Add(pause(a.failures))
	if r.RetryAfter > 0 {
		a.until = now.Add(min(r.RetryAfter, longest))
	}
	return began, nil
}

// left returns for how long nothing is tried, at most 0 when something may be.
func (a *absence) left(now time.Time) time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.settle(now)
	return a.until.Sub(now)
}

// settle has nothing tried for as long as was said at a time that is yet to come: the
// clock was set back since.
func (a *absence) settle(now time.Time) {
	if a.noted.After(now) {
		a.noted, a.until = now, now.Add(a.until.Sub(a.noted))
	}
}

// Away returns since when nothing can be delivered, and why, or nil while
// deliveries go on, as far as is known.
func (o *Outbox[E]) Away() (since time.Time, reason error) {
	o.absence.mu.Lock()
	defer o.absence.mu.Unlock()
	if o.absence.failures == 0 {
		return time.Time{}, nil
	}
	return o.absence.since, o.absence.reason
}
