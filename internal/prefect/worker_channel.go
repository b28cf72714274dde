package prefect

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/pyjson"
)

// ChannelVersion is the version of the worker channel.
const ChannelVersion = "work_pool_worker_channel.v1"

// What a worker may ask of its channel. The first two it must ask for.
const (
	HeartbeatCapability = "worker_heartbeat.v1"
	SnapshotCapability  = "work_pool_snapshot.v1"
	CleanupCapability   = "cleanup_delivery.v1"
)

// The types of the channel's frames.
const (
	HelloFrame          = "worker.hello.v1"
	ReadyFrame          = "worker.ready.v1"
	HeartbeatFrame      = "worker.heartbeat.v1"
	SnapshotFrame       = "work_pool.snapshot.v1"
	CleanupFrame        = "cleanup.message.v1"
	CleanupAckFrame     = "cleanup.ack.v1"
	CleanupReleaseFrame = "cleanup.release.v1"
	CleanupRenewFrame   = "cleanup.renew.v1"
	CleanupResultFrame  = "cleanup.operation_result.v1"
)

// CleanupKind is what a worker is asked to clean up.
type CleanupKind string

// The kinds: infrastructure of a run that was not cancelled in time, and of a
// claim that never became a run.
const (
	CancellingTimeoutTeardown CleanupKind = "cancelling_timeout_teardown.v1"
	PendingClaimTeardown      CleanupKind = "pending_claim_teardown.v1"
)

// Literals implements decode.Literal.
func (CleanupKind) Literals() []string {
	return []string{string(CancellingTimeoutTeardown), string(PendingClaimTeardown)}
}

// ChannelFrame is a frame of the worker channel, in either direction.
type ChannelFrame struct {
	Type    string    `json:"type"`
	ID      uuid.UUID `json:"id"`
	SentAt  Time      `json:"sent_at"`
	Payload any       `json:"payload"`
}

// WorkerHello is the first frame of a worker.
type WorkerHello struct {
	decode.Forbid
	ConsumerID               uuid.UUID     `json:"consumer_id" rule:"required"`
	WorkerName               string        `json:"worker_name" rule:"required,min=1"`
	WorkerType               string        `json:"worker_type" rule:"required,min=1"`
	HeartbeatIntervalSeconds int           `json:"heartbeat_interval_seconds" rule:"required,gt=0"`
	SupportedVersions        []string      `json:"supported_channel_versions" rule:"required,min=1"`
	RequestedCapabilities    []string      `json:"requested_capabilities" rule:"required,min=1"`
	WorkQueueNames           []string      `json:"work_queue_names"`
	HandledCleanupKinds      []CleanupKind `json:"handled_cleanup_kinds"`
	MaxCleanupConcurrency    int           `json:"max_cleanup_concurrency" rule:"ge=0"`
	CreatePoolIfNotFound     bool          `json:"create_pool_if_not_found"`
	DefaultBaseJobTemplate   Object        `json:"default_base_job_template"`
	WorkerMetadata           *Object       `json:"worker_metadata"`
}

// Check implements decode.Checker.
func (h *WorkerHello) Check(in pyjson.Value, at *decode.At) {
	for _, list := range [][]string{h.SupportedVersions, h.RequestedCapabilities, h.WorkQueueNames} {
		if slices.Contains(list, "") {
			at.Fail("string_too_short", "String should have at least 1 character", in, nil)
			return
		}
	}
	var missing []string
	for _, capability := range []string{SnapshotCapability, HeartbeatCapability} {
		if !slices.Contains(h.RequestedCapabilities, capability) {
			missing = append(missing, capability)
		}
	}
	cleans := slices.Contains(h.RequestedCapabilities, CleanupCapability)
	if _, given := in.Get("max_cleanup_concurrency"); !given && cleans && len(h.HandledCleanupKinds) > 0 {
		h.MaxCleanupConcurrency = 1
	}
	switch {
	case missing != nil:
		at.ValueError(fmt.Sprintf("Missing required channel capabilities: ['%s']", strings.Join(missing, "', '")), in)
	case !cleans && len(h.HandledCleanupKinds) > 0:
		at.ValueError("`handled_cleanup_kinds` requires `cleanup_delivery.v1`", in)
	case !cleans && h.MaxCleanupConcurrency > 0:
		at.ValueError("`max_cleanup_concurrency` requires `cleanup_delivery.v1`", in)
	}
}

