package sleep

import (
	"context"
	"log/slog"
	"time"

	"github.com/reevehq/reeve/internal/clock"
)

// Mode is how a server sleeps.
type Mode string

// The modes.
const (
	// Never stays awake.
	Never Mode = "never"
	// Exit ends the process; whoever holds its socket starts it again.
	Exit Mode = "exit"
	// Suspend has the host freeze the machine.
	Suspend Mode = "suspend"
)

// Settings say when to sleep and how.
type Settings struct {
	Mode Mode
	// After is how long nothing must have gone on.
	After time.Duration
	// Least is how far away the next deadline must be for sleep to be worth it.
	Least time.Duration
	// Host suspends the machine; it is asked in the mode Suspend only.
	Host Host
}

// again is after how long the outlook is read again when what stands against
// sleep is work that the services do within moments.
const again = time.Second

// Sleeper waits for the moment at which a server may sleep. It does not poll: it
// waits for the end of what is under way, for deadlines and for commits.
type Sleeper struct {
	Settings Settings
	Clock    clock.Clock
	Activity *Activity
	// Look reads the outlook.
	Look func(context.Context) (Outlook, error)
	// Watch gives a channel that receives after commits that may change the
	// outlook without a request, and a function that ends it.
	Watch func() (<-chan struct{}, func())
	Log   *slog.Logger
}

// Moment is one at which a server may sleep.
type Moment struct {
	Outlook Outlook
	// begun is what Activity counted then.
	begun uint64
}

// Wait returns the next moment at which the server may sleep; an error only when
// ctx has ended.
func (s *Sleeper) Wait(ctx context.Context) (Moment, error) {
	committed, unwatch := s.Watch()
	defer unwatch()
	for {
		state, err := s.idle(ctx)
		if err != nil {
			return Moment{}, err
		}
		select {
		case <-committed: // before the look: told already
		default:
		}
		_, active := s.Activity.State()
		outlook, err := s.Look(ctx)
		if err != nil && ctx.Err() == nil {
			s.Log.Error("look whether the server may sleep", "error", err)
		}
		if err == nil && s.may(outlook) {
			return Moment{outlook, state.Begun}, nil
		}
		select {
		case <-ctx.Done():
			return Moment{}, ctx.Err()
		case <-active:
		case <-committed:
		case <-s.next(outlook, err):
		}
	}
}

// Still reports whether the server may sleep as it might at the moment, with
// nothing that began since.
func (s *Sleeper) Still(ctx context.Context, m Moment) bool {
	state, _ := s.Activity.State()
	if !state.Quiet() || state.Begun != m.begun {
		return false
	}
	outlook, err := s.Look(ctx)
	if err != nil || !s.may(outlook) {
		return false
	}
	state, _ = s.Activity.State()
	return state.Begun == m.begun
}

func (s *Sleeper) may(o Outlook) bool {
	return !o.Busy && (o.NextDeadline == nil || o.NextDeadline.Sub(o.Now.Time) >= s.Settings.Least)
}

// idle waits until nothing has gone on for long enough. Under load it wakes no
// more often than that time is long.
func (s *Sleeper) idle(ctx context.Context) (State, error) {
	for {
		state, changed := s.Activity.State()
		if !state.Quiet() {
			select {
			case <-changed:
				continue
			case <-ctx.Done():
				return state, ctx.Err()
			}
		}
		rest := state.Last.Add(s.Settings.After).Sub(s.Clock.Now())
		if rest <= 0 {
			return state, nil
		}
		select {
		case <-s.Clock.After(min(rest, s.Settings.After)): // the clock may have been set back
		case <-ctx.Done():
			return state, ctx.Err()
		}
	}
}

// next is when the outlook changes by itself; nil for never.
func (s *Sleeper) next(o Outlook, err error) <-chan time.Time {
	switch {
	case err != nil:
		return s.Clock.After(s.Settings.After)
	case o.soon:
		return s.Clock.After(again)
	case o.unsaid:
		return s.Clock.After(max(again, s.Settings.After))
	case o.NextDeadline == nil:
		return nil
	}
	left := o.NextDeadline.Sub(o.Now.Time)
	if left <= 0 { // due, and nobody has come for it
		left = s.Settings.After
	}
	return s.Clock.After(left)
}
