package store

import "github.com/reevehq/reeve/internal/prefect"

// addDelivery notes an action that a firing asks for, to be done at once.
func (tx *Tx) addDelivery(a *prefect.TriggeredAction) error {
	_, err := tx.conn.Exec(`INSERT INTO automation_delivery (id, firing_id, automation_id, created, action_index, action_type, triggered, status, due)
		VALUES (?, ?, ?, ?, ?, ?, ?, 'waiting', ?)`,
		a.ID, a.Firing.ID, a.Automation.ID, tx.Now, a.Index, string(a.Action.Type), JSON(a), tx.Now)
	tx.Touch(Deadlines)
	return err
}
