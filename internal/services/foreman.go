package services

import (
	"time"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

// ForemanConfig are the foreman's settings; zero fields have the contract's
// defaults.
type ForemanConfig struct {
	// MissedHeartbeats is the number of its intervals a worker may be silent (3).
	MissedHeartbeats int
	// HeartbeatSeconds is the interval of workers that named none (30).
	HeartbeatSeconds int
	// QueuePolled and DeploymentPolled are how long queues and deployments stay
	// ready after a poll (60 s each).
	QueuePolled, DeploymentPolled time.Duration
}

// Foreman marks workers offline that are not heard of, and pools, queues and
// deployments not ready that nobody serves.
type Foreman struct{ stale store.Staleness }

// NewForeman makes a foreman.
func NewForeman(c ForemanConfig) *Foreman {
	f := &Foreman{store.Staleness{MissedHeartbeats: c.MissedHeartbeats, HeartbeatSeconds: c.HeartbeatSeconds,
		Queue: c.QueuePolled, Deployment: c.DeploymentPolled}}
	if f.stale.MissedHeartbeats == 0 {
		f.stale.MissedHeartbeats = prefect.MissedHeartbeats
	}
	if f.stale.HeartbeatSeconds == 0 {
		f.stale.HeartbeatSeconds = prefect.DefaultHeartbeatInterval
	}
	if f.stale.Queue == 0 {
		f.stale.Queue = time.Minute
	}
	if f.stale.Deployment == 0 {
		f.stale.Deployment = time.Minute
	}
	return f
}

// Name implements Service.
func (*Foreman) Name() string { return "foreman" }

// Next implements Service.
func (f *Foreman) Next(tx *store.Tx) (time.Time, bool, error) { return tx.NextStale(f.stale) }

// Run implements Service.
func (f *Foreman) Run(tx *store.Tx) (int, error) { return tx.MarkStale(f.stale) }
