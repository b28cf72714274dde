package services

import (
	"time"

	"github.com/reevehq/reeve/internal/store"
)

// Names learns what runs are called, so that a part of a name is found without looking through
// all of them.
type Names struct{}

// Name implements Service.
func (Names) Name() string { return "names" }

// Gentle implements Gentle.
func (Names) Gentle() {}

// Next implements Service: at once while there are many new ones.
func (Names) Next(tx *store.Tx) (time.Time, bool, error) {
	some, err := tx.HasNewNames()
	return tx.Now, some, err
}

// Run implements Writer: it learns a few of them.
func (Names) Run(tx *store.Tx) (int, error) { return tx.LearnNames() }
