package gateway

import (
	"sync"
	"sync/atomic"
	"time"
)

// proxyCounters is what a proxy has done.
type proxyCounters struct {
	forwarded  atomic.Int64
	remembered [channelKind + 1]atomic.Int64 // by kind
	held       atomic.Int64                  // requests that found no server
	failed     atomic.Int64                  // requests the server did not answer
	unwoken    atomic.Int64                  // attempts to wake it that failed
	calls      atomic.Int64                  // times the server called
	sockets    atomic.Int64                  // open now

	mu       sync.Mutex
	wakes    int64
	waking   time.Duration // all of them together
	mostWake time.Duration
}

func (c *proxyCounters) woke(took time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.wakes++
	c.waking += took
	c.mostWake = max(c.mostWake, took)
}
