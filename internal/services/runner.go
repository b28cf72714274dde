package services

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/store"
)

// Service is one kind of background work: a Writer or a Worker.
type Service interface {
	// Name is how logs and the health check call the service: "late-runs".
	Name() string
	// Next is when work is next due; a moment that has passed means now, false
	// that nothing will ever be due unless something is written.
	Next(tx *store.Tx) (at time.Time, ok bool, err error)
}

// Writer is a service whose work is rows and rules.
type Writer interface {
	Service
	// Run does one bounded piece of the work that is due at tx.Now and returns the
	// number of things done. It may be run again: it has no effect but through tx.
	Run(tx *store.Tx) (n int, err error)
}

// Worker is a service whose work depends on what clients sent, and so is done
// outside transactions.
type Worker interface {
	Service
	// Work does one bounded piece of the work that is due and returns the number of
	// things done. It may be interrupted anywhere and done again. Its context marks
	// writes as ones that may use the reserve.
	Work(ctx context.Context, s *store.Store) (n int, err error)
}

// Gentle is a service that has a lot to do and time for it: it rests after each piece for as
// long as that took, so that those who write meanwhile mostly find nobody before them.
type Gentle interface {
	Service
	Gentle()
}

const (
	// longestRest bounds the rest of a gentle service.
	longestRest = 100 * time.Millisecond
	// longestSleep bounds one timer, so that a jump of the clock is noticed.
	longestSleep = 30 * time.Second
	// jump is how far timer and wall time may drift apart before the runner looks again.
	jump = time.Second
	// settle is the least time between two looks that nudges ask for: a busy
	// server's every commit is a nudge. A look that takes long, at a database over a
	// network, is followed by a longer one (clock.Rest), at most longestSettle.
	settle        = 30 * time.Millisecond
	longestSettle = 250 * time.Millisecond
	// idleHold is how long a service waits that was due and did nothing idleRuns
	// times in a row. Once is no defect: a request may have done the work first.
	idleHold = time.Second
	idleRuns = 3
	// failing is how long a service may fail before the health check says so.
	failing = time.Minute
	// stuck is how long a piece of work may take before the health check says so.
	stuck = time.Minute
)

// tries is how long a service waits after failures in a row.
var tries = clock.Backoff{Least: time.Second, Most: time.Minute}

// looks is how long the runner does not look after looks in a row that failed: the database did
// not answer.
var looks = clock.Backoff{Least: time.Second, Most: 5 * time.Second}

// Runner drives services. Start and Stop may be called in any order, any number
// of times, from any goroutine.
type Runner struct {
	store    *store.Store
	clock    clock.Clock
	ids      clock.IDs
	log      *slog.Logger
	services []*entry

	life sync.Mutex // held by Start and Stop
	stop context.CancelFunc
	done chan struct{}

	mu    sync.Mutex // guards what follows
	dead  error
	next  time.Time
	known bool
	busy  string
	since time.Time
	moved time.Duration // the jump of the clock that the loop has not seen yet
	blind blind

	jumps  chan struct{}
	looked time.Duration // how long the last look took; of the loop alone
}

// entry is a service and how it fares. The loop alone touches it, but for what
// health reads under Runner.mu.
type entry struct {
	Service
	held time.Time // not asked before; zero when not held back; written under Runner.mu
	at   time.Time
	due  bool
	idle int // runs in a row that did nothing
	streak
}

// blind is since when, and until when, the database does not say what is due. Only the loop
// writes it, under Runner.mu.
type blind struct {
	until time.Time
	streak
}

// streak are failures in a row.
type streak struct {
	failures int
	first    time.Time
	last     error
}

func (s *streak) add(now time.Time, err error) {
	if s.failures == 0 {
		s.first = now
	}
	s.failures++
	s.last = err
}

// lasts reports whether they have gone on for long enough to be told of.
func (s *streak) lasts(now time.Time) bool { return s.failures > 1 && now.Sub(s.first) > failing }

// NewRunner makes a runner of services; it does nothing before Start.
func NewRunner(s *store.Store, c clock.Clock, ids clock.IDs, log *slog.Logger, services ...Service) *Runner {
	r := &Runner{store: s, clock: c, ids: ids, log: log, jumps: make(chan struct{}, 1)}
	for _, service := range services {
		r.services = append(r.services, &entry{Service: service})
	}
	return r
}

