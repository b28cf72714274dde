package store

import (
	"slices"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/events"
	"github.com/reevehq/reeve/internal/prefect"
)

// Fire notes that the trigger of an automation fired, tells of it in the event log
// and asks for the automation's actions, all in the transaction that found it. It is
// false when the firing was noted before, and then nothing more happens.
func (tx *Tx) Fire(a *prefect.Automation, f *prefect.Firing) (bool, error) {
	n, err := tx.conn.Exec(`INSERT INTO automation_firing (id, automation_id, trigger_id, triggered, firing, told)
		VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`, f.ID, a.ID, f.Trigger.ID, f.Triggered, JSON(f), events.FiredEventID(f))
	if err != nil || n == 0 {
		return false, err
	}
	told, err := tx.tellFiring(a, f)
	if err != nil {
		return false, err
	}
	return true, tx.addDeliveries(a, f, told)
}

// tellFiring tells in which states the firing brought the automation; the events' ids
// are returned by state.
func (tx *Tx) tellFiring(a *prefect.Automation, f *prefect.Firing) (map[prefect.TriggerState]uuid.UUID, error) {
	told := map[prefect.TriggerState]uuid.UUID{}
	for _, state := range []prefect.TriggerState{prefect.Triggered, prefect.Resolved} {
		if !slices.Contains(f.States, state) {
			continue
		}
		e, err := events.AutomationFired(a, f, state)
		if err != nil {
			return nil, err
		}
		if err := tx.Emit(e); err != nil {
			return nil, err
		}
		told[state] = e.ID
	}
	return told, nil
}
