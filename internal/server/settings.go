package server

import (
	"cmp"
	"strings"
	"time"

	"github.com/reevehq/reeve/internal/access"
	"github.com/reevehq/reeve/internal/api"
	"github.com/reevehq/reeve/internal/api/middleware"
	"github.com/reevehq/reeve/internal/budget"
	"github.com/reevehq/reeve/internal/concurrency"
	"github.com/reevehq/reeve/internal/config"
	"github.com/reevehq/reeve/internal/metrics"
	"github.com/reevehq/reeve/internal/notify"
	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/schedule"
	"github.com/reevehq/reeve/internal/services"
	"github.com/reevehq/reeve/internal/sleep"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/ui"
)

// Settings turns settings into what a server needs to know. It is the only
// place where the names of settings meet what they set.
func Settings(c *config.Config) Config {
	path := c.Text("server.api.base_path")
	if path == "" {
		path = "/api"
	}
	apiURL := ""
	if c.IsSet("server.ui.api_url") || c.IsSet("api.url") {
		apiURL = c.Text("server.ui.api_url")
	}
	var keepAlive time.Duration
	if c.IsSet("server.api.keepalive_timeout") {
		keepAlive = c.Seconds("server.api.keepalive_timeout")
	}
	csrf := api.CSRFConfig{
		Enabled:    c.Bool("server.api.csrf_protection_enabled"),
		Expiration: c.Seconds("server.api.csrf_token_expiration"),
	}
	return Config{
		BlockKey:  c.EncryptionKey,
		KeepAlive: keepAlive,
		Origins: middleware.Origins{
			Allowed: strings.Split(c.Text("server.api.cors_allowed_origins"), ","),
			Methods: strings.Split(c.Text("server.api.cors_allowed_methods"), ","),
			Headers: strings.Split(c.Text("server.api.cors_allowed_headers"), ","),
		},
		Pages: Pages(c),
		API: api.Config{
			BasePath:     path,
			DefaultLimit: c.Int("server.api.default_limit"),
			Meter:        metrics.NewMeter(),
			Memory:       budget.NewMemory(cmp.Or(c.Limits.Memory, budget.RequestMemory(budget.ThisMachine()))),
			AuthString:   c.Text("server.api.auth_string"),
			CSRF:         csrf,
			Settings:     c.Tree(),
			Shown:        func() []api.SettingShown { return settingsShown(c) },

			MaxParameterSize:  c.Int("server.api.max_parameter_size"),
			MaxGraphNodes:     c.Int("server.flow_run_graph.max_nodes"),
			MaxGraphArtifacts: c.Int("server.flow_run_graph.max_artifacts"),
			Events:            eventLimits(c),
			Scheduling:        schedulingGoal(c),
			KeepPaused:        c.Deployments.KeepPaused,
			EventBackfill:     c.Seconds("server.events.maximum_websocket_backfill"),
			EventStreamOff:    !c.Bool("server.events.stream_out_enabled"),
			EventBackfillPage: c.Int("server.events.websocket_backfill_page_size"),
			Lifecycle:         lifecycle(serviceSettings(c)),
			Orchestration: orchestration.Settings{
				ConcurrencySlotWait: c.Seconds("server.deployments.concurrency_slot_wait_seconds"),
				InitialLease:        c.Seconds("server.concurrency.initial_deployment_lease_duration"),
				MaxCacheKeyLength:   c.Int("server.tasks.max_cache_key_length"),
				Waits: concurrency.Waits{
					Tag:  c.Seconds("server.tasks.tag_concurrency_slot_wait_seconds"),
					Most: c.Seconds("server.concurrency.maximum_concurrency_slot_wait_seconds"),
				},
			},
			StreamLogs: c.Bool("server.logs.stream_out_enabled"),
		},
		Services: serviceSettings(c),
		Notifications: notify.Options{
			Private:  c.Notifications.AllowPrivate,
			To:       c.Notifications.To,
			MailFrom: c.Notifications.MailFrom,
		},
		Links:      links(c),
		Sleep:      sleepSettings(c),
		FlowLimits: c.Setup.FlowLimits(),
		ServeUI:    c.Bool("server.ui.enabled"),
		UI: ui.Config{
			Directory:   c.Text("server.ui.static_directory"),
			Base:        c.Text("server.ui.serve_base"),
			PreferV2:    c.Bool("server.ui.v2_enabled"),
			APIURL:      apiURL,
			APIPath:     newSubpath(c.Text("server.ui.serve_base"), path).public(),
			CSRF:        csrf.Enabled,
			ReadOnly:    c.UIReadOnly,
			Auth:        c.Text("server.api.auth_string") != "",
			StreamsLogs: c.Bool("server.logs.stream_out_enabled"),
			Sleeps:      c.Sleep.Mode == string(sleep.Exit) || c.Sleep.Mode == string(sleep.Suspend),
		},
	}
}

// links is where the pages of the interface begin in what is sent to people: where
// the settings say, or where the API that they are told of is.
func links(c *config.Config) string {
	own := strings.TrimSuffix(strings.TrimSuffix(c.Text("server.ui.api_url"), "/"), "/api")
	return strings.TrimSuffix(cmp.Or(c.Text("ui_url"), own), "/")
}

// Pages are the web pages that may call while no password is set: what the
// settings name.
func Pages(c *config.Config) access.Pages {
	origins, hosts := c.Pages()
	return access.Pages{Origins: origins, Hosts: hosts}
}

