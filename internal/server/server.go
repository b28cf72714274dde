// Package server puts the store, the services, the API and the UI together and
// owns their life: start, drain, stop.
package server

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/reevehq/reeve/internal/api"
	"github.com/reevehq/reeve/internal/api/middleware"
	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/metrics"
	"github.com/reevehq/reeve/internal/nudge"
	"github.com/reevehq/reeve/internal/services"
	"github.com/reevehq/reeve/internal/sleep"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/store/sqlite"
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
	Database  string        // path of the SQLite file
	BlockKey  string        // the Fernet key of block documents, "" to keep one in the database
	Migrate   bool          // bring an older schema up to date at start
	Keep      int           // how many snapshots are kept beside the database
	KeepAlive time.Duration // how long an idle connection is kept, 0 for two minutes
	Drain     time.Duration // how long requests under way have to end, 0 for 4 s
	Origins   middleware.Origins
	API       api.Config
	Services  services.Config
	// FlowLimits are the numbers of runs at once of flows, by name.
	FlowLimits map[string]int
	Webhooks   http.Handler // below /webhooks/, nil for none
	// Undelivered is the number of webhooks that wait, nil for none.
	Undelivered func() int
	ServeUI     bool
	UI          ui.Config
}

// Server is a Prefect server on one database.
type Server struct {
	store *store.Store
	api   *api.API
	tasks *services.TaskRunRecorder // nil when it is switched off
	due   *services.Runner
	ui    *ui.UI // nil when it is not served
	gate  *middleware.Gate
	http  *http.Server
	log   *slog.Logger
	drain time.Duration
	path  string

	ledger *metrics.Ledger
	nudges *nudge.Caller
}

// Open opens the database and prepares the server; it listens to nothing yet.
func Open(ctx context.Context, c Config, log *slog.Logger) (*Server, error) {
	machine := clock.System{}
	ids := clock.NewIDs(machine)
	meter := metrics.NewMeter()
	db, err := sqlite.Open(ctx, sqlite.Options{Path: c.Database, Migrate: c.Migrate, KeepSnapshots: c.Keep, Logger: log,
		Clock: machine, Observer: meter})
	if err != nil {
		return nil, err
	}
	s := store.New(db, machine, ids)
	if err := s.UseEncryptionKey(c.BlockKey); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	err = s.Update(ctx, func(tx *store.Tx) error { return tx.ConfigureFlowLimits(c.FlowLimits) })
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	c.Services.Orchestration, c.Services.Start = c.API.Orchestration, machine.Now()
	c.Services.Scheduler.Log = log
	due := services.NewRunner(s, machine, ids, log, services.All(c.Services)...)
	c.API.Health = func() error { return errors.Join(db.Health(), due.Health()) }
	c.API.Cleanup = c.Services.Cleanup
	c.API.Meter, c.API.Database, c.API.Undelivered = meter, db.Path(), c.Undelivered
	activity := sleep.NewActivity(machine)
	forecast := &sleep.Forecaster{Store: s, Activity: activity, Undelivered: c.Undelivered, Services: ask(due)}
	c.API.Outlook = forecast.Look
	a := api.New(s, machine, ids, log, c.API)
	srv := &Server{store: s, api: a, due: due,
		gate: new(middleware.Gate), log: log, path: c.API.BasePath,
		nudges: nudge.New(s, forecast.Look, machine, ids, log),
		ledger: metrics.NewLedger(s, machine, clock.ProcessStart(), log)}
	if !c.Services.TaskRunRecorderOff {
		srv.tasks = services.NewTaskRunRecorder(s, machine, log)
	}
	if c.ServeUI {
		srv.ui = ui.New(c.UI, log)
	}
	srv.http = &http.Server{
		Handler:           assemble(c, a, srv.ui, srv.gate, activity, log),
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       time.Minute, // websockets are out of it once they are open
		IdleTimeout:       cmp.Or(c.KeepAlive, idleTime),
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
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

// Serve answers on the listener until ctx ends, then lets requests under way
// finish and closes the database.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	var recording sync.WaitGroup
	if s.tasks != nil {
		recording.Go(func() { s.tasks.Run(background) })
	}
	recording.Go(func() { s.nudges.Run(background) })
	s.due.Start(background)
	failed := make(chan error, 1)
	go func() { failed <- s.http.Serve(listener) }()
	s.ledger.Woke("start")
	var keeping sync.WaitGroup
	keeping.Go(func() { s.ledger.Run(background) })
	var err error
	select {
	case err = <-failed:
	case <-ctx.Done():
		drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.drain)
		defer cancel()
		s.gate.Close()
		s.api.Close(drain)
		if e := s.http.Shutdown(drain); e != nil {
			s.log.Warn("requests were cut off", "error", e)
			err = s.http.Close()
		}
	}
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	s.ledger.Slept("stop")
	stop()
	s.due.Stop()
	recording.Wait()
	keeping.Wait()
	return errors.Join(err, s.store.Close())
}
