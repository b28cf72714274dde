package orchestration

import "github.com/reevehq/reeve/internal/events"

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

// noteEndedRuns keeps how runs ended and what they took, for those who measure and
// for agreements.
var noteEndedRuns = transform("ReeveNoteEndedRuns", func() hooks { return noteEnded{} })

type noteEnded struct{ quiet }

func (noteEnded) after(t *transition) error {
	if t.proposed == nil || !t.proposed.Type.IsTerminal() || typeOf(t.initial).IsTerminal() {
		return nil
	}
	return t.tx.NoteEnded(t.flow, t.proposed.Type)
}
