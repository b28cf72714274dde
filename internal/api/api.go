// Package api is the HTTP face of the contract: one file per resource, each
// with its route table and thin handlers.
//
// A handler decodes and validates, makes one call inside a transaction of the
// store, and encodes. Errors are values; errors.go alone turns them into
// statuses and bodies.
package api

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/reevehq/reeve/internal/api/live"
	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/api/ws"
	"github.com/reevehq/reeve/internal/budget"
	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/concurrency"
	"github.com/reevehq/reeve/internal/cost"
	"github.com/reevehq/reeve/internal/metrics"
	"github.com/reevehq/reeve/internal/notify"
	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/schedule"
	"github.com/reevehq/reeve/internal/sleep"
	"github.com/reevehq/reeve/internal/store"
)

// Config is what the API needs to know of the server's settings.
type Config struct {
	// BasePath is where the API is mounted, "/api" by default.
	BasePath string
	// DefaultLimit is the default and largest page size.
	DefaultLimit int
	// MaxParameterSize bounds the parameters of a run, in bytes of JSON; 0 means
	// no bound.
	MaxParameterSize int
	// MaxGraphNodes and MaxGraphArtifacts bound the graph of a flow run; 0 means
	// the default of 10,000.
	MaxGraphNodes, MaxGraphArtifacts int
	// AuthString is "user:password", or empty when none is asked for.
	AuthString string
	// CSRF says whether writes need a token.
	CSRF CSRFConfig
	// Settings is the tree that GET /admin/settings shows.
	Settings json.RawMessage
	// Shown lists the settings of the server for their page; nil stands for none.
	Shown func() []SettingShown
	// Events bounds the events that are taken; zero fields have the defaults.
	Events prefect.EventLimits
	// Health gives an error when the server does not work as it should though it
	// answers; nil stands for one that never does.
	Health func() error
	// Slow names the queries that take long; nil stands for none.
	Slow func() []string
	// Memory is what requests and frames under way may hold together; nil stands
	// for no bound.
	Memory *budget.Memory
	// Backup tells how the copies of the databases stand; nil stands for none.
	Backup func() BackupReport
	// RestorePoints lists the moments to which the databases can be put back; nil
	// stands for none.
	RestorePoints func(context.Context) (RestorePoints, error)
	// Cleanup says how cleanup messages are delivered to workers; its zero value
	// stands for the contract's defaults.
	Cleanup store.CleanupPolicy
	// Orchestration has the times and bounds of the rules; zero ones are the
	// defaults.
	Orchestration orchestration.Settings
	// Lifecycle is for how long whoever has a run in hand may be silent, as the
	// services have it.
	Lifecycle Lifecycle
	// StreamLogs says whether /logs/out sends anything.
	StreamLogs bool
	// Scheduling is how many runs POST /deployments/{id}/schedule makes of each
	// schedule; zero is the default.
	Scheduling schedule.Goal
	// KeepPaused is whether paused schedules stay so when their deployment is made
	// or changed as a whole.
	KeepPaused bool
	// EventBackfill is how far back /events/out looks, in pages of
	// EventBackfillPage events; 0 means 15 minutes and 250.
	EventBackfill     time.Duration
	EventBackfillPage int
	// EventStreamOff lets /events/out send only its backfill.
	EventStreamOff bool
	// Meter counts what this process does; nil for one that only the API uses.
	Meter *metrics.Meter
	// Database is the path of the file whose size is told, "" for none.
	Database string
	// Undelivered is the number of webhooks that wait, nil where none are received.
	Undelivered func() int
	// Webhooks is the inbox of the gateway in this process, nil where there is none.
	Webhooks WebhookInbox
	// Kept is for how long what retention deletes is kept.
	Kept Kept
	// Bill says what a usage costs; nil where nobody asks.
	Bill func(cost.Usage) (*cost.Bill, error)
	// Texts renders the texts of an action without doing it; nil for a server that does
	// no actions.
	Texts func(context.Context, *prefect.TriggeredAction) (map[string]string, error)
	// Notify sends to people and services outside; by default one that reaches no
	// private address.
	Notify *notify.Sender
	// Outlook says what the server must be awake for; nil when nobody asks.
	Outlook func(context.Context) (sleep.Outlook, error)
}

func (c Config) withDefaults() Config {
	c.Events = c.Events.WithDefaults()
	if c.Cleanup == (store.CleanupPolicy{}) {
		c.Cleanup = store.DefaultCleanup()
	}
	if c.Lifecycle.Patience == (orchestration.Patience{}) {
		c.Lifecycle.Patience = orchestration.DefaultPatience()
	}
	if c.Meter == nil {
		c.Meter = metrics.NewMeter()
	}
	if c.Scheduling == (schedule.Goal{}) {
		c.Scheduling = schedule.DefaultGoal()
	}
	if c.EventBackfill == 0 {
		c.EventBackfill = live.DefaultBackfill
	}
	if c.EventBackfillPage == 0 {
		c.EventBackfillPage = live.DefaultBackfillPage
	}
	return c
}

// API answers the contract's requests.
type API struct {
	store  *store.Store
	clock  clock.Clock
	ids    clock.IDs
	log    *slog.Logger
	config Config
	hub    *ws.Hub
	live   *live.Sockets

	// hasCatalogue: see ensureCatalogue.
	hasCatalogue atomic.Bool

	engine  orchestration.Engine
	waiting concurrency.Waiting
	meter   *metrics.Meter
}

