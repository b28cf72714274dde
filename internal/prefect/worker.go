package prefect

import (
	"github.com/google/uuid"
)

// WorkerStatus says whether a worker has sent a heartbeat lately.
type WorkerStatus string

// The worker statuses.
const (
	Online  WorkerStatus = "ONLINE"
	Offline WorkerStatus = "OFFLINE"
)

// Values implements decode.Enum.
func (WorkerStatus) Values() []string { return []string{"ONLINE", "OFFLINE"} }

// A worker counts as offline after this many of its heartbeat intervals, or of
// the default interval (in seconds) when it named none.
const (
	MissedHeartbeats         = 3
	DefaultHeartbeatInterval = 30
)

// Worker is a process that takes runs from a work pool.
type Worker struct {
	ID                       uuid.UUID    `json:"id"`
	Created                  *Time        `json:"created"`
	Updated                  *Time        `json:"updated"`
	Name                     string       `json:"name"`
	WorkPoolID               uuid.UUID    `json:"work_pool_id"`
	LastHeartbeatTime        *Time        `json:"last_heartbeat_time"`
	HeartbeatIntervalSeconds *int         `json:"heartbeat_interval_seconds"`
	Status                   WorkerStatus `json:"status"`
}
