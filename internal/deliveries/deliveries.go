package deliveries

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/reevehq/reeve/internal/actions"
	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/outbox"
	"github.com/reevehq/reeve/internal/store"
)

const (
	// patience is for how long a delivery is tried.
	patience = 24 * time.Hour
	// attemptTime bounds one attempt; for as long nobody else tries the delivery.
	attemptTime = 30 * time.Second
	// keep and keepDead are how long what was delivered, and what is dead, is kept.
	keep, keepDead = 7 * 24 * time.Hour, 30 * 24 * time.Hour
	// mostWaiting bounds the deliveries whose order is kept in memory; the others are
	// read once there is room.
	mostWaiting = 10_000
	// readPause is how long it takes to read again after the store could not be read.
	readPause = 5 * time.Second
)

// pauses is how long an action's deliveries wait after failures in a row.
var pauses = clock.Backoff{Least: time.Second, Most: 10 * time.Minute}

// Deliveries is a part of the server: what firings ask for is done while it runs.
type Deliveries struct {
	store   *store.Store
	clock   clock.Clock
	ids     clock.IDs
	log     *slog.Logger
	perform *actions.Performer
	out     *outbox.Outbox[*delivery]
	kept    *rows

	end     context.CancelFunc
	running sync.WaitGroup

	mu     sync.Mutex
	failed error // of the newest look at what waits
}

// New returns deliveries that begin with Start. free says that nobody is trying one: what was
// being tried is, else, left alone until its time is over.
func New(ctx context.Context, s *store.Store, p *actions.Performer, machine clock.Clock, ids clock.IDs, log *slog.Logger, free bool) (*Deliveries, error) {
	d := &Deliveries{store: s, clock: machine, ids: ids, log: log, perform: p,
		kept: &rows{store: s, clock: machine, ids: ids, looked: machine.Now(), room: make(chan struct{}, 1)}}
	if free {
		if err := s.Update(ctx, (*store.Tx).FreeDeliveries); err != nil {
			return nil, fmt.Errorf("take back the deliveries of the process before: %w", err)
		}
	}
	var err error
	d.out, err = outbox.New(ctx, outbox.Config{Pauses: pauses, Keep: keep, KeepDead: keepDead, Most: mostWaiting},
		d.kept, d.attempt, d, machine, ids)
	if err != nil {
		return nil, fmt.Errorf("read the deliveries that wait: %w", err)
	}
	return d, nil
}

// Start begins to deliver, until Stop or the end of ctx.
func (d *Deliveries) Start(ctx context.Context) {
	ctx, d.end = context.WithCancel(ctx)
	d.out.Start(ctx)
	d.running.Go(func() { d.feed(ctx) })
}

// Stop ends delivering; what is under way has a moment to end.
func (d *Deliveries) Stop() {
	if d.end == nil {
		return
	}
	d.end()
	d.running.Wait()
	d.out.Stop()
}

// Step looks for what waits, tries one delivery that is due, and returns for how long
// nothing is, 0 when it tried one. It stands for what goes on between Start and Stop
// where nothing does.
func (d *Deliveries) Step(ctx context.Context) (wait time.Duration, err error) {
	if err := d.fill(ctx); err != nil {
		return readPause, err
	}
	return d.out.Step(ctx), nil
}

// Health returns why deliveries that wait are not known, nil while they are.
func (d *Deliveries) Health() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.failed
}

// feed brings what firings ask for to the outbox.
func (d *Deliveries) feed(ctx context.Context) {
	changed, stop := d.store.Watch(store.Deliveries)
	defer stop()
	for {
		var again <-chan time.Time
		if err := d.fill(ctx); err != nil && ctx.Err() == nil {
			d.log.Error("look for actions that wait", "error", err)
			again = d.clock.After(readPause)
		}
		select {
		case <-changed:
		case <-d.kept.room:
		case <-again:
		case <-ctx.Done():
			return
		}
	}
}

// fill adds what waits and is not known, as far as there is room.
func (d *Deliveries) fill(ctx context.Context) error {
	found, err := d.kept.more(ctx, func() int { n, _ := d.out.Waiting(); return mostWaiting - n })
	for _, item := range found {
		d.out.Add(item)
	}
	if ctx.Err() == nil {
		d.mu.Lock()
		d.failed = err
		d.mu.Unlock()
	}
	return err
}

// attempt tries to do an action, once.
func (d *Deliveries) attempt(ctx context.Context, t *delivery) outbox.Result {
	ctx, cancel := context.WithTimeout(ctx, attemptTime)
	defer cancel()
	t.outcome = d.perform.Perform(store.WithCause(ctx, t.Firing.ID), t.TriggeredAction, t.Attempts > 1)
	r := outbox.Result{RetryAfter: t.outcome.RetryAfter}
	if t.outcome.Failure == "" {
		return r
	}
	r.Err, r.Final = fmt.Errorf("%s", t.outcome.Failure), !t.outcome.Again
	if tried := d.clock.Now().Sub(t.Begun); !r.Final && tried >= patience {
		t.outcome.Failure = fmt.Sprintf("Given up after %s: %s", tried.Round(time.Minute), t.outcome.Failure)
		r.Err, r.Final = fmt.Errorf("%s", t.outcome.Failure), true
	}
	return r
}
