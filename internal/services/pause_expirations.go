package services

import (
	"time"

	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

// pauseBatch bounds the runs that one piece of work fails.
const pauseBatch = 100

// PauseExpirations fails paused runs that were not resumed in time.
type PauseExpirations struct{ engine orchestration.Engine }

// NewPauseExpirations makes the service.
func NewPauseExpirations(e orchestration.Engine) *PauseExpirations { return &PauseExpirations{e} }

// Name implements Service.
func (*PauseExpirations) Name() string { return "pause-expirations" }

// Next implements Service.
func (*PauseExpirations) Next(tx *store.Tx) (time.Time, bool, error) { return tx.NextPauseTimeout() }

// Run implements Service.
func (s *PauseExpirations) Run(tx *store.Tx) (int, error) {
	runs, err := tx.ReadExpiredPauses(tx.Now, pauseBatch)
	if err != nil {
		return 0, err
	}
	for _, run := range runs {
		failed := stateWith(tx, prefect.Failed, "The flow was paused and never resumed.")
		if _, err := s.engine.SetFlowRunState(tx, run.ID, failed, orchestration.Options{Force: true}); err != nil {
			return 0, err
		}
	}
	return len(runs), nil
}
