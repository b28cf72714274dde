package server

import "github.com/reevehq/reeve/internal/store"

// Database is what a server works on, whatever keeps it. Whoever starts the server
// opens it; the server closes it.
type Database interface {
	store.Backend
	// Path names it for people.
	Path() string
	// Health is an error while it can take nothing.
	Health() error
	// Slow names the reads that have been going on for more than a second.
	Slow() []string
	// Healed says how it was replaced when it was opened, nil if it was not;
	// LastHealing, how any start last replaced it.
	Healed() *store.Healing
	LastHealing() (store.Healing, bool)
}
