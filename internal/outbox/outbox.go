package outbox

import (
	"context"
	"sync"
	"time"

	"github.com/reevehq/reeve/internal/clock"
)

// drainTime bounds the end of attempts under way: hosts kill 5 s after they ask to
// stop, and the storage has to be closed too.
const drainTime = 3 * time.Second

// Config is how an outbox goes about its work.
type Config struct {
	// Pauses are between attempts at a lane, and while somebody is away.
	Pauses clock.Backoff
	// Look is how often the storage is asked for what others made wait again, 0 for
	// never: when whoever makes it wait calls Add.
	Look time.Duration
	// Keep and KeepDead are how long what was delivered, and what is dead, is kept.
	Keep, KeepDead time.Duration
	// Most and MostBytes bound what may wait.
	Most      int
	MostBytes int64
}

// Outbox brings what waits in its storage to whom it is for.
type Outbox[E any] struct {
	config  Config
	storage Storage[E]
	attempt func(context.Context, E) Result
	report  Reporter[E]
	lanes   *lanes
	absence absence
	clock   clock.Clock
	ids     clock.IDs

	looked, purged time.Time // when that was last done; of whoever delivers alone

	mu   sync.Mutex
	stop func() // nil unless it runs
}

// New returns the outbox of what waits in a storage. It tries nothing before
// Start; attempt tries one delivery, once, and must return when its context ends.
func New[E any](ctx context.Context, c Config, storage Storage[E], attempt func(context.Context, E) Result, report Reporter[E],
	machine clock.Clock, ids clock.IDs) (*Outbox[E], error) {
	o := &Outbox[E]{config: c, storage: storage, attempt: attempt, report: report, lanes: newLanes(), clock: machine, ids: ids,
		looked: machine.Now(), purged: machine.Now().Add(firstPurge - purgePause)}
	all, err := storage.Waiting(ctx, nil)
	if err != nil {
		return nil, err
	}
	for _, item := range all {
		o.lanes.add(item)
	}
	return o, nil
}

// Start begins to deliver, until Stop; the end of ctx ends nothing.
func (o *Outbox[E]) Start(ctx context.Context) {
	ctx = context.WithoutCancel(ctx)
	soft, cancel := context.WithCancel(ctx)
	hard, end := context.WithCancel(ctx)
	ended := make(chan struct{})
	o.mu.Lock()
	o.stop = func() {
		cancel()
		select {
		case <-ended:
		case <-o.clock.After(drainTime):
			end()
			<-ended
		}
		end()
	}
	o.mu.Unlock()
	go func() {
		defer close(ended)
		o.run(soft, hard)
	}()
}

// Stop ends delivering. What is under way has 3 s to end; what is not delivered
// then stays in the storage.
func (o *Outbox[E]) Stop() {
	o.mu.Lock()
	stop := o.stop
	o.stop = nil
	o.mu.Unlock()
	if stop != nil {
		stop()
	}
}

// Add takes a delivery that was written to the storage and waits there. One that
// is known already stays where it is.
func (o *Outbox[E]) Add(item Item) { o.lanes.add(item) }

// Waiting returns the number of deliveries that wait, and their bytes.
func (o *Outbox[E]) Waiting() (n int, bytes int64) { return o.lanes.size() }

// Room reports whether one more delivery of so many bytes may wait.
func (o *Outbox[E]) Room(size int) bool {
	n, bytes := o.lanes.size()
	return n < o.config.Most && bytes+int64(size) <= o.config.MostBytes
}
