package proxy

import (
	"sync/atomic"

	"github.com/reevehq/reeve/internal/metrics"
)

// counters is what a proxy has done.
type counters struct {
	forwarded  atomic.Int64                  // requests brought to the server
	remembered [channelKind + 1]atomic.Int64 // requests answered from memory, by kind
	held       atomic.Int64                  // requests that found no server
	failed     atomic.Int64                  // forwarded requests that it did not answer
	unwoken    atomic.Int64                  // attempts to wake it that failed
	calls      atomic.Int64                  // times it called
	sockets    atomic.Int64                  // open now
	wakes      *metrics.Histogram            // how long it took to wake
}

// wakeBounds are the buckets of the time to wake a server, in seconds.
var wakeBounds = []float64{0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30}
