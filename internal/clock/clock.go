// Package clock is the only place where time is read and ids are drawn.
//
// Everything else receives a Clock and an IDs through its constructor, so that
// a whole server can run under simulated time with a seed.
package clock

import (
	"crypto/rand"
	"encoding/binary"
	"io"
	"sync"
	"time"

	"github.com/google/uuid"
)

// Clock tells the time and makes timers.
type Clock interface {
	// Now is the wall time in UTC, cut to microseconds: the resolution of the contract.
	Now() time.Time
	// After sends the time once d has passed. A stopped process or a suspended
	// machine may deliver late, never early.
	After(d time.Duration) <-chan time.Time
}

// System is the machine's clock.
type System struct{}

// Now implements Clock.
func (System) Now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

// After implements Clock.
func (System) After(d time.Duration) <-chan time.Time { return time.After(d) }

// IDs draws identifiers.
type IDs interface {
	// V4 is a random UUID: the form of ids of configuration objects (flows, pools, blocks).
	V4() uuid.UUID
	// V7 is a UUID that sorts by time: the form of ids of runs, states and logs.
	V7() uuid.UUID
	// Float is uniform in [0, 1): for jitter.
	Float() float64
}

// Random draws ids from a source of random bytes and a clock.
type Random struct {
	clock Clock

	mu     sync.Mutex
	source io.Reader
	last   uint64
}

// NewIDs returns ids seeded by the operating system.
func NewIDs(c Clock) *Random { return &Random{clock: c, source: rand.Reader} }

// NewSeededIDs returns ids from source, for runs that must be repeatable.
func NewSeededIDs(c Clock, source io.Reader) *Random { return &Random{clock: c, source: source} }

func (r *Random) fill(b []byte) {
	if _, err := io.ReadFull(r.source, b); err != nil {
		panic("clock: the source of random bytes failed: " + err.Error())
	}
}

// V4 implements IDs.
func (r *Random) V4() uuid.UUID {
	r.mu.Lock()
	defer r.mu.Unlock()
	var id uuid.UUID
	r.fill(id[:])
	id[6] = id[6]&0x0f | 0x40
	id[8] = id[8]&0x3f | 0x80
	return id
}

// V7 implements IDs. The 12 bits below the millisecond hold a fraction that
// never goes back within one source, so that ids drawn in one millisecond sort
// in the order they were drawn (RFC 9562, section 6.2, method 3).
func (r *Random) V7() uuid.UUID {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.clock.Now()
	ms := uint64(now.UnixMilli())
	fraction := uint64(now.UnixMicro()%1000) * 4096 / 1000
	tick := ms<<12 | fraction
	if tick <= r.last {
		tick = r.last + 1
	}
	r.last = tick

	var id uuid.UUID
	r.fill(id[8:])
	binary.BigEndian.PutUint64(id[:8], (tick>>12)<<16|0x7000|tick&0x0fff)
	id[8] = id[8]&0x3f | 0x80
	return id
}

// Float implements IDs.
func (r *Random) Float() float64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	var b [8]byte
	r.fill(b[:])
	return float64(binary.BigEndian.Uint64(b[:])>>11) / (1 << 53)
}
