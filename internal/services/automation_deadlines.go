package services

import (
	"context"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/triggers"
)

const (
	// automationBatch bounds the windows and events that one piece of work looks at.
	automationBatch = 100
	// behindPause is how long windows wait for the consumer when it is behind.
	behindPause = 50 * time.Millisecond
)

// AutomationDeadlines looks at what triggers have to do without an event: proactive
// windows that are over, windows that open by themselves, and events that have waited
// for another that they follow.
type AutomationDeadlines struct {
	*Automations

	mu   sync.Mutex // guards seen: whether the server may sleep is asked by others, too
	seen lookedAt
}

// lookedAt is how far the service has looked.
type lookedAt struct {
	// kept is the version whose triggers are known, 0 at first.
	kept    int
	metrics measured
}

// looked is how far the service has looked.
func (d *AutomationDeadlines) looked() lookedAt {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.seen
}

// note remembers how far the service has looked; runs is nil when figures were not.
func (d *AutomationDeadlines) note(kept int, runs *metricRuns) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.seen.kept = kept
	if runs != nil {
		d.seen.metrics = runs.measured
	}
}

// Name implements Service.
func (*AutomationDeadlines) Name() string { return "automations" }

// Next implements Service.
func (d *AutomationDeadlines) Next(tx *store.Tx) (at time.Time, ok bool, err error) {
	version, err := tx.AutomationsVersion()
	if err != nil || version == 0 {
		return at, false, err // there never was an automation
	}
	if version != d.looked().kept {
		return tx.Now, true, nil
	}
	earliest := func(find func() (time.Time, bool, error)) {
		if err != nil {
			return
		}
		var other time.Time
		var some bool
		if other, some, err = find(); some && (!ok || other.Before(at)) {
			at, ok = other, true
		}
	}
	earliest(tx.NextFollower)
	earliest(tx.NextOpening)
	earliest(func() (time.Time, bool, error) { return d.nextWindow(tx) })
	earliest(func() (time.Time, bool, error) { return d.nextMeasurement(tx) })
	return at, ok, err
}

// nextWindow is when a proactive window may next be looked at: when it is over, the
// consumer has dealt with the events until then, and, after the server was away, what
// was sent meanwhile has come.
func (d *AutomationDeadlines) nextWindow(tx *store.Tx) (time.Time, bool, error) {
	at, ok, err := tx.NextBucketDue()
	if err != nil || !ok {
		return at, false, err
	}
	if at.Before(tx.Listening()) {
		at = tx.Listening()
	}
	if at.After(tx.Now) {
		return at, true, nil
	}
	asOf, err := d.asOf(tx)
	if asOf.Before(at) {
		at = tx.Now.Add(behindPause)
	}
	return at, true, err
}

// asOf is the time up to which every event has been evaluated.
func (a *Automations) asOf(tx *store.Tx) (time.Time, error) {
	received, behind, err := tx.FirstReceived(a.Passed())
	if behind && received.Before(tx.Now) {
		return received, err
	}
	return tx.Now, err
}

// Work implements Worker.
func (d *AutomationDeadlines) Work(ctx context.Context, s *store.Store) (n int, err error) {
	var enabled *enabledAutomations
	var ids []uuid.UUID
	var waited []*prefect.ReceivedEvent
	var runs *metricRuns
	err = s.View(ctx, func(tx *store.Tx) (err error) {
		if enabled, err = d.read(tx); err != nil {
			return err
		}
		if ids, waited, err = tx.ReadDueFollowers(automationBatch); err != nil {
			return err
		}
		runs, err = d.readRuns(tx, enabled)
		return err
	})
	if err != nil {
		return 0, err
	}
	set := enabled.triggers()
	shown := runs.measure(set)
	followers := make([]*orderedEvent, len(waited))
	for i, e := range waited {
		if e != nil {
			followers[i] = &orderedEvent{d.match(set, e), ordering{awaited: true}}
		}
	}
	changed := false
	err = s.Update(ctx, func(tx *store.Tx) error {
		n = 0
		version, err := tx.AutomationsVersion()
		if changed = version != enabled.version; changed || err != nil {
			return err
		}
		for _, part := range []func() (int, error){
			func() (int, error) { return d.keep(tx, enabled) },
			func() (int, error) { return evaluateFollowers(tx, ids, followers) },
			func() (int, error) { return d.openWindows(tx, set) },
			func() (int, error) { return d.endWindows(tx, set) },
			func() (int, error) { return settleMetrics(tx, shown) },
		} {
			done, err := part()
			if err != nil {
				return err
			}
			n += done
		}
		return nil
	})
	if err == nil && changed {
		return 1, nil // it is looked at again
	}
	if err == nil {
		d.note(enabled.version, runs)
	}
	return n, err
}

// keep forgets what is known of triggers that are gone or paused, and has windows open
// that open by themselves.
func (d *AutomationDeadlines) keep(tx *store.Tx, enabled *enabledAutomations) (int, error) {
	if d.looked().kept == enabled.version {
		return 0, nil
	}
	if err := tx.KeepTriggers(enabled.ids()); err != nil {
		return 0, err
	}
	for _, t := range enabled.triggers().Unprompted() {
		known, err := tx.HasTriggerRows(t.Trigger)
		if err == nil && !known {
			err = tx.SetOpening(t, tx.Now)
		}
		if err != nil {
			return 0, err
		}
	}
	return 1, nil
}

// evaluateFollowers evaluates events that have waited, unless somebody has meanwhile.
func evaluateFollowers(tx *store.Tx, ids []uuid.UUID, events []*orderedEvent) (int, error) {
	for i, id := range ids {
		waited, err := tx.TakeFollower(id)
		if err != nil {
			return 0, err
		}
		if !waited || events[i] == nil {
			continue
		}
		if err := takeEffect(tx, events[i]); err != nil {
			return 0, err
		}
	}
	return len(ids), nil
}

func (d *AutomationDeadlines) openWindows(tx *store.Tx, set *triggers.Set) (int, error) {
	due, err := tx.TakeOpenings(tx.Now, automationBatch)
	if err != nil {
		return 0, err
	}
	for _, trigger := range due {
		if err := set.OpenWindow(tx, tx.Now, trigger); err != nil {
			return 0, err
		}
	}
	return len(due), nil
}

func (d *AutomationDeadlines) endWindows(tx *store.Tx, set *triggers.Set) (int, error) {
	if tx.Now.Before(tx.Listening()) {
		return 0, nil
	}
	asOf, err := d.asOf(tx)
	if err != nil {
		return 0, err
	}
	due, err := tx.ReadDueBuckets(asOf, automationBatch)
	if err != nil {
		return 0, err
	}
	for _, b := range due {
		if err := set.EndWindow(tx, tx.Now, asOf, b); err != nil {
			return 0, err
		}
	}
	return len(due), nil
}
