package sqlite

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

const (
	// readersWait bounds the wait for a reader: somewhat less than the minute that
	// the contract's client waits for an answer. To give up sooner would help nobody
	// on a machine short of processors, where the client would only ask again.
	readersWait = 45 * time.Second
	// makeWay is how often those who wait look whether a slow read can give way.
	makeWay = 50 * time.Millisecond
	// openWait is how long a read waits for another to end before it opens a further
	// connection, which takes as long: SQLite reads the whole schema. At a start, when
	// everybody has something to look up, most of them are served by the first one.
	openWait = 2 * time.Millisecond
)

// readers are the reading connections, lent to one read each. While there are
// fewer than reads that want one:
//
//   - operations take turns, and one operation never has all of them, so that
//     many slow queries of one kind do not keep out the others;
//   - slow reads give way, the one that began first before the others;
//   - nobody waits for longer than readersWait.
type readers struct {
	size int

	mu      sync.Mutex
	free    []*conn // those that are to be opened, nil, before those that are open
	lent    map[*lent]struct{}
	count   uint64         // connections lent so far
	using   map[string]int // connections by operation
	waiting map[string][]*waiter
	turns   []string      // the operations that wait, the next one first
	held    chan struct{} // nil unless reads are held back; closed once none is under way
	closed  bool
	home    chan struct{} // closed once all have come back after close
}

// lent is a connection in use.
type lent struct {
	conn      *conn
	operation string
	number    uint64 // in the order of their beginnings
	slow      bool
	why       error         // why it was interrupted
	interrupt chan struct{} // closed to interrupt it
}

type waiter struct {
	operation string
	got       chan *lent // of one; closed when the readers are
	pressed   bool       // has waited for openWait
}

func newReaders(size int) *readers {
	return &readers{size: size, free: make([]*conn, size), // opened when first needed: a cold start pays for none
		lent: map[*lent]struct{}{}, using: map[string]int{}, waiting: map[string][]*waiter{}, home: make(chan struct{})}
}

// take lends a connection, which is given back with giveBack.
func (r *readers) take(ctx context.Context, operation string) (*lent, error) {
	r.mu.Lock()
	if r.closed {
		r.mu.Unlock()
		return nil, errClosed
	}
	if r.mayUse(operation, false) {
		l := r.lend(operation)
		r.mu.Unlock()
		return l, nil
	}
	w := &waiter{operation: operation, got: make(chan *lent, 1)}
	if r.waiting[operation] == nil {
		r.turns = append(r.turns, operation)
	}
	r.waiting[operation] = append(r.waiting[operation], w)
	r.mu.Unlock()
	return r.wait(ctx, w)
}

func (r *readers) wait(ctx context.Context, w *waiter) (*lent, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, readersWait, errReadersBusy)
	defer cancel()
	look := time.NewTicker(makeWay)
	defer look.Stop()
	press := time.NewTimer(openWait)
	defer press.Stop()
	for {
		select {
		case l, ok := <-w.got:
			if !ok {
				return nil, errClosed
			}
			return l, nil
		case <-press.C:
			r.press(w)
		case <-look.C:
			r.askToGiveWay(w.operation)
		case <-ctx.Done():
			r.leave(w)
			select {
			case l, ok := <-w.got: // it came just now
				if ok {
					r.giveBack(l, l.conn)
				}
			default:
			}
			if context.Cause(ctx) == errReadersBusy {
				return nil, errReadersBusy
			}
			return nil, ctx.Err()
		}
	}
}

// mayUse reports whether an operation can have a connection now: an open one, or
// one to be opened when it is pressed or nobody has one.
func (r *readers) mayUse(operation string, pressed bool) bool {
	if r.held != nil || len(r.free) == 0 || r.using[operation] >= max(1, r.size-1) {
		return false
	}
	return pressed || len(r.lent) == 0 || r.free[len(r.free)-1] != nil
}

// press lets a waiter open a connection if it has to.
func (r *readers) press(w *waiter) {
	r.mu.Lock()
	defer r.mu.Unlock()
	w.pressed = true
	r.handOut()
}

func (r *readers) lend(operation string) *lent {
	n := len(r.free) - 1
	r.count++
	l := &lent{conn: r.free[n], operation: operation, number: r.count, interrupt: make(chan struct{})}
	r.free = r.free[:n]
	r.lent[l] = struct{}{}
	r.using[operation]++
	return l
}

