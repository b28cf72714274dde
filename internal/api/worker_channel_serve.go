package api

import (
	"context"
	"slices"
	"sync"

	"github.com/coder/websocket"
	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/api/ws"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/pyjson"
	"github.com/reevehq/reeve/internal/store"
)

// workerChannel is one worker's open channel.
type workerChannel struct {
	api    *API
	conn   *websocket.Conn
	hello  *prefect.WorkerHello
	pool   uuid.UUID
	queues []uuid.UUID
	cleans bool

	mu       sync.Mutex // guards what follows: snapshots are sent by two goroutines
	told     *prefect.WorkPool
	sequence int
}

func (ch *workerChannel) send(ctx context.Context, kind string, payload any) error {
	return ws.WriteJSON(ctx, ch.conn, prefect.ChannelFrame{Type: kind, ID: ch.api.ids.V7(),
		SentAt: prefect.At(ch.api.clock.Now()), Payload: payload})
}

// open finds or makes the worker's pool, notes its first heartbeat and gives
// the answer to its hello.
func (ch *workerChannel) open(ctx context.Context, name string) (*prefect.WorkerReady, error) {
	var pool *prefect.WorkPool
	var queues []prefect.ResolvedQueue
	var template *prefect.JobTemplate
	err := ch.api.decide(ctx, checkingVariables, func(p *premises) (err error) {
		template, err = ch.checkTemplate(p, name)
		return err
	}, func(tx *store.Tx) (err error) {
		if pool, err = ch.resolvePool(tx, name, template); err != nil {
			return err
		}
		if queues, err = ch.resolveQueues(tx, pool); err != nil {
			return err
		}
		if err = tx.HeartbeatWorker(pool, ch.hello.WorkerName, &ch.hello.HeartbeatIntervalSeconds); err != nil {
			return err
		}
		if pool, err = tx.ReadWorkPool(pool.ID); err != nil {
			return err
		}
		return countSlots(tx, pool)
	})
	if err != nil {
		return nil, err
	}
	ch.pool, ch.told, ch.sequence, ch.cleans = pool.ID, pool, 1, ch.hello.Cleans()
	ch.queues = make([]uuid.UUID, len(queues))
	for i, q := range queues {
		ch.queues[i] = q.ID
	}
	ready := &prefect.WorkerReady{
		ConsumerID: ch.hello.ConsumerID, SelectedVersion: prefect.ChannelVersion,
		HeartbeatIntervalSeconds: ch.hello.HeartbeatIntervalSeconds,
		AcceptedCapabilities:     []string{prefect.HeartbeatCapability, prefect.SnapshotCapability},
		RejectedCapabilities:     []string{}, ResolvedWorkQueues: queues,
		InitialSnapshot: prefect.PoolSnapshot{Sequence: 1, Reason: "initial", WorkPool: pool},
	}
	if ch.cleans {
		ready.AcceptedCapabilities = append(ready.AcceptedCapabilities, prefect.CleanupCapability)
		ready.MaxCleanupConcurrency = ch.hello.MaxCleanupConcurrency
	}
	for _, asked := range ch.hello.RequestedCapabilities {
		if !slices.Contains(ready.AcceptedCapabilities, asked) && !slices.Contains(ready.RejectedCapabilities, asked) {
			ready.RejectedCapabilities = append(ready.RejectedCapabilities, asked)
		}
	}
	return ready, nil
}

// checkTemplate returns the job template that the worker brings for its pool, nil
// when it brings none or the pool has one.
func (ch *workerChannel) checkTemplate(p *premises, name string) (*prefect.JobTemplate, error) {
	wanted, err := assume(p, func(tx *store.Tx) (bool, error) {
		pool, err := tx.ReadWorkPoolByName(name)
		if err == nil && pool == nil && (!ch.hello.CreatePoolIfNotFound || reserved(name)) {
			err = channelUnauthorised
		}
		return pool == nil || len(pool.BaseJobTemplate) <= len("{}"), err
	})
	if err != nil || !wanted {
		return nil, err
	}
	given, err := pyjson.Parse(ch.hello.DefaultBaseJobTemplate)
	if err != nil || len(given.Members()) == 0 {
		return nil, nil
	}
	var template prefect.JobTemplate
	if len(decode.Into(given, &template)) > 0 {
		return nil, channelTransient
	}
	return &template, checkJobDefaults(p, template.Object)
}

