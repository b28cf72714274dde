package simulation

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/store/sqlite"
)

// began is when every seed begins.
var began = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// world is everything that there is in a seed.
type world struct {
	seed    uint64
	ctx     context.Context
	db      *sqlite.DB
	machine *machine
	trace   *trace
	log     slog.Handler
	draw    draws // of what happens
	climate climate

	server  *process // nil while it is down
	boots   uint64
	up      time.Time // in the world's time, when a server that is down is back
	network *network

	steps  int
	ending bool // nothing new begins, and nothing goes wrong
	over   bool // nothing happens any more
	actors []actor
	estate estate
	ledger ledger
	view   *view // of the database after the step, and of the one before
	before *view
	// looked and still are what was looked at: after any step, and when the server was
	// quiet. From settled on, in the world's time, deadlines are judged.
	looked, still looked
	quiets        int
	settled       time.Time
	jumps         int       // how often the clock was set
	lively        time.Time // when a process last did anything
	scheduled     time.Time // until when schedules were followed, on the server's clock

	failure *failure
}

// failure is the first thing that was wrong.
type failure struct {
	step      int
	invariant string
	what      string
}

// fail notes that something is wrong; the first counts.
func (w *world) fail(invariant, format string, args ...any) {
	if w.failure == nil {
		w.failure = &failure{w.steps, invariant, fmt.Sprintf(format, args...)}
	}
}

// actor is a fake that acts by itself.
type actor interface {
	// name is how the trace calls it.
	name() string
	// next is when it acts, in the world's time; false when it never does again.
	next() (time.Time, bool)
	// act does one thing.
	act(w *world)
}

// newWorld is a world on an empty database.
func newWorld(ctx context.Context, seed uint64, db *sqlite.DB, all func(string)) *world {
	w := &world{seed: seed, ctx: ctx, db: db, machine: &machine{Manual: clock.NewManual(began)}, trace: newTrace(all), draw: newDraws(seed, 1)}
	w.log = alarm{w}
	w.climate = newClimate(newDraws(seed, 2))
	w.network = newNetwork(w)
	w.ledger = newLedger()
	w.estate.restarts = map[string]bool{}
	return w
}

// run lives a seed to its end.
func (w *world) run() {
	w.note("seed %d: %s", w.seed, w.climate)
	w.boot()
	w.setUp()
	for w.steps < w.climate.steps && w.failure == nil {
		w.step()
	}
	w.end()
}

// step lets one thing happen, and looks at the invariants.
func (w *world) step() {
	w.steps++
	if w.server == nil && !w.machine.world().Before(w.up) {
		w.boot()
		w.note("the server starts (%d): %t", w.boots, w.server != nil)
		w.examine()
		return
	}
	armed := false
	if !w.ending {
		if w.disturb() {
			w.examine()
			return
		}
		if armed = w.server != nil && w.draw.chance(w.climate.crashes); armed {
			w.server.hold.left = w.draw.IntN(4)
		}
	}
	w.happen()
	if armed && w.server != nil {
		w.crash()
	}
	w.examine()
}

// happen lets something that is due happen, or time pass until something is.
func (w *world) happen() {
	parts, actors := w.dueParts(), w.dueActors()
	n := len(parts) + len(actors)
	switch {
	case n == 0:
		w.pass(w.untilNext())
		return
	case !w.ending && w.draw.chance(0.1):
		w.pass(w.draw.between(0, 2*time.Second))
		return
	}
	if i := w.draw.IntN(n); i < len(parts) {
		w.work(parts[i])
	} else {
		a := actors[i-len(parts)]
		a.act(w)
		if _, alive := a.next(); !alive {
			w.remove(a)
		}
	}
}

// dueParts are the parts of the server that may have something to do.
func (w *world) dueParts() (due []*part) {
	if w.server == nil {
		return nil
	}
	for _, p := range w.server.parts {
		if p.due(w.machine.look()) {
			due = append(due, p)
		}
	}
	return due
}

func (w *world) dueActors() (due []actor) {
	now := w.machine.world()
	for _, a := range w.actors {
		if at, ok := a.next(); ok && !at.After(now) {
			due = append(due, a)
		}
	}
	return due
}

// untilNext is how long nothing happens.
func (w *world) untilNext() time.Duration {
	now, least := w.machine.world(), 24*time.Hour
	for _, a := range w.actors {
		if at, ok := a.next(); ok {
			least = min(least, at.Sub(now))
		}
	}
	if w.server == nil {
		return max(0, min(least, w.up.Sub(now)))
	}
	for _, p := range w.server.parts {
		if !p.until.IsZero() && p.idle {
			least = min(least, p.until.Sub(w.machine.look()))
		}
	}
	return max(0, least)
}

// pass lets time pass.
func (w *world) pass(d time.Duration) {
	w.machine.Advance(d)
	w.note("%s pass", d)
}

// quiet reports whether the server has nothing to do at this moment.
func (w *world) quiet() bool { return w.server != nil && len(w.dueParts()) == 0 }

func (w *world) add(a actor) { w.actors = append(w.actors, a) }

func (w *world) remove(gone actor) {
	for i, a := range w.actors {
		if a == gone {
			w.actors = append(w.actors[:i], w.actors[i+1:]...)
			return
		}
	}
}
