package orchestration

import (
	"time"

	"github.com/reevehq/reeve/internal/events"
)

// instrumentFlowRuns tells of every new state in an event.
var instrumentFlowRuns = transform("InstrumentFlowRunStateTransitions", func() hooks { return instrument{} })

type instrument struct{ quiet }

func (instrument) after(t *transition) error {
	if t.proposed == nil || t.validated == nil {
		return nil
	}
	related, err := t.tx.ReadFlowRunRelated(t.flow)
	if err != nil {
		return err
	}
	run := events.FlowRun{ID: t.flow.ID, Name: t.flow.Name, RunCount: t.flow.RunCount, Tags: t.flow.Tags, CreatedBy: t.flow.CreatedBy}
	return t.tx.Emit(events.FlowRunState(run, related, t.initial, t.validated))
}

// countEndedRuns keeps how runs ended and what they took, for those who measure.
var countEndedRuns = transform("ReeveCountEndedRuns", func() hooks { return countEnded{} })

type countEnded struct{ quiet }

func (countEnded) after(t *transition) error {
	if t.proposed == nil || !t.proposed.Type.IsTerminal() || typeOf(t.initial).IsTerminal() {
		return nil
	}
	return t.tx.CountEndedRun(t.flow.FlowID, t.proposed.Type, time.Duration(t.run.TotalRunTime))
}
