// Package live is what clients follow: the ends of the logs of events and of lines, and
// the queue of background tasks, each read once for all who follow it, and the websockets
// that bring them. (The channel of workers is in package api, beside the pools whose rules
// it keeps.)
package live

import (
	"log/slog"
	"time"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/api/ws"
	"github.com/reevehq/reeve/internal/budget"
	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

// Config is what the websockets need to know of the server's settings.
type Config struct {
	// Memory is what frames under way may hold; nil is no bound.
	Memory *budget.Memory
	// Events bounds the events that are taken.
	Events prefect.EventLimits
	// StreamLogs says whether /logs/out sends anything.
	StreamLogs bool
	// Backfill is how far back /events/out looks, in pages of BackfillPage events.
	Backfill     time.Duration
	BackfillPage int
	// EventStreamOff lets /events/out send only its backfill.
	EventStreamOff bool
}

// The contract's defaults of the backfill.
const (
	DefaultBackfill     = 15 * time.Minute
	DefaultBackfillPage = 250
)

// Sockets serves the websockets of those who follow something.
type Sockets struct {
	store   *store.Store
	clock   clock.Clock
	log     *slog.Logger
	config  Config
	hub     *ws.Hub
	tail    *eventTail
	queue   *taskRunQueue
	workers taskWorkers
}

// New returns sockets on a store, which hub accepts and ends.
func New(s *store.Store, c clock.Clock, log *slog.Logger, hub *ws.Hub, config Config) *Sockets {
	return &Sockets{store: s, clock: c, log: log, config: config, hub: hub, tail: newEventTail(s, c, log),
		queue: newTaskRunQueue(s, c), workers: taskWorkers{clock: c}}
}

// Routes lists the websockets.
func (s *Sockets) Routes() []rest.Socket {
	return []rest.Socket{
		{Path: "/events/in", Serve: s.eventsIn},
		{Path: "/events/out", Serve: s.eventsOut},
		{Path: "/logs/out", Serve: s.logsOut},
		{Path: "/task_runs/subscriptions/scheduled", Serve: s.scheduledTaskRuns},
	}
}

// TaskWorkers returns the connected workers that serve one of the tasks, all when none is
// named. On a database that other servers use, too, they are those of all.
func (s *Sockets) TaskWorkers(tx *store.Tx, taskKeys []string) ([]TaskWorker, error) {
	if !s.store.Shared() {
		return s.workers.serving(taskKeys), nil
	}
	found, err := tx.TaskWorkers()
	all := taskWorkers{clock: s.clock}
	for _, w := range found {
		all.observe(w.Name, w.Keys)
	}
	return all.serving(taskKeys), err
}
