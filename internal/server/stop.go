package server

import (
	"context"

	"github.com/reevehq/reeve/internal/door"
)

// clear brings everybody who has connected to an end that makes a client try
// again. A server that sleeps answers as ever.
func (s *Server) clear(ctx context.Context, entry *door.Door, slept bool) {
	if !slept {
		door.Clear(ctx, entry, s.connections, s.config.SocketKept, func() {
			s.gate.Close()
			s.api.Stop()
		})
		return
	}
	_ = entry.Close() // who comes now is for the next
	s.settle(ctx)
	s.gate.Close()
	s.connections.CloseSilent()
}
