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
const (
	// writeTime bounds one write; patientTime one that has patience.
	writeTime   = time.Second
	patientTime = 10 * time.Second
	// slowRead is from when on a read counts as slow.
	slowRead = time.Second
	// ReadTime is how long a read may go on by default: half of what the
	// contract's client waits for an answer.
	ReadTime = 30 * time.Second
	// graceTime is how long what was interrupted has to end before it is said
	// that it cannot be interrupted.
	graceTime = time.Second
)

// watchdog knows the work on the database that exceeds its time.
type watchdog struct {
	clock clock.Clock
	log   *slog.Logger

	mu   sync.Mutex
	over map[*watched]struct{}
}

// watched is one piece of work from watch to end.
type watched struct {
	dog    *watchdog
	kind   string // "write", "read", ...
	what   string // what it is for
	blocks bool   // others wait for it
	since  time.Time
	timer  *time.Timer
	ended  bool
}

func newWatchdog(c clock.Clock, log *slog.Logger) *watchdog {
	return &watchdog{clock: c, log: log, over: map[*watched]struct{}{}}
}

// watch begins to watch a piece of work. Once it exceeds its time health or
// slow say so until it ends, and exceeded is called, in a goroutine of its own.
func (d *watchdog) watch(kind, what string, blocks bool, limit time.Duration, exceeded func(*watched)) *watched {
	w := &watched{dog: d, kind: kind, what: what, blocks: blocks, since: d.clock.Now()}
	d.mu.Lock() // or the timer could look at w before its timer is set
	defer d.mu.Unlock()
	w.timer = time.AfterFunc(limit, func() {
		d.mu.Lock()
		ended := w.ended
		if !ended {
			d.over[w] = struct{}{}
		}
		d.mu.Unlock()
		if !ended {
			exceeded(w)
		}
	})
	return w
}

// end tells the watchdog that the work is done.
func (w *watched) end() {
	w.dog.mu.Lock()
	defer w.dog.mu.Unlock()
	w.ended = true
	w.timer.Stop()
	delete(w.dog.over, w)
}

// then does something when the work has not ended after some more time.
func (w *watched) then(after time.Duration, do func()) {
	w.dog.mu.Lock()
	defer w.dog.mu.Unlock()
	if w.ended {
		return
	}
	w.timer = time.AfterFunc(after, func() {
		w.dog.mu.Lock()
		ended := w.ended
		w.dog.mu.Unlock()
		if !ended {
			do()
		}
	})
}

// insist says so when work that was interrupted does not end.
func (w *watched) insist() {
	w.then(graceTime, func() {
		w.dog.log.Error("a "+w.kind+" cannot be interrupted: it is not the database that it is waiting for", "operation", w.what)
	})
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
		Sentence: fmt.Sprintf("This query took longer than %v and had to give way to others", slowRead)}
	errReadersBusy = &fault.Error{Kind: fault.Busy, RetryAfter: 2, Sentence: "Too many queries are under way"}
)

func errReadTooLong(limit time.Duration) error {
	return fault.New(fault.Invalid, "This query took longer than %v: ask for less, by a narrower filter or a shorter time.", limit)
}

func errWriteTooLong(cause error, limit time.Duration) error {
	return fault.Wrap(fault.Busy, cause, "This change took longer than %v and was undone", limit)
}