// resolvePool returns the named pool. One that is not there is made when the
// worker asks for it; one without a job template gets the worker's.
func (ch *workerChannel) resolvePool(tx *store.Tx, name string, template *prefect.JobTemplate) (*prefect.WorkPool, error) {
	pool, err := tx.ReadWorkPoolByName(name)
	switch {
	case err != nil:
		return nil, err
	case pool == nil:
		create := &prefect.WorkPoolCreate{Name: prefect.PoolName(name), Type: ch.hello.WorkerType}
		if template != nil {
			create.BaseJobTemplate = *template
		}
		return tx.CreateWorkPool(create)
	case template != nil:
		update := &prefect.WorkPoolUpdate{BaseJobTemplate: template}
		update.Mark("base_job_template")
		return pool, tx.UpdateWorkPool(pool, update)
	}
	return pool, nil
}

// resolveQueues returns the queues the worker serves, in the order it named them:
// all of the pool when it named none.
func (ch *workerChannel) resolveQueues(tx *store.Tx, pool *prefect.WorkPool) ([]prefect.ResolvedQueue, error) {
	all, err := tx.WorkQueuesOf(pool.ID)
	if err != nil {
		return nil, err
	}
	queues := []prefect.ResolvedQueue{}
	if len(ch.hello.WorkQueueNames) == 0 {
		for _, q := range all {
			queues = append(queues, prefect.ResolvedQueue{ID: q.ID, Name: q.Name})
		}
		return queues, nil
	}
	for _, name := range ch.hello.WorkQueueNames {
		i := slices.IndexFunc(all, func(q *prefect.WorkQueue) bool { return q.Name == name })
		if i < 0 {
			return nil, channelUnauthorised
		}
		queue := prefect.ResolvedQueue{ID: all[i].ID, Name: name}
		if !slices.Contains(queues, queue) {
			queues = append(queues, queue)
		}
	}
	return queues, nil
}

// receive takes the worker's frames until the socket ends.
func (ch *workerChannel) receive(ctx context.Context) error {
	for {
		frame, err := readChannelFrame(ctx, ch.conn)
		if err != nil {
			return err
		}
		switch in := frame.payload.(type) {
		case *prefect.WorkerBeat:
			err = ch.heartbeat(ctx, in)
		case *prefect.CleanupOperation:
			operation := "ack"
			if frame.kind == prefect.CleanupRenewFrame {
				operation = "renew"
			}
			err = ch.endCleanup(ctx, frame.id, operation, in.MessageID, in.ReservationToken)
		case *prefect.CleanupRelease:
			err = ch.endCleanup(ctx, frame.id, "release", in.MessageID, in.ReservationToken)
		default:
			err = channelProtocol
		}
		if err != nil {
			return err
		}
	}
}

func (ch *workerChannel) heartbeat(ctx context.Context, in *prefect.WorkerBeat) error {
	if in.ConsumerID != ch.hello.ConsumerID || in.WorkerName != ch.hello.WorkerName {
		return channelProtocol
	}
	err := ch.api.store.Update(ctx, func(tx *store.Tx) error {
		pool, err := tx.ReadWorkPool(ch.pool)
		if err != nil {
			return err
		}
		if pool == nil {
			return channelHeartbeat
		}
		return tx.HeartbeatWorker(pool, in.WorkerName, &in.HeartbeatIntervalSeconds)
	})
	if err != nil {
		ch.api.log.Warn("worker heartbeat not kept", "worker", in.WorkerName, "error", err)
		return channelHeartbeat
	}
	return ch.snapshotIfChanged(ctx, "heartbeat_reconciliation", func(a, b *prefect.WorkPool) bool {
		return a.Updated.Equal(b.Updated.Time)
	})
}

