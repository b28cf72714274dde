package api

import (
	"time"

	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

// Lifecycle is for how long whoever has a run in hand may be silent.
type Lifecycle struct {
	Patience orchestration.Patience
	// Silence is that of runs that send heartbeats, Cancelling how long a run may
	// be cancelling.
	Silence    store.Silence
	Cancelling time.Duration
	// Lenient leaves running runs alone.
	Lenient bool
}

// explainOwner says who has a run in hand, since when, and what becomes of it if
// nothing more is heard of them.
func (a *API) explainOwner(w *why, tx *store.Tx, run *prefect.FlowRun) error {
	life := a.config.Lifecycle
	owned, err := tx.ReadOwnedFlowRun(run.ID)
	if err != nil || owned == nil {
		return err
	}
	owner := life.Patience.Owner(owned.Signs)
	since := moment(run.State.Timestamp.Time)
	switch {
	case *run.StateType == prefect.Scheduled:
		r := w.add("in_process_retry", "its own process waits to try again")
		if at := run.NextScheduledStartTime; at != nil {
			r.Sentence, r.Until = r.Sentence+" at "+moment(at.Time), at
		}
		w.unlessHeard("it is marked as crashed", owner.Until)
	case *run.StateType == prefect.Pending:
		w.add("pending", "%s claimed it at %s and is starting its process", owner.Who, since)
		if owned.Place == orchestration.Own {
			w.Reasons[len(w.Reasons)-1].Sentence = "it has been pending since " + since + ": the process that made it has to go on"
		}
		end := "it is marked as crashed"
		if owner.Fate == orchestration.HandedOut {
			end = "it is handed out again"
		}
		w.unlessHeard(end, owner.Until)
	case *run.StateType == prefect.Running:
		sentence := "it waits for nothing: it has been running since %s"
		if len(w.Reasons) > 0 {
			sentence = "it has been running since %s"
		}
		w.add("running", sentence, since)
		if life.Lenient {
			return nil
		}
		silent, err := tx.SilentUntil(run.ID, life.Silence)
		if err != nil {
			return err
		}
		if silent != nil {
			owner.Until = silent.Time
		}
		w.unlessHeard("it is marked as crashed", owner.Until)
	case *run.StateType == prefect.Paused:
		until := run.State.StateDetails.PauseTimeout
		if until == nil {
			w.add("paused", "it has been paused since %s, until somebody resumes it", since)
			return nil
		}
		w.add("paused", "it has been paused since %s and fails at %s if nobody resumes it", since, moment(until.Time)).Until = until
	case *run.StateType == prefect.Cancelling:
		until := prefect.AtPointer(run.State.Timestamp.Add(life.Cancelling))
		w.add("cancelling", "it has been cancelling since %s: its worker has yet to end its process; it is marked as cancelled at %s at the latest",
			since, moment(until.Time)).Until = until
	default:
		w.add("ended", "it waits for nothing: it ended as %s at %s", run.State.Name, since)
	}
	return nil
}

// unlessHeard adds to the last reason what becomes of the run, and when.
func (w *why) unlessHeard(end string, at time.Time) {
	r := &w.Reasons[len(w.Reasons)-1]
	r.Sentence += "; unless more is heard of it, " + end + " at " + moment(at)
	if r.Until == nil {
		r.Until = prefect.AtPointer(at)
	}
}
