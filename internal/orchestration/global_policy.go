package orchestration

import (
	"time"

	"github.com/reevehq/reeve/internal/prefect"
)

// GlobalFlowPolicy follows every flow policy.
var GlobalFlowPolicy = append(append(Policy{
	global("EnsureFlowRunStateTimestampIsUnique", ensureUniqueTimestamp),
}, commonGlobalPolicy...),
	transform("UpdateSubflowParentTask", func() hooks { return updateSubflowParentTask{} }),
	global("UpdateSubflowStateDetails", updateSubflowStateDetails),
	global("IncrementFlowRunCount", incrementFlowRunCount),
	global("RemoveResumingIndicator", removeResumingIndicator),
)

// GlobalTaskPolicy follows every task policy. The first of its transforms is
// not the contract's: there a second state of one moment fails with a conflict.
var GlobalTaskPolicy = append(append(Policy{
	global("EnsureTaskRunStateTimestampIsUnique", ensureUniqueTimestamp),
}, commonGlobalPolicy...),
	global("IncrementTaskRunCount", incrementTaskRunCount),
)

var commonGlobalPolicy = Policy{
	global("SetRunStateType", setRunState), // with its name and timestamp, see save
	global("SetStartTime", setStartTime),
	global("SetEndTime", setEndTime),
	global("IncrementRunTime", incrementRunTime),
	global("SetExpectedStartTime", setExpectedStartTime),
	global("SetNextScheduledStartTime", setNextScheduledStartTime),
	global("UpdateStateDetails", updateStateDetails),
}

// transform makes a transform for all transitions.
func transform(name string, start func() hooks) rule {
	return rule{name: name, from: anyState, to: anyState, transform: true, start: start}
}

// global makes a transform of one before hook, which is not called when no
// state will be written.
func global(name string, before func(*transition) error) rule {
	return transform(name, func() hooks { return beforeWriting{hook: before} })
}

type beforeWriting struct {
	quiet
	hook func(*transition) error
}

func (b beforeWriting) before(t *transition) error {
	if t.proposed == nil {
		return nil
	}
	return b.hook(t)
}

// ensureUniqueTimestamp moves the state's moment on by microseconds until the
// run has no other of that moment. A moment after the current state's needs no
// look: it is the run's latest.
func ensureUniqueTimestamp(t *transition) error {
	if t.initial == nil || t.proposed.Timestamp.After(t.initial.Timestamp.Time) {
		return nil
	}
	for {
		taken, err := t.hasState(t.proposed.Timestamp)
		if err != nil || !taken {
			return err
		}
		t.proposed.Timestamp = prefect.At(t.proposed.Timestamp.Add(time.Microsecond))
	}
}

func (t *transition) hasState(at prefect.Time) (bool, error) {
	if t.flow != nil {
		return t.tx.HasFlowRunState(t.flow.ID, at)
	}
	return t.tx.HasTaskRunState(t.task.ID, at)
}

func setRunState(t *transition) error {
	t.run.StateType, t.run.StateName = &t.proposed.Type, &t.proposed.Name
	t.run.StateTimestamp = &t.proposed.Timestamp
	return nil
}

func setStartTime(t *transition) error {
	if t.proposed.Type == prefect.Running && t.run.StartTime == nil {
		t.run.StartTime = &t.proposed.Timestamp
	}
	return nil
}

func setEndTime(t *transition) error {
	if !t.proposed.Type.IsTerminal() {
		if typeOf(t.initial).IsTerminal() {
			t.run.EndTime = nil
		}
		return nil
	}
	if t.run.EndTime == nil {
		if t.run.StartTime == nil { // the run failed before it ran
			t.run.StartTime = &t.proposed.Timestamp
		}
		t.run.EndTime = &t.proposed.Timestamp
	}
	return nil
}

func incrementRunTime(t *transition) error {
	if typeOf(t.initial) == prefect.Running {
		t.run.TotalRunTime += prefect.Seconds(t.proposed.Timestamp.Sub(t.initial.Timestamp.Time))
	}
	return nil
}

func setExpectedStartTime(t *transition) error {
	if t.run.ExpectedStartTime != nil {
		return nil
	}
	t.run.ExpectedStartTime = &t.proposed.Timestamp
	if t.proposed.Type == prefect.Scheduled {
		t.run.ExpectedStartTime = t.proposed.StateDetails.ScheduledTime
	}
	return nil
}

func setNextScheduledStartTime(t *transition) error {
	if typeOf(t.initial) == prefect.Scheduled {
		t.run.NextScheduledStartTime = nil
	}
	if t.proposed.Type == prefect.Scheduled {
		t.run.NextScheduledStartTime = t.proposed.StateDetails.ScheduledTime
	}
	return nil
}

func updateStateDetails(t *transition) error {
	t.proposed.StateDetails.FlowRunID = t.flowRunID()
	if t.task != nil {
		t.proposed.StateDetails.TaskRunID = &t.task.ID
	}
	return nil
}

// updateSubflowParentTask mirrors a subflow's state onto the task run that
// stands for it in the parent.
type updateSubflowParentTask struct{ quiet }

func (updateSubflowParentTask) after(t *transition) error {
	if t.proposed == nil || t.flow.ParentTaskRunID == nil || t.validated == nil {
		return nil
	}
	mirrored := t.validated.Fresh(t.ids.V7(), t.now)
	mirrored.StateDetails.ChildFlowRunID = &t.flow.ID
	_, err := t.SetTaskRunState(t.tx, *t.flow.ParentTaskRunID, mirrored, Options{Force: true})
	return err
}

func updateSubflowStateDetails(t *transition) error {
	if t.flow.ParentTaskRunID != nil {
		t.proposed.StateDetails.TaskRunID = t.flow.ParentTaskRunID
	}
	return nil
}

func incrementFlowRunCount(t *transition) error {
	if t.proposed.Type != prefect.Running || t.options.knowsPauses() && t.flow.resuming() {
		return nil
	}
	t.run.RunCount++
	return nil
}

func removeResumingIndicator(t *transition) error {
	if t.options.knowsPauses() && (t.proposed.Type == prefect.Running || t.proposed.Type.IsTerminal()) && t.flow.resuming() {
		t.setResuming(false)
	}
	return nil
}

func incrementTaskRunCount(t *transition) error {
	if t.proposed.Type == prefect.Running {
		t.run.RunCount++
	}
	return nil
}
