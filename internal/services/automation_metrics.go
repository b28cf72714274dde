package services

import (
	"time"

	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/triggers"
)

const (
	// metricPeriod is how often the figures of metric triggers are looked at while
	// something goes on.
	metricPeriod = 30 * time.Second
	// metricMost bounds the runs of each kind that figures are made of: the newest.
	metricMost = 5000
)

// measured is how far the figures of metric triggers have been looked at.
type measured struct {
	version int       // of the automations
	at      time.Time // zero before the first time
	events  int64     // the end of the log then
	crosses time.Time // when a figure passes its threshold by itself, zero for never
}

// metricRuns are the runs that figures are made of, as of a moment.
type metricRuns struct {
	measured
	all []triggers.MetricRun
}

// nextMeasurement is when figures are next to be looked at: a while after something
// has happened, when a figure passes its threshold by itself, and when it has been
// beyond it for long enough. While nothing happens nobody is kept awake.
func (d *AutomationDeadlines) nextMeasurement(tx *store.Tx) (at time.Time, ok bool, err error) {
	enabled, err := d.read(tx)
	if err != nil || enabled.metricRange == 0 {
		return at, false, err
	}
	before := d.looked().metrics
	if before.version != enabled.version {
		return tx.Now, true, nil
	}
	last, err := tx.LastEventSequence()
	if err != nil {
		return at, false, err
	}
	if last > before.events {
		at, ok = before.at.Add(metricPeriod), true
	}
	consider := func(due time.Time) {
		if !ok || due.Before(at) {
			at, ok = due, true
		}
	}
	if !before.crosses.IsZero() {
		consider(before.crosses)
	}
	due, some, err := tx.NextMetricDue()
	if some {
		consider(due)
	}
	return at, ok, err
}

// readRuns reads the runs that figures are made of, when it is time to look at them.
func (d *AutomationDeadlines) readRuns(tx *store.Tx, enabled *enabledAutomations) (*metricRuns, error) {
	at, ok, err := d.nextMeasurement(tx)
	if err != nil || !ok || at.After(tx.Now) {
		return nil, err
	}
	r := &metricRuns{measured: measured{version: enabled.version, at: tx.Now}}
	if r.events, err = tx.LastEventSequence(); err != nil {
		return nil, err
	}
	r.all, err = tx.ReadMetricRuns(tx.Now.Add(-enabled.metricRange), metricMost)
	return r, err
}

// measure makes the figures. r is nil when it is not time for them.
func (r *metricRuns) measure(set *triggers.Set) []triggers.Measurement {
	if r == nil {
		return nil
	}
	shown := set.Measure(r.at, r.all)
	for _, m := range shown {
		if !m.Crosses.IsZero() && (r.crosses.IsZero() || m.Crosses.Before(r.crosses)) {
			r.crosses = m.Crosses
		}
	}
	return shown
}

func settleMetrics(tx *store.Tx, shown []triggers.Measurement) (int, error) {
	for _, m := range shown {
		if err := triggers.Settle(tx, tx.Now, m); err != nil {
			return 0, err
		}
	}
	return len(shown), nil
}
