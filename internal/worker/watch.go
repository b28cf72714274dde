package worker

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// dial opens a websocket of the server and shows the password.
func (w *Worker) dial(ctx context.Context, path string) (*websocket.Conn, *http.Response, error) {
	header := http.Header{}
	w.server.sign(header)
	header.Del("Content-Type")
	address := "ws" + strings.TrimPrefix(w.config.URL, "http") + path
	open, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	c, answer, err := websocket.Dial(open, address, &websocket.DialOptions{Subprotocols: []string{prefect.Subprotocol}, HTTPHeader: header})
	if err != nil {
		return nil, answer, err
	}
	c.SetReadLimit(16 << 20)
	var token *string
	if w.config.Auth != "" {
		token = &w.config.Auth
	}
	var reply struct {
		Type string `json:"type"`
	}
	err = wsjson.Write(open, c, map[string]any{"type": "auth", "token": token})
	if err == nil {
		err = wsjson.Read(open, c, &reply)
	}
	if err != nil {
		_ = c.CloseNow()
		return nil, answer, err
	}
	return c, answer, nil
}

// again keeps work up until ctx ends, with a growing delay after failures. work
// gives whether it got as far as to be of use.
func (w *Worker) again(ctx context.Context, what string, work func(context.Context) (bool, error)) {
	for try := 0; ctx.Err() == nil; try++ {
		useful, err := work(ctx)
		if useful {
			try = 0
		}
		if err != nil && ctx.Err() == nil {
			w.config.Log.Debug("websocket lost", "socket", what, "error", err)
		}
		select {
		case <-ctx.Done():
		case <-w.clock.After(delays.Jittered(try+1, w.ids)):
		}
	}
}

// pingEvery keeps a quiet websocket known to be alive.
const pingEvery = 30 * time.Second

// ping pings until ctx ends; a connection that does not answer is closed.
func (w *Worker) ping(ctx context.Context, c *websocket.Conn) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-w.clock.After(pingEvery):
		}
		wait, cancel := context.WithTimeout(ctx, pingEvery)
		err := c.Ping(wait)
		cancel()
		if err != nil {
			_ = c.CloseNow()
			return
		}
	}
}

// watchFor is how far ahead the server is asked to tell of events.
const watchFor = 365 * 24 * time.Hour

// keepWatch listens to what the server tells of the pool's runs.
func (w *Worker) keepWatch(ctx context.Context) {
	w.again(ctx, "/events/out", w.watch)
}

func (w *Worker) watch(ctx context.Context) (useful bool, err error) {
	c, _, err := w.dial(ctx, "/events/out")
	if err != nil {
		return false, err
	}
	defer func() { _ = c.CloseNow() }()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	// Without a range the server would tell of what has happened, not of what will.
	now := w.clock.Now()
	err = wsjson.Write(ctx, c, map[string]any{"type": "filter", "filter": map[string]any{
		"event":    map[string]any{"name": append(prefect.NewWorkEvents(), prefect.CancellingEvent, prefect.FlowRunDeleted)},
		"occurred": map[string]any{"since": timestamp{Time: now}, "until": timestamp{Time: now.Add(watchFor)}}}})
	if err != nil {
		return false, err
	}
	go w.ping(ctx, c)
	w.setWatched(true)
	defer w.setWatched(false)
	w.findCancelled(ctx) // what came before the socket was open
	w.findDeleted(ctx)
	w.pollNow()
	for {
		var message struct {
			Type  string        `json:"type"`
			Event prefect.Event `json:"event"`
		}
		_, data, err := c.Read(ctx)
		if err != nil {
			return true, err
		}
		if json.Unmarshal(data, &message) != nil || message.Type != "event" {
			continue
		}
		w.heard(ctx, &message.Event)
	}
}

func (w *Worker) setWatched(on bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.watched = on
}

// heard acts on an event of the server.
func (w *Worker) heard(ctx context.Context, e *prefect.Event) {
	if e.Event == prefect.CancellingEvent || e.Event == prefect.FlowRunDeleted {
		id, err := uuid.Parse(strings.TrimPrefix(e.Resource.ID(), "prefect.flow-run."))
		switch {
		case err != nil:
		case e.Event == prefect.FlowRunDeleted:
			w.abandonRun(id)
		default:
			w.cancelRun(context.WithoutCancel(ctx), id)
		}
		return
	}
	pool := "prefect.work-pool." + w.currentPool().ID.String()
	ours := e.Resource.ID() == pool
	for _, r := range e.Related {
		ours = ours || r.ID() == pool
	}
	if ours {
		if e.Event == prefect.FlowSlotFreed || e.Event == prefect.PoolSlotFreed {
			w.forgetRefusals()
		}
		w.pollNow()
	}
}

// forgetRefusals lets runs that were refused for want of a slot be tried again.
func (w *Worker) forgetRefusals() {
	w.mu.Lock()
	defer w.mu.Unlock()
	clear(w.later)
}
