package store

import (
	"strings"

	"github.com/reevehq/reeve/internal/dispatch"
	"github.com/reevehq/reeve/internal/prefect"
)

// Whether a flow_run holds a slot, in SQL. Those of claims are found by the index
// flow_run_slots, those of flows by flow_run_active.
var (
	holdsHandOut = holds(dispatch.HandOut)
	holdsClaim   = holds(dispatch.Claim)
	holdsProcess = holds(dispatch.Process)
	holdsFlow    = holds(dispatch.Flow)
)

// holds is dispatch.Kind.Holds in SQL.
func holds(k dispatch.Kind) string {
	rule := k.Rule()
	held := `flow_run.state_type IN (` + quoted(rule.States) + `)`
	if rule.Retries {
		held = `(` + held + ` OR flow_run.retries_in_process = 1)`
	}
	if rule.Deployed {
		held = `flow_run.deployment_id IS NOT NULL AND ` + held
	}
	return held
}

// quoted lists types of states as literals: partial indexes are found by the
// text of a condition, not by what is bound.
func quoted(states []prefect.StateType) string {
	literals := make([]string, len(states))
	for i, s := range states {
		literals[i] = `'` + string(s) + `'`
	}
	return strings.Join(literals, ", ")
}