// Start begins to drive the services and returns at once. It ends with ctx or Stop.
func (r *Runner) Start(ctx context.Context) {
	r.life.Lock()
	defer r.life.Unlock()
	if r.stop != nil {
		return
	}
	ctx, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	r.stop, r.done = stop, done
	r.forget()
	go func() {
		defer close(done)
		defer func() {
			if p := recover(); p != nil {
				err := fmt.Errorf("the services' runner died: %v", p)
				r.log.Error("services", "error", err, "stack", string(debug.Stack()))
				r.died(err)
			}
		}()
		r.loop(ctx)
	}()
}

// Stop ends the runner and waits for the piece of work under way.
func (r *Runner) Stop() {
	r.life.Lock()
	defer r.life.Unlock()
	if r.stop == nil {
		return
	}
	r.stop()
	<-r.done
	r.stop, r.done = nil, nil
}

// Next is the earliest moment any service has work, as far as the runner knew
// when it last looked; false when nothing is due at any time.
func (r *Runner) Next() (time.Time, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.next, r.known
}

// Health is nil while every service works: see the package comment.
func (r *Runner) Health() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.clock.Now()
	problems := []error{r.dead}
	if r.blind.lasts(now) {
		problems = append(problems, fmt.Errorf("the services cannot see what is due: %w", r.blind.last))
	}
	if r.busy != "" && now.Sub(r.since) > stuck {
		problems = append(problems, fmt.Errorf("service %s has been at one piece of work for %s", r.busy, now.Sub(r.since).Round(time.Second)))
	}
	for _, e := range r.services {
		if e.lasts(now) {
			problems = append(problems, fmt.Errorf("service %s has failed %d times: %w", e.Name(), e.failures, e.last))
		}
	}
	return errors.Join(problems...)
}

// forget forgets how services fared: others may have driven them since.
func (r *Runner) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.dead, r.busy, r.blind = nil, "", blind{}
	for _, e := range r.services {
		*e = entry{Service: e.Service}
	}
}

func (r *Runner) died(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.dead = err
}

func (r *Runner) loop(ctx context.Context) {
	nudged, unwatch := r.store.Watch(store.Deadlines)
	defer unwatch()
	for ctx.Err() == nil {
		if r.Step(ctx) {
			continue
		}
		looked := r.clock.Now()
		if !r.sleep(ctx, nudged) {
			continue
		}
		if rest := clock.Rest(r.looked, settle, longestSettle) - r.clock.Now().Sub(looked); rest > 0 {
			select {
			case <-r.clock.After(rest):
			case <-ctx.Done():
			}
		}
	}
}

// Step looks once, lets every service that is due do a piece of its work, and reports
// whether one was. It is what the runner does again and again between Start and Stop,
// when nobody else may call it.
func (r *Runner) Step(ctx context.Context) bool {
	r.adapt()
	began := r.clock.Now()
	saw := r.look(ctx)
	r.looked = r.clock.Now().Sub(began)
	return saw && r.work(ctx)
}

// look asks every service that is not held back when its work is due, and reports whether the
// database said so.
func (r *Runner) look(ctx context.Context) bool {
	if r.clock.Now().Before(r.blind.until) {
		return false
	}
	for {
		bad, err := r.ask(ctx)
		switch {
		case err == nil:
			r.mu.Lock()
			defer r.mu.Unlock()
			r.blind = blind{}
			r.next, r.known = r.earliest()
			return true
		case ctx.Err() != nil:
			return false
		case bad == nil || fault.Is(err, fault.Busy): // no service is to blame
			r.sawNothing(err)
			return false
		}
		r.failed(bad, err) // it is held back now, and the others are asked
	}
}

// ask asks the services, in one read view. It ends with the first that fails, since a view in which
// one statement has failed may answer no other.
func (r *Runner) ask(ctx context.Context) (bad *entry, err error) {
	err = r.store.View(store.WithOperation(ctx, "the services' deadlines"), func(tx *store.Tx) error {
		for _, e := range r.services {
			if tx.Now.Before(e.held) {
				e.at, e.due = e.held, true
				continue
			}
			err := guarded(e, func() (err error) {
				e.at, e.due, err = e.Next(tx)
				return err
			})
			if err != nil {
				bad = e
				return err
			}
			if !e.due || e.at.After(tx.Now) {
				r.recovered(e) // whether it can do work is seen when there is some
			}
		}
		return nil
	})
	return bad, err
}