// Cleans reports whether the worker wants cleanup messages.
func (h *WorkerHello) Cleans() bool {
	return slices.Contains(h.RequestedCapabilities, CleanupCapability) && len(h.HandledCleanupKinds) > 0 && h.MaxCleanupConcurrency > 0
}

// WorkerBeat is the payload of a heartbeat frame.
type WorkerBeat struct {
	decode.Forbid
	ConsumerID               uuid.UUID `json:"consumer_id" rule:"required"`
	WorkerName               string    `json:"worker_name" rule:"required,min=1"`
	HeartbeatIntervalSeconds int       `json:"heartbeat_interval_seconds" rule:"required,gt=0"`
}

// CleanupOperation is the payload of the frames in which a worker says how it
// fares with a cleanup message.
type CleanupOperation struct {
	decode.Forbid
	MessageID        uuid.UUID `json:"message_id" rule:"required"`
	ReservationToken string    `json:"reservation_token" rule:"required,min=1"`
}

// CleanupRelease gives a cleanup message back.
type CleanupRelease struct {
	decode.Forbid
	MessageID        uuid.UUID `json:"message_id" rule:"required"`
	ReservationToken string    `json:"reservation_token" rule:"required,min=1"`
	Reason           string    `json:"reason" rule:"required,min=1"`
}

// CleanupMessage asks a pool's workers to clean up. At most one worker has a
// reservation of it at a time; who does not end it in time loses it.
type CleanupMessage struct {
	MessageID        uuid.UUID   `json:"message_id"`
	Kind             CleanupKind `json:"kind"`
	ReservationToken string      `json:"reservation_token"`
	LeaseExpiresAt   Time        `json:"lease_expires_at"`
	DeliveryCount    int         `json:"delivery_count"`
	WorkQueueID      *uuid.UUID  `json:"work_queue_id"`
	Target           Object      `json:"target"`
	Data             Object      `json:"data"`

	// WorkPoolID and IdempotencyKey are not on the wire.
	WorkPoolID     uuid.UUID `json:"-"`
	IdempotencyKey string    `json:"-"`
}

// CleanupResult answers a cleanup operation.
type CleanupResult struct {
	RequestFrameID uuid.UUID `json:"request_frame_id"`
	MessageID      uuid.UUID `json:"message_id"`
	Operation      string    `json:"operation"`
	Status         string    `json:"status"`
	LeaseExpiresAt *Time     `json:"lease_expires_at"`
	Reason         *string   `json:"reason"`
	Detail         *string   `json:"detail"`
}

// PoolSnapshot is what workers are told of their pool.
type PoolSnapshot struct {
	Sequence int       `json:"snapshot_sequence"`
	Reason   string    `json:"reason"`
	WorkPool *WorkPool `json:"work_pool"`
}

// ResolvedQueue is a queue a worker serves.
type ResolvedQueue struct {
	ID   uuid.UUID `json:"id"`
	Name string    `json:"name"`
}

// WorkerReady answers a hello.
type WorkerReady struct {
	ConsumerID               uuid.UUID       `json:"consumer_id"`
	WorkerID                 *uuid.UUID      `json:"worker_id"`
	SelectedVersion          string          `json:"selected_channel_version"`
	HeartbeatIntervalSeconds int             `json:"effective_heartbeat_interval_seconds"`
	AcceptedCapabilities     []string        `json:"accepted_capabilities"`
	RejectedCapabilities     []string        `json:"rejected_capabilities"`
	MaxCleanupConcurrency    int             `json:"effective_max_cleanup_concurrency"`
	ResolvedWorkQueues       []ResolvedQueue `json:"resolved_work_queues"`
	InitialSnapshot          PoolSnapshot    `json:"initial_snapshot"`
}
