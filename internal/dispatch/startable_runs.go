package dispatch

import (
	"github.com/reevehq/reeve/internal/prefect"
)

// FilterTx is a transaction that also reads runs by criteria, as agents and the
// programs that serve deployments ask for them.
type FilterTx interface {
	Tx
	// FilterFlowRuns returns the runs that meet the criteria, sorted; CountFlowRuns
	// counts them.
	FilterFlowRuns(f *prefect.Filters, sort prefect.FlowRunSort, page prefect.Page) ([]*prefect.FlowRun, error)
	CountFlowRuns(f *prefect.Filters) (int, error)
	// NamedQueueSlots counts the runs that were given to a queue by its name and
	// hold slots, as Claim does.
	NamedQueueSlots(name string) (int, error)
	// NamedQueueRuns returns the scheduled runs of all queues of a name, those that
	// are due by a time, the first due first.
	NamedQueueRuns(name string, before *prefect.Time, page prefect.Page) ([]*prefect.FlowRun, error)
}

// AgentRuns returns the runs an agent may start for a queue: those of any queue
// of that name, as far as the queue's limit leaves slots.
func AgentRuns(tx FilterTx, q *prefect.WorkQueue, before *prefect.Time, limit int) ([]*prefect.FlowRun, error) {
	if q.IsPaused {
		return []*prefect.FlowRun{}, nil
	}
	if q.ConcurrencyLimit != nil {
		held, err := agentSlots(tx, q)
		if err != nil {
			return nil, err
		}
		limit = max(0, min(limit, *q.ConcurrencyLimit-held))
	}
	if q.Filter != nil {
		filter := filterOfQueue(q.Filter, prefect.Scheduled)
		if before != nil {
			filter.FlowRuns.NextScheduledStartTime = &prefect.Between{Before: before}
		}
		return StartableRuns(tx, filter, limit)
	}
	runs, err := withinFlowLimits(tx, limit, func(page prefect.Page) ([]*prefect.FlowRun, error) {
		return tx.NamedQueueRuns(q.Name, before, page)
	})
	for _, run := range runs {
		run.WorkPoolID, run.WorkPoolName = nil, nil // agents know of no pools
	}
	return runs, err
}

// agentSlots counts the runs that hold slots of a queue as agents know it.
func agentSlots(tx FilterTx, q *prefect.WorkQueue) (int, error) {
	if q.Filter != nil {
		return FilterSlots(tx, q.Filter)
	}
	return tx.NamedQueueSlots(q.Name)
}

// FilterSlots counts the pending and running runs that a queue's filter selects:
// a queue of the days before pools, which selects runs by tags and deployments.
func FilterSlots(tx FilterTx, f *prefect.QueueFilter) (int, error) {
	return tx.CountFlowRuns(filterOfQueue(f, HandOut.Rule().States...))
}

func filterOfQueue(f *prefect.QueueFilter, states ...prefect.StateType) *prefect.Filters {
	hasDeployment := false
	return &prefect.Filters{FlowRuns: &prefect.FlowRunFilter{
		Tags:         &prefect.AllAnyTags{All: f.Tags},
		DeploymentID: &prefect.AnyIDOrNull{Any: f.DeploymentIDs, IsNull: &hasDeployment},
		State:        &prefect.FlowRunFilterState{Type: &prefect.AnyNotAnyState{Any: states}},
	}}
}

// StartableRuns returns scheduled runs that meet the criteria, in the order they
// are due, as far as the limits of their flows leave room.
func StartableRuns(tx FilterTx, f *prefect.Filters, limit int) ([]*prefect.FlowRun, error) {
	return withinFlowLimits(tx, limit, func(page prefect.Page) ([]*prefect.FlowRun, error) {
		return tx.FilterFlowRuns(f, "NEXT_SCHEDULED_START_TIME_ASC", page)
	})
}

// withinFlowLimits reads page by page and returns the first runs that may be
// handed out, at most limit. One that waits inside its process has its slot.
func withinFlowLimits(tx Tx, limit int, read func(prefect.Page) ([]*prefect.FlowRun, error)) ([]*prefect.FlowRun, error) {
	flows, err := tx.FlowLimits()
	if err != nil {
		return nil, err
	}
	if len(flows) == 0 {
		return read(prefect.Page{Limit: limit})
	}
	room, runs := NewRoom(limit, flows), []*prefect.FlowRun{}
	now, _ := tx.Stamp()
	for offset := 0; len(runs) < limit; offset += limit {
		found, err := read(prefect.Page{Limit: limit, Offset: offset})
		if err != nil {
			return nil, err
		}
		for _, run := range found {
			if len(runs) < limit && (StandingOf(run).RetriesInProcess() || room.Admit(run, now)) {
				runs = append(runs, run)
			}
		}
		if len(found) < limit {
			break
		}
	}
	return runs, nil
}
