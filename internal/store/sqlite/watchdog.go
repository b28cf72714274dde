package sqlite

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/fault"
)

// How long work on the database may take. There is one writer, so a write that
// takes long holds up all others: it is strictly bounded. Readers are several
// and a big history makes some reads slow that people want all the same: those
// may go on as long as nobody needs their connection (see readers).
//
// What is bounded is work. On a machine that is short of processors, be it
// throttled by its host or shared with too much else, whatever is asked takes
// long, and to interrupt it would only have it asked again. So a piece of work is
// interrupted when a processor has run it for its time, and otherwise only when
// its time on the wall is over as well, which is many times that.
var (
	// writeTime bounds one write; patientTime one that has patience.
	writeTime   = bound{work: time.Second, wall: 10 * time.Second}
	patientTime = bound{work: 10 * time.Second, wall: 30 * time.Second}
	// slowRead is from when on a read gives way to others. It may be the disk that
	// one waits for without work.
	slowRead = bound{work: time.Second, wall: 20 * time.Second}
)

const (
	// ReadTime is how long a read may go on by default: half of what the
	// contract's client waits for an answer.
	ReadTime = 30 * time.Second
	// readWall is how many times that it may take on a machine short of processors.
	readWall = 2
	// noticeRead is from when on a read is named.
	noticeRead = time.Second
	// graceTime is how long what was interrupted has to end before it is said
	// that it cannot be interrupted.
	graceTime = time.Second
	// lookTime is the pause between two looks at a piece of work. What ends before
	// the first is never measured, so that ordinary work costs nothing.
	lookTime = 100 * time.Millisecond
)

// bound is how long a piece of work may go on: for so long at work, and for so
// long in any case. When both are the same it does not matter what it does.
type bound struct{ work, wall time.Duration }

// exceeded is which of its times is over, 0 for neither.
func (b bound) exceeded(worked, wall time.Duration) time.Duration {
	switch {
	case wall >= b.wall:
		return b.wall
	case min(worked, wall) >= b.work:
		return b.work
	}
	return 0
}

// meter begins to measure a piece of work when it begins. worked
// may be called by any; only its differences mean something.
type meter func() (worked func() time.Duration)

// byProcess measures what processors do for the process, which is no less than
// what they do for the work. It is read at the looks alone. The work's own thread
// would tell more exactly, beside busy readers, but to keep a goroutine on its
// thread for each read and write costs a third of all writes. Time that the host
// has withheld counts as waiting, whether or not the kernel takes it for the
// process's.
func byProcess() (worked func() time.Duration) {
	return func() time.Duration { return clock.Worked() - clock.Stolen() }
}

// unmeasured is the meter of what is bounded on the wall alone.
func unmeasured() (worked func() time.Duration) {
	return func() time.Duration { return 0 }
}

// watchdog knows the work on the database that exceeds its time.
type watchdog struct {
	clock clock.Clock
	log   *slog.Logger
	meter meter

	mu      sync.Mutex
	over    map[*watched]struct{}
	hurried bool
}

// watched is one piece of work from watch to end.
type watched struct {
	dog    *watchdog
	kind   string // "write", "read", ...
	what   string // what it is for
	blocks bool   // others wait for it
	since  time.Time
	worked func() time.Duration
	notice time.Duration // from when on it is named

	// Guarded by dog.mu.
	timer  *time.Timer
	limits []limit
	// wall is the time that has passed, by looks: a process that was stopped, or a
	// machine that was suspended, meanwhile is not blamed.
	wall   time.Duration
	before time.Duration // what worked gave at the first look
	ended  bool
}

// limit is something to do, once, when a bound is exceeded: longer is which of its
// times is over.
type limit struct {
	bound bound
	do    func(w *watched, longer time.Duration)
}

func newWatchdog(o Options) *watchdog {
	return &watchdog{clock: o.Clock, log: o.Logger, meter: o.meter, over: map[*watched]struct{}{}}
}

