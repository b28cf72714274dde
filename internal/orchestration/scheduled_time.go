package orchestration

import (
	"math"

	"github.com/reevehq/reeve/internal/prefect"
)

// copyScheduledTime keeps when a run was due in its pending state, unless that
// says otherwise.
var copyScheduledTime = rule{
	name: "CopyScheduledTime", from: only(prefect.Scheduled), to: only(prefect.Pending),
	start: func() hooks { return copyTime{} },
}

type copyTime struct{ quiet }

func (copyTime) before(t *transition) error {
	if d := &t.proposed.StateDetails; d.ScheduledTime == nil {
		d.ScheduledTime = t.initial.StateDetails.ScheduledTime
	}
	return nil
}

// waitForScheduledTime keeps a run from starting before it is due, by the
// server's clock.
var waitForScheduledTime = rule{
	name: "WaitForScheduledTime",
	from: only(prefect.Scheduled, prefect.Pending), to: only(prefect.Running),
	start: func() hooks { return waitForTime{} },
}

type waitForTime struct{ quiet }

func (waitForTime) before(t *transition) error {
	at := t.initial.StateDetails.ScheduledTime
	if at == nil {
		return nil
	}
	// Clients are told whole seconds, the nearest, of two the lower.
	if delay := int(math.Ceil(at.Sub(t.now).Seconds() - 0.5)); delay > 0 {
		t.delay(delay, "Scheduled time is in the future")
	}
	return nil
}

// copyTaskParametersID keeps which parameters a background task runs with.
var copyTaskParametersID = rule{
	name: "CopyTaskParametersID",
	from: only(prefect.Scheduled, prefect.Pending), to: only(prefect.Pending, prefect.Running),
	start: func() hooks { return copyParameters{} },
}

type copyParameters struct{ quiet }

func (copyParameters) before(t *transition) error {
	if d := &t.proposed.StateDetails; d.TaskParametersID == nil {
		d.TaskParametersID = t.initial.StateDetails.TaskParametersID
	}
	return nil
}
