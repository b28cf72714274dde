package budget

import (
	"context"
	"runtime"
	"sync"
	"time"

	"github.com/reevehq/reeve/internal/fault"
)

// patience is how long a claim waits for memory that others hold: requests that
// come together mostly fit one after the other.
const patience = 2 * time.Second

// Memory is what all requests, frames and answers under way may hold at once, as
// against Limits, which are one piece of work's own.
type Memory struct {
	size  int64
	turns chan struct{} // of large pieces of work

	mu    sync.Mutex
	used  int64
	freed chan struct{} // closed when some comes back
}

// NewMemory makes a budget of so many bytes.
func NewMemory(size int64) *Memory {
	return &Memory{size: size, turns: make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2)), freed: make(chan struct{})}
}

// Size is all there is, in bytes.
func (m *Memory) Size() int64 { return m.size }

// Used is what is held now, in bytes.
func (m *Memory) Used() int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.used
}

// Claim begins a claim with nothing. It must be closed. A nil Memory gives a nil
// Claim, which has no bound.
func (m *Memory) Claim() *Claim {
	if m == nil {
		return nil
	}
	return &Claim{memory: m}
}

// try takes n bytes, or gives what is closed when it is worth trying again.
func (m *Memory) try(n int64) (taken bool, freed <-chan struct{}) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if n > m.size-m.used {
		return false, m.freed
	}
	m.used += n
	return true, nil
}

func (m *Memory) give(n int64) {
	if n == 0 {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.used -= n
	close(m.freed)
	m.freed = make(chan struct{})
}

// Claim is what one request or frame holds of a Memory. Its methods may be called
// from any goroutine, and on nil.
type Claim struct {
	memory *Memory

	mu    sync.Mutex
	held  int64
	turns int // 1 during a turn
}

// Take takes n more bytes, before they are allocated. It waits a moment for
// memory that others hold. What is larger than all there is gives fault.TooLarge,
// else fault.Busy, which clients take for "come back".
func (c *Claim) Take(ctx context.Context, n int64) error {
	if c == nil || n <= 0 {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.memory.fits(c.held + n); err != nil {
		return err
	}
	taken, freed := c.memory.try(n)
	if !taken {
		timer := time.NewTimer(patience)
		defer timer.Stop()
		for !taken {
			select {
			case <-freed:
				taken, freed = c.memory.try(n)
			case <-timer.C:
				return errNoMemory
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	}
	c.held += n
	return nil
}

// Most is how large one body or message may be, in bytes: most, or less where the
// memory is small. What is stored may be read many times at once.
func (c *Claim) Most(most int64) int64 {
	if c == nil {
		return most
	}
	return min(most, c.memory.size/bodyShare)
}

// bodyShare is the part of the memory that one body may be. On a machine of 256 MB,
// 6 MB are left.
const bodyShare = 16

func (m *Memory) fits(n int64) error {
	if n > m.size {
		return fault.New(fault.TooLarge, "The request takes more memory than the %d MB that the server has for all requests.", m.size>>20)
	}
	return nil
}

// TakeNow is Take for an answer, without the wait: whoever makes one holds what
// others wait for. What is larger than all there is gives fault.Invalid.
func (c *Claim) TakeNow(n int64) error {
	if c == nil || n <= 0 {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if n > c.memory.size-c.held {
		return fault.New(fault.Invalid, "The answer takes more memory than the %d MB that the server has for all requests: ask for less at a time.", c.memory.size>>20)
	}
	if taken, _ := c.memory.try(n); !taken {
		return errNoMemory
	}
	c.held += n
	return nil
}

// errNoMemory says that others hold what is asked for.
var errNoMemory = &fault.Error{Kind: fault.Busy, RetryAfter: 2, Sentence: "The server has no memory left for the request just now"}

// turnTime bounds the wait for a turn.
const turnTime = 20 * time.Second

// Turn waits for a turn to do a large piece of work, such as reading and storing
// megabytes: so many at once as leave processors and disk to the small ones. It
// lasts until EndTurn or Close.
func (c *Claim) Turn(ctx context.Context) error {
	if c == nil {
		return nil
	}
	timer := time.NewTimer(turnTime)
	defer timer.Stop()
	select {
	case c.memory.turns <- struct{}{}:
		c.mu.Lock()
		defer c.mu.Unlock()
		c.turns++
		return nil
	case <-timer.C:
		return &fault.Error{Kind: fault.Busy, RetryAfter: 2, Sentence: "The server has too many large requests just now"}
	case <-ctx.Done():
		return ctx.Err()
	}
}

// EndTurn ends the claim's turn, if it has one.
func (c *Claim) EndTurn() {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for ; c.turns > 0; c.turns-- {
		<-c.memory.turns
	}
}

// Held is how much the claim holds now, in bytes.
func (c *Claim) Held() int64 {
	if c == nil {
		return 0
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.held
}

// Keep returns back all but n bytes.
func (c *Claim) Keep(n int64) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if n < c.held {
		c.memory.give(c.held - n)
		c.held = n
	}
}

// Close returns everything back.
func (c *Claim) Close() {
	c.EndTurn()
	c.Keep(0)
}

type claimKey struct{}

// WithClaim makes what is done with a context draw on a claim.
func WithClaim(ctx context.Context, c *Claim) context.Context {
	return context.WithValue(ctx, claimKey{}, c)
}

// ClaimOf is the claim that a context draws on, nil for none.
func ClaimOf(ctx context.Context) *Claim {
	c, _ := ctx.Value(claimKey{}).(*Claim)
	return c
}
