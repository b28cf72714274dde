// Package server puts the store, the services, the API and the UI together and
// owns their life: start, drain, stop.
package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/reevehq/reeve/internal/access"
	"github.com/reevehq/reeve/internal/actions"
	"github.com/reevehq/reeve/internal/api"
	"github.com/reevehq/reeve/internal/api/middleware"
	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/backup"
	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/deliveries"
	"github.com/reevehq/reeve/internal/door"
	"github.com/reevehq/reeve/internal/follow"
	"github.com/reevehq/reeve/internal/metrics"
	"github.com/reevehq/reeve/internal/notify"
	"github.com/reevehq/reeve/internal/nudge"
	"github.com/reevehq/reeve/internal/services"
	"github.com/reevehq/reeve/internal/sleep"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/traffic"
	"github.com/reevehq/reeve/internal/ui"
)

// drainTime bounds the wait for requests under way when the server stops. Hosts
// kill a machine 5 s after asking it to stop.
const drainTime = 4 * time.Second

// idleTime is how long an idle connection is kept when nothing else was set: a
// new one costs a client more than an open one costs us.
const idleTime = 2 * time.Minute

// Config is what a server needs to know.
type Config struct {
	BlockKey  string // the Fernet key of block documents, "" to keep one in the database
	Backups   Backups
	KeepAlive time.Duration // how long an idle connection is kept, 0 for two minutes
	Drain     time.Duration // how long requests under way have to end, 0 for 4 s
	Origins   middleware.Origins
	// Pages may call while no password is set.
	Pages    access.Pages
	API      api.Config
	Services services.Config
	// Notifications say whom the server may write to; its clock is the server's.
	Notifications notify.Options
	// FlowLimits are the numbers of runs at once of flows, by name.
	FlowLimits map[string]int
	Webhooks   http.Handler // below /webhooks/, nil for none
	// Links is where the pages of the interface begin in what automations send, "" for
	// no links.
	Links string
	// Clock is the machine's when nil.
	Clock clock.Clock
	// IDs are drawn from the operating system when nil.
	IDs   clock.IDs
	Sleep sleep.Settings
	// SocketKept says that the listening socket outlives the process (socket
	// activation): whoever is not accepted is served by the next one.
	SocketKept bool
	// Leave ends the whole program when the server is to exit for sleep; nil when
	// the server is all of it.
	Leave func()
	// Undelivered is the number of webhooks that wait, nil for none.
	Undelivered func() int
	ServeUI     bool
	UI          ui.Config
}

// Server is a Prefect server on one database.
type Server struct {
	store *store.Store
	api   *api.API
	due   *services.Runner
	ui    *ui.UI // nil when it is not served
	gate  *middleware.Gate
	log   *slog.Logger
	drain time.Duration
	path  string

	nudges   *nudge.Caller
	ledger   *metrics.Ledger
	clock    clock.Clock
	config   Config
	handler  http.Handler
	activity *sleep.Activity
	forecast *sleep.Forecaster
	http     *http.Server

	guard       *traffic.Guard
	connections *door.Connections

	backup *backup.Shipper // nil for none

	parts      parts
	followers  follow.Followers
	deliveries *deliveries.Deliveries // nil when automations are off, and on a shared database
	led        *led                   // nil for a server that is alone
}

