package services

import (
	"time"

	"github.com/reevehq/reeve/internal/store"
)

// FlowRunRetentionConfig says how long finished flow runs are kept. Zero fields
// have the contract's defaults.
type FlowRunRetentionConfig struct {
	// Period is how long a run is kept after it ended (90 days).
	Period time.Duration
	// Slack is how long a run may outlive its period, so that a server does not
	// wake for every single one (an hour).
	Slack time.Duration
	// Batch bounds the rows that one transaction deletes (500).
	Batch int
}

// FlowRunRetention deletes finished flow runs that have outlived their period,
// with their task runs, logs and artifacts.
type FlowRunRetention struct {
	config FlowRunRetentionConfig
	from   lookFrom
}

// NewFlowRunRetention makes the service.
func NewFlowRunRetention(c FlowRunRetentionConfig) *FlowRunRetention {
	if c.Period == 0 {
		c.Period = 90 * 24 * time.Hour
	}
	if c.Slack == 0 {
		c.Slack = time.Hour
	}
	if c.Batch == 0 {
		c.Batch = 500
	}
	return &FlowRunRetention{config: c}
}

// Name implements Service.
func (*FlowRunRetention) Name() string { return "flow-run-retention" }

// Gentle implements Gentle.
func (*FlowRunRetention) Gentle() {}

// Next implements Service: when the first run has outlived its period by the
// slack. A run that ends after this look is not due before the answer for none.
func (r *FlowRunRetention) Next(tx *store.Tx) (time.Time, bool, error) {
	ended, found, err := tx.OldestFinishedRun(r.from.at(tx, r.config.Slack))
	if found {
		r.from.oldest = ended
	} else {
		ended = tx.Now
	}
	return ended.Add(r.config.Period + r.config.Slack), true, err
}

// Run implements Service: it deletes a batch of what has outlived its period.
func (r *FlowRunRetention) Run(tx *store.Tx) (int, error) {
	return tx.DeleteRunsEnded(r.from.oldest, tx.Now.Add(-r.config.Period), r.config.Batch)
}
