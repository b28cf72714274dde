package services

import (
	"time"

	"github.com/reevehq/reeve/internal/store"
)

// lookFrom is where a service that deletes the oldest rows looks for them on a database whose
// indexes lead past those that are gone (store.Tx.LooksPastTheDead): at the oldest that it found last. It is
// forgotten from time to time, for rows that came later and are older.
type lookFrom struct {
	oldest, until time.Time
}

// at is the moment from which on to look, the zero time for all; a row that has come since may be missed for so long.
func (l *lookFrom) at(tx *store.Tx, missed time.Duration) time.Time {
	if !tx.LooksPastTheDead() || !tx.Now.Before(l.until) {
		*l = lookFrom{until: tx.Now.Add(missed)}
	}
	return l.oldest
}
