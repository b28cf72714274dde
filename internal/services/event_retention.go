package services

import (
	"math"
	"sort"
	"time"

	"github.com/reevehq/reeve/internal/store"
)

// EventRetentionConfig says how long events are kept. Zero fields have the
// contract's defaults.
type EventRetentionConfig struct {
	// Period is how long an event is kept after it occurred.
	Period time.Duration
	// Overrides are the periods of events of some names; none is longer than
	// Period.
	Overrides map[string]time.Duration
	// Slack is how long an event may outlive its period, so that a server does
	// not wake for every single one.
	Slack time.Duration
	// Batch bounds the events that one transaction deletes (500).
	Batch int
	// Passed is the place in the log up to which every consumer has dealt with it:
	// nothing after it is deleted. Nil for a log without consumers.
	Passed func() int64
}

// EventRetention deletes events that have outlived their period.
type EventRetention struct {
	rules  []retentionRule
	passed func() int64
}

type retentionRule struct {
	name   string // of the events, "" for all
	period time.Duration
	slack  time.Duration
	batch  int
	from   lookFrom
}

// NewEventRetention makes the service.
func NewEventRetention(c EventRetentionConfig) *EventRetention {
	if c.Period == 0 {
		c.Period = 7 * 24 * time.Hour
	}
	if c.Slack == 0 {
		c.Slack = time.Hour
	}
	if c.Batch == 0 {
		c.Batch = 500
	}
	if c.Passed == nil {
		c.Passed = func() int64 { return math.MaxInt64 }
	}
	rule := retentionRule{period: c.Period, slack: c.Slack, batch: c.Batch}
	r := &EventRetention{rules: []retentionRule{rule}, passed: c.Passed}
	for name, period := range c.Overrides {
		if period < c.Period {
			rule.name, rule.period = name, period
			r.rules = append(r.rules, rule)
		}
	}
	sort.Slice(r.rules, func(i, j int) bool { return r.rules[i].name < r.rules[j].name })
	return r
}

// Name implements Service.
func (*EventRetention) Name() string { return "event-retention" }

// Gentle implements Gentle.
func (*EventRetention) Gentle() {}

// Next implements Service: when the first event has outlived its period by the
// slack. A backlog larger than that is due at once. What a consumer has yet to
// deal with is not due.
func (r *EventRetention) Next(tx *store.Tx) (at time.Time, ok bool, err error) {
	for i := range r.rules {
		rule := &r.rules[i]
		oldest, sequence, found, err := tx.OldestEvent(rule.name, rule.from.at(tx, rule.slack))
		if err != nil {
			return at, ok, err
		}
		if found {
			rule.from.oldest = oldest
		}
		if !found || sequence > r.passed() {
			continue
		}
		if due := oldest.Add(rule.period + rule.slack); !ok || due.Before(at) {
			at, ok = due, true
		}
	}
	return at, ok, nil
}

// Run implements Service: it deletes a batch of what has outlived its period,
// with or without slack.
func (r *EventRetention) Run(tx *store.Tx) (int, error) {
	total := 0
	for _, rule := range r.rules {
		n, err := tx.DeleteEvents(rule.name, rule.from.oldest, tx.Now.Add(-rule.period), r.passed(), rule.batch)
		if err != nil {
			return total, err
		}
		total += n
	}
	return total, nil
}
