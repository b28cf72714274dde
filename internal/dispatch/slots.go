package dispatch

import (
	"slices"

	"github.com/reevehq/reeve/internal/prefect"
)

// AwaitingRetry is the name of the state of a run that is to try again.
const AwaitingRetry = "AwaitingRetry"

// Standing is what of a run decides whether it holds slots.
type Standing struct {
	// State is the type of its state, prefect.NoState without one; Name is the
	// state's name.
	State prefect.StateType
	Name  string
	// Retry is how its policy has it try again.
	Retry *prefect.RetryType
	// Deployed reports whether it is a run of a deployment.
	Deployed bool
}

// StandingOf is the standing of a run.
func StandingOf(run *prefect.FlowRun) Standing {
	return NewStanding(run.StateType, run.StateName, run.EmpiricalPolicy.RetryType, run.DeploymentID != nil)
}

// NewStanding is a standing of columns, which are null in a run without a state.
func NewStanding(state *prefect.StateType, name *string, retry *prefect.RetryType, deployed bool) Standing {
	s := Standing{Retry: retry, Deployed: deployed}
	if state != nil {
		s.State = *state
	}
	if name != nil {
		s.Name = *name
	}
	return s
}

// RetriesInProcess reports whether the run waits inside its process to try again.
func (s Standing) RetriesInProcess() bool {
	return s.State == prefect.Scheduled && s.Name == AwaitingRetry && s.Retry != nil && *s.Retry == prefect.RetryInProcess
}

// Kind is a kind of limit. Each counts other runs as holding a slot.
type Kind int

// The kinds of limits.
const (
	// HandOut is the limit of a pool or queue where runs are handed out: as the
	// contract has it, a run that is being cancelled has let go of its slot.
	HandOut Kind = iota
	// Claim is the limit of a pool or queue where a run is claimed, and that of a
	// queue by itself: the process of a run that is being cancelled is there.
	Claim
	// Process is that of processes: a run that waits in its own to try again has one.
	Process
	// Flow is the limit of a flow: as Process, of runs of deployments alone.
	Flow
)

// Kinds lists all kinds.
func Kinds() []Kind { return []Kind{HandOut, Claim, Process, Flow} }

// Rule is what a kind of limit counts, for the store to say in SQL.
type Rule struct {
	// States are the types of the states in which a run holds a slot.
	States []prefect.StateType
	// Retries reports whether a run that waits inside its process to try again
	// holds one too.
	Retries bool
	// Deployed reports whether only runs of deployments do.
	Deployed bool
}

// Active are the types of the states in which a run has a process, or is about
// to get or lose one. Partial indexes of the database are written in this order.
func Active() []prefect.StateType {
	return []prefect.StateType{prefect.Running, prefect.Pending, prefect.Cancelling}
}

// Rule is what limits of the kind count.
func (k Kind) Rule() Rule {
	switch k {
	case HandOut:
		return Rule{States: []prefect.StateType{prefect.Running, prefect.Pending}}
	case Claim:
		return Rule{States: Active()}
	case Process:
		return Rule{States: Active(), Retries: true}
	default:
		return Rule{States: Active(), Retries: true, Deployed: true}
	}
}

// Holds reports whether a run holds a slot of limits of the kind.
func (k Kind) Holds(s Standing) bool {
	r := k.Rule()
	return (slices.Contains(r.States, s.State) || r.Retries && s.RetriesInProcess()) && (s.Deployed || !r.Deployed)
}
