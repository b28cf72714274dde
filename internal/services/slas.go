package services

import (
	"time"

	"github.com/reevehq/reeve/internal/store"
)

const (
	// violationsBatch bounds the violations of each kind that one piece of work tells of.
	violationsBatch = 50
	// reportTime is how long runs have to report what they did while nobody listened,
	// before their silence counts.
	reportTime = time.Minute
)

// SLAs tells of agreements that are violated. Their deadlines wake a server that sleeps.
type SLAs struct{}

// NewSLAs makes the service.
func NewSLAs() *SLAs { return &SLAs{} }

// Name implements Service.
func (*SLAs) Name() string { return "slas" }

// Next implements Service.
func (*SLAs) Next(tx *store.Tx) (time.Time, bool, error) { return tx.NextViolation(reportTime) }

// Run implements Service.
func (*SLAs) Run(tx *store.Tx) (int, error) {
	violations, err := tx.ReadViolations(reportTime, violationsBatch)
	if err != nil {
		return 0, err
	}
	for _, v := range violations {
		if err := tx.Violate(v); err != nil {
			return 0, err
		}
	}
	return len(violations), nil
}
