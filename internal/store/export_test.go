package store

import (
	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/dispatch"
)

// HoldsSlot asks the database whether a run holds a slot of limits of a kind.
func (tx *Tx) HoldsSlot(k dispatch.Kind, run uuid.UUID) (bool, error) {
	return tx.exists(`SELECT 1 FROM flow_run WHERE flow_run.id = ? AND `+holds(k), run)
}

// SlotPlan is how the database finds the runs that hold slots, of one queue or flow.
func (tx *Tx) SlotPlan(k dispatch.Kind) (plan string, err error) {
	of := `FROM flow_run WHERE flow_run.flow_id = ? AND ` + holdsFlow
	if k != dispatch.Flow {
		of = ofQueue(k)
	}
	err = tx.conn.Query(`EXPLAIN QUERY PLAN SELECT count(*) `+of, []any{uuid.Nil}, func(r Row) error {
		var id, parent, unused int
		return r.Scan(&id, &parent, &unused, &plan)
	})
	return plan, err
}

// ViolationPlans are how the database finds the runs that violate agreements.
func (tx *Tx) ViolationPlans() (plans []string, err error) {
	for _, q := range breaches {
		err := tx.conn.Query(`EXPLAIN QUERY PLAN `+firstBreach(q.since, q.from), nil, func(r Row) error {
			var id, parent, unused int
			var step string
			err := r.Scan(&id, &parent, &unused, &step)
			plans = append(plans, step)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return plans, nil
}
