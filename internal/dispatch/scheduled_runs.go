package dispatch

import (
	"github.com/reevehq/reeve/internal/prefect"
)

// AwaitingSlot is the name of the state of a run that was refused a slot.
const AwaitingSlot = "AwaitingConcurrencySlot"

// ScheduledRuns returns the runs that a pool's workers may start: those of the
// given queues, which are in the order of their priorities, that are due in the
// range, as far as the limits of pool, queues and flows leave slots.
func ScheduledRuns(tx Tx, pool *prefect.WorkPool, queues []*prefect.WorkQueue, after, before *prefect.Time, limit int) ([]prefect.ScheduledRun, error) {
	runs := []prefect.ScheduledRun{}
	if pool.IsPaused {
		return runs, nil
	}
	room, held, err := roomIn(tx, pool, queues, limit)
	if err != nil {
		return nil, err
	}
	due := Due{After: after, Before: before}
	if pool.ConcurrencyLimit != nil && held.Claimed >= *pool.ConcurrencyLimit {
		due.Except = AwaitingSlot // they would be refused again
	}
	for _, q := range queues {
		if q.IsPaused {
			continue
		}
		due.Queue = q.ID
		found, err := room.fill(tx, due)
		if err != nil {
			return nil, err
		}
		for _, run := range found {
			runs = append(runs, prefect.ScheduledRun{WorkPoolID: pool.ID, WorkQueueID: q.ID,
				FlowRun: prefect.ScheduledJob{FlowRun: run}})
		}
	}
	return runs, nil
}

// roomIn is the room for a number of runs that the limits of a pool, its queues and
// all flows leave, and how many hold slots of the pool.
func roomIn(tx Tx, pool *prefect.WorkPool, queues []*prefect.WorkQueue, most int) (*Room, Held, error) {
	held, err := slotsHeld(tx, pool, queues)
	if err != nil {
		return nil, held, err
	}
	flows, err := tx.FlowLimits()
	if err != nil {
		return nil, held, err
	}
	return NewRoom(most, flows).Within(pool, queues, held), held, nil
}

// slotsHeld counts the runs that hold slots of a pool, unless neither it nor one
// of the queues has a limit.
func slotsHeld(tx Tx, pool *prefect.WorkPool, queues []*prefect.WorkQueue) (Held, error) {
	limited := pool.ConcurrencyLimit != nil
	for _, q := range queues {
		limited = limited || q.ConcurrencyLimit != nil
	}
	if !limited {
		return Held{}, nil
	}
	return tx.PoolSlots(pool.ID)
}

// fill admits the first runs that are due in a queue. Each further query leaves
// out a flow that the one before filled.
func (r *Room) fill(tx Tx, due Due) ([]*prefect.FlowRun, error) {
	now, _ := tx.Stamp()
	runs := []*prefect.FlowRun{}
	for {
		due.Limit, due.Full = r.Of(due.Queue), r.Full()
		if due.Limit == 0 {
			return runs, nil
		}
		found, err := tx.DueRuns(due)
		if err != nil {
			return nil, err
		}
		for _, run := range found {
			if r.Admit(run, now) {
				runs = append(runs, run)
			}
			due.Last = run
		}
		if len(found) < due.Limit {
			return runs, nil
		}
	}
}