// New makes the API on a store.
func New(s *store.Store, c clock.Clock, ids clock.IDs, log *slog.Logger, config Config) *API {
	config = config.withDefaults()
	if config.Notify == nil {
		config.Notify = notify.New(notify.Options{Clock: c})
	}
	hub := ws.NewHub(config.AuthString, config.Memory, log)
	return &API{meter: config.Meter, store: s, clock: c, ids: ids, log: log, config: config, hub: hub,
		live: live.New(s, c, log, hub, live.Config{Memory: config.Memory, Events: config.Events, StreamLogs: config.StreamLogs,
			Backfill: config.EventBackfill, BackfillPage: config.EventBackfillPage, EventStreamOff: config.EventStreamOff}),
		engine: orchestration.New(config.Orchestration)}
}

// Close ends the websockets in order and waits for them, at most until ctx ends.
func (a *API) Close(ctx context.Context) { a.hub.Close(ctx) }

// Stop ends the websockets that are open, and from now on those that are opened:
// their clients connect again, to the next server.
func (a *API) Stop() { a.hub.Stop() }

// Drop ends the websockets that are open; their clients connect again.
func (a *API) Drop() { a.hub.Drop() }

// Routes lists every operation.
func (a *API) Routes() []rest.Route {
	var all []rest.Route
	for _, table := range [][]rest.Route{
		a.rootRoutes(),
		a.adminRoutes(),
		a.csrfTokenRoutes(),
		a.flowRoutes(),
		a.flowRunRoutes(),
		a.taskRunRoutes(),
		a.observedStateRoutes(),
		a.uiRoutes(),
		a.eventRoutes(),
		a.logRoutes(),
		a.variableRoutes(),
		a.savedSearchRoutes(),
		a.artifactRoutes(),
		a.blockTypeRoutes(),
		a.blockSchemaRoutes(),
		a.blockDocumentRoutes(),
		a.collectionRoutes(),
		a.workPoolRoutes(),
		a.workPoolQueueRoutes(),
		a.workerRoutes(),
		a.workQueueRoutes(),
		a.taskWorkerRoutes(),
		a.adminStorageRoutes(),
		a.runCreationRoutes(),
		a.flowRunStateChangeRoutes(),
		a.flowRunInputRoutes(),
		a.concurrencyLimitRoutes(),
		a.concurrencyLimitV2Routes(),
		a.deploymentRoutes(),
		a.automationRoutes(),
		a.templateRoutes(),
		a.schemaRoutes(),
		a.slaRoutes(),
		a.reeveFlowLimitRoutes(),
		a.reeveCollisionRoutes(),
		a.reeveCatchUpRoutes(),
		a.reeveNoiseRoutes(),
		a.reeveWhyRoutes(),
		a.reeveWhyTaskRoutes(),
		a.reeveScheduleRoutes(),
		a.reeveScheduleTimeRoutes(),
		a.reeveFlowRowRoutes(),
		a.reeveDeploymentRowRoutes(),
		a.reeveRunRowRoutes(),
		a.reeveRunOverviewRoutes(),
		a.reeveRunLogRoutes(),
		a.reeveHomeRoutes(),
		a.reevePoolRoutes(),
		a.reeveLimitRoutes(),
		a.reeveArtifactRoutes(),
		a.reeveSearchRoutes(),
		a.reeveMetricRoutes(),
		a.reeveUsageRoutes(),
		a.reeveBackupRoutes(),
		a.reeveRestorePointsRoutes(),
		a.reeveSleepRoutes(),
		a.reeveVersionRoutes(),
		a.reeveGatewayRoutes(),
		a.reeveWebhookRoutes(),
		a.reeveRetentionRoutes(),
		a.reeveNotifyRoutes(),
		a.reeveAutomationRoutes(),
		a.reeveEventRoutes(),
		a.reeveBlockRoutes(),
		a.reeveSettingsRoutes(),
		a.reeveApprovalRoutes(),
		a.reevePreviewRoutes(),
		a.reeveDeliveryRoutes(),
	} {
		all = append(all, table...)
	}
	return all
}

// Sockets lists every websocket.
func (a *API) Sockets() []rest.Socket {
	return append(a.live.Routes(), rest.Socket{Path: "/work_pools/{work_pool_name}/workers/connect", Serve: a.workerChannel})
}

// Handler serves the API at its base path.
func (a *API) Handler() http.Handler {
	routes := a.Routes()
	for i := range routes {
		routes[i].Handle = a.counted(routes[i])
	}
	router := rest.NewRouter(routes, rest.Options{
		BasePath: a.config.BasePath,
		Limits:   rest.Limits{Page: a.config.DefaultLimit, Parameters: a.config.MaxParameterSize, Events: a.config.Events},
		Prepare:  withReserve,
		Fail:     a.fail,
	})
	sockets := rest.NewSocketRouter(a.Sockets())
	mounted := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if rest.IsUpgrade(r) {
			sockets.ServeHTTP(w, r)
			return
		}
		if err := checkVersion(r); err != nil {
			a.fail(w, r, err)
			return
		}
		router.ServeHTTP(w, r)
	})
	return http.StripPrefix(a.config.BasePath, mounted)
}

func (a *API) fail(w http.ResponseWriter, r *http.Request, err error) { rest.Fail(a.log, w, r, err) }

// withReserve lets a request that deletes go on when the disk is full; what is deleted
// with an object may be a long history.
func withReserve(r *http.Request) *http.Request {
	if r.Method == http.MethodDelete || strings.HasSuffix(r.URL.Path, "/bulk_delete") {
		return r.WithContext(store.WithPatience(store.WithReserve(r.Context())))
	}
	return r
}