// vacuums reports whether old rows of a kind are deleted. The setting was once a
// boolean: both of its values include events, and only true the others.
func vacuums(enabled []string, kind string) bool {
	for _, word := range enabled {
		switch strings.ToLower(word) {
		case kind, "true", "1", "yes", "on":
			return true
		case "false", "0", "no", "off":
			return kind == "events"
		}
	}
	return false
}

func eventLimits(c *config.Config) prefect.EventLimits {
	return prefect.EventLimits{
		LabelsPerResource: c.Int("server.events.maximum_labels_per_resource"),
		RelatedResources:  c.Int("server.events.maximum_related_resources"),
		NameLength:        c.Int("server.events.maximum_event_name_length"),
		SizeBytes:         c.Int("server.events.maximum_size_bytes"),
	}
}

// serviceSettings are the settings of the background services, and their switches.
func serviceSettings(c *config.Config) services.Config {
	off := func(name string) bool { return !c.Bool("server.services." + name + ".enabled") }
	return services.Config{
		ForemanOff: off("foreman"),
		Foreman: services.ForemanConfig{
			MissedHeartbeats: c.Int("server.services.foreman.inactivity_heartbeat_multiple"),
			HeartbeatSeconds: c.Int("server.services.foreman.fallback_heartbeat_interval_seconds"),
			DeploymentPolled: c.Seconds("server.services.foreman.deployment_last_polled_timeout_seconds"),
			QueuePolled:      c.Seconds("server.services.foreman.work_queue_last_polled_timeout_seconds"),
		},
		CleanupReconcilerOff: off("cleanup_reconciler"),
		Cleanup: store.CleanupPolicy{
			Lease:      c.Seconds("server.worker_channel.cleanup_lease_seconds"),
			Deliveries: c.Int("server.worker_channel.cleanup_max_delivery_attempts"),
		},
		CleanupBatch:      c.Int("server.services.cleanup_reconciler.batch_size"),
		AutomationsOff:    off("triggers"),
		AutomationEnded:   c.Seconds("server.events.expired_bucket_buffer"),
		EventRetentionOff: !vacuums(c.List("server.services.db_vacuum.enabled"), "events"),
		EventRetention: services.EventRetentionConfig{
			Period:    c.Seconds("server.events.retention_period"),
			Overrides: c.Durations("server.services.db_vacuum.event_retention_overrides"),
			Slack:     c.Seconds("server.services.db_vacuum.loop_seconds"),
			Batch:     c.Int("server.services.db_vacuum.batch_size"),
		},
		FlowRunRetentionOn: vacuums(c.List("server.services.db_vacuum.enabled"), "flow_runs"),
		FlowRunRetention: services.FlowRunRetentionConfig{
			Period: c.Seconds("server.services.db_vacuum.retention_period"),
			Slack:  c.Seconds("server.services.db_vacuum.loop_seconds"),
			Batch:  c.Int("server.services.db_vacuum.batch_size"),
		},
		SchedulerOff:        off("scheduler"),
		Scheduler:           services.SchedulerConfig{Goal: schedulingGoal(c), Batch: c.Int("server.services.scheduler.deployment_batch_size")},
		TaskRunRecorderOff:  off("task_run_recorder"),
		LateRunsOff:         off("late_runs"),
		LateAfter:           c.Seconds("server.services.late_runs.after_seconds"),
		PauseExpirationsOff: off("pause_expirations"),
		CancellationsOff:    off("cancellation_cleanup"),
		CancellingTimeout:   c.Seconds("server.services.cancellation_cleanup.cancelling_timeout_seconds"),
		LeaseExpirationsOff: off("repossessor"),
		SilentRunsOff:       c.SilentRuns.Off(),
		SilentRuns: services.SilentRunsConfig{
			Least:    time.Duration(c.SilentRuns.Least),
			Interval: time.Duration(c.SilentRuns.Interval),
			Unheard:  time.Duration(c.SilentRuns.Unheard),
		},
	}
}

// lifecycle is what the services bear of silence, for those who ask.
func lifecycle(c services.Config) api.Lifecycle {
	return api.Lifecycle{Patience: c.SilentRuns.Patience(), Silence: c.SilentRuns.Silence(),
		Cancelling: c.CancellingTimeout, Lenient: c.SilentRunsOff}
}

// schedulingGoal is how many runs of each schedule are made ahead of time.
func schedulingGoal(c *config.Config) schedule.Goal {
	return schedule.Goal{
		MinRuns: c.Int("server.services.scheduler.min_runs"),
		MaxRuns: c.Int("server.services.scheduler.max_runs"),
		MinTime: c.Seconds("server.services.scheduler.min_scheduled_time"),
		MaxTime: c.Seconds("server.services.scheduler.max_scheduled_time"),
	}
}

func sleepSettings(c *config.Config) sleep.Settings {
	s := c.Sleep
	settings := sleep.Settings{Mode: sleep.Mode(s.Mode), After: time.Duration(s.After), Least: time.Duration(s.Least)}
	if settings.Mode == sleep.Suspend {
		settings.Host = sleep.Fly{Socket: s.Socket, App: s.App, Machine: s.Machine}
	}
	return settings
}

// settingsShown lists the settings of the server: those that were set with where, the
// others with their defaults.
func settingsShown(c *config.Config) []api.SettingShown {
	given := map[string]config.Given{}
	for _, g := range c.Given() {
		given[g.Key] = g
	}
	documented := config.Documented()
	all := make([]api.SettingShown, len(documented))
	for i, s := range documented {
		all[i] = api.SettingShown{Key: s.Key, Env: s.Env(), Value: s.Default, Help: s.Help, Works: s.Effect == config.Works}
		if g, set := given[s.Key]; set {
			all[i].Value, all[i].From = g.Value, g.From
		}
	}
	return all
}
