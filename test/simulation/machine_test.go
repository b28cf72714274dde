package simulation

import (
	"math/rand/v2"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/clock"
)

// machine is the clock of the server's machine. A microsecond passes whenever it is
// read, as on a real one: no two transactions bear the same time.
type machine struct {
	*clock.Manual
	// ahead is how far it was set away from the world's time.
	ahead time.Duration
}

// Now implements clock.Clock.
func (m *machine) Now() time.Time {
	m.Advance(time.Microsecond)
	return m.Manual.Now()
}

// look reads the clock and lets no time pass.
func (m *machine) look() time.Time { return m.Manual.Now() }

// world is the time everywhere else.
func (m *machine) world() time.Time { return m.look().Add(-m.ahead) }

// set sets the clock forward, or back.
func (m *machine) set(d time.Duration) {
	m.ahead += d
	m.Jump(d)
}

// draws are the decisions of a seed.
type draws struct{ *rand.Rand }

// newDraws are independent of those of another purpose.
func newDraws(seed uint64, purpose uint64) draws { return draws{rand.New(rand.NewPCG(seed, purpose))} }

// chance is true with a probability.
func (d draws) chance(p float64) bool { return d.Float64() < p }

// between is a time from least on and before most.
func (d draws) between(least, most time.Duration) time.Duration {
	return least + time.Duration(d.Float64()*float64(most-least))
}

// id is an id as a client draws it.
func (d draws) id() uuid.UUID {
	var id uuid.UUID
	for i := range id {
		id[i] = byte(d.Uint32())
	}
	id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80
	return id
}

// pick is one of some.
func pick[T any](d draws, some []T) T { return some[d.IntN(len(some))] }

// newIDs are the ids that a process of the server draws.
func newIDs(c clock.Clock, seed, process uint64) clock.IDs {
	var key [32]byte
	for i := range 8 {
		key[i], key[8+i] = byte(seed>>(8*i)), byte(process>>(8*i))
	}
	return clock.NewSeededIDs(c, rand.NewChaCha8(key))
}
