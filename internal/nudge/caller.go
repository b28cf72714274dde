package nudge

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/sleep"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/wire"
)

// pauses is how long to wait before a call that failed is made again.
var pauses = clock.Backoff{Least: time.Second, Most: time.Minute}

const (
	// callTime bounds one call.
	callTime = 5 * time.Second
	// settle gathers commits that come close together into one look.
	settle = 100 * time.Millisecond
	// stayed is after how long a server that said it sleeps, and still runs, says
	// that it does not.
	stayed = 5 * time.Second
	// tries bounds how often a call that failed is made again; then a change is
	// waited for.
	tries = 10
	// watched bounds the runs that are looked through for those being cancelled.
	watched = 1000
)

// Caller calls the gateways of a server.
type Caller struct {
	Store *store.Store
	// Look reads the outlook.
	Look  func(context.Context) (sleep.Outlook, error)
	Clock clock.Clock
	IDs   clock.IDs
	Log   *slog.Logger

	again chan struct{} // asks for a call to all
	slept chan struct{} // says that all were told that the server sleeps

	mu    sync.Mutex
	lines map[string]*line // by the gateway's name
}

// New makes a caller; it calls nobody before Run.
func New(s *store.Store, look func(context.Context) (sleep.Outlook, error), c clock.Clock, ids clock.IDs, log *slog.Logger) *Caller {
	return &Caller{Store: s, Look: look, Clock: c, IDs: ids, Log: log, again: make(chan struct{}, 1), slept: make(chan struct{}, 1), lines: map[string]*line{}}
}

// stateFor is what of an outlook concerns a gateway.
func stateFor(g *store.Gateway, o sleep.Outlook, sleeping bool) wire.Nudge {
	s := wire.Nudge{Pools: map[string]*prefect.Time{}, NextDeadline: o.NextDeadline, Sleeping: sleeping}
	for _, p := range o.Pools {
		if len(g.Pools) == 0 || slices.Contains(g.Pools, p.Name) {
			s.Pools[p.Name] = p.NextDue
		}
	}
	return s
}

// urgent reports whether somebody who was told the state before must be told s.
func urgent(s, before wire.Nudge) bool {
	if before.Sleeping {
		return true
	}
	for name, due := range s.Pools {
		if told, known := before.Pools[name]; !known || due != nil && (told == nil || due.Before(told.Time)) {
			return true
		}
	}
	return false
}

// Run calls until ctx ends.
func (c *Caller) Run(ctx context.Context) {
	registered, unwatch := c.Store.Watch(store.Gateways)
	defer unwatch()
	committed, unwatchEvents := c.Store.Watch(store.Events)
	defer unwatchEvents()
	var calls sync.WaitGroup
	defer func() {
		calls.Wait()
		c.hangUp(nil)
	}()
	cancelling := map[string]bool{}
	all := true                // everybody is told
	var still <-chan time.Time // the server goes on nevertheless
	for ctx.Err() == nil {
		some, err := c.look(ctx, &calls, cancelling, all)
		all = err != nil && all
		if err != nil && ctx.Err() == nil {
			c.Log.Error("look what gateways must be told", "error", err)
		}
		var events <-chan struct{}
		if some {
			events = committed
		}
		var soon <-chan time.Time
		if err != nil {
			soon = c.Clock.After(pauses.Least)
		}
		select {
		case <-ctx.Done():
			return
		case <-soon:
		case <-registered:
		case <-events:
		case <-c.slept:
			still = c.Clock.After(stayed)
			continue
		case <-c.again:
			all, still = true, nil
		case <-still:
			all, still = true, nil
		}
		if all {
			c.speak()
		}
		select {
		case <-ctx.Done():
		case <-c.Clock.After(settle):
		}
	}
}

