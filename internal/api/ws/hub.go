// Package ws holds what the contract's websockets have in common: the opening
// handshake with its auth frame, frames of JSON, and an orderly end when the
// server stops.
package ws

import (
	"context"
	"log/slog"
	"net/http"
	"sync"

	"github.com/coder/websocket"

	"github.com/reevehq/reeve/internal/store"
)

// Hub opens the server's websockets and ends them when it stops.
type Hub struct {
	auth string
	log  *slog.Logger

	// ctx bounds every socket; it ends after the sockets had their chance to
	// close in order.
	ctx    context.Context
	cancel context.CancelFunc

	mu       sync.Mutex
	open     map[*websocket.Conn]struct{}
	stopping bool
	handlers sync.WaitGroup
}

// NewHub makes a hub. Sockets must bring the auth string ("user:password")
// unless it is empty.
func NewHub(auth string, log *slog.Logger) *Hub {
	ctx, cancel := context.WithCancel(context.Background())
	return &Hub{auth: auth, log: log, ctx: ctx, cancel: cancel, open: map[*websocket.Conn]struct{}{}}
}

// Handler serves one socket after its handshake. ctx ends with the server. The
// socket is closed when it returns: with the code and reason of a *CloseError,
// with 1011 for any other error, with 1000 for none.
type Handler func(ctx context.Context, c *websocket.Conn) error

// Serve accepts the request as a websocket and runs handle until it returns.
func (h *Hub) Serve(w http.ResponseWriter, r *http.Request, o Options, handle Handler) {
	c := h.accept(w, r, o)
	if c == nil {
		return
	}
	if !h.enter(c) {
		closeWith(c, websocket.StatusServiceRestart, "")
		return
	}
	defer h.leave(c)
	ctx := store.WithOperation(h.ctx, "websocket "+r.URL.Path)
	err := h.handshake(ctx, c, o)
	if err == nil {
		err = handle(ctx, c)
	}
	h.end(c, r, err)
}

// Close asks every socket to end, with 1012 ("service restart"), and waits for
// their handlers, at most until ctx ends.
func (h *Hub) Close(ctx context.Context) {
	h.mu.Lock()
	h.stopping = true
	for c := range h.open {
		go closeWith(c, websocket.StatusServiceRestart, "")
	}
	h.mu.Unlock()
	done := make(chan struct{})
	go func() { h.handlers.Wait(); close(done) }()
	select {
	case <-done:
	case <-ctx.Done():
	}
	h.cancel()
	<-done
}

// Drop asks every socket to end, as Close does, and goes on opening new ones:
// for sockets whose peers may be gone without a word.
func (h *Hub) Drop() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for c := range h.open {
		go closeWith(c, websocket.StatusServiceRestart, "")
	}
}

func (h *Hub) enter(c *websocket.Conn) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.stopping {
		return false
	}
	h.open[c] = struct{}{}
	h.handlers.Add(1)
	return true
}

func (h *Hub) leave(c *websocket.Conn) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.open, c)
	h.handlers.Done()
}
