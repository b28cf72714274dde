package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/coder/websocket"
	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/api/ws"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/pyjson"
	"github.com/reevehq/reeve/internal/store"
)

// The ways a worker channel ends. Clients tell from code and reason whether to
// come back.
var (
	channelUnauthorised = ws.Violation(websocket.StatusPolicyViolation, "authorization_failed")
	channelVersion      = ws.Violation(websocket.StatusPolicyViolation, "unsupported_version")
	channelProtocol     = ws.Violation(websocket.StatusProtocolError, "protocol_error")
	channelHeartbeat    = ws.Violation(websocket.StatusInternalError, "heartbeat_persistence_failed")
	channelTransient    = ws.Violation(websocket.StatusInternalError, "transient_server_error")
)

// snapshotPause gathers changes of a pool that come close together into one snapshot.
const snapshotPause = 50 * time.Millisecond

// workerChannel is the websocket /work_pools/{work_pool_name}/workers/connect:
// a worker says hello and is told of its pool, then sends heartbeats, and is
// sent what changes in the pool and what it shall clean up.
func (a *API) workerChannel(w http.ResponseWriter, r *http.Request) {
	pool := r.PathValue("work_pool_name")
	options := ws.Options{RequireProtocol: true, AuthFailedReason: "authentication_failed"}
	a.hub.Serve(w, r, options, func(ctx context.Context, c *websocket.Conn) error { return a.serveWorker(ctx, c, pool) })
}

func (a *API) serveWorker(ctx context.Context, c *websocket.Conn, name string) error {
	frame, err := readChannelFrame(ctx, c)
	if err != nil {
		return err
	}
	hello, ok := frame.payload.(*prefect.WorkerHello)
	if !ok {
		return channelProtocol
	}
	if !slices.Contains(hello.SupportedVersions, prefect.ChannelVersion) {
		return channelVersion
	}
	changed, unwatch := a.store.Watch(store.WorkPools)
	defer unwatch()
	ch := &workerChannel{api: a, conn: c, hello: hello}
	ready, err := ch.open(ctx, name)
	if err != nil {
		return channelFailure(err)
	}
	if err := ch.send(ctx, prefect.ReadyFrame, ready); err != nil {
		return err
	}
	received := make(chan error, 1)
	go func() { received <- ch.receive(ctx) }() // until the socket is closed
	for {
		if err := ch.deliver(ctx); err != nil {
			return channelFailure(err)
		}
		select {
		case err := <-received:
			return err
		case <-changed:
		}
		select {
		case err := <-received:
			return err
		case <-a.clock.After(snapshotPause):
		}
		if err := ch.snapshotIfChanged(ctx, "work_pool_updated", samePool); err != nil {
			return channelFailure(err)
		}
	}
}

// channelFailure turns what failed into the way the channel ends.
func channelFailure(err error) error {
	var closing *ws.CloseError
	var known *fault.Error
	switch {
	case err == nil || errors.As(err, &closing) || !errors.As(err, &known):
		return err
	case known.Kind == fault.NotFound, known.Kind == fault.Invalid:
		return channelProtocol
	}
	return channelTransient
}

// channelFrame is a frame from a worker.
type channelFrame struct {
	id      uuid.UUID
	kind    string
	payload any
}

// readChannelFrame reads a frame; anything that is none of a worker's ends the
// channel.
func readChannelFrame(ctx context.Context, c *websocket.Conn) (*channelFrame, error) {
	in, err := ws.ReadJSON(ctx, c)
	var closing *ws.CloseError
	if errors.As(err, &closing) && closing.Code != websocket.StatusTryAgainLater {
		return nil, channelProtocol
	}
	if err != nil {
		return nil, err
	}
	var head struct {
		decode.Forbid
		Type    string       `json:"type" rule:"required"`
		ID      uuid.UUID    `json:"id" rule:"required"`
		SentAt  prefect.Time `json:"sent_at" rule:"required"`
		Payload pyjson.Value `json:"payload" rule:"required"`
	}
	if len(decode.Into(in, &head)) > 0 {
		return nil, channelProtocol
	}
	frame := &channelFrame{id: head.ID, kind: head.Type}
	switch head.Type {
	case prefect.HelloFrame:
		frame.payload = new(prefect.WorkerHello)
	case prefect.HeartbeatFrame:
		frame.payload = new(prefect.WorkerBeat)
	case prefect.CleanupAckFrame, prefect.CleanupRenewFrame:
		frame.payload = new(prefect.CleanupOperation)
	case prefect.CleanupReleaseFrame:
		frame.payload = new(prefect.CleanupRelease)
	default:
		return nil, channelProtocol
	}
	if len(decode.Into(head.Payload, frame.payload)) > 0 {
		return nil, channelProtocol
	}
	return frame, nil
}
