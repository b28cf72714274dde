package orchestration

import (
	"fmt"

	"github.com/reevehq/reeve/internal/prefect"
)

// TaskOwner reports who has a task run in hand that belongs to no flow run. One that
// belongs to a flow run ends with it. The states of both are those that their
// processes report, so that a second process cannot be refused: what began to run
// is never handed out again, and what is in the hands of a task worker is left
// there while that is subscribed.
func (p Patience) TaskOwner(s Signs) Owner {
	since := latest(s.Since, s.Listening)
	heard := latest(since, s.WorkerHeard, s.Heard)
	who := "its own process"
	if s.Worker != "" {
		who = "task worker " + s.Worker
	}
	switch {
	case s.State == prefect.Scheduled && s.InProcess:
		begin := latest(since, s.WorkerHeard)
		if s.Due != nil {
			begin = latest(begin, s.Due.Time)
		}
		return Owner{who + ", which waits to try again", begin.Add(p.Retry), Crashes,
			"The task run's process did not try again when it was time; it is taken to be gone."}
	case s.State == prefect.Scheduled && s.Worker == "":
		return Owner{Who: "whichever task worker takes it"}
	case s.State == prefect.Paused:
		return Owner{Who: "whoever resumes it"}
	case s.State.IsTerminal():
		return Owner{Who: "nobody: it has ended"}
	case s.Worker == "":
		return Owner{who, heard.Add(p.Unheard), Crashes,
			fmt.Sprintf("Nothing was heard of the task run since %s; it is taken to be gone.", moment(heard))}
	case s.State == prefect.Scheduled, s.State == prefect.Pending:
		return p.capped(Owner{who, heard.Add(p.Worker), HandedOut,
			fmt.Sprintf("Task worker %s took the task run at %s and is gone since %s; the run is handed out again.", s.Worker, moment(s.Since), moment(heard))},
			s, "task")
	}
	return Owner{who, heard.Add(p.Task), Crashes,
		fmt.Sprintf("Task worker %s, which was executing the task run, is gone since %s; it is taken to have died with it.", s.Worker, moment(heard))}
}

// capped lets a run crash in the end that was handed out again and again, since it
// may be what ends whoever takes it.
func (p Patience) capped(o Owner, s Signs, kind string) Owner {
	if o.Fate == HandedOut && s.HandOuts >= p.HandOuts {
		o.Fate = Crashes
		o.Why = fmt.Sprintf("The %s run was handed out again %d times and never began to run: whoever took it was gone each time. "+
			"It is not handed out any more.", kind, s.HandOuts)
	}
	return o
}