// giveBack takes a connection back, nil for one that has to be opened anew.
func (r *readers) giveBack(l *lent, c *conn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.lent, l)
	if r.using[l.operation]--; r.using[l.operation] == 0 {
		delete(r.using, l.operation)
	}
	if r.closed && len(r.lent) == 0 {
		defer close(r.home)
	}
	if r.held != nil && len(r.lent) == 0 {
		close(r.held)
	}
	if c == nil {
		r.free = slices.Insert(r.free, 0, nil)
	} else {
		r.free = append(r.free, c)
	}
	r.handOut()
}

// handOut lends what is free to those who wait, in turns. The lock is held.
func (r *readers) handOut() {
	for i := 0; i < len(r.turns) && len(r.free) > 0; {
		operation := r.turns[i]
		queue := r.waiting[operation]
		if !r.mayUse(operation, queue[0].pressed) {
			i++
			continue
		}
		queue[0].got <- r.lend(operation)
		r.turns = append(r.turns[:i], r.turns[i+1:]...)
		if len(queue) == 1 {
			delete(r.waiting, operation)
			continue
		}
		r.waiting[operation] = queue[1:]
		r.turns = append(r.turns, operation) // behind those that have not had a turn
	}
}

// hold has further reads wait until release is called, which is once. Free says that no
// read is under way any more, within the time. One caller at a time holds.
func (r *readers) hold(within time.Duration) (free bool, release func()) {
	r.mu.Lock()
	none := make(chan struct{})
	r.held = none
	if len(r.lent) == 0 {
		close(none)
	}
	r.mu.Unlock()
	select {
	case <-none:
		free = true
	case <-time.After(within):
	}
	return free, func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.held = nil
		r.handOut()
	}
}

// leave takes a waiter out of the queue, if it is still there.
func (r *readers) leave(w *waiter) {
	r.mu.Lock()
	defer r.mu.Unlock()
	queue := slices.DeleteFunc(r.waiting[w.operation], func(other *waiter) bool { return other == w })
	if r.waiting[w.operation] = queue; len(queue) > 0 {
		return
	}
	delete(r.waiting, w.operation)
	r.turns = slices.DeleteFunc(r.turns, func(operation string) bool { return operation == w.operation })
}

// askToGiveWay interrupts the slow read that began first, for an operation that
// waits: any one, or one of the operation's own while there are free connections.
func (r *readers) askToGiveWay(operation string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.held != nil {
		return // who waits does not wait for them
	}
	waiting, coming := 0, 0
	for _, queue := range r.waiting {
		waiting += len(queue)
	}
	var first *lent
	for l := range r.lent {
		switch {
		case l.why != nil:
			coming++
		case !l.slow || len(r.free) > 0 && l.operation != operation:
		case first == nil || l.number < first.number:
			first = l
		}
	}
	if first != nil && coming < waiting {
		first.stop(errReadGaveWay)
	}
}

// stop interrupts the read, unless it has been interrupted. The lock is held.
func (l *lent) stop(why error) {
	if l.why == nil {
		l.why = why
		close(l.interrupt)
	}
}

// isSlow notes that a read is slow.
func (r *readers) isSlow(l *lent) {
	r.mu.Lock()
	defer r.mu.Unlock()
	l.slow = true
}

// stop interrupts a read.
func (r *readers) stop(l *lent, why error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	l.stop(why)
}

// stopped is why a read was interrupted, nil when it was not.
func (r *readers) stopped(l *lent) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return l.why
}

// close refuses further reads, interrupts those under way, and closes the
// connections. It is an error when a read does not end in time.
func (r *readers) close(within time.Duration) error {
	r.mu.Lock()
	r.closed = true
	for _, queue := range r.waiting {
		for _, w := range queue {
			close(w.got)
		}
	}
	r.waiting, r.turns = map[string][]*waiter{}, nil
	for l := range r.lent {
		l.stop(errClosed)
	}
	if len(r.lent) == 0 {
		close(r.home)
	}
	r.mu.Unlock()
	var late error
	select {
	case <-r.home:
	case <-time.After(within):
		late = fmt.Errorf("a read has not ended within %v of being interrupted", within)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	err := late
	for _, c := range r.free {
		if c != nil {
			err = errors.Join(err, c.close())
		}
	}
	r.free = nil
	return err
}