// look finds what has changed and tells those whom it concerns. some says that
// there is anybody to be told.
func (c *Caller) look(ctx context.Context, calls *sync.WaitGroup, cancelling map[string]bool, all bool) (some bool, err error) {
	var gateways []*store.Gateway
	var active []store.ActiveRun
	err = c.Store.View(ctx, func(tx *store.Tx) (err error) {
		if gateways, err = tx.ReadGateways(); err != nil || len(gateways) == 0 {
			return err
		}
		active, err = tx.ReadActiveRuns(watched)
		return err
	})
	if err != nil {
		return true, err
	}
	c.hangUp(gateways)
	if len(gateways) == 0 {
		return false, nil
	}
	fresh := newlyCancelling(cancelling, active)
	outlook, err := c.Look(ctx)
	if err != nil {
		return true, err
	}
	for _, g := range gateways {
		l := c.line(ctx, calls, g)
		l.want(g, stateFor(g, outlook, false), all || fresh)
	}
	return true, nil
}

// newlyCancelling keeps known up to date and reports whether there is a run that
// was not being cancelled before.
func newlyCancelling(known map[string]bool, active []store.ActiveRun) (fresh bool) {
	now := map[string]bool{}
	for _, run := range active {
		if run.State == "Cancelling" {
			now[run.ID.String()] = true
		}
	}
	for id := range now {
		fresh = fresh || !known[id]
	}
	clear(known)
	for id := range now {
		known[id] = true
	}
	return fresh
}

// line is the line to a gateway, made when it is new.
func (c *Caller) line(ctx context.Context, calls *sync.WaitGroup, g *store.Gateway) *line {
	c.mu.Lock()
	defer c.mu.Unlock()
	l := c.lines[g.Name]
	if l == nil {
		ctx, cancel := context.WithCancel(ctx)
		l = &line{caller: c, gateway: g, cancel: cancel, news: make(chan struct{}, 1), renewed: make(chan struct{}, 1), free: make(chan struct{}, 1)}
		c.lines[g.Name] = l
		calls.Go(func() { l.run(ctx) })
	}
	return l
}

// hangUp ends the lines to gateways that are gone.
func (c *Caller) hangUp(gateways []*store.Gateway) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for name, l := range c.lines {
		if !slices.ContainsFunc(gateways, func(g *store.Gateway) bool { return g.Name == name }) {
			l.cancel()
			delete(c.lines, name)
		}
	}
}

// Asleep tells every gateway, at once and until ctx ends, that the server sleeps
// from now on.
func (c *Caller) Asleep(ctx context.Context, o sleep.Outlook) {
	c.mu.Lock()
	lines := make([]*line, 0, len(c.lines))
	for _, l := range c.lines {
		lines = append(lines, l)
	}
	c.mu.Unlock()
	var telling sync.WaitGroup
	for _, l := range lines {
		telling.Go(func() { l.sleeps(ctx, o) })
	}
	telling.Wait()
	select {
	case c.slept <- struct{}{}:
	default:
	}
}

// speak lets the lines be used again after Asleep.
func (c *Caller) speak() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, l := range c.lines {
		l.speak()
	}
}

// Awake tells every gateway that the server goes on.
func (c *Caller) Awake() {
	select {
	case c.again <- struct{}{}:
	default:
	}
}

// client follows no redirects: a gateway's token is for its own address.
var client = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// call makes one call.
func call(ctx context.Context, g *store.Gateway, s wire.Nudge) error {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	body, err := json.Marshal(s)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(g.URL, "/")+wire.NudgePath, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+g.Token)
	answer, err := client.Do(r)
	if err != nil {
		return err
	}
	_, _ = io.CopyN(io.Discard, answer.Body, 4<<10)
	_ = answer.Body.Close()
	switch {
	case answer.StatusCode == http.StatusUnauthorized:
		return errRefused
	case answer.StatusCode >= http.StatusMultipleChoices:
		return fmt.Errorf("it answers %s", answer.Status)
	}
	return nil
}

// errRefused says that the gateway has another token by now: it will say so.
var errRefused = errors.New("it wants another token")
