package simulation

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/reevehq/reeve/internal/api"
	"github.com/reevehq/reeve/internal/notify"
	"github.com/reevehq/reeve/internal/server"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/store/sqlite"
)

// errGone is what a process is told that no longer exists.
var errGone = errors.New("the process is gone")

// mortal is a process's hold on the database, which outlives it. Once the process is
// dead nothing that it does has an effect.
type mortal struct {
	*sqlite.DB
	dead    bool
	commits int
	// left is how many commits it lives for, negative for ever.
	left int
}

// View implements store.Backend.
func (m *mortal) View(ctx context.Context, fn func(store.Conn) error) error {
	if m.dead {
		return errGone
	}
	return m.DB.View(ctx, fn)
}

// Update implements store.Backend. A process that is to die at this commit dies before
// it or, with what it wrote on disk, before anybody is told.
func (m *mortal) Update(ctx context.Context, fn func(store.Conn) error) error {
	if m.left == 0 {
		m.dead = true
	}
	if m.dead {
		return errGone
	}
	err := m.DB.Update(ctx, fn)
	if err != nil {
		return err
	}
	m.commits++
	if m.left > 0 {
		if m.left--; m.left == 0 {
			m.dead = true
			return errGone
		}
	}
	return nil
}

// Close implements store.Backend: the database is the world's.
func (*mortal) Close() error { return nil }

// process is a process of the server.
type process struct {
	hold  *mortal
	hands server.Hands
	http  http.Handler
	parts []*part
}

// part is a piece of the server that works by itself: when it is told of a change that
// it waits for, and when it is time.
type part struct {
	name string
	step func(ctx context.Context) (more bool, next time.Time)
	// told receives when there may be something to do; nil for a part that waits for its
	// time alone.
	told <-chan struct{}
	// idle says that it has nothing to do before until, on the server's clock; zero for
	// never.
	idle  bool
	until time.Time
}

// due reports whether the part has something to do, as far as it knows.
func (p *part) due(now time.Time) bool {
	return !p.idle || len(p.told) > 0 || !p.until.IsZero() && !now.Before(p.until)
}

// boot starts the server on the database, as after a crash or the first time.
func (w *world) boot() {
	w.boots++
	hold := &mortal{DB: w.db, left: -1}
	if !w.ending && w.steps > 0 && w.draw.chance(w.climate.crashes) {
		hold.left = w.draw.IntN(4) // it may not live to see its start
	}
	s, err := server.Open(w.ctx, hold, server.Config{
		Clock: w.machine, IDs: newIDs(w.machine, w.seed, w.boots),
		API:           api.Config{BasePath: "/api", DefaultLimit: 200},
		Notifications: notify.Options{Transport: w.network},
	}, slog.New(w.log))
	if hold.dead {
		w.up = w.machine.world().Add(time.Second)
		return
	}
	hold.left = -1
	if err != nil {
		w.fail("boot", "the server does not start: %v", err)
		return
	}
	p := &process{hold: hold, hands: s.ByHand()}
	p.http = p.hands.Handler()
	p.parts = w.partsOf(p)
	w.server = p
	w.settled = w.machine.world().Add(mercy)
}

// partsOf are the parts of a process.
func (w *world) partsOf(p *process) []*part {
	parts := []*part{
		{name: "services", told: p.hands.Watch(store.Deadlines), step: func(ctx context.Context) (bool, time.Time) {
			worked := p.hands.Services(ctx)
			next, _ := p.hands.NextService()
			return worked, next
		}},
		{name: "deliveries", told: p.hands.Watch(store.Deliveries), step: func(ctx context.Context) (bool, time.Time) {
			wait, err := p.hands.Deliver(ctx)
			if err != nil && !p.hold.dead {
				w.fail("deliveries", "%v", err)
			}
			return wait <= 0, w.machine.look().Add(wait)
		}},
		{name: "ledger", idle: true, until: w.machine.look().Add(time.Second), step: func(ctx context.Context) (bool, time.Time) {
			p.hands.Note(ctx)
			return false, w.machine.look().Add(signOfLife)
		}},
	}
	for i, f := range p.hands.Followers() {
		parts = append(parts, &part{name: []string{"recorder", "evaluation"}[i], told: p.hands.Watch(store.Events), step: func(ctx context.Context) (bool, time.Time) {
			more, err := f.Step(ctx)
			if err != nil && !p.hold.dead {
				w.fail("followers", "%v", err)
			}
			return more, time.Time{}
		}})
	}
	return parts
}

// signOfLife is how often the ledger of awakenings notes one.
const signOfLife = 5 * time.Minute

// work lets a part do a piece.
func (w *world) work(p *part) {
	select {
	case <-p.told:
	default:
	}
	more, next := p.step(w.ctx)
	p.idle, p.until = !more, next
	w.note("%s", p.name)
}
