package store

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/events"
	"github.com/reevehq/reeve/internal/prefect"
)

type causeKey struct{}

// WithCause marks the writes made with a context as the effects of a firing: what
// events they emit and what flow runs they make is noted, so that an automation that
// sets itself off is seen to.
func WithCause(ctx context.Context, firing uuid.UUID) context.Context {
	return context.WithValue(ctx, causeKey{}, firing)
}

// causeOf is the firing that WithCause gave, uuid.Nil for none.
func causeOf(ctx context.Context) uuid.UUID {
	firing, _ := ctx.Value(causeKey{}).(uuid.UUID)
	return firing
}

// noteEffect notes that the cause of the transaction, if there is one, brought
// something about.
func (tx *Tx) noteEffect(kind string, id uuid.UUID) error {
	if tx.cause == uuid.Nil {
		return nil
	}
	_, err := tx.conn.Exec(`INSERT INTO automation_effect (resource_id, firing_id, noted) VALUES (?, ?, ?)
		ON CONFLICT (resource_id) DO NOTHING`, kind+"."+id.String(), tx.cause, tx.Now)
	return err
}

// DeleteEffects forgets what firings brought about before a time, at most limit.
func (tx *Tx) DeleteEffects(before time.Time, limit int) (int, error) {
	n, err := tx.conn.Exec(`DELETE FROM automation_effect WHERE resource_id IN
		(SELECT resource_id FROM automation_effect WHERE noted < ? ORDER BY noted LIMIT ?)`, before, limit)
	return int(n), err
}

// FirstEffect is when the first effect that is kept was noted, false without one.
func (tx *Tx) FirstEffect() (time.Time, bool, error) {
	return first(tx, `SELECT noted FROM automation_effect ORDER BY noted LIMIT 1`, nil, scanTime)
}

// ReadAncestors implements triggers.Rows: the event may be the effect of an action, be
// about a flow run that one made, or tell itself of an automation.
func (tx *Tx) ReadAncestors(e *prefect.ReceivedEvent) ([]uuid.UUID, error) {
	resources := []string{"prefect.event." + e.ID.String(), e.Resource.ID()}
	for _, related := range e.Related {
		if related.Role() == "flow-run" {
			resources = append(resources, related.ID())
		}
	}
	for _, resource := range resources {
		firing, found, err := first(tx, `SELECT firing_id FROM automation_effect WHERE resource_id = ?`, []any{resource}, scanID)
		if err != nil {
			return nil, err
		}
		if found {
			return tx.lineOf(firing)
		}
	}
	told, ok := events.ToldBy(&e.Event)
	if !ok {
		return nil, nil
	}
	firing, found, err := first(tx, `SELECT id FROM automation_firing WHERE told = ?`, []any{told}, scanID)
	if err != nil || !found {
		return nil, err
	}
	return tx.lineOf(firing)
}

// lineOf are the automations that a firing comes of, and its own.
func (tx *Tx) lineOf(firing uuid.UUID) ([]uuid.UUID, error) {
	line, _, err := first(tx, `SELECT ancestors, automation_id FROM automation_firing WHERE id = ?`, []any{firing},
		func(r Row) (line []uuid.UUID, err error) {
			var own uuid.UUID
			err = r.Scan(JSON(&line), &own)
			return append(line, own), err
		})
	return line, err
}

// SetAncestors implements triggers.Rows.
func (tx *Tx) SetAncestors(firing, automation uuid.UUID, ancestors []uuid.UUID) error {
	own := 0
	for _, id := range ancestors {
		if id == automation {
			own++
		}
	}
	if kept := 100; len(ancestors) > kept {
		ancestors = slices.Clone(ancestors[len(ancestors)-kept:])
	}
	_, err := tx.conn.Exec(`UPDATE automation_firing SET ancestors = ?, own = ? WHERE id = ?`, JSON(ancestors), own, firing)
	return err
}

// CountOwnFirings implements triggers.Rows.
func (tx *Tx) CountOwnFirings(automation uuid.UUID, since time.Time, limit int) (int, error) {
	return tx.countUpTo(when(`SELECT 1 FROM automation_firing WHERE automation_id = ? AND triggered > ? AND own > 0`, automation, since), limit)
}

// PauseLoop implements triggers.Rows.
func (tx *Tx) PauseLoop(a *prefect.Automation, e *prefect.ReceivedEvent, reason string) error {
	now, err := tx.ReadAutomation(a.ID)
	if err != nil || now == nil || !now.Enabled {
		return err
	}
	if err := tx.EnableAutomation(a.ID, false); err != nil {
		return err
	}
	return tx.Emit(events.AutomationPaused(now, e, reason, tx.IDs.V7(), tx.Now))
}
