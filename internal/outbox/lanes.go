package outbox

import (
	"container/heap"
	"sort"
	"sync"
	"time"
)

// lanes is the order of delivery: the seqs of what waits, by lane. The storage
// holds the truth; this is its index in memory, bounded by who adds (see Room).
type lanes struct {
	mu     sync.Mutex
	byName map[string]*lane
	known  map[int64]bool
	idle   laneHeap // lanes that have deliveries and none under way
	bytes  int64
	newest time.Time // when a lane last failed
	// nudge has an element when something may have come due.
	nudge chan struct{}
}

type lane struct {
	name     string
	waiting  []Item    // in the order of arrival; the first may be under way
	failed   time.Time // when it last did
	notBy    time.Time
	failures int
	index    int // in the heap, -1 when not in it
}

func newLanes() *lanes {
	return &lanes{byName: map[string]*lane{}, known: map[int64]bool{}, nudge: make(chan struct{}, 1)}
}

// add puts a delivery in its place. What is there already stays.
func (l *lanes) add(item Item) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.known[item.Seq] {
		return
	}
	l.known[item.Seq] = true
	l.bytes += int64(item.Size)
	at := l.byName[item.Lane]
	if at == nil {
		at = &lane{name: item.Lane, index: -1}
		l.byName[item.Lane] = at
	}
	busy := at.index < 0 && len(at.waiting) > 0
	first := 0
	if busy {
		first = 1 // what is under way stays in front
	}
	i := len(at.waiting)
	if !item.Yields {
		i = first + sort.Search(len(at.waiting)-first, func(i int) bool { return at.waiting[first+i].Seq > item.Seq })
	}
	at.waiting = append(at.waiting, Item{})
	copy(at.waiting[i+1:], at.waiting[i:])
	at.waiting[i] = item
	switch {
	case busy:
	case at.index < 0:
		heap.Push(&l.idle, at)
	default:
		heap.Fix(&l.idle, at.index)
	}
	l.wake()
}

// size returns the number of deliveries that wait, and their bytes.
func (l *lanes) size() (int, int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.known), l.bytes
}

// take returns the first delivery of a lane that is due; until it is done the lane is
// held. Without one, it gives how long to wait for the next, or forever.
func (l *lanes) take(now time.Time) (item Item, wait time.Duration, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.settle(now)
	if len(l.idle) == 0 {
		return Item{}, forever, false
	}
	if wait := l.idle[0].notBy.Sub(now); wait > 0 {
		return Item{}, wait, false
	}
	at := heap.Pop(&l.idle).(*lane)
	return at.waiting[0], 0, true
}

// settle has lanes wait for as long as they were to that failed at a time which is yet
// to come: the clock was set back since.
func (l *lanes) settle(now time.Time) {
	if !l.newest.After(now) {
		return
	}
	l.newest = now
	for _, at := range l.idle {
		if at.failed.After(now) {
			at.failed, at.notBy = now, now.Add(at.notBy.Sub(at.failed))
		}
	}
	heap.Init(&l.idle)
}

// forever is longer than anything waits.
const forever = time.Duration(1<<63 - 1)

// done lets go of a lane whose first delivery is no longer waiting.
func (l *lanes) done(item Item) {
	l.mu.Lock()
	defer l.mu.Unlock()
	at := l.byName[item.Lane]
	delete(l.known, item.Seq)
	l.bytes -= int64(item.Size)
	at.waiting, at.failures, at.notBy = at.waiting[1:], 0, time.Time{}
	if len(at.waiting) == 0 {
		delete(l.byName, item.Lane)
		return
	}
	heap.Push(&l.idle, at)
	l.wake()
}

// failed lets go of a lane whose first delivery has to be tried again, by itself or
// once the others were tried. back gives the time from the number of failures in a row.
func (l *lanes) failed(item Item, now time.Time, back func(failures int) time.Time) time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	at := l.byName[item.Lane]
	if item.Yields {
		at.waiting = append(at.waiting[1:], item)
	}
	at.failures++
	at.failed, at.notBy, l.newest = now, back(at.failures), now
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
	return h[i].waiting[0].Seq < h[j].waiting[0].Seq
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