// sawNothing has the runner look again after a while, and not before, whatever nudges come: a busy
// server has many.
func (r *Runner) sawNothing(err error) {
	now := r.clock.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	b := &r.blind
	b.add(now, err)
	delay := looks.Jittered(b.failures, r.ids)
	b.until = now.Add(delay)
	r.next, r.known = b.until, true
	r.log.Error("look for what is due", "error", err, "failures", b.failures, "again_in", delay.Round(time.Millisecond))
}

// work runs every service that is due; false when none was.
func (r *Runner) work(ctx context.Context) bool {
	worked := false
	for _, e := range r.services {
		now := r.clock.Now()
		if !e.due || e.at.After(now) || now.Before(e.held) || ctx.Err() != nil {
			continue
		}
		worked = true
		var n int
		r.begin(e.Name(), now)
		err := guarded(e, func() (err error) {
			n, err = r.perform(store.WithPatience(store.WithReserve(store.WithOperation(ctx, "service "+e.Name()))), e.Service)
			return err
		})
		r.begin("", now)
		switch {
		case ctx.Err() != nil:
		case err != nil:
			r.failed(e, err)
		default:
			r.recovered(e)
			r.hold(e, time.Time{})
			if e.idle++; n > 0 {
				e.idle = 0
			}
			ended := r.clock.Now()
			if _, gentle := e.Service.(Gentle); gentle && n > 0 {
				r.hold(e, ended.Add(min(ended.Sub(now), longestRest)))
			}
			if e.idle >= idleRuns {
				r.hold(e, ended.Add(idleHold))
			}
		}
	}
	return worked
}

// perform does a piece of a service's work.
func (r *Runner) perform(ctx context.Context, service Service) (n int, err error) {
	switch s := service.(type) {
	case Worker:
		return s.Work(ctx, r.store)
	case Writer:
		err = r.store.Update(ctx, func(tx *store.Tx) (err error) {
			n, err = s.Run(tx)
			return err
		})
		return n, err
	}
	return 0, fmt.Errorf("service %s is neither a Writer nor a Worker", service.Name())
}

// begin says what is being worked at: for the health check.
func (r *Runner) begin(name string, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.busy, r.since = name, now
}

func (r *Runner) earliest() (at time.Time, ok bool) {
	for _, e := range r.services {
		if e.due && (!ok || e.at.Before(at)) {
			at, ok = e.at, true
		}
	}
	return at, ok
}

// sleep waits for the earliest deadline, a nudge, a jump of the clock or the
// end; true when it was a nudge.
func (r *Runner) sleep(ctx context.Context, nudged <-chan struct{}) bool {
	at, ok := r.Next()
	for {
		start := r.clock.Now()
		wait := longestSleep
		if ok {
			wait = min(wait, at.Sub(start))
		}
		if wait <= 0 {
			return false
		}
		select {
		case <-ctx.Done():
			return false
		case <-nudged:
			return true
		case <-r.jumps:
			return false
		case <-r.clock.After(wait):
			drift := r.clock.Now().Sub(start) - wait
			if drift > jump || drift < -jump {
				return false
			}
		}
	}
}

func (r *Runner) failed(e *entry, err error) {
	now := r.clock.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	e.add(now, err)
	delay := tries.Jittered(e.failures, r.ids)
	e.held = now.Add(delay)
	e.at, e.due = e.held, true
	r.log.Error("service failed", "service", e.Name(), "error", err, "failures", e.failures, "again_in", delay.Round(time.Millisecond))
}

func (r *Runner) recovered(e *entry) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if e.failures > 0 {
		r.log.Info("service works again", "service", e.Name(), "failures", e.failures)
	}
	e.failures, e.last = 0, nil
}

// guarded turns a panic of a service into an error.
func guarded(e *entry, fn func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in service %s: %v\n%s", e.Name(), p, debug.Stack())
		}
	}()
	return fn()
}
