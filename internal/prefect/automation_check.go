package prefect

import (
	"slices"
	"strings"

	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/pyjson"
)

// Check implements decode.Checker.
func (a *AutomationCore) Check(in pyjson.Value, at *decode.At) {
	if why := a.Loops(); why != "" {
		at.ValueError(why, in)
	}
}

// loopEvents are events of every run of a deployment.
var loopEvents = []string{"prefect.flow-run.Scheduled", "prefect.flow-run.Pending", "prefect.flow-run.Running", "prefect.flow-run.*"}

// Loops says why the automation would set itself off again and again: it runs a
// deployment for events that this run is told by. "" when it would not.
func (a *AutomationCore) Loops() string {
	e := a.Trigger.Event
	if !a.Enabled || e == nil || e.Posture != Reactive {
		return ""
	}
	if !slices.ContainsFunc(e.Expect, func(name string) bool { return slices.Contains(loopEvents, name) }) {
		return ""
	}
	for _, action := range a.Actions {
		switch {
		case action.Run == nil:
		case action.Run.Source == Inferred:
			return strings.Join([]string{
				"Running an inferred deployment from a flow run state change event",
				"will lead to an infinite loop of flow runs.  Please choose a",
				"specific deployment and add additional filtering labels to the",
				"match or match_related for this automation's trigger.",
			}, " ")
		case e.Match.MatchesEvery(flowRunKind) && e.MatchRelated.matchEvery(flowRunKind):
			return strings.Join([]string{
				"Running a selected deployment from a flow run state",
				"change event may lead to an infinite loop of flow runs. ",
				"Please include additional filtering labels on either",
				"match or match_related to narrow down which flow runs",
				"will trigger this automation to exclude flow runs from",
				"the deployment you've selected.",
			}, " ")
		}
	}
	return ""
}

// flowRunKind begins the ids of flow runs as resources.
const flowRunKind = "prefect.flow-run"

// matchEvery reports whether one of the specifications matches every resource of a kind.
func (s ResourceSpecifications) matchEvery(kind string) bool {
	if len(s.All) == 0 {
		return !s.Listed
	}
	return slices.ContainsFunc(s.All, func(spec ResourceSpecification) bool { return spec.MatchesEvery(kind) })
}
