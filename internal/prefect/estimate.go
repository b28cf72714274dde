package prefect

import "time"

// Estimate fills in how long the run has run and how late it is, as of now.
func (r *FlowRun) Estimate(now time.Time) {
	r.EstimatedRunTime = RunTime(now, r.TotalRunTime, r.CurrentType(), r.StateTimestamp)
	r.EstimatedStartTimeDelta = Lateness(now, r.CurrentType(), r.StartTime, r.ExpectedStartTime)
}

// Estimate fills in how long the run has run and how late it is, as of now.
func (r *TaskRun) Estimate(now time.Time) {
	r.EstimatedRunTime = RunTime(now, r.TotalRunTime, r.CurrentType(), r.StateTimestamp)
	r.EstimatedStartTimeDelta = Lateness(now, r.CurrentType(), r.StartTime, r.ExpectedStartTime)
}

// RunTime is the time a run has run: the sum of what is over, and what goes on
// since its state.
func RunTime(now time.Time, total Seconds, state StateType, since *Time) Seconds {
	if state == Running && since != nil {
		return total + Seconds(now.Sub(since.Time))
	}
	return total
}

// Lateness is how long after its expected time a run started, or how long it
// has been waiting to start since.
func Lateness(now time.Time, state StateType, start, expected *Time) Seconds {
	switch {
	case expected == nil:
	case start != nil && start.After(expected.Time):
		return Seconds(start.Sub(expected.Time))
	case start == nil && expected.Before(now) && !state.IsTerminal():
		return Seconds(now.Sub(expected.Time))
	}
	return 0
}
