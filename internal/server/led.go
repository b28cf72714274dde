package server

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/reevehq/reeve/internal/deliveries"
	"github.com/reevehq/reeve/internal/services"
	"github.com/reevehq/reeve/internal/store"
)

// beginPause is how long it takes to try again to begin what a leader does.
const beginPause = time.Second

// led is the part of a server that works only while it leads those of a shared database: the
// services, the consumers of events, what automations ask for, the calls to gateways, the ledger.
// What it writes is marked with the term, so that nothing of a term that is over takes effect:
// see docs/design/replicas.md.
type led struct {
	loop
	server *Server
	terms  <-chan store.Term
	parts  parts
	// deliver makes what does the actions of automations, anew for each term; nil when they are off.
	deliver func(ctx context.Context, free bool) (*deliveries.Deliveries, error)

	mu      sync.Mutex
	working parts           // nil while this server does not lead
	marked  context.Context // of the term
	failed  error           // why what a leader does has not begun
}

func newLed(s *Server, terms <-chan store.Term, leading parts, deliver func(context.Context, bool) (*deliveries.Deliveries, error)) *led {
	l := &led{server: s, terms: terms, parts: leading, deliver: deliver}
	l.run = l.follow
	return l
}

// follow works in each term, until ctx ends.
func (l *led) follow(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case term := <-l.terms:
			l.lead(ctx, term)
		}
	}
}

// lead works until the term is over, or ctx ends.
func (l *led) lead(ctx context.Context, term store.Term) {
	ctx, cancel := context.WithCancel(store.WithTerm(ctx, term.Number))
	defer cancel()
	stop := make(chan struct{})
	go func() {
		select {
		case <-term.Done:
			cancel()
		case <-stop:
		}
	}()
	defer close(stop)
	var all parts
	for all == nil {
		var err error
		if all, err = l.begin(ctx, term); ctx.Err() != nil {
			return
		}
		l.set(all, ctx, err)
		if err == nil {
			break
		}
		l.server.log.Error("begin to lead the servers of the database", "term", term.Number, "error", err)
		select {
		case <-ctx.Done():
		case <-l.server.clock.After(beginPause):
		}
	}
	defer l.set(nil, nil, nil)
	if ctx.Err() != nil {
		return
	}
	all.start(context.WithoutCancel(ctx))
	<-ctx.Done()
	all.stop()
}

// begin does what comes before the work, and gives what works.
func (l *led) begin(ctx context.Context, term store.Term) (parts, error) {
	s := l.server
	if term.Away {
		if err := goOnWith(ctx, s.store, s.config.Services); err != nil {
			return nil, err
		}
		s.ledger.Woke("start")
	} else {
		s.ledger.TookOver()
	}
	all := append(parts{}, l.parts...)
	if l.deliver != nil {
		done, err := l.deliver(ctx, term.Away)
		if err != nil {
			return nil, err
		}
		all = append(all, done)
	}
	return all, nil
}

func (l *led) set(working parts, marked context.Context, failed error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.working, l.marked, l.failed = working, marked, failed
}

// Health implements Part: it is that of what works, and of nothing while another server leads.
func (l *led) Health() error {
	l.mu.Lock()
	working, failed := l.working, l.failed
	l.mu.Unlock()
	return errors.Join(failed, working.health())
}

// leading is the context of the term, nil while another server leads.
func (l *led) leading() context.Context {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.working == nil {
		return nil
	}
	return l.marked
}

// Leads reports whether this server does what is to be done once for its database.
func (s *Server) Leads() bool { return s.led == nil || s.led.leading() != nil }

// whileLeading does something that only a leader does, with its mark.
func (s *Server) whileLeading(ctx context.Context, do func(context.Context)) {
	if s.led != nil {
		if ctx = s.led.leading(); ctx == nil {
			return
		}
	}
	do(ctx)
}

// goOnWith adapts what is kept to the time, of a database on which no server was until now.
func goOnWith(ctx context.Context, s *store.Store, c services.Config) error {
	if err := s.Update(ctx, (*store.Tx).SettleAutomations); err != nil {
		return err
	}
	return c.CatchUp(ctx, s)
}

// woke has the ledger note that the server is awake. On a shared database a term's beginning does.
func (s *Server) woke(reason string) {
	if s.led == nil {
		s.ledger.Woke(reason)
	}
}

// slept has the ledger note that the server sleeps or stops.
func (s *Server) slept(ctx context.Context, reason string) {
	s.whileLeading(ctx, func(ctx context.Context) { s.ledger.Slept(context.WithoutCancel(ctx), reason) })
}
