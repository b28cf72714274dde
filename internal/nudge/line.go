package nudge

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/sleep"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/wire"
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
	told    wire.Nudge  // what it knows; nothing without pools
	next    *wire.Nudge // what waits to be told
	known   prefect.Time
	quiet   bool // it was told that the server sleeps

	misses      int // calls in a row that failed
	since, said time.Time
	silence     time.Duration
}

// want has a state told, if it is urgent or has to be told anyway.
func (l *line) want(g *store.Gateway, s wire.Nudge, anyway bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.gateway = g
	if !l.known.Equal(g.Updated.Time) {
		l.known, anyway = g.Updated, true
		signal(l.renewed)
	}
	if l.quiet || l.next == nil && !anyway && !urgent(s, l.told) {
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
		told, err := l.tell(ctx)
		if err == nil || ctx.Err() != nil {
			if told {
				l.reached()
			}
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
		l.missed(g, err)
	}
}

// A gateway that is gone for good stays known for a while, and each change would
// be told to it in vain. That it cannot be called is said at once, and then after
// pauses that double, up to mostSilence.
const (
	firstSilence = 5 * time.Minute
	mostSilence  = 24 * time.Hour
)

// missed says that a gateway cannot be called, unless that was said lately.
func (l *line) missed(g *store.Gateway, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.caller.Clock.Now()
	if l.misses++; l.misses == 1 {
		l.since, l.silence = now, firstSilence
	} else if now.Sub(l.said) < l.silence {
		return
	} else {
		l.silence = min(2*l.silence, mostSilence)
	}
	l.said = now
	l.caller.Log.Warn("a gateway cannot be called", "gateway", g.Name, "url", g.URL, "error", err,
		"failures", l.misses, "since", l.since)
}

// reached says that a gateway can be called again, if it was said that it cannot.
func (l *line) reached() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.misses > 0 {
		l.caller.Log.Info("a gateway can be called again", "gateway", l.gateway.Name, "failures", l.misses)
	}
	l.misses = 0
}

// tell makes the call that waits, if one does.
func (l *line) tell(ctx context.Context) (told bool, err error) {
	select {
	case l.free <- struct{}{}:
		defer func() { <-l.free }()
	case <-ctx.Done():
		return false, ctx.Err()
	}
	l.mu.Lock()
	s, g := l.next, l.gateway
	l.mu.Unlock()
	if s == nil {
		return false, nil
	}
	if err := call(ctx, g, *s); err != nil {
		return false, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.told = *s
	if l.next == s {
		l.next = nil
	}
	return true, nil
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
		l.missed(g, fmt.Errorf("tell it that the server sleeps: %w", err))
	}
}
