package server

import (
	"context"
	"time"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/door"
	"github.com/reevehq/reeve/internal/services"
	"github.com/reevehq/reeve/internal/sleep"
	"github.com/reevehq/reeve/internal/store"
)

const (
	// tellTime bounds telling others that the server sleeps.
	tellTime = time.Second
	// shipTime bounds sending the last changes to the backup before sleep. They are
	// few: the server stays awake while there are more, unless the storage fails.
	shipTime = 3 * time.Second
	// settleTime bounds the wait for requests that arrive just when the server stops.
	settleTime = 250 * time.Millisecond
	// freezeTime is how long after the host took the request the machine may go on.
	freezeTime = 10 * time.Second
	// away is how far the clock must jump forward for connections to be dead.
	away = 10 * time.Second
)

// askServices makes the question of an outlook to the services. Where another server leads they
// are its business.
func askServices(r *services.Runner, leads func() bool) func(*store.Tx) (sleep.Work, error) {
	return func(tx *store.Tx) (sleep.Work, error) {
		if !leads() {
			return sleep.Work{}, nil
		}
		d, err := r.Deadline(tx)
		return sleep.Work{Due: d.Due, Next: d.Next, Some: d.Some}, err
	}
}

func (s *Server) sleeper() *sleep.Sleeper {
	return &sleep.Sleeper{Settings: s.config.Sleep, Clock: s.clock, Activity: s.activity, Look: s.forecast.Look,
		Watch: func() (<-chan struct{}, func()) { return s.store.Watch(store.Events) }, Log: s.log}
}

// moment waits for a moment at which the server may exit for sleep. It never
// comes in the other modes.
func (s *Server) moment(ctx context.Context) <-chan sleep.Moment {
	if s.config.Sleep.Mode != sleep.Exit {
		return nil
	}
	found := make(chan sleep.Moment, 1)
	go func() {
		if m, err := s.sleeper().Wait(ctx); err == nil {
			found <- m
		}
	}()
	return found
}

// suspendWhenIdle suspends the machine whenever it may, until ctx ends. Nothing
// of the server has to stop for it.
func (s *Server) suspendWhenIdle(ctx context.Context) {
	sleeper := s.sleeper()
	for {
		m, err := sleeper.Wait(ctx)
		if err != nil {
			return
		}
		s.suspend(ctx, sleeper, m)
	}
}

// settle lets requests that were read, or are about to be, end.
func (s *Server) settle(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, settleTime)
	defer cancel()
	s.connections.Settle(ctx)
}

// tell says to the gateways, which stand in for the server, that it sleeps.
func (s *Server) tell(ctx context.Context, o sleep.Outlook) {
	ctx, cancel := context.WithTimeout(ctx, tellTime)
	defer cancel()
	s.nudges.Asleep(ctx, o)
}

// ship sends what is not backed up.
func (s *Server) ship(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, shipTime)
	defer cancel()
	if err := s.config.Backups.flush(ctx); err != nil {
		s.log.Warn("the server sleeps with changes that are not backed up", "error", err)
	}
}

// stay is what a server does that does not sleep after all, or no more.
func (s *Server) stay() {
	s.activity.Touch()
	s.nudges.Awake()
}

// leave stops accepting and is true when the server may exit for sleep. When
// something has begun meanwhile it answers on; nothing is lost, since connections
// that arrive wait at the door, for this process or the next. ended receives when
// accepting has ended.
func (s *Server) leave(ctx context.Context, entry *door.Door, ended <-chan error, m sleep.Moment) bool {
	s.tell(ctx, m.Outlook)
	s.ship(ctx)
	if s.config.Leave != nil {
		return s.leaveTogether(ctx, entry, m)
	}
	if err := entry.Close(); err != nil {
		s.log.Error("leave the socket", "error", err)
	}
	<-ended
	if !s.config.SocketKept {
		entry.Bar()
	}
	if s.connections.Idle() && !entry.Waiting() && s.sleeper().Still(ctx, m) {
		s.log.Info("the server sleeps", "next_deadline", deadline(m.Outlook))
		return true
	}
	s.stay()
	return false
}

