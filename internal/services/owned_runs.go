package services

import (
	"time"

	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

// ownersBatch bounds the runs that one piece of work looks after.
const ownersBatch = 50

// ownerWatch takes runs R from whoever had them in hand and shows no sign of life
// any more: see orchestration.Patience.
type ownerWatch[R any] struct {
	name string
	runs owned[R]
	// lenient leaves running runs alone.
	lenient bool
}

// owned are runs of one kind that somebody has in hand.
type owned[R any] interface {
	// next is when to look after the first of them, false without any.
	next(tx *store.Tx) (time.Time, bool, error)
	// due reads those to look after by a time.
	due(tx *store.Tx, by time.Time, limit int) ([]R, error)
	// owner says who has one in hand, and in what type of state it is.
	owner(run R) (orchestration.Owner, prefect.StateType)
	// lookAgain stores when to look after one again, nil for never.
	lookAgain(tx *store.Tx, run R, at *prefect.Time) error
	// take takes one from its owner, who shows no sign of life.
	take(tx *store.Tx, run R, from orchestration.Owner) error
}

// Name implements Service.
func (s *ownerWatch[R]) Name() string { return s.name }

// Next implements Service.
func (s *ownerWatch[R]) Next(tx *store.Tx) (time.Time, bool, error) { return s.runs.next(tx) }

// Run implements Service.
func (s *ownerWatch[R]) Run(tx *store.Tx) (int, error) {
	runs, err := s.runs.due(tx, tx.Now, ownersBatch)
	if err != nil {
		return 0, err
	}
	for _, run := range runs {
		if err := s.look(tx, run); err != nil {
			return 0, err
		}
	}
	return len(runs), nil
}

func (s *ownerWatch[R]) look(tx *store.Tx, run R) error {
	owner, state := s.runs.owner(run)
	switch {
	case owner.Fate == orchestration.Stays, s.lenient && state == prefect.Running:
		return s.runs.lookAgain(tx, run, nil)
	case owner.Until.After(tx.Now):
		return s.runs.lookAgain(tx, run, prefect.AtPointer(owner.Until))
	}
	return s.runs.take(tx, run, owner)
}
