package metrics

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/store"
)

const (
	// settle is how long a waking server is left to its first requests before the
	// ledger writes.
	settle = time.Second
	// lifeEvery is how often a sign of life is noted: a kill makes the ledger
	// lose no more than that of the time awake, and less when anything happened.
	lifeEvery = 5 * time.Minute
	// closeTime bounds how long the way to sleep waits for the ledger.
	closeTime = time.Second
)

// Ledger keeps in the database when the server was awake and why it woke. What
// it cannot write is logged and lost: nothing waits for it but the end.
type Ledger struct {
	store *store.Store
	clock clock.Clock
	log   *slog.Logger
	start time.Time     // of the process
	woke  chan struct{} // told of what is to be written
	asked atomic.Pointer[string]

	mu      sync.Mutex // held while it writes, so that entries keep their order
	open    func(*store.Tx) error
	started bool
}

// NewLedger makes the ledger of a database, for a process that was started then.
func NewLedger(s *store.Store, c clock.Clock, start time.Time, log *slog.Logger) *Ledger {
	return &Ledger{store: s, clock: c, log: log, start: start, woke: make(chan struct{}, 1)}
}

// Woke notes that the server is awake and ready to answer, and why. It returns
// at once; Run writes it once the first requests had their turn. The first call
// of a process counts from the start of the process; a later one, after Slept,
// from now.
func (l *Ledger) Woke(reason string) { l.wake(reason, true) }

// TookOver notes that the server goes on with what another has left: that it answers
// has nothing to do with when its process was started.
func (l *Ledger) TookOver() { l.wake("takeover", false) }

func (l *Ledger) wake(reason string, started bool) {
	now := l.clock.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	woke, wakeTime := now, (*time.Duration)(nil)
	if started && !l.started {
		took := max(0, now.Sub(l.start))
		woke, wakeTime = now.Add(-took), &took
	}
	l.started = true
	l.open = func(tx *store.Tx) error {
		why := reason
		if asked := l.asked.Load(); asked != nil {
			why += ": " + *asked
		}
		return tx.OpenAwakening(woke, why, wakeTime)
	}
	select {
	case l.woke <- struct{}{}:
	default:
	}
}

// Asked tells of a request, in a word or two. The first one after a sleep is what
// the server woke for, as far as can be seen: it is added to the reason when it
// comes before the entry is written.
func (l *Ledger) Asked(what string) {
	if l.asked.Load() == nil {
		first := what // allocated here, not for every request
		l.asked.CompareAndSwap(nil, &first)
	}
}

// Slept notes that the server goes to sleep or stops, and why. It returns once
// that is on disk, after a second at most.
func (l *Ledger) Slept(ctx context.Context, reason string) {
	ctx, cancel := context.WithTimeout(ctx, closeTime)
	defer cancel()
	l.write(ctx, func(tx *store.Tx) error {
		_, err := tx.CloseAwakening(tx.Now, reason)
		return err
	})
	l.asked.Store(nil)
}

// Run writes what Woke notes, and signs of life, until ctx ends.
func (l *Ledger) Run(ctx context.Context) {
	wait := lifeEvery
	for {
		select {
		case <-ctx.Done():
			return
		case <-l.woke:
			wait = settle
		case <-l.clock.After(wait):
			l.Note(ctx)
			wait = lifeEvery
		}
	}
}

// Note writes what Woke notes, or a sign of life: what Run does every 5 minutes.
func (l *Ledger) Note(ctx context.Context) { l.write(ctx, (*store.Tx).MarkAwake) }

// write runs fn after what Woke has noted and nobody has written yet.
func (l *Ledger) write(ctx context.Context, fn func(*store.Tx) error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	open := l.open
	err := l.store.Update(ctx, func(tx *store.Tx) error {
		if open != nil {
			if err := open(tx); err != nil {
				return err
			}
		}
		return fn(tx)
	})
	if err == nil {
		l.open = nil
	} else if ctx.Err() == nil {
		l.log.Warn("note when the server was awake", "error", err)
	}
}
