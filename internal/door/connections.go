package door

import (
	"context"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/reevehq/reeve/internal/clock"
)

// silent is for how long a connection on which nothing was ever sent counts as
// new. Clients open some in advance, and leave them so.
const silent = time.Second

// Connections knows which of a server's connections are not idle: new ones, on
// which a request may be under way already, and active ones. Hijacked ones,
// which are websockets, are not counted.
type Connections struct {
	clock clock.Clock

	mu   sync.Mutex
	busy map[net.Conn]time.Time // since when it is new; zero when it is active
	less chan struct{}          // closed once there are fewer, nil when nobody waits
}

// NewConnections makes what knows those of one server.
func NewConnections(c clock.Clock) *Connections {
	return &Connections{clock: c, busy: map[net.Conn]time.Time{}}
}

// Note implements http.Server.ConnState.
func (c *Connections) Note(conn net.Conn, state http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch state {
	case http.StateNew:
		c.busy[conn] = c.clock.Now()
	case http.StateActive:
		c.busy[conn] = time.Time{}
	default:
		delete(c.busy, conn)
		if c.less != nil {
			close(c.less)
			c.less = nil
		}
	}
}

// Idle reports whether all are.
func (c *Connections) Idle() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	idle, _ := c.look()
	return idle
}

// look reports whether all are idle, and otherwise when that may be for no
// other reason than that time has passed: 0 when only an end can make it so.
func (c *Connections) look() (idle bool, after time.Duration) {
	idle = true
	now := c.clock.Now()
	for _, since := range c.busy {
		if since.IsZero() {
			return false, 0
		}
		if left := silent - now.Sub(since); left > 0 {
			idle, after = false, max(after, left)
		}
	}
	return idle, after
}

// Settle waits until all are idle, or ctx ends: Go's server drops requests that
// it reads once it shuts down.
func (c *Connections) Settle(ctx context.Context) {
	for {
		c.mu.Lock()
		idle, after := c.look()
		if c.less == nil {
			c.less = make(chan struct{})
		}
		less := c.less
		c.mu.Unlock()
		if idle {
			return
		}
		c.await(ctx, less, after)
		if ctx.Err() != nil {
			return
		}
	}
}

// await waits until less is closed, or for a time if that is not 0.
func (c *Connections) await(ctx context.Context, less <-chan struct{}, after time.Duration) {
	if after > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, after)
		defer cancel()
	}
	select {
	case <-less:
	case <-ctx.Done():
	}
}

// CloseSilent closes connections on which nothing was ever sent: the server would
// wait for them.
func (c *Connections) CloseSilent() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for conn, since := range c.busy {
		if !since.IsZero() {
			_ = conn.Close()
		}
	}
}
