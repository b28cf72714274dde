package services

import (
	"time"

	"github.com/reevehq/reeve/internal/store"
)

// Deletions brings to their end the deletions that took more than one transaction, whoever
// began them and whether or not the server has been restarted since.
type Deletions struct{}

// Name implements Service.
func (Deletions) Name() string { return "deletions" }

// Gentle implements Gentle.
func (Deletions) Gentle() {}

// Next implements Service: at once while there are any.
func (Deletions) Next(tx *store.Tx) (time.Time, bool, error) {
	some, err := tx.HasDeletions()
	return tx.Now, some, err
}

// Run implements Writer: it does a piece of them.
func (Deletions) Run(tx *store.Tx) (int, error) { return tx.ContinueDeletions() }
