package dispatch

import (
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// Limit is how many runs of a pool, a queue or a flow may hold a slot at once,
// and how many do.
type Limit struct {
	// Name is that of the pool, the queue or the flow.
	Name        string
	Max, Active int
}

// Full reports whether no further run may have a slot.
func (l *Limit) Full() bool { return l.Active >= l.Max }

// Held is how many runs hold slots of a pool.
type Held struct {
	// Total is their number where runs are handed out, Of that of each queue.
	Total int
	Of    map[uuid.UUID]int
	// Claimed is their number where runs are claimed.
	Claimed int
}

// Room is how many runs may be handed out.
type Room struct {
	left   int
	queues map[uuid.UUID]int // those with a limit
	flows  map[uuid.UUID]int // those with a limit
}

// NewRoom is room for a number of runs, as far as the limits of their flows
// leave it.
func NewRoom(most int, flows map[uuid.UUID]Limit) *Room {
	r := &Room{left: most, queues: map[uuid.UUID]int{}, flows: map[uuid.UUID]int{}}
	for id, l := range flows {
		r.flows[id] = l.Max - l.Active
	}
	return r
}

// Within narrows the room to what the limits of a pool and its queues leave.
func (r *Room) Within(pool *prefect.WorkPool, queues []*prefect.WorkQueue, held Held) *Room {
	if pool.ConcurrencyLimit != nil {
		r.left = min(r.left, *pool.ConcurrencyLimit-held.Total)
	}
	for _, q := range queues {
		if q.ConcurrencyLimit != nil {
			r.queues[q.ID] = *q.ConcurrencyLimit - held.Of[q.ID]
		}
	}
	return r
}

// Of is how many runs of a queue may be handed out, apart from the limits of
// their flows.
func (r *Room) Of(queue uuid.UUID) int {
	left := r.left
	if limit, limited := r.queues[queue]; limited {
		left = min(left, limit)
	}
	return max(0, left)
}

// Admit reports whether a run may be handed out, and takes its place. One that
// is due later takes none of its flow's: the worker only learns that it is to come.
func (r *Room) Admit(run *prefect.FlowRun, now time.Time) bool {
	queue := uuid.Nil
	if run.WorkQueueID != nil {
		queue = *run.WorkQueueID
	}
	if r.Of(queue) == 0 {
		return false
	}
	if left, limited := r.flows[run.FlowID]; limited {
		if left <= 0 {
			return false
		}
		if run.NextScheduledStartTime == nil || !run.NextScheduledStartTime.After(now) {
			r.flows[run.FlowID]--
		}
	}
	r.left--
	if _, limited := r.queues[queue]; limited {
		r.queues[queue]--
	}
	return true
}

// Full lists the flows without room.
func (r *Room) Full() []uuid.UUID {
	full := []uuid.UUID{}
	for flow, left := range r.flows {
		if left <= 0 {
			full = append(full, flow)
		}
	}
	return full
}
