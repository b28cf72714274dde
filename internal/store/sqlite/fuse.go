package sqlite

import (
	"sync"
	"time"
)

// fuse interrupts the writing connection, and no write but the one it was lit
// for. Setting a connection's channel costs a look at each of its statements, so
// it is set anew only after it was closed.
type fuse struct {
	mu     sync.Mutex
	turn   uint64
	lit    bool
	burnt  bool
	longer time.Duration // the time that the write exceeded for which it burnt
	closes chan struct{}
}

// light begins a write.
func (f *fuse) light() (turn uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.turn++
	f.lit = true
	return f.turn
}

// burn interrupts a write that took longer than it may; false when it has ended.
func (f *fuse) burn(turn uint64, longer time.Duration) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.turn != turn || !f.lit || f.burnt {
		return false
	}
	f.burnt, f.longer = true, longer
	close(f.closes)
	return true
}

// put ends a write, and reports whether it was interrupted, and since it took
// longer than what.
func (f *fuse) put() (longer time.Duration, burnt bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.lit = false
	return f.longer, f.burnt
}

// renew returns the channel whose closing interrupts the next write.
func (f *fuse) renew() <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.burnt, f.closes = false, make(chan struct{})
	return f.closes
}
