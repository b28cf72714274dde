package worker

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// keepChannel keeps the worker channel open, which carries heartbeats one way
// and the pool's changes the other. While it is not open heartbeats go over HTTP.
func (w *Worker) keepChannel(ctx context.Context) {
	go w.heartbeats(ctx)
	w.again(ctx, "worker channel", w.useChannel)
}

// heartbeats sends those that no channel carries, and reads the pool again. With
// each it looks whether our runs still exist.
func (w *Worker) heartbeats(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-w.clock.After(w.config.Heartbeat):
		}
		w.findDeleted(ctx)
		w.mu.Lock()
		carried := w.channel
		w.mu.Unlock()
		if carried {
			continue
		}
		err := w.heartbeat(ctx)
		if err == nil {
			var pool *workPool
			if pool, err = w.readPool(ctx); err == nil {
				w.setPool(pool)
			}
		}
		if err != nil && ctx.Err() == nil {
			w.config.Log.Warn("heartbeat", "error", err)
		}
	}
}

func (w *Worker) setChannel(open bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.channel = open
}

func (w *Worker) frame(kind string, payload any) prefect.ChannelFrame {
	return prefect.ChannelFrame{Type: kind, ID: w.ids.V7(), SentAt: prefect.At(w.clock.Now()), Payload: payload}
}

// inbound is a frame from the server.
type inbound struct {
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload"`
}

func (w *Worker) useChannel(ctx context.Context) (useful bool, err error) {
	c, answer, err := w.dial(ctx, w.poolPath("/workers/connect"))
	if err != nil {
		if answer != nil && (answer.StatusCode == http.StatusNotFound || answer.StatusCode == http.StatusMethodNotAllowed) {
			<-ctx.Done() // an older server, which has no channel
		}
		return false, err
	}
	defer func() { _ = c.CloseNow() }()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	err = wsjson.Write(ctx, c, w.frame(prefect.HelloFrame, map[string]any{
		"consumer_id": w.consumer, "worker_name": w.config.Name, "worker_type": workerType,
		"heartbeat_interval_seconds": int(w.config.Heartbeat / time.Second),
		"supported_channel_versions": []string{prefect.ChannelVersion},
		"requested_capabilities":     []string{prefect.HeartbeatCapability, prefect.SnapshotCapability, prefect.CleanupCapability},
		"handled_cleanup_kinds":      []prefect.CleanupKind{prefect.CancellingTimeoutTeardown},
		"max_cleanup_concurrency":    4,
		"work_queue_names":           nonNil(w.config.Queues), "create_pool_if_not_found": w.config.CreatePool,
		"default_base_job_template": defaultTemplate,
	}))
	if err != nil {
		return false, err
	}
	var ready inbound
	if err := wsjson.Read(ctx, c, &ready); err != nil {
		return false, err
	}
	w.heardOfPool(ready)
	w.setChannel(true)
	defer w.setChannel(false)
	go w.beat(ctx, c)
	for {
		var in inbound
		if err := wsjson.Read(ctx, c, &in); err != nil {
			return true, err
		}
		switch in.Type {
		case prefect.SnapshotFrame:
			w.heardOfPool(in)
			w.pollNow()
		case prefect.CleanupFrame:
			w.cleanUp(ctx, c, in.Payload)
		}
	}
}

func nonNil(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

// heardOfPool takes over the pool of a ready frame or a snapshot.
func (w *Worker) heardOfPool(in inbound) {
	type snapshot struct {
		WorkPool *workPool `json:"work_pool"`
	}
	var payload struct {
		snapshot
		Initial snapshot `json:"initial_snapshot"`
	}
	if json.Unmarshal(in.Payload, &payload) != nil {
		return
	}
	pool := payload.WorkPool
	if pool == nil {
		pool = payload.Initial.WorkPool
	}
	if pool != nil && len(pool.BaseJobTemplate) > len("{}") {
		w.setPool(pool)
	}
}

// beat sends heartbeats over the channel until ctx ends.
func (w *Worker) beat(ctx context.Context, c *websocket.Conn) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-w.clock.After(w.config.Heartbeat):
		}
		err := wsjson.Write(ctx, c, w.frame(prefect.HeartbeatFrame, map[string]any{
			"consumer_id": w.consumer, "worker_name": w.config.Name,
			"heartbeat_interval_seconds": int(w.config.Heartbeat / time.Second)}))
		if err != nil {
			_ = c.CloseNow()
			return
		}
	}
}

// cleanUp ends the process of a run that was not cancelled in time, if this
// worker has it. One that it does not have is another worker's.
func (w *Worker) cleanUp(ctx context.Context, c *websocket.Conn, payload json.RawMessage) {
	var message struct {
		ID     uuid.UUID `json:"message_id"`
		Token  string    `json:"reservation_token"`
		Target struct {
			FlowRunID uuid.UUID `json:"flow_run_id"`
		} `json:"target"`
	}
	if json.Unmarshal(payload, &message) != nil {
		return
	}
	kind, answer := prefect.CleanupAckFrame, map[string]any{"message_id": message.ID, "reservation_token": message.Token}
	if a := w.attemptOf(message.Target.FlowRunID); a != nil {
		a.mu.Lock()
		p := a.process
		a.mu.Unlock()
		if p != nil {
			w.all.Go(func() { _ = p.stop(w.clock.After) }) // what could not be ended is reported by its exit
		}
	} else {
		kind, answer["reason"] = prefect.CleanupReleaseFrame, "not_run_by_this_worker"
	}
	err := wsjson.Write(ctx, c, w.frame(kind, answer))
	if err != nil {
		w.config.Log.Debug("cleanup not acknowledged", "error", err)
	}
}
