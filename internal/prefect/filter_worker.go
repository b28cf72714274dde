package prefect

import "github.com/reevehq/reeve/internal/prefect/decode"

// WorkerFilter selects workers of a pool.
type WorkerFilter struct {
	decode.Forbid
	Operator          Operator               `json:"operator"`
	LastHeartbeatTime *Between               `json:"last_heartbeat_time"`
	Status            *AnyNotAnyWorkerStatus `json:"status"`
}

// AnyNotAnyWorkerStatus are lists of statuses to include and to exclude.
type AnyNotAnyWorkerStatus struct {
	decode.Forbid
	Any    []WorkerStatus `json:"any_" rule:"null"`
	NotAny []WorkerStatus `json:"not_any_" rule:"null"`
}