// Open prepares a server on an open database, which it closes when that fails. It
// listens to nothing yet.
func Open(ctx context.Context, db Database, c Config, log *slog.Logger) (*Server, error) {
	machine, started := c.Clock, clock.ProcessStart()
	if machine == nil {
		machine = clock.System{}
	} else {
		started = machine.Now()
	}
	ids := c.IDs
	if ids == nil {
		ids = clock.NewIDs(machine)
	}
	s := store.New(db, machine, ids)
	s.Awake(machine.Now())
	if err := s.UseEncryptionKey(c.BlockKey); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	sharing, shared := db.(store.Sharing)
	err := s.Update(ctx, func(tx *store.Tx) error {
		if err := tx.ConfigureFlowLimits(c.FlowLimits); err != nil || shared {
			return err
		}
		return tx.SettleAutomations()
	})
	if err == nil {
		err = tellHealing(ctx, s, ids, db.Healed())
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	c.Services.Orchestration, c.Services.Start = c.API.Orchestration, machine.Now()
	c.Services.Scheduler.Log = log
	if !shared { // else when it comes to lead
		if err := c.Services.CatchUp(ctx, s); err != nil {
			return nil, errors.Join(err, db.Close())
		}
	}
	var followers follow.Followers
	if !c.Services.TaskRunRecorderOff {
		followers = append(followers, follow.New(services.TaskRunRecorder(log), s, machine, log))
	}
	if !c.Services.AutomationsOff {
		c.Services.Automations = services.NewAutomations(log)
		evaluation := follow.New(c.Services.Automations.Consumer(), s, machine, log)
		c.Services.Automations.Passed = evaluation.Passed
		followers = append(followers, evaluation)
	}
	c.Services.EventRetention.Passed = followers.Passed
	due := services.NewRunner(s, machine, ids, log, services.All(c.Services)...)
	var srv *Server
	c.API.Health = func() error { return errors.Join(db.Health(), srv.parts.health()) }
	c.API.Slow, c.API.Cleanup = db.Slow, c.Services.Cleanup
	c.API.Meter, c.API.Database, c.API.Undelivered = cmp.Or(c.API.Meter, metrics.NewMeter()), db.Path(), c.Undelivered
	c.API.Kept.Runs, c.API.Kept.Events = c.Services.Kept()
	c.API.Backup = func() api.BackupReport { return c.Backups.report(db) }
	c.API.RestorePoints = newRestorePoints(c.Backups, db.Path(), machine).read
	activity := sleep.NewActivity(machine)
	forecast := &sleep.Forecaster{Store: s, Activity: activity, Undelivered: c.Undelivered, Unshipped: c.Backups.holds, Services: askServices(due, func() bool { return srv.Leads() })}
	c.API.Outlook = forecast.Look
	c.Notifications.Clock = machine
	c.API.Notify = notify.New(c.Notifications)
	performer := &actions.Performer{Notifier: c.API.Notify, Clock: machine, Pages: c.Links}
	c.API.Texts = performer.Texts
	a := api.New(s, machine, ids, log, c.API)
	operations := a.Handler()
	performer.API = inProcess{operations, c.API.BasePath}
	srv = &Server{store: s, api: a, due: due, gate: middleware.NewGate(rest.IsUpgrade), log: log, path: c.API.BasePath,
		nudges: nudge.New(s, forecast.Look, machine, ids, log),
		ledger: metrics.NewLedger(s, machine, started, log), drain: cmp.Or(c.Drain, drainTime),
		clock: machine, config: c, connections: door.NewConnections(machine), activity: activity, forecast: forecast,
		backup: c.Backups.Shipper, followers: followers}
	leading := parts{due, &loop{run: srv.nudges.Run}, &loop{run: srv.ledger.Run}}
	for _, f := range followers {
		leading = append(leading, &loop{run: f.Run, health: f.Health})
	}
	deliver := func(ctx context.Context, free bool) (*deliveries.Deliveries, error) {
		return deliveries.New(ctx, s, performer, machine, ids, log, free)
	}
	srv.parts = parts{&loop{run: srv.watchClock}}
	switch {
	case shared:
		if c.Services.AutomationsOff {
			deliver = nil
		}
		srv.led = newLed(srv, sharing.Terms(), leading, deliver)
		srv.parts = append(srv.parts, srv.led)
	case c.Services.AutomationsOff:
		srv.parts = append(srv.parts, leading...)
	default:
		if srv.deliveries, err = deliver(ctx, true); err != nil {
			return nil, errors.Join(err, db.Close())
		}
		srv.parts = append(append(srv.parts, leading...), srv.deliveries)
	}
	if c.Sleep.Mode == sleep.Suspend {
		srv.parts = append(srv.parts, &loop{run: srv.suspendWhenIdle})
	}
	if c.ServeUI {
		srv.ui = ui.New(c.UI, log)
	}
	srv.handler = noteAsked(srv.ledger, srv.path, assemble(c, a, operations, srv.ui, srv.gate, activity, c.API.Memory, log))
	srv.handler = newSubpath(c.UI.Base, srv.path).wrap(srv.handler, "/metrics", "/openapi.json", "/webhooks")
	srv.guard = traffic.NewGuard(srv.handler, 0, machine)
	srv.http = srv.answering()
	return srv, nil
}

// APIPath is where the API is mounted.
func (s *Server) APIPath() string { return s.path }

// UIPath is where the UI starts; false when no UI is served.
func (s *Server) UIPath() (string, bool) {
	if s.ui == nil {
		return "", false
	}
	return s.ui.Path(), true
}

// UIPages is where the UI's pages start, "" when there are none.
func (s *Server) UIPages() string {
	if s.ui == nil || !s.ui.HasBundle() {
		return ""
	}
	return s.ui.Pages()
}

// answering makes the part that speaks HTTP.
func (s *Server) answering() *http.Server {
	return &http.Server{
		Handler:           s.handler,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       time.Minute, // websockets are out of it once they are open
		IdleTimeout:       cmp.Or(s.config.KeepAlive, idleTime),
		MaxHeaderBytes:    traffic.HeaderBytes,
		ConnState: func(c net.Conn, state http.ConnState) {
			s.guard.Note(c, state)
			s.connections.Note(c, state)
		},
		ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
	}
}

// Serve answers on the listener until ctx ends or the server exits for sleep,
// then lets requests under way finish and closes the database.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	s.parts.start(context.WithoutCancel(ctx))
	if start := s.config.Backups.Start; start != nil {
		start()
	}
	s.woke("start")
	s.activity.Touch() // opening may have taken longer than nothing must go on
	entry := door.New(listener)
	slept, err := s.answer(ctx, entry)
	ending, cancelBackup := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
	defer cancelBackup()
	go func() { _ = s.backup.Flush(ending) }() // while requests end; Finish waits for it
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.drain)
	defer cancel()
	s.clear(drain, entry, slept)
	s.api.Close(drain)
	if e := s.http.Shutdown(drain); e != nil {
		s.log.Warn("requests were cut off", "error", e)
		err = errors.Join(err, s.http.Close())
	}
	if slept {
		s.slept(ctx, "idle")
	} else {
		s.slept(ctx, "stop")
	}
	s.parts.stop()
	s.backup.Finish(ending)
	err = errors.Join(err, s.store.Close())
	s.backup.Closed()
	_ = entry.Shut() // a door that is barred until here is refused least
	return err
}

// answer answers until ctx ends, the listener fails, or the server exits for
// sleep, in which case it is true.
func (s *Server) answer(ctx context.Context, entry *door.Door) (slept bool, err error) {
	waiting, stop := context.WithCancel(ctx)
	defer stop()
	for {
		ended := make(chan error, 1)
		go func() { ended <- s.http.Serve(s.guard.Listen(entry)) }()
		select {
		case err := <-ended:
			return false, fmt.Errorf("answer requests at %s: %w", entry.Addr(), err)
		case <-ctx.Done():
			return false, nil
		case m := <-s.moment(waiting):
			if s.leave(ctx, entry, ended, m) {
				return true, nil
			}
			if err := entry.TakeUp(); err != nil {
				return false, fmt.Errorf("answer requests at %s again: %w", entry.Addr(), err)
			}
		}
	}
}