// watch begins to watch a piece of work of the calling goroutine. When it has gone
// on for notice, health or slow say so until it ends. For limits that it exceeds
// a function is called, in another goroutine.
func (d *watchdog) watch(kind, what string, blocks bool, measure meter, notice time.Duration, limits ...limit) *watched {
	w := &watched{dog: d, kind: kind, what: what, blocks: blocks, since: d.clock.Now(), limits: limits, notice: notice}
	w.worked = measure()
	d.mu.Lock() // or the timer could look at w before its timer is set
	defer d.mu.Unlock()
	w.timer = time.AfterFunc(lookTime, w.look)
	return w
}

// look does what the limits say that are exceeded by now.
func (w *watched) look() {
	for _, do := range w.due(w.worked()) {
		do()
	}
	w.dog.mu.Lock()
	defer w.dog.mu.Unlock()
	if !w.ended {
		w.timer.Reset(lookTime)
	}
}

// due takes out the limits that are exceeded.
func (w *watched) due(worked time.Duration) (due []func()) {
	d := w.dog
	d.mu.Lock()
	defer d.mu.Unlock()
	if w.ended {
		return nil
	}
	if w.wall == 0 {
		w.before = worked
	}
	w.wall += lookTime
	if w.wall >= w.notice {
		d.over[w] = struct{}{}
	}
	if worked -= w.before; d.hurried {
		worked = w.wall
	}
	w.limits = slices.DeleteFunc(w.limits, func(l limit) bool {
		longer := l.bound.exceeded(worked, w.wall)
		if longer > 0 {
			due = append(due, func() { l.do(w, longer) })
		}
		return longer > 0
	})
	return due
}

// hurry has all time count as work from now on: who stops cannot be patient.
func (d *watchdog) hurry() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.hurried = true
}

// end tells the watchdog that the work is done. It is called by who does it.
func (w *watched) end() {
	w.dog.mu.Lock()
	defer w.dog.mu.Unlock()
	w.ended = true
	w.timer.Stop()
	delete(w.dog.over, w)
}

// insist says so when work that was interrupted does not end.
func (w *watched) insist() {
	w.dog.mu.Lock()
	defer w.dog.mu.Unlock()
	late := w.wall + graceTime
	w.limits = append(w.limits, limit{bound{late, late}, func(*watched, time.Duration) {
		w.dog.log.Error("a "+w.kind+" cannot be interrupted: it is not the database that it is waiting for", "operation", w.what)
	}})
}

// health is an error while a piece of work exceeds its time for which others wait.
func (d *watchdog) health() error {
	return errors.Join(describe(d, true, func(text string) error { return errors.New(text) })...)
}

// slow are the pieces of work that exceed their time and hold up nobody.
func (d *watchdog) slow() []string {
	return describe(d, false, func(text string) string { return text })
}

func describe[T any](d *watchdog, blocks bool, form func(string) T) []T {
	d.mu.Lock()
	defer d.mu.Unlock()
	var texts []string
	now := d.clock.Now()
	for w := range d.over {
		if w.blocks == blocks {
			texts = append(texts, fmt.Sprintf("a %s has been going on for %v: %s", w.kind, now.Sub(w.since).Round(time.Millisecond), w.what))
		}
	}
	slices.Sort(texts)
	var out []T
	for _, text := range texts {
		out = append(out, form(text))
	}
	return out
}

// The errors of what was interrupted. A write, and a read that had to give way,
// may be tried again; a read that had all the time there is may not.
var (
	errReadGaveWay = &fault.Error{Kind: fault.Busy, RetryAfter: 2,
		Sentence: fmt.Sprintf("This query took longer than %v and had to give way to others", slowRead.work)}
	errReadStarved = &fault.Error{Kind: fault.Busy, RetryAfter: 2, Sentence: "The machine is too busy to answer this query in time"}
	errReadersBusy = &fault.Error{Kind: fault.Busy, RetryAfter: 2, Sentence: "Too many queries are under way"}
)

func errReadTooLong(limit time.Duration) error {
	return fault.New(fault.Invalid, "This query took longer than %v: ask for less, by a narrower filter or a shorter time.", limit)
}

func errWriteTooLong(cause error, limit time.Duration) error {
	return fault.Wrap(fault.Busy, cause, "This change took longer than %v and was undone", limit)
}
