package orchestration

import "github.com/reevehq/reeve/internal/prefect"

// LimitReached is the message of a run that was cancelled because its deployment's
// limit was full, as the contract has it.
const LimitReached = "Deployment concurrency limit reached."

// answerCollision tells a worker that claims a run what it would be told had the
// claim found the limit full: the run was cancelled for that when it was due, after
// the worker had been handed it.
var answerCollision = rule{
	name: "ReeveAnswerCollision", from: only(prefect.Cancelled), to: only(prefect.Pending),
	start: func() hooks { return collision{} },
}

type collision struct{ quiet }

func (collision) before(t *transition) error {
	if t.flow.DeploymentID == nil || t.initial.Message == nil || *t.initial.Message != LimitReached {
		return nil
	}
	return t.reject(nil, LimitReached)
}
