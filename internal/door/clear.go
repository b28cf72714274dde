package server

import (
	"context"
	"time"
)

// barTime is for how long connections are completed that clients had asked for
// when the door was barred: a few round trips.
const barTime = 100 * time.Millisecond

// clear brings everybody who has connected, and those whom the kernel has let in
// already, to an end that makes a client try again: requests are answered with
// 503, websockets are opened and closed with 1012. A connection that ends without
// an answer would end a flow run, since prefect's websocket client takes it for a
// misconfiguration. A server that sleeps answers as ever.
func (s *Server) clear(ctx context.Context, entry *door, slept bool) {
	if slept || s.config.SocketKept { // who comes now is for the next
		_ = entry.Close()
	} else {
		entry.bar()
	}
	if slept {
		s.settle(ctx)
		s.gate.Close()
		s.connections.closeSilent()
		return
	}
	s.gate.Close()
	s.api.Stop()
	pause(ctx, barTime)
	for s.connections.settle(ctx); entry.waiting() && !s.config.SocketKept && ctx.Err() == nil; s.connections.settle(ctx) {
		pause(ctx, barTime/10) // until it is accepted
	}
	s.connections.closeSilent()
}

// pause waits for d, or until ctx ends. It measures the network, so it goes by
// the machine's time, as the deadline of ctx does.
func pause(ctx context.Context, d time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	<-ctx.Done()
}
