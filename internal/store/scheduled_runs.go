package store

import (
	"math"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/dispatch"
	"github.com/reevehq/reeve/internal/events"
	"github.com/reevehq/reeve/internal/prefect"
)

// dueRuns reads the scheduled runs of one queue in the order they are due, from
// the index flow_run_due. Runs that retry inside their own process are not for
// workers.
const dueRuns = `SELECT ` + flowRunColumns + flowRunFrom + `
	WHERE flow_run.work_queue_id = ? AND flow_run.state_type = 'SCHEDULED'
		AND flow_run.next_scheduled_start_time BETWEEN ? AND ?
		AND flow_run.retries_in_process = 0
		AND (flow_run.next_scheduled_start_time, flow_run.id) > (?, ?)
		AND flow_run.flow_id NOT IN (SELECT unhex(value) FROM json_each(?))
		AND flow_run.state_name <> ?
	ORDER BY flow_run.next_scheduled_start_time, flow_run.id LIMIT ?`

// bounds are the moments of a range of which either end may be open.
func bounds(after, before *prefect.Time) (from, to int64) {
	from, to = math.MinInt64, math.MaxInt64
	if after != nil {
		from = after.UnixMicro()
	}
	if before != nil {
		to = before.UnixMicro()
	}
	return from, to
}

// ScheduledRuns gives the runs that a pool's workers may start: those of the
// given queues, which are in the order of their priorities, that are due in the
// range, as far as the limits of pool, queues and flows leave slots.
func (tx *Tx) ScheduledRuns(pool *prefect.WorkPool, queues []*prefect.WorkQueue, after, before *prefect.Time, limit int) ([]prefect.ScheduledRun, error) {
	runs := []prefect.ScheduledRun{}
	if pool.IsPaused {
		return runs, nil
	}
	held, err := tx.slotsHeld(pool, queues)
	if err != nil {
		return nil, err
	}
	left := limit
	if pool.ConcurrencyLimit != nil {
		left = min(left, *pool.ConcurrencyLimit-held.Total)
	}
	room, err := tx.flowRoom()
	if err != nil {
		return nil, err
	}
	refused := ""
	if pool.ConcurrencyLimit != nil && held.Active >= *pool.ConcurrencyLimit {
		refused = "AwaitingConcurrencySlot" // they would be refused again
	}
	from, to := bounds(after, before)
	for _, q := range queues {
		take := left
		if q.ConcurrencyLimit != nil {
			take = min(take, *q.ConcurrencyLimit-held.Of[q.ID])
		}
		if q.IsPaused || take <= 0 {
			continue
		}
		found, err := tx.dueRuns(q.ID, from, to, take, room, refused)
		if err != nil {
			return nil, err
		}
		for _, run := range found {
			runs = append(runs, prefect.ScheduledRun{WorkPoolID: pool.ID, WorkQueueID: q.ID,
				FlowRun: prefect.ScheduledJob{FlowRun: run}})
		}
		left -= len(found)
	}
	return runs, nil
}

// dueRuns reads the first runs of a queue that are due in a range and within the
// limits of their flows. Each further query leaves out a flow that the one
// before filled. Runs whose state has the name except are left out.
func (tx *Tx) dueRuns(queue uuid.UUID, from, to int64, take int, room flowRoom, except string) ([]*prefect.FlowRun, error) {
	runs := []*prefect.FlowRun{}
	last := uuid.Nil
	for {
		want := take - len(runs)
		found, err := collect(tx, dueRuns, []any{queue, from, to, from, last, room.full(), except, want}, scanFlowRun(tx.Now))
		if err != nil {
			return nil, err
		}
		for _, run := range found {
			if room.admits(run, tx.Now) {
				runs = append(runs, run)
			}
			from, last = run.NextScheduledStartTime.UnixMicro(), run.ID
		}
		if len(found) < want || len(runs) == take {
			return runs, nil
		}
	}
}

// slotsHeld counts the pending and running runs of a pool, unless neither it
// nor one of the queues has a limit.
func (tx *Tx) slotsHeld(pool *prefect.WorkPool, queues []*prefect.WorkQueue) (Slots, error) {
	limited := pool.ConcurrencyLimit != nil
	for _, q := range queues {
		limited = limited || q.ConcurrencyLimit != nil
	}
	if !limited {
		return Slots{}, nil
	}
	return tx.PoolSlots(pool.ID)
}

// Slots are the numbers of pending and running runs, by queue and in all. Active
// counts those that are being cancelled too.
type Slots struct {
	Of            map[uuid.UUID]int
	Total, Active int
}

