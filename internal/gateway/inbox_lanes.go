package gateway

import (
	"container/heap"
	"sort"
	"sync"
	"time"
)

// lanes is the order of delivery: the seqs of what waits, by lane. The database
// holds the truth; this is its index in memory, bounded by the inbox.
type lanes struct {
	mu     sync.Mutex
	byName map[string]*lane
	known  map[int64]bool
	idle   laneHeap // lanes that have entries and none under way
	bytes  int64
	// nudge has an element when something may have come due.
	nudge chan struct{}
}

type lane struct {
	name     string
	waiting  []place // in the order of arrival; the first may be under way
	notBy    time.Time
	failures int
	index    int // in the heap, -1 when not in it
}

func newLanes() *lanes {
	return &lanes{byName: map[string]*lane{}, known: map[int64]bool{}, nudge: make(chan struct{}, 1)}
}

// add puts an entry in its place. What is there already stays.
func (l *lanes) add(p place) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.known[p.seq] {
		return
	}
	l.known[p.seq] = true
	l.bytes += int64(p.size)
	at := l.byName[p.lane]
	if at == nil {
		at = &lane{name: p.lane, index: -1}
		l.byName[p.lane] = at
	}
	busy := at.index < 0 && len(at.waiting) > 0
	first := 0
	if busy {
		first = 1 // what is under way stays in front
	}
	i := first + sort.Search(len(at.waiting)-first, func(i int) bool { return at.waiting[first+i].seq > p.seq })
	at.waiting = append(at.waiting, place{})
	copy(at.waiting[i+1:], at.waiting[i:])
	at.waiting[i] = p
	switch {
	case busy:
	case at.index < 0:
		heap.Push(&l.idle, at)
	default:
		heap.Fix(&l.idle, at.index)
	}
	l.wake()
}

// size is the number of entries that wait and of the bytes of their bodies.
func (l *lanes) size() (int, int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.known), l.bytes
}

// take returns the first entry of a lane that is due; until it is done the lane is
// held. Without one, it gives how long to wait for the next, or forever.
func (l *lanes) take(now time.Time) (p place, wait time.Duration, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.idle) == 0 {
		return place{}, forever, false
	}
	if wait := l.idle[0].notBy.Sub(now); wait > 0 {
		return place{}, wait, false
	}
	at := heap.Pop(&l.idle).(*lane)
	return at.waiting[0], 0, true
}

// forever is longer than anything waits.
const forever = time.Duration(1<<63 - 1)

// done lets go of a lane whose first entry is no longer waiting.
func (l *lanes) done(p place) {
	l.mu.Lock()
	defer l.mu.Unlock()
	at := l.byName[p.lane]
	delete(l.known, p.seq)
	l.bytes -= int64(p.size)
	at.waiting, at.failures, at.notBy = at.waiting[1:], 0, time.Time{}
	if len(at.waiting) == 0 {
		delete(l.byName, p.lane)
		return
	}
	heap.Push(&l.idle, at)
	l.wake()
}

// failed lets go of a lane whose first entry has to be tried again. back gives
// the time from the number of failures in a row.
func (l *lanes) failed(p place, back func(failures int) time.Time) time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	at := l.byName[p.lane]
	at.failures++
	at.notBy = back(at.failures)
	heap.Push(&l.idle, at)
	l.wake()
	return at.notBy
}

func (l *lanes) wake() {
	select {
	case l.nudge <- struct{}{}:
	default:
	}
}

// laneHeap orders lanes by the time they come due, then by arrival.
type laneHeap []*lane

func (h laneHeap) Len() int { return len(h) }
func (h laneHeap) Less(i, j int) bool {
	if !h[i].notBy.Equal(h[j].notBy) {
		return h[i].notBy.Before(h[j].notBy)
	}
	return h[i].waiting[0].seq < h[j].waiting[0].seq
}
func (h laneHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}

// Push implements heap.Interface.
func (h *laneHeap) Push(x any) {
	at := x.(*lane)
	at.index = len(*h)
	*h = append(*h, at)
}

// Pop implements heap.Interface.
func (h *laneHeap) Pop() any {
	last := (*h)[len(*h)-1]
	(*h)[len(*h)-1] = nil
	*h = (*h)[:len(*h)-1]
	last.index = -1
	return last
}