// snapshotIfChanged sends the pool when it is not the same as the one told
// last. When it is gone the channel ends.
func (ch *workerChannel) snapshotIfChanged(ctx context.Context, reason string, same func(a, b *prefect.WorkPool) bool) error {
	var pool *prefect.WorkPool
	err := ch.api.store.View(ctx, func(tx *store.Tx) (err error) {
		if pool, err = tx.ReadWorkPool(ch.pool); err != nil || pool == nil {
			return err
		}
		return countSlots(tx, pool)
	})
	if err != nil {
		return err
	}
	if pool == nil {
		return channelUnauthorised
	}
	ch.mu.Lock()
	defer ch.mu.Unlock()
	if same(ch.told, pool) {
		return nil
	}
	ch.sequence++
	ch.told = pool
	return ch.send(ctx, prefect.SnapshotFrame, prefect.PoolSnapshot{Sequence: ch.sequence, Reason: reason, WorkPool: pool})
}

// samePool reports whether two pools are alike in what workers act on.
func samePool(a, b *prefect.WorkPool) bool {
	sameLimit := a.ConcurrencyLimit == nil && b.ConcurrencyLimit == nil ||
		a.ConcurrencyLimit != nil && b.ConcurrencyLimit != nil && *a.ConcurrencyLimit == *b.ConcurrencyLimit
	sameStorage := storageText(a) == storageText(b)
	return sameLimit && sameStorage && a.IsPaused == b.IsPaused && string(a.BaseJobTemplate) == string(b.BaseJobTemplate)
}

func storageText(p *prefect.WorkPool) string {
	text, _ := p.StorageConfiguration.MarshalJSON() // objects and an id always marshal
	return string(text)
}

// deliver sends the worker what it shall clean up, as far as it has room.
func (ch *workerChannel) deliver(ctx context.Context) error {
	for ch.cleans {
		waits := false
		err := ch.api.store.View(ctx, func(tx *store.Tx) (err error) {
			waits, err = tx.HasCleanup(ch.pool)
			return err
		})
		if err != nil || !waits {
			return err
		}
		var message *prefect.CleanupMessage
		err = ch.api.store.Update(ctx, func(tx *store.Tx) (err error) {
			message, err = tx.ReserveCleanup(ch.pool, ch.hello.ConsumerID, ch.hello.HandledCleanupKinds, ch.queues,
				ch.hello.MaxCleanupConcurrency, ch.api.config.Cleanup)
			return err
		})
		if err != nil || message == nil {
			return err
		}
		if err := ch.send(ctx, prefect.CleanupFrame, message); err != nil {
			return err // the reservation ends by itself
		}
	}
	return nil
}

// endCleanup answers what a worker says of a message. What that frees is
// delivered when the change of the pool is heard of.
func (ch *workerChannel) endCleanup(ctx context.Context, frame uuid.UUID, operation string, id uuid.UUID, token string) error {
	reason := "cleanup_delivery_not_accepted"
	result := prefect.CleanupResult{MessageID: id, Operation: operation, Status: "unauthorized", Reason: &reason}
	if ch.cleans {
		err := ch.api.store.Update(ctx, func(tx *store.Tx) (err error) {
			result, err = tx.EndCleanup(operation, ch.pool, id, token, ch.api.config.Cleanup)
			return err
		})
		if err != nil {
			ch.api.log.Error("cleanup operation", "operation", operation, "error", err)
			reason = "cleanup_queue_operation_failed"
			result = prefect.CleanupResult{MessageID: id, Operation: operation, Status: "error", Reason: &reason}
		}
	}
	result.RequestFrameID = frame
	return ch.send(ctx, prefect.CleanupResultFrame, result)
}
