package wire

import "github.com/reevehq/reeve/internal/prefect"

// NudgePath is where a server calls a gateway: POST with a Nudge, and as bearer
// the token with which the gateway made itself known.
const NudgePath = "/reeve/nudge"

// Nudge is what a gateway is told: the whole state, so that a call that was lost
// is made good by the next.
type Nudge struct {
	// Pools say when each next has a run to start, nil for never.
	Pools map[string]*prefect.Time `json:"pools"`
	// NextDeadline is when the server must next be awake, nil for never.
	NextDeadline *prefect.Time `json:"next_deadline"`
	// Sleeping says that the server goes to sleep now.
	Sleeping bool `json:"sleeping"`
}
