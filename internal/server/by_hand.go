package server

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/reevehq/reeve/internal/follow"
	"github.com/reevehq/reeve/internal/store"
)

// Hands do by hand what the parts of a server that does not Serve would do by
// themselves, one piece at a time and without goroutines: for simulated time. They
// are of one goroutine.
type Hands struct{ server *Server }

// ByHand returns the hands of a server, which has just become awake.
func (s *Server) ByHand() Hands {
	s.ledger.Woke("start")
	return Hands{s}
}

// Handler answers requests, as from a connection.
func (h Hands) Handler() http.Handler { return h.server.handler }

// Services lets each service that is due do a piece of its work, and reports whether
// one was.
func (h Hands) Services(ctx context.Context) bool { return h.server.due.Step(ctx) }

// NextService is when a service has work, as far as was known when Services looked
// last; false for never.
func (h Hands) NextService() (time.Time, bool) { return h.server.due.Next() }

// Followers are the consumers of the event log, each with a Step of its own.
func (h Hands) Followers() follow.Followers { return h.server.followers }

// Watch tells of changes of a kind, as it tells the parts that wait for them.
func (h Hands) Watch(t store.Topic) <-chan struct{} {
	changed, _ := h.server.store.Watch(t)
	return changed
}

// Deliver tries an action of an automation, and returns for how long none is due.
func (h Hands) Deliver(ctx context.Context) (time.Duration, error) {
	return h.server.deliveries.Step(ctx)
}

// Note writes into the ledger that the server is awake.
func (h Hands) Note(ctx context.Context) { h.server.ledger.Note(ctx) }

// Stopped writes into the ledger that the server stops in order.
func (h Hands) Stopped() { h.server.ledger.Slept(context.Background(), "stop") }

// Jumped adapts to a jump of the clock.
func (h Hands) Jumped(ctx context.Context, d time.Duration) { h.server.jumped(ctx, d) }

// Health is what a part says that does not do its work.
func (h Hands) Health() error {
	problems := []error{h.server.due.Health()}
	for _, f := range h.server.followers {
		problems = append(problems, f.Health())
	}
	return errors.Join(problems...)
}
