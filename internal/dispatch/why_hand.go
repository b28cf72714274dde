package dispatch

import (
	"time"

	"github.com/reevehq/reeve/internal/prefect"
)

// Hand says who has a run in hand.
type Hand struct {
	// Who has it, as part of a sentence.
	Who string
	// Until is when it is taken from them, unless more is heard of it before.
	Until time.Time
	// HandedOut reports whether it is then handed out again, and not marked as crashed.
	HandedOut bool
	// Own reports whether it is in the process of whoever made it.
	Own bool
	// Kept reports whether it is left alone while it runs, whatever is heard of it.
	Kept bool
	// Cancelling is how long it may be cancelling.
	Cancelling time.Duration
}

// explainHand says who has a run in hand, since when, and what becomes of it if
// nothing more is heard of them.
func (w *Why) explainHand(run *prefect.FlowRun, hand Hand) {
	since := moment(run.State.Timestamp.Time)
	switch {
	case *run.StateType == prefect.Scheduled:
		r := w.add("in_process_retry", "its own process waits to try again")
		if at := run.NextScheduledStartTime; at != nil {
			r.Sentence, r.Until = r.Sentence+" at "+moment(at.Time), at
		}
		w.unlessHeard("it is marked as crashed", hand.Until)
	case *run.StateType == prefect.Pending:
		w.add("pending", "%s claimed it at %s and is starting its process", hand.Who, since)
		if hand.Own {
			w.Reasons[len(w.Reasons)-1].Sentence = "it has been pending since " + since + ": the process that made it has to go on"
		}
		end := "it is marked as crashed"
		if hand.HandedOut {
			end = "it is handed out again"
		}
		w.unlessHeard(end, hand.Until)
	case *run.StateType == prefect.Running:
		sentence := "it waits for nothing: it has been running since %s"
		if len(w.Reasons) > 0 {
			sentence = "it has been running since %s"
		}
		w.add("running", sentence, since)
		if hand.Kept {
			return
		}
		w.unlessHeard("it is marked as crashed", hand.Until)
	case *run.StateType == prefect.Paused:
		until := run.State.StateDetails.PauseTimeout
		if until == nil {
			w.add("paused", "it has been paused since %s, until somebody resumes it", since)
			return
		}
		w.add("paused", "it has been paused since %s and fails at %s if nobody resumes it", since, moment(until.Time)).Until = until
	case *run.StateType == prefect.Cancelling:
		until := prefect.AtPointer(run.State.Timestamp.Add(hand.Cancelling))
		w.add("cancelling", "it has been cancelling since %s: its worker has yet to end its process; it is marked as cancelled at %s at the latest",
			since, moment(until.Time)).Until = until
	default:
		w.add("ended", "it waits for nothing: it ended as %s at %s", run.State.Name, since)
	}
}

// unlessHeard adds to the last reason what becomes of the run, and when.
func (w *Why) unlessHeard(end string, at time.Time) {
	r := &w.Reasons[len(w.Reasons)-1]
	r.Sentence += "; unless more is heard of it, " + end + " at " + moment(at)
	if r.Until == nil {
		r.Until = prefect.AtPointer(at)
	}
}
