package services

import (
	"time"

	"github.com/reevehq/reeve/internal/store"
)

// Patient is a service whose work can wait until the server is awake anyway: it
// is done before the server sleeps again, but is no reason to wake it.
type Patient interface {
	Service
	// CanWait says why the work can wait, for whoever reads the code of the service.
	CanWait() string
}

// CanWait implements Patient.
func (*EventRetention) CanWait() string { return "old events harm nobody" }

// CanWait implements Patient.
func (*FlowRunRetention) CanWait() string { return "old runs harm nobody" }

// CanWait implements Patient.
func (Space) CanWait() string { return "free space harms nobody" }

// CanWait implements Patient.
func (*Foreman) CanWait() string {
	return "a worker that is silent because the server sleeps is not gone"
}

// CanWait implements Patient.
func (*LateRuns) CanWait() string {
	return "the server is awake when a run is due that a worker may start"
}

// CanWait implements Patient.
func (*Owners) CanWait() string { return "a run that somebody has in hand keeps the server awake" }

// CanWait implements Patient.
func (*Scheduler) CanWait() string {
	return "a schedule has more than one run ahead, and the server is awake when the first is due"
}

// CanWait implements Patient.
func (*Cancellations) CanWait() string {
	return "what is under way reports by a request, which wakes the server"
}

// Deadline is for what the services need the server awake.
type Deadline struct {
	// Due are the services with work at this moment, those that can wait too: they
	// end it before the server sleeps.
	Due []string
	// Next is when work is next due that cannot wait, if Some.
	Next time.Time
	Some bool
}

// Deadline asks every service in one transaction. Unlike Next it does not miss
// what was committed a moment ago.
func (r *Runner) Deadline(tx *store.Tx) (d Deadline, err error) {
	for _, e := range r.services {
		at, due, err := time.Time{}, false, error(nil)
		if held := r.heldUntil(e); held.After(tx.Now) {
			at, due = held, true
		} else if err = guarded(e, func() (err error) { at, due, err = e.Next(tx); return err }); err != nil {
			return d, err
		}
		_, patient := e.Service.(Patient)
		switch {
		case !due:
		case !at.After(tx.Now):
			d.Due = append(d.Due, e.Name())
		case !patient && (!d.Some || at.Before(d.Next)):
			d.Next, d.Some = at, true
		}
	}
	return d, nil
}

func (r *Runner) heldUntil(e *entry) time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return e.held
}

// hold makes a service wait; a zero time lets it go on.
func (r *Runner) hold(e *entry, until time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e.held = until
}
