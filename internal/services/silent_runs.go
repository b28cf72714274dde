package services

import (
	"cmp"
	"fmt"
	"time"

	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

const (
	// silentIntervals is how many of its intervals a run may be silent.
	silentIntervals = 3
	// silentLeast is how long it may be silent however short its interval is:
	// thrice the shortest that clients have.
	silentLeast = 90 * time.Second
	// clientInterval is the interval of a client to which nobody said another.
	clientInterval = 180 * time.Second
	silentBatch    = 50
)

// SilentRunsConfig are the service's settings; zero fields have the defaults.
type SilentRunsConfig struct {
	// Least is how long a run may be silent at least (90 s).
	Least time.Duration
	// Interval is that of a run of which it is not known yet (180 s, the client's).
	Interval time.Duration
	// Unheard is how long a run may show no sign of life that sends no heartbeats
	// and is watched by no worker (24 h); it is the business of Owners.
	Unheard time.Duration
}

// SilentRuns ends runs whose process is gone: those that sent heartbeats and
// send them no more. Runs that never sent one are left alone.
type SilentRuns struct {
	engine  orchestration.Engine
	silence store.Silence
}

// NewSilentRuns makes the service.
func NewSilentRuns(e orchestration.Engine, c SilentRunsConfig) *SilentRuns {
	return &SilentRuns{e, c.Silence()}
}

// Silence is how long a run may be silent.
func (c SilentRunsConfig) Silence() store.Silence {
	return store.Silence{Intervals: silentIntervals, Least: cmp.Or(c.Least, silentLeast), Assumed: cmp.Or(c.Interval, clientInterval)}
}

// Name implements Service.
func (*SilentRuns) Name() string { return "silent-runs" }

// Next implements Service.
func (s *SilentRuns) Next(tx *store.Tx) (time.Time, bool, error) { return tx.NextSilence(s.silence) }

// Run implements Service.
func (s *SilentRuns) Run(tx *store.Tx) (int, error) {
	runs, err := tx.ReadSilentFlowRuns(s.silence, silentBatch)
	if err != nil {
		return 0, err
	}
	for _, run := range runs {
		if err := s.end(tx, run); err != nil {
			return 0, err
		}
	}
	return len(runs), nil
}

// end marks a run as crashed; one that is being cancelled can only be cancelled,
// which is what somebody wanted of it.
func (s *SilentRuns) end(tx *store.Tx, run store.SilentFlowRun) error {
	to := prefect.Crashed
	if run.State == prefect.Cancelling {
		to = prefect.Cancelled
	}
	message := fmt.Sprintf("No heartbeat came from the flow run's process for %s (the last one at %s); it is taken to be gone.",
		tx.Now.Sub(run.Heard).Round(time.Second), run.Heard.UTC().Format(time.RFC3339))
	result, err := s.engine.SetFlowRunState(tx, run.ID, stateWith(tx, to, message), orchestration.Options{Policy: orchestration.CoreFlowPolicy})
	switch {
	case err != nil:
		return err
	case result.Status != prefect.Accept:
		return tx.DeleteHeartbeats(run.ID)
	case to == prefect.Cancelled:
		return tearDown(tx, run.ID, result.State.ID)
	}
	return nil
}
