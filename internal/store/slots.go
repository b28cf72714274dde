package store

import (
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/dispatch"
	"github.com/reevehq/reeve/internal/prefect"
)

// Whether a flow_run holds a slot, in SQL. Those of claims are found by the index
// flow_run_slots, those of flows by flow_run_active.
var (
	holdsHandOut = holds(dispatch.HandOut)
	holdsClaim   = holds(dispatch.Claim)
	holdsProcess = holds(dispatch.Process)
	holdsFlow    = holds(dispatch.Flow)
)

// holds is dispatch.Kind.Holds in SQL.
func holds(k dispatch.Kind) string {
	rule := k.Rule()
	held := `flow_run.state_type IN (` + quoted(rule.States) + `)`
	if rule.Retries {
		held = `(` + held + ` OR flow_run.retries_in_process = 1)`
	}
	if rule.Deployed {
		held = `flow_run.deployment_id IS NOT NULL AND ` + held
	}
	return held
}

// quoted lists types of states as literals: partial indexes are found by the
// text of a condition, not by what is bound.
func quoted(states []prefect.StateType) string {
	literals := make([]string, len(states))
	for i, s := range states {
		literals[i] = `'` + string(s) + `'`
	}
	return strings.Join(literals, ", ")
}

// PoolSlots counts the runs that hold slots of a pool and its queues.
func (tx *Tx) PoolSlots(pool uuid.UUID) (dispatch.Held, error) {
	held := dispatch.Held{Of: map[uuid.UUID]int{}}
	err := tx.conn.Query(`SELECT flow_run.work_queue_id, sum(`+holdsHandOut+`), count(*)
		FROM work_queue CROSS JOIN flow_run ON flow_run.work_queue_id = work_queue.id AND `+holdsClaim+`
		WHERE work_queue.work_pool_id = ? GROUP BY flow_run.work_queue_id`, []any{pool}, func(r Row) error {
		var queue uuid.UUID
		var n, claimed int
		if err := r.Scan(&queue, &n, &claimed); err != nil {
			return err
		}
		held.Of[queue] = n
		held.Total += n
		held.Claimed += claimed
		return nil
	})
	return held, err
}

// ofQueue selects the runs of a queue that hold a slot of a kind of limit.
func ofQueue(k dispatch.Kind) string {
	if k == dispatch.HandOut {
		return ` FROM flow_run WHERE flow_run.work_queue_id = ? AND ` + holdsClaim + ` AND ` + holdsHandOut
	}
	return ` FROM flow_run WHERE flow_run.work_queue_id = ? AND ` + holdsClaim
}

// QueueSlots counts the runs of a queue that hold a slot, dispatch.HandOut or
// dispatch.Claim.
func (tx *Tx) QueueSlots(queue uuid.UUID, k dispatch.Kind) (int, error) {
	return tx.count(`SELECT count(*)`+ofQueue(k), queue)
}

const slotHolderColumns = `flow_run.id, flow_run.name, flow_run.state_type, flow_run.state_name, flow_run.start_time,
	flow_run.state_timestamp, flow_run.work_queue_id`

func scanSlotHolder(now time.Time) func(Row) (*prefect.SlotHolder, error) {
	return func(r Row) (*prefect.SlotHolder, error) {
		var h prefect.SlotHolder
		err := r.Scan(&h.ID, &h.Name, &h.StateType, &h.StateName, &h.StartTime, &h.StateTimestamp, &h.WorkQueueID)
		if h.StateTimestamp != nil {
			held := prefect.Seconds(now.Sub(h.StateTimestamp.Time))
			h.TimeInCurrentState = &held
		}
		return &h, err
	}
}

// QueueSlotHolders returns the runs that QueueSlots counts, by id.
func (tx *Tx) QueueSlotHolders(queue uuid.UUID, k dispatch.Kind, page prefect.Page) ([]*prefect.SlotHolder, error) {
	return collect(tx, `SELECT `+slotHolderColumns+ofQueue(k)+` ORDER BY flow_run.id LIMIT ? OFFSET ?`,
		[]any{queue, page.Limit, page.Offset}, scanSlotHolder(tx.Now))
}
