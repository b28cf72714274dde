package nudge

import (
	"context"
	"errors"
	"sync"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/sleep"
	"github.com/reevehq/reeve/internal/store"
)

// line is the line to one gateway. What waits to be told is one state, the latest.
type line struct {
	caller  *Caller
	cancel  context.CancelFunc
	news    chan struct{} // something is to be told
	renewed chan struct{} // the gateway was made known again
	free    chan struct{} // holds an element while a call is made

	mu      sync.Mutex
	gateway *store.Gateway
	told    State  // what it knows; nothing without pools
	next    *State // what waits to be told
	known   prefect.Time
	quiet   bool // it was told that the server sleeps
}

// want has a state told, if it is urgent or has to be told anyway.
func (l *line) want(g *store.Gateway, s State, anyway bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.gateway = g
	if !l.known.Equal(g.Updated.Time) {
		l.known, anyway = g.Updated, true
		signal(l.renewed)
	}
	if l.quiet || l.next == nil && !anyway && !s.urgent(l.told) {
		return
	}
	l.next = &s
	signal(l.news)
}

func signal(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default: // told already, and not yet looked
	}
}

func (l *line) speak() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.quiet = false
}

// run tells what is to be told until ctx ends.
func (l *line) run(ctx context.Context) {
	for failures := 0; ; {
		if failures == 0 {
			select {
			case <-ctx.Done():
				return
			case <-l.news:
			}
		} else {
			select {
			case <-ctx.Done():
				return
			case <-l.renewed:
			case <-l.caller.Clock.After(pauses.Jittered(failures, l.caller.IDs)):
			}
		}
		select {
		case <-l.renewed: // it is told now
		default:
		}
		err := l.tell(ctx)
		if err == nil || ctx.Err() != nil {
			failures = 0
			continue
		}
		failures++
		l.mu.Lock()
		g := l.gateway
		if failures >= tries || errors.Is(err, errRefused) {
			l.next, failures = nil, 0
		}
		l.mu.Unlock()
		l.caller.Log.Warn("a gateway cannot be called", "gateway", g.Name, "url", g.URL, "error", err, "again", failures > 0)
	}
}

// tell makes the call that waits, if one does.
func (l *line) tell(ctx context.Context) error {
	select {
	case l.free <- struct{}{}:
		defer func() { <-l.free }()
	case <-ctx.Done():
		return ctx.Err()
	}
	l.mu.Lock()
	s, g := l.next, l.gateway
	l.mu.Unlock()
	if s == nil {
		return nil
	}
	if err := call(ctx, g, *s); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.told = *s
	if l.next == s {
		l.next = nil
	}
	return nil
}

// sleeps tells that the server sleeps, in place of whatever waited. A server that
// goes on nevertheless says so after a while.
func (l *line) sleeps(ctx context.Context, o sleep.Outlook) {
	select {
	case l.free <- struct{}{}:
		defer func() { <-l.free }()
	case <-ctx.Done():
		return
	}
	l.mu.Lock()
	g := l.gateway
	s := stateFor(g, o, true)
	l.told, l.next, l.quiet = s, nil, true
	l.mu.Unlock()
	if err := call(ctx, g, s); err != nil {
		l.caller.Log.Warn("a gateway was not told that the server sleeps", "gateway", g.Name, "error", err)
	}
}
