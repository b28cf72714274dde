package metrics

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Meter counts what one process does. Any number of goroutines may use it.
type Meter struct {
	writer    writerMeter
	slots     map[string]*slotMeter // by kind; never changed
	requests  []*Requests           // in the order of the routes
	listening sync.Mutex            // guards the growth of requests
}

// The kinds of limits that are waited for.
const (
	TagSlots    = "tag"
	GlobalSlots = "global"
)

type writerMeter struct {
	waits, groups, commits *Histogram
	waiting                atomic.Int64
}

type slotMeter struct {
	waits   *Histogram
	refused atomic.Uint64
}

// short are bounds for what takes from a tenth of a millisecond to seconds.
var short = []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5}

// NewMeter makes a meter.
func NewMeter() *Meter {
	m := &Meter{slots: map[string]*slotMeter{},
		writer: writerMeter{waits: NewHistogram(short...), commits: NewHistogram(short...),
			groups: NewHistogram(1, 2, 4, 8, 16, 32, 64, 128)}}
	for _, kind := range []string{TagSlots, GlobalSlots} {
		m.slots[kind] = &slotMeter{waits: NewHistogram(.01, .1, .5, 1, 2, 5, 10, 30, 60, 300, 900)}
	}
	return m
}

// Queued tells that a write waits for the writer.
func (m *Meter) Queued() { m.writer.waiting.Add(1) }

// Begun tells that a write's turn has come, and how long it waited.
func (m *Meter) Begun(waited time.Duration) {
	m.writer.waiting.Add(-1)
	m.writer.waits.Time(waited)
}

// Committed tells that the writer committed a group of so many writes.
func (m *Meter) Committed(writes int, took time.Duration) {
	m.writer.groups.Observe(float64(writes))
	m.writer.commits.Time(took)
}

// SlotsTaken tells how long slots were waited for, 0 when they were free.
func (m *Meter) SlotsTaken(kind string, waited time.Duration) { m.slots[kind].waits.Time(waited) }

// SlotsRefused tells that slots were not free.
func (m *Meter) SlotsRefused(kind string) { m.slots[kind].refused.Add(1) }

// Requests counts the requests of one operation.
type Requests struct {
	Method, Path string
	took         *Histogram
	codes        [6]atomic.Uint64 // by the first digit
}

// Requests makes the counter of an operation; it is called once for each.
func (m *Meter) Requests(method, path string) *Requests {
	r := &Requests{Method: method, Path: path,
		took: NewHistogram(.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10)}
	m.listening.Lock()
	defer m.listening.Unlock()
	m.requests = append(m.requests, r)
	return r
}

// Answered counts a request by its status.
func (r *Requests) Answered(status int, took time.Duration) {
	r.took.Time(took)
	if class := status / 100; class > 0 && class < len(r.codes) {
		r.codes[class].Add(1)
	}
}

// used are the operations that were asked for.
func (m *Meter) used() []*Requests {
	m.listening.Lock()
	defer m.listening.Unlock()
	return slices.DeleteFunc(slices.Clone(m.requests), func(r *Requests) bool { return r.took.Read().Count() == 0 })
}
