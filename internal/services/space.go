package services

import (
	"time"

	"github.com/reevehq/reeve/internal/store"
)

// Space gives back to the disk what deletions left free in the database, beyond what will
// soon be written to again.
type Space struct{}

// Name implements Service.
func (Space) Name() string { return "space" }

// Gentle implements Gentle.
func (Space) Gentle() {}

// Next implements Service: at once while there is some.
func (Space) Next(tx *store.Tx) (time.Time, bool, error) {
	some, err := tx.HasSpareSpace()
	return tx.Now, some, err
}

// Run implements Writer: it gives a piece of it back.
func (Space) Run(tx *store.Tx) (int, error) { return tx.GiveSpaceBack() }