// leaveTogether lets the program end that the server is a part of: in its own
// order, in which workers are answered to the end.
func (s *Server) leaveTogether(ctx context.Context, entry *door.Door, m sleep.Moment) bool {
	if !s.connections.Idle() || entry.Waiting() || !s.sleeper().Still(ctx, m) {
		s.stay()
		return false
	}
	s.log.Info("the program sleeps", "next_deadline", deadline(m.Outlook))
	s.config.Leave()
	<-ctx.Done()
	return true
}

func deadline(o sleep.Outlook) string {
	if o.NextDeadline == nil {
		return "none"
	}
	return o.NextDeadline.Format(time.RFC3339)
}

// suspend has the host freeze the machine and returns when it goes on.
func (s *Server) suspend(ctx context.Context, sleeper *sleep.Sleeper, m sleep.Moment) {
	jumps, unwatch := clock.Jumps(s.clock)
	defer unwatch()
	s.tell(ctx, m.Outlook)
	s.ship(ctx)
	if !sleeper.Still(ctx, m) {
		s.stay()
		return
	}
	s.slept(ctx, "suspend")
	woke := "not suspended"
	defer func() { s.woke(woke) }()
	s.ship(ctx)
	copied, cancel := context.WithTimeout(ctx, stopTime)
	defer cancel()
	_ = s.backup.Flush(copied) // it logs what went wrong, and makes up for it later
	whole, err := s.store.Rest(ctx)
	if err != nil || !whole || !sleeper.Still(ctx, m) {
		if err != nil && ctx.Err() == nil {
			s.log.Error("bring the database to rest", "error", err)
		}
		s.stay()
		return
	}
	_, active := s.activity.State()
	s.log.Info("the machine is suspended", "next_deadline", deadline(m.Outlook))
	before := s.clock.Now()
	if err := s.config.Sleep.Host.Suspend(ctx); err != nil && s.clock.Now().Sub(before) < away {
		// An error after a long while is that of a connection that did not live
		// through the suspension.
		if ctx.Err() == nil {
			s.log.Error("suspend the machine", "error", err)
		}
		s.stay()
		return
	}
	select {
	case <-jumps:
	case <-active:
	case <-s.clock.After(freezeTime):
	case <-ctx.Done():
		return
	}
	woke = "resume"
	s.log.Info("the machine goes on", "after", s.clock.Now().Sub(before).Round(time.Second))
	s.goOn(ctx)
}

// goOn is what a server does that was away with its machine: look at once at
// what is due, and end connections whose other ends are long gone.
func (s *Server) goOn(ctx context.Context) {
	s.store.Awake(s.clock.Now())
	if s.led == nil { // else other servers may have been there: see lead
		if err := s.config.Services.CatchUp(ctx, s.store); err != nil && ctx.Err() == nil {
			s.log.Error("note the times that schedules missed", "error", err)
		}
	}
	s.stay()
	s.due.Jumped(0)
	s.api.Drop()
	s.http.SetKeepAlivesEnabled(false) // closes idle ones
	s.http.SetKeepAlivesEnabled(true)
}

// watchClock adapts to jumps of the clock until ctx ends.
func (s *Server) watchClock(ctx context.Context) {
	jumps, unwatch := clock.Jumps(s.clock)
	defer unwatch()
	for {
		select {
		case <-ctx.Done():
			return
		case d := <-jumps:
			s.jumped(ctx, d)
		}
	}
}

// jumped adapts to a jump of the clock.
func (s *Server) jumped(ctx context.Context, d time.Duration) {
	s.log.Info("the clock jumped", "by", d.Round(time.Millisecond))
	s.activity.Jumped(d)
	s.due.Jumped(d)
	switch {
	case d >= away:
		s.goOn(ctx)
	case d < 0:
		s.whileLeading(ctx, func(ctx context.Context) {
			if err := s.store.Update(ctx, (*store.Tx).SettleAutomations); err != nil && ctx.Err() == nil {
				s.log.Error("adapt automations to the clock", "error", err)
			}
		})
	}
}
