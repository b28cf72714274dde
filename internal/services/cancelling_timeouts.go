package services

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

const (
	// cancellingTimeout is the contract's default.
	cancellingTimeout = 300 * time.Second
	cancellingBatch   = 50
)

// CancellingTimeouts ends the cancelling of runs whose worker does not report
// that their infrastructure is gone, and asks the pool's workers to remove it.
type CancellingTimeouts struct {
	engine  orchestration.Engine
	timeout time.Duration
}

// NewCancellingTimeouts makes the service; timeout is how long a run may be
// cancelling.
func NewCancellingTimeouts(e orchestration.Engine, timeout time.Duration) *CancellingTimeouts {
	if timeout == 0 {
		timeout = cancellingTimeout
	}
	return &CancellingTimeouts{e, timeout}
}

// Name implements Service.
func (*CancellingTimeouts) Name() string { return "cancelling-timeouts" }

// Next implements Service.
func (s *CancellingTimeouts) Next(tx *store.Tx) (time.Time, bool, error) {
	since, ok, err := tx.FirstCancelling()
	return since.Add(s.timeout), ok, err
}

// Run implements Service.
func (s *CancellingTimeouts) Run(tx *store.Tx) (int, error) {
	runs, err := tx.ReadCancellingFlowRuns(tx.Now.Add(-s.timeout), cancellingBatch)
	if err != nil {
		return 0, err
	}
	for _, run := range runs {
		cancelled := stateWith(tx, prefect.Cancelled, "Flow run cancellation timed out; marked this flow run as Cancelled.")
		result, err := s.engine.SetFlowRunState(tx, run.ID, cancelled, orchestration.Options{Policy: orchestration.CoreFlowPolicy})
		if err != nil {
			return 0, err
		}
		if result.Status == prefect.Accept {
			if err := tearDown(tx, run.ID, result.State.ID); err != nil {
				return 0, err
			}
		}
	}
	return len(runs), nil
}

// tearDown asks the workers of a run's pool to remove its infrastructure. Pools
// without workers, and runs without pool, have nobody to ask.
func tearDown(tx *store.Tx, run, state uuid.UUID) error {
	place, err := tx.ReadWorkPlace(run)
	if err != nil || place == nil ||
		strings.HasSuffix(place.PoolType, ":push") || strings.HasSuffix(place.PoolType, ":managed") {
		return err
	}
	key := fmt.Sprintf("%s:%s:%s", prefect.CancellingTimeoutTeardown, run, state)
	target, err := json.Marshal(struct {
		FlowRunID         uuid.UUID `json:"flow_run_id"`
		InfrastructurePID *string   `json:"infrastructure_pid"`
	}{run, place.InfrastructurePID})
	if err != nil {
		return err
	}
	return tx.EnqueueCleanup(&prefect.CleanupMessage{
		MessageID: uuid.NewSHA1(uuid.NameSpaceURL, []byte("prefect:"+key)), Kind: prefect.CancellingTimeoutTeardown,
		WorkPoolID: place.Pool, WorkQueueID: &place.Queue, IdempotencyKey: key, Target: target,
	})
}
