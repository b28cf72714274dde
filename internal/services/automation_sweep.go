package services

import (
	"cmp"
	"time"

	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/triggers"
)

// AutomationSweep deletes what triggers have counted and held that no event can find
// any more: none that is yet to come, and none that has come and was not evaluated, as
// after a crash.
type AutomationSweep struct {
	*Automations
	// ended is how long a reactive window outlives its end, for late events.
	ended time.Duration
}

// NewAutomationSweep makes the service. ended is the contract's
// "server.events.expired_bucket_buffer", 0 for its default.
func NewAutomationSweep(a *Automations, ended time.Duration) *AutomationSweep {
	return &AutomationSweep{a, max(cmp.Or(ended, defaultEnded), leastEnded)}
}

const (
	// defaultEnded is the contract's default.
	defaultEnded = time.Minute
	// leastEnded is within what time the events of one thing may come in any order, and
	// the same fires.
	leastEnded = 5 * time.Minute
	// sweepSlack is how long rows may outlive their time, so that one look deletes many.
	sweepSlack = time.Minute
	// effectsKept is how long it is known that something came of an automation's action:
	// as long as a run may be at work before it sets the automation off again.
	effectsKept = 7 * 24 * time.Hour
	// incidentsKept is for how long the end of what a message told of is waited for.
	incidentsKept = 30 * 24 * time.Hour
)

// Name implements Service.
func (*AutomationSweep) Name() string { return "automation-sweep" }

// CanWait implements Patient.
func (*AutomationSweep) CanWait() string { return "old windows harm nobody" }

// Next implements Service.
func (s *AutomationSweep) Next(tx *store.Tx) (at time.Time, ok bool, err error) {
	end, ok, err := tx.FirstBucketEnd()
	if err != nil {
		return at, false, err
	}
	at = end.Add(s.ended + sweepSlack)
	held, some, err := tx.FirstHeld()
	if due := held.Add(triggers.HeldRetention + sweepSlack); some && (!ok || due.Before(at)) {
		at, ok = due, true
	}
	if err != nil {
		return at, false, err
	}
	if ok && !at.After(tx.Now) {
		asOf, err := s.asOf(tx)
		if err != nil {
			return at, false, err
		}
		if asOf.Before(at) {
			at = tx.Now.Add(behindPause)
		}
	}
	noted, some, err := tx.FirstEffect()
	if due := noted.Add(effectsKept + sweepSlack); some && (!ok || due.Before(at)) {
		at, ok = due, true
	}
	if err != nil {
		return at, false, err
	}
	opened, some, err := tx.FirstIncident()
	if due := opened.Add(incidentsKept + sweepSlack); some && (!ok || due.Before(at)) {
		at, ok = due, true
	}
	return at, ok, err
}

// Run implements Service.
func (s *AutomationSweep) Run(tx *store.Tx) (int, error) {
	asOf, err := s.asOf(tx)
	if err != nil {
		return 0, err
	}
	buckets, err := tx.DeleteEndedBuckets(asOf.Add(-s.ended), automationBatch)
	if err != nil {
		return 0, err
	}
	held, err := tx.DeleteHeldEvents(asOf.Add(-triggers.HeldRetention), automationBatch)
	if err != nil {
		return 0, err
	}
	effects, err := tx.DeleteEffects(tx.Now.Add(-effectsKept), automationBatch)
	if err != nil {
		return 0, err
	}
	incidents, err := tx.DeleteIncidents(tx.Now.Add(-incidentsKept), automationBatch)
	return buckets + held + effects + incidents, err
}
