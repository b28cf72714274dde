package prefect

import "slices"

// CancellingEvent tells that a flow run is being cancelled.
const CancellingEvent = "prefect.flow-run.Cancelling"

// HeartbeatEvent tells that a flow run's process is alive.
const HeartbeatEvent = "prefect.flow-run.heartbeat"

// FlowSlotFreed and PoolSlotFreed tell that a flow or a pool that was at its
// limit may start a run. They are Reeve's own.
const (
	FlowSlotFreed = "reeve.flow.slot-freed"
	PoolSlotFreed = "reeve.work-pool.slot-freed"
)

// FlowRunDeleted tells that a run was deleted which a worker may have in hand.
// It is Reeve's own.
const FlowRunDeleted = "reeve.flow-run.deleted"

// NewWorkEvents returns the names of the events after which a worker's poll may
// find a run to start.
func NewWorkEvents() []string { return slices.Clone(newWork) }

var newWork = []string{"prefect.flow-run.Scheduled", "prefect.flow-run.AwaitingRetry", "prefect.flow-run.Resuming",
	"prefect.flow-run.Late", "prefect.flow-run.AwaitingConcurrencySlot", "prefect.work-pool.ready",
	"prefect.work-queue.ready", "prefect.work-pool.updated", FlowSlotFreed, PoolSlotFreed}

// ConcernsWorker reports whether an event's name is one for which a worker that
// waits listens.
func ConcernsWorker(name string) bool {
	return name == CancellingEvent || name == FlowRunDeleted || slices.Contains(newWork, name)
}
