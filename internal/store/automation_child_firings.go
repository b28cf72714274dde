package store

import (
	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/triggers"
)

// ReadChildFirings implements triggers.Rows.
func (tx *Tx) ReadChildFirings(parent uuid.UUID) ([]triggers.ChildFiring, error) {
	return collect(tx, `SELECT parent_trigger_id, moment, ordinal, firing FROM automation_child_firing
		WHERE parent_trigger_id = ? ORDER BY moment, ordinal`, []any{parent}, func(r Row) (c triggers.ChildFiring, err error) {
		return c, r.Scan(&c.Parent, &c.Moment, &c.Ordinal, JSON(&c.Firing))
	})
}

// SetChildFiring implements triggers.Rows.
func (tx *Tx) SetChildFiring(automation uuid.UUID, c *triggers.ChildFiring) error {
	_, err := tx.conn.Exec(`INSERT INTO automation_child_firing (automation_id, parent_trigger_id, child_trigger_id, moment, ordinal, firing)
		VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (parent_trigger_id, child_trigger_id)
		DO UPDATE SET moment = excluded.moment, ordinal = excluded.ordinal, firing = excluded.firing`,
		automation, c.Parent, c.Firing.Trigger.ID, c.Moment, c.Ordinal, JSON(&c.Firing))
	return err
}

// DeleteChildFiring implements triggers.Rows.
func (tx *Tx) DeleteChildFiring(parent, child uuid.UUID) error {
	_, err := tx.conn.Exec(`DELETE FROM automation_child_firing WHERE parent_trigger_id = ? AND child_trigger_id = ?`, parent, child)
	return err
}
