package store

import "time"

// Healing says how a missing or damaged database was replaced at start.
type Healing struct {
	Why   string    `json:"why"`
	From  string    `json:"from"`       // where the copy came from, for people
	Until time.Time `json:"data_until"` // the copy has what was written until then
	At    time.Time `json:"at"`
	Aside string    `json:"kept_at,omitempty"` // the damaged file, "" when there was none
}
