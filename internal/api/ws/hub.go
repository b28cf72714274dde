// Package ws holds what the contract's websockets have in common: the opening
// handshake with its auth frame, frames of JSON, and an orderly end when the
// server stops.
package ws

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"

	"github.com/reevehq/reeve/internal/access"
	"github.com/reevehq/reeve/internal/budget"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

// openingTime is how long a client has to complete its handshake with a server
// that stops.
const openingTime = time.Second

// Hub opens the server's websockets and ends them when it stops.
//
// Clients try again when a socket is closed that had been opened whole, and some
// take anything earlier for a wrong address or password: prefect's own gives up
// for good when its connection is closed before the upgrade is answered, before
// its auth frame is, or, up to 3.6, before its first ping is. So a hub that stops
// goes on with opening handshakes, and closes each socket right after its own.
type Hub struct {
	password access.Password
	memory   *budget.Memory
	log      *slog.Logger
	// strangers are the sockets whose clients have not shown who they are.
	strangers chan struct{}

	// ctx bounds every socket; it ends after the sockets had their chance to
	// close in order.
	ctx    context.Context
	cancel context.CancelFunc

	mu       sync.Mutex
	open     map[*websocket.Conn]*wire
	wires    map[*wire]bool // of all sockets; true for those that have opened
	stopping bool
	ended    bool
	handlers sync.WaitGroup
}

// NewHub makes a hub. Sockets must bring the auth string ("user:password")
// unless it is empty. Frames under way draw on the memory, nil for no bound.
func NewHub(auth string, memory *budget.Memory, log *slog.Logger) *Hub {
	ctx, cancel := context.WithCancel(context.Background())
	return &Hub{password: access.NewPassword(auth), memory: memory, log: log, strangers: make(chan struct{}, mostStrangers), ctx: ctx, cancel: cancel,
		open: map[*websocket.Conn]*wire{}, wires: map[*wire]bool{}}
}

// Handler serves one socket after its handshake. ctx ends with the server. The
// socket is closed when it returns: with the code and reason of a *CloseError,
// with 1011 for any other error, with 1000 for none.
type Handler func(ctx context.Context, c *websocket.Conn) error

// Serve accepts the request as a websocket and runs handle until it returns.
func (h *Hub) Serve(w http.ResponseWriter, r *http.Request, o Options, handle Handler) {
	known, welcome := h.stranger(r.Context())
	if !welcome {
		w.Header().Set("Retry-After", "5")
		http.Error(w, "", http.StatusServiceUnavailable)
		return
	}
	defer known()
	wire := newWire(w)
	if !h.begin(wire) {
		http.Error(w, "", http.StatusServiceUnavailable)
		return
	}
	defer h.done(wire)
	o.OnPing = wire.noting(o.OnPing)
	c := h.accept(wire, r, o)
	if c == nil {
		return
	}
	claim := h.memory.Claim()
	defer claim.Close()
	ctx := budget.WithClaim(store.WithOperation(h.ctx, "websocket "+r.URL.Path), claim)
	err := h.handshake(ctx, c, o)
	known()
	switch {
	case err != nil:
	case h.enter(c, wire):
		err = handle(ctx, c)
		h.leave(c)
	default:
		go func() { _, _, _ = c.Read(ctx) }() // until the socket ends
		h.dismiss(c, wire)
		return
	}
	h.end(c, r, err)
}

// What is granted to clients that have not shown who they are: so many at once,
// so much time and so large a frame. A client whose turn does not come in that
// time is asked to come back.
const (
	mostStrangers = 256
	strangerTime  = 10 * time.Second
	strangerFrame = 4 << 10
)

// stranger lets in one of those who are not known yet; known is to be called
// once it is known or gone, as often as one likes.
func (h *Hub) stranger(ctx context.Context) (known func(), welcome bool) {
	ctx, cancel := context.WithTimeout(ctx, strangerTime)
	defer cancel()
	select {
	case h.strangers <- struct{}{}:
		return sync.OnceFunc(func() { <-h.strangers }), true
	case <-ctx.Done():
		return nil, false
	}
}

// Stop asks every open socket to end, with 1012 ("service restart"). From now
// on sockets are opened only to be closed so.
func (h *Hub) Stop() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.stopping = true
	h.closeOpen()
}

// Close stops and waits for all sockets to end. Those that have not opened after
// a second, and what is left when ctx ends, are cut off.
func (h *Hub) Close(ctx context.Context) {
	h.Stop()
	h.mu.Lock()
	h.ended = true
	h.mu.Unlock()
	opening, cancel := context.WithTimeout(ctx, openingTime)
	defer cancel()
	context.AfterFunc(opening, func() { h.cut(func(open bool) bool { return !open }) })
	done := make(chan struct{})
	go func() { h.handlers.Wait(); close(done) }()
	select {
	case <-done:
	case <-ctx.Done():
	}
	h.cancel()
	h.cut(func(bool) bool { return true })
	<-done
}

func (h *Hub) cut(which func(open bool) bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for w, open := range h.wires {
		if which(open) {
			w.cut()
		}
	}
}

// Drop asks every socket to end, as Stop does, and goes on opening new ones:
// for sockets whose peers may be gone without a word.
func (h *Hub) Drop() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closeOpen()
}

func (h *Hub) closeOpen() {
	for c, w := range h.open {
		go h.dismiss(c, w)
	}
}

// dismiss closes a socket whose client is to come again.
func (h *Hub) dismiss(c *websocket.Conn, w *wire) {
	if c.Subprotocol() != prefect.Subprotocol {
		w.awaitPing(h.ctx, c)
	}
	closeWith(c, websocket.StatusServiceRestart, "")
}

// begin reports whether a socket may be opened at all.
func (h *Hub) begin(w *wire) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.ended {
		return false
	}
	h.wires[w] = false
	h.handlers.Add(1)
	return true
}

func (h *Hub) done(w *wire) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.wires, w)
	h.handlers.Done()
}

// enter reports whether a socket that has opened may stay.
func (h *Hub) enter(c *websocket.Conn, w *wire) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.stopping {
		return false
	}
	h.open[c], h.wires[w] = w, true
	return true
}

func (h *Hub) leave(c *websocket.Conn) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.open, c)
}
