package server

import (
	"net"
	"net/http"
	"sync"
)

// connections knows which of a server's connections are not idle: new ones, on
// which a request may be under way already, and active ones. Hijacked ones,
// which are websockets, are not counted.
type connections struct {
	mu   sync.Mutex
	busy map[net.Conn]struct{}
}

// note implements http.Server.ConnState.
func (c *connections) note(conn net.Conn, state http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch state {
	case http.StateNew, http.StateActive:
		if c.busy == nil {
			c.busy = map[net.Conn]struct{}{}
		}
		c.busy[conn] = struct{}{}
	default:
		delete(c.busy, conn)
	}
}

func (c *connections) idle() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.busy) == 0
}
