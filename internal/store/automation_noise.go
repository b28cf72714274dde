package store

import (
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// ReadNoise returns which of an automation's messages are sent, and when; nil for all,
// at once.
func (tx *Tx) ReadNoise(automation uuid.UUID) (*prefect.Noise, error) {
	n, _, err := first(tx, `SELECT settings FROM automation_noise WHERE automation_id = ?`, []any{automation}, func(r Row) (*prefect.Noise, error) {
		n := &prefect.Noise{}
		return n, r.Scan(JSON(n))
	})
	return n, err
}

// SetNoise says which of an automation's messages are sent, and when; nil for all, at
// once. What is held is judged anew.
func (tx *Tx) SetNoise(automation uuid.UUID, n *prefect.Noise) error {
	var err error
	if n.Off() {
		_, err = tx.conn.Exec(`DELETE FROM automation_noise WHERE automation_id = ?`, automation)
	} else {
		_, err = tx.conn.Exec(`INSERT INTO automation_noise (automation_id, updated, settings) VALUES (?, ?, ?)
			ON CONFLICT (automation_id) DO UPDATE SET updated = excluded.updated, settings = excluded.settings`, automation, tx.Now, JSON(n))
	}
	if err != nil {
		return err
	}
	_, err = tx.conn.Exec(`UPDATE automation_delivery SET due = ? WHERE +automation_id = ? AND status = 'held' AND due > ?`, tx.Now, automation, tx.Now)
	tx.Touch(Deadlines)
	return err
}

// settingsKept is how long the settings of automations that were deleted with their
// deployment's others wait for these to be made anew.
const settingsKept = 30 * 24 * time.Hour

// keepNoise keeps the settings of the automations that belong to a resource, which are
// about to be deleted.
func (tx *Tx) keepNoise(owner string) error {
	if _, err := tx.conn.Exec(`DELETE FROM automation_noise_kept WHERE kept < ?`, tx.Now.Add(-settingsKept)); err != nil {
		return err
	}
	_, err := tx.conn.Exec(`INSERT INTO automation_noise_kept (owner, name, kept, settings)
		SELECT related.resource_id, automation.name, ?, noise.settings FROM automation_related_resource AS related
			JOIN automation ON automation.id = related.automation_id JOIN automation_noise AS noise ON noise.automation_id = automation.id
		WHERE related.resource_id = (SELECT ?) AND related.owned = 1
		ON CONFLICT (owner, name) DO UPDATE SET kept = excluded.kept, settings = excluded.settings`, tx.Now, owner)
	return err
}

// restoreNoise gives an automation the settings that were kept of the one of that name.
func (tx *Tx) restoreNoise(automation uuid.UUID, owner, name string) error {
	n, err := tx.conn.Exec(`INSERT INTO automation_noise (automation_id, updated, settings)
		SELECT ?, ?, settings FROM automation_noise_kept WHERE owner = ? AND name = ?`, automation, tx.Now, owner, name)
	if err != nil || n == 0 {
		return err
	}
	_, err = tx.conn.Exec(`DELETE FROM automation_noise_kept WHERE owner = ? AND name = ?`, owner, name)
	return err
}
