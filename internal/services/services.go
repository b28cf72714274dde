package services

import (
	"cmp"
	"time"

	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/store"
)

// Config are the settings of all services; zero fields have the contract's
// defaults.
type Config struct {
	ForemanOff           bool
	Foreman              ForemanConfig
	CleanupReconcilerOff bool
	Cleanup              store.CleanupPolicy
	// CleanupBatch bounds the messages that are taken back in one piece of work.
	CleanupBatch int
	// TaskRunRecorderOff leaves the events of task runs without effect.
	TaskRunRecorderOff bool
	// AutomationsOff leaves triggers alone, which else Automations evaluates, and their
	// actions undone.
	AutomationsOff bool
	Automations    *Automations
	// AutomationEnded is how long a window of a trigger outlives its end, 5 minutes at least.
	AutomationEnded time.Duration
	// EventRetentionOff keeps all events.
	EventRetentionOff bool
	EventRetention    EventRetentionConfig
	// FlowRunRetentionOn deletes old flow runs; left alone, they are kept for ever.
	FlowRunRetentionOn bool
	FlowRunRetention   FlowRunRetentionConfig
	// Orchestration has the times and bounds of the rules by which runs change.
	Orchestration orchestration.Settings
	LateRunsOff   bool
	// LateAfter is how long after its time a run is late (15 s).
	LateAfter           time.Duration
	PauseExpirationsOff bool
	CancellationsOff    bool
	// CancellingTimeout is how long a run may be cancelling (300 s).
	CancellingTimeout time.Duration
	// SilentRunsOff leaves runs alone that stopped to send heartbeats.
	SilentRunsOff       bool
	SilentRuns          SilentRunsConfig
	LeaseExpirationsOff bool
	// Start is when the server starts.
	Start time.Time
	// SchedulerOff stops making runs of schedules ahead of time.
	SchedulerOff bool
	Scheduler    SchedulerConfig
}

// Patience is the default one, but for what the configuration says.
func (c SilentRunsConfig) Patience() orchestration.Patience {
	p := orchestration.DefaultPatience()
	p.Unheard = cmp.Or(c.Unheard, p.Unheard)
	return p
}

// All returns the services that are switched on.
func All(c Config) []Service {
	engine := orchestration.New(c.Orchestration)
	c.Scheduler.Engine = engine
	var all []Service
	if !c.ForemanOff {
		all = append(all, NewForeman(c.Foreman))
	}
	if !c.CleanupReconcilerOff {
		policy := c.Cleanup
		if policy == (store.CleanupPolicy{}) {
			policy = store.DefaultCleanup()
		}
		all = append(all, NewCleanupReconciler(policy, c.CleanupBatch))
	}
	if c.Automations != nil {
		all = append(all, &AutomationDeadlines{Automations: c.Automations}, NewAutomationSweep(c.Automations, c.AutomationEnded), Messages{})
	}
	all = append(all, Deletions{}, Names{}, Space{})
	if !c.EventRetentionOff {
		all = append(all, NewEventRetention(c.EventRetention))
	}
	if c.FlowRunRetentionOn {
		all = append(all, NewFlowRunRetention(c.FlowRunRetention))
	}
	if !c.SchedulerOff {
		all = append(all, NewScheduler(c.Scheduler))
	}
	if !c.LateRunsOff {
		all = append(all, NewLateRuns(engine, c.LateAfter))
	}
	if !c.PauseExpirationsOff {
		all = append(all, NewPauseExpirations(engine))
	}
	if !c.CancellationsOff {
		all = append(all, NewCancellations(engine), NewCancellingTimeouts(engine, c.CancellingTimeout))
	}
	if !c.SilentRunsOff {
		all = append(all, NewSilentRuns(engine, c.SilentRuns))
	}
	all = append(all, NewSLAs(), NewCollisions(engine), NewSlotWaiters(engine), NewOwners(engine, c.SilentRuns.Patience(), c.SilentRunsOff),
		NewTaskOwners(engine, c.SilentRuns.Patience(), c.SilentRunsOff))
	if !c.LeaseExpirationsOff {
		all = append(all, NewLeaseExpirations(engine.Slots(), c.Start))
	}
	return all
}

// Kept says for how long retention keeps finished runs and events; 0 for ever. The
// shorter times of single kinds of event are left out.
func (c Config) Kept() (runs, events time.Duration) {
	if c.FlowRunRetentionOn {
		runs = NewFlowRunRetention(c.FlowRunRetention).config.Period
	}
	if !c.EventRetentionOff {
		events = NewEventRetention(c.EventRetention).rules[0].period // that of all names comes first
	}
	return runs, events
}
