package services

import "github.com/reevehq/reeve/internal/store"

// Config are the settings of all services; zero fields have the contract's
// defaults.
type Config struct {
	ForemanOff           bool
	Foreman              ForemanConfig
	CleanupReconcilerOff bool
	Cleanup              store.CleanupPolicy
	// CleanupBatch bounds the messages that are taken back in one piece of work.
	CleanupBatch int
	// EventRetentionOff keeps all events.
	EventRetentionOff bool
	EventRetention    EventRetentionConfig
}

// All gives the services that are switched on.
func All(c Config) []Service {
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
	if !c.EventRetentionOff {
		all = append(all, NewEventRetention(c.EventRetention))
	}
	return all
}
