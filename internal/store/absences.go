package store

import (
	"time"

	"github.com/reevehq/reeve/internal/triggers"
)

// Absences implements triggers.Rows: the times since a moment in which the server was
// down or asleep, by the ledger of its awakenings. Of a kill the ledger knows the last
// sign of life before it.
func (tx *Tx) Absences(since time.Time) ([]triggers.Absence, error) {
	awake, err := tx.ReadAwakenings(since, tx.Now)
	if err != nil || len(awake) == 0 {
		return nil, err
	}
	var all []triggers.Absence
	add := func(a *Awakening, until time.Time) {
		absence := triggers.Absence{From: a.Seen, Until: until}
		if a.Slept != nil {
			absence.From = *a.Slept
			absence.Asleep = a.SleptReason != nil && (*a.SleptReason == "idle" || *a.SleptReason == "suspend")
		}
		if until.After(since) && until.After(absence.From) {
			all = append(all, absence)
		}
	}
	for i, a := range awake[1:] {
		add(awake[i], a.Woke)
	}
	// What the ledger notes of this awakening may not be written yet.
	if back := tx.listening.Add(-settled); back.After(awake[len(awake)-1].Woke) {
		add(awake[len(awake)-1], back)
	}
	return all, nil
}
