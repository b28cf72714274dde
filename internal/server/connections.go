package server

import (
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/reevehq/reeve/internal/clock"
)

// silent is for how long a connection on which nothing was ever sent counts as
// new. Clients open some in advance, and leave them so.
const silent = time.Second

// connections knows which of a server's connections are not idle: new ones, on
// which a request may be under way already, and active ones. Hijacked ones,
// which are websockets, are not counted.
type connections struct {
	clock clock.Clock

	mu   sync.Mutex
	busy map[net.Conn]time.Time // since when it is new; zero when it is active
}

// note implements http.Server.ConnState.
func (c *connections) note(conn net.Conn, state http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.busy == nil {
		c.busy = map[net.Conn]time.Time{}
	}
	switch state {
	case http.StateNew:
		c.busy[conn] = c.clock.Now()
	case http.StateActive:
		c.busy[conn] = time.Time{}
	default:
		delete(c.busy, conn)
	}
}

func (c *connections) idle() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, since := range c.busy {
		if since.IsZero() || c.clock.Now().Sub(since) < silent {
			return false
		}
	}
	return true
}

// closeSilent closes connections on which nothing was ever sent: the server would
// wait for them.
func (c *connections) closeSilent() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for conn, since := range c.busy {
		if !since.IsZero() {
			_ = conn.Close()
		}
	}
}