// PoolSlots counts the runs of a pool's queues that hold a slot.
func (tx *Tx) PoolSlots(pool uuid.UUID) (Slots, error) {
	s := Slots{Of: map[uuid.UUID]int{}}
	err := tx.conn.Query(`SELECT flow_run.work_queue_id, sum(`+holdsHandOut+`), count(*)
		FROM work_queue CROSS JOIN flow_run ON flow_run.work_queue_id = work_queue.id AND `+holdsClaim+`
		WHERE work_queue.work_pool_id = ? GROUP BY flow_run.work_queue_id`, []any{pool}, func(r Row) error {
		var queue uuid.UUID
		var n, active int
		if err := r.Scan(&queue, &n, &active); err != nil {
			return err
		}
		s.Of[queue] = n
		s.Total += n
		s.Active += active
		return nil
	})
	return s, err
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

// MarkPolled notes that workers asked for the runs of queues: the queues and
// their deployments become ready.
func (tx *Tx) MarkPolled(queues []*prefect.WorkQueue) error {
	ids := make([]uuid.UUID, len(queues))
	for i, q := range queues {
		ids[i] = q.ID
	}
	_, err := tx.conn.Exec(`UPDATE work_queue SET last_polled = ?, updated = ?
		WHERE id IN (SELECT unhex(value) FROM json_each(?))`, tx.Now, tx.Now, idList(ids))
	if err != nil {
		return err
	}
	for _, q := range queues {
		if q.Status != prefect.NotReady {
			continue
		}
		if err := tx.setWorkQueueStatus(q, prefect.Ready); err != nil {
			return err
		}
	}
	return tx.MarkDeploymentsReady(nil, ids)
}

// setWorkQueueStatus gives a queue a status and tells of it.
func (tx *Tx) setWorkQueueStatus(q *prefect.WorkQueue, status prefect.PoolStatus) error {
	n, err := tx.conn.Exec(`UPDATE work_queue SET status = ?, updated = ? WHERE id = ? AND status <> ?`,
		status, tx.Now, q.ID, status)
	if err != nil || n == 0 {
		return err
	}
	tx.Touch(Deadlines)
	changed := *q
	changed.Status = status
	return tx.Emit(events.WorkQueueStatus(tx.IDs.V7(), tx.Now, &changed))
}

// AgentRuns gives the runs an agent may start for a queue: those of any queue
// of that name, as far as the queue's limit leaves slots.
func (tx *Tx) AgentRuns(q *prefect.WorkQueue, before *prefect.Time, limit int) ([]*prefect.FlowRun, error) {
	if q.IsPaused {
		return []*prefect.FlowRun{}, nil
	}
	if q.Filter != nil {
		return tx.filteredAgentRuns(q, before, limit)
	}
	if q.ConcurrencyLimit != nil {
		held, err := tx.count(`SELECT count(*) FROM flow_run WHERE flow_run.work_queue_name = ? AND `+holdsClaim, q.Name)
		if err != nil {
			return nil, err
		}
		limit = max(0, min(limit, *q.ConcurrencyLimit-held))
	}
	_, to := bounds(nil, before)
	runs, err := tx.withinFlowLimits(limit, func(page prefect.Page) ([]*prefect.FlowRun, error) {
		return collect(tx, `SELECT `+flowRunColumns+flowRunFrom+`
			WHERE flow_run.state_type = 'SCHEDULED' AND flow_run.next_scheduled_start_time <= ?
				AND coalesce(queue.name, flow_run.work_queue_name) = ?
			ORDER BY flow_run.next_scheduled_start_time, flow_run.id LIMIT ? OFFSET ?`,
			[]any{to, q.Name, page.Limit, page.Offset}, scanFlowRun(tx.Now))
	})
	for _, run := range runs {
		run.WorkPoolID, run.WorkPoolName = nil, nil // agents know of no pools
	}
	return runs, err
}

// filteredAgentRuns is AgentRuns for a queue of the days before pools, which
// selects runs by tags and deployments.
func (tx *Tx) filteredAgentRuns(q *prefect.WorkQueue, before *prefect.Time, limit int) ([]*prefect.FlowRun, error) {
	if q.ConcurrencyLimit != nil {
		held, err := tx.FilterSlots(q.Filter)
		if err != nil {
			return nil, err
		}
		limit = max(0, min(limit, *q.ConcurrencyLimit-held))
	}
	filter := filterOfQueue(q.Filter, prefect.Scheduled)
	if before != nil {
		filter.FlowRuns.NextScheduledStartTime = &prefect.Between{Before: before}
	}
	return tx.FilterStartableRuns(filter, limit)
}

// FilterSlots counts the pending and running runs that a queue's filter selects.
func (tx *Tx) FilterSlots(f *prefect.QueueFilter) (int, error) {
	return tx.CountFlowRuns(filterOfQueue(f, dispatch.HandOut.Rule().States...))
}

func filterOfQueue(f *prefect.QueueFilter, states ...prefect.StateType) *prefect.Filters {
	hasDeployment := false
	return &prefect.Filters{FlowRuns: &prefect.FlowRunFilter{
		Tags:         &prefect.AllAnyTags{All: f.Tags},
		DeploymentID: &prefect.AnyIDOrNull{Any: f.DeploymentIDs, IsNull: &hasDeployment},
		State:        &prefect.FlowRunFilterState{Type: &prefect.AnyNotAnyState{Any: states}},
	}}
}

// LateRuns counts the runs of a queue that are late.
func (tx *Tx) LateRuns(queue uuid.UUID) (int, error) {
	return tx.count(`SELECT count(*) FROM flow_run WHERE work_queue_id = ? AND state_type = 'SCHEDULED' AND state_name = 'Late'`, queue)
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

// QueueSlotHolders gives the runs that QueueSlots counts, by id.
func (tx *Tx) QueueSlotHolders(queue uuid.UUID, k dispatch.Kind, page prefect.Page) ([]*prefect.SlotHolder, error) {
	return collect(tx, `SELECT `+slotHolderColumns+ofQueue(k)+` ORDER BY flow_run.id LIMIT ? OFFSET ?`,
		[]any{queue, page.Limit, page.Offset}, scanSlotHolder(tx.Now))
}
