package services

import (
	"cmp"
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
// deployments not ready that nobody serves. While the server has just woken it
// waits for what was said to nobody meanwhile: see store.Store.Awake.
type Foreman struct {
	heartbeats        store.Heartbeats
	queue, deployment time.Duration // since the last poll
}

// foremanBatch bounds the pools that one piece of work marks.
const foremanBatch = 1000

// NewForeman makes a foreman.
func NewForeman(c ForemanConfig) *Foreman {
	return &Foreman{
		heartbeats: store.Heartbeats{Missed: cmp.Or(c.MissedHeartbeats, prefect.MissedHeartbeats),
			Seconds: cmp.Or(c.HeartbeatSeconds, prefect.DefaultHeartbeatInterval)},
		queue:      cmp.Or(c.QueuePolled, time.Minute),
		deployment: cmp.Or(c.DeploymentPolled, time.Minute),
	}
}

// Name implements Service.
func (*Foreman) Name() string { return "foreman" }

// Next implements Service. A pool that is ready without a worker is stale at once.
func (f *Foreman) Next(tx *store.Tx) (at time.Time, ok bool, err error) {
	pools, err := tx.ReadyPoolsWithoutWorkers(1)
	if err != nil || len(pools) > 0 {
		return tx.Now, err == nil, err
	}
	for _, last := range []struct {
		read  func() (*prefect.Time, error)
		after time.Duration
	}{
		{func() (*prefect.Time, error) { return tx.FirstSilence(f.heartbeats) }, 0},
		{tx.FirstQueuePoll, f.queue},
		{tx.FirstDeploymentPoll, f.deployment},
	} {
		heard, err := last.read()
		if err != nil {
			return at, false, err
		}
		if heard == nil {
			continue
		}
		// Stale is what lies further back than the limit.
		if due := heard.Add(last.after + time.Microsecond); !ok || due.Before(at) {
			at, ok = due, true
		}
	}
	if ok && at.Before(tx.Listening()) {
		at = tx.Listening()
	}
	return at, ok, nil
}

// Run implements Service.
func (f *Foreman) Run(tx *store.Tx) (int, error) {
	if tx.Now.Before(tx.Listening()) {
		return markPools(tx)
	}
	workers, err := tx.MarkWorkersOffline(f.heartbeats)
	if err != nil {
		return 0, err
	}
	pools, err := markPools(tx)
	if err != nil {
		return 0, err
	}
	deployments, err := tx.ReadUnpolledDeployments(tx.Now.Add(-f.deployment))
	if err != nil {
		return 0, err
	}
	if err := tx.MarkDeploymentsNotReady(deployments); err != nil {
		return 0, err
	}
	queues, err := tx.ReadUnpolledQueues(tx.Now.Add(-f.queue))
	if err != nil {
		return 0, err
	}
	for _, q := range queues {
		if err := tx.SetWorkQueueStatus(q, prefect.NotReady); err != nil {
			return 0, err
		}
	}
	return workers + pools + len(deployments) + len(queues), nil
}

// markPools marks pools not ready that have no worker online.
func markPools(tx *store.Tx) (int, error) {
	pools, err := tx.ReadyPoolsWithoutWorkers(foremanBatch)
	if err != nil {
		return 0, err
	}
	for _, p := range pools {
		if err := tx.SetWorkPoolStatus(p, prefect.NotReady); err != nil {
			return 0, err
		}
	}
	return len(pools), nil
}
