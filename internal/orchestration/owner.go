package orchestration

import (
	"fmt"
	"time"

	"github.com/reevehq/reeve/internal/prefect"
)

// Every run that has not ended is in somebody's hands, or has a moment at which
// its state ends by itself. Who that is follows from its state and from where it
// runs; whether they live, from the signs of life that the database has.

// Place is where a run's process is, or will be.
type Place int

// The places.
const (
	// Own: in the process of whoever made the run.
	Own Place = iota
	// Served: in the process that serves its deployment.
	Served
	// Processes: in a process beside a worker of a process pool.
	Processes
	// Elsewhere: in infrastructure that a worker or an agent asks for.
	Elsewhere
)

// Fate is what becomes of a run that nobody has in hand any more.
type Fate int

// The fates.
const (
	// Stays: the state waits for somebody, or another service ends it.
	Stays Fate = iota
	// HandedOut: nothing of the run has happened, and nothing can happen twice: it
	// is scheduled again.
	HandedOut
	// Crashes: the run is marked as crashed.
	Crashes
)

// Patience is how long each silence is borne.
type Patience struct {
	// Claim is how long a claim may name no worker.
	Claim time.Duration
	// Worker is how long the worker, or the program that serves the deployment,
	// may be silent.
	Worker time.Duration
	// Start is how long a process beside a worker may take until it runs.
	Start time.Duration
	// Retry is how long after its time a retry inside a process may begin.
	Retry time.Duration
	// Task is how long a background task may run on after its worker was last there.
	Task time.Duration
	// Unheard is how long a run may show no sign of life where nobody watches it.
	Unheard time.Duration
	// HandOuts is how often a run is handed out again before it ran.
	HandOuts int
}

// DefaultPatience is Patience unless the configuration says otherwise. A stock
// worker names itself within a second of its claim, sends a heartbeat every 30 s,
// and counts as gone after three that are missing.
func DefaultPatience() Patience {
	return Patience{Claim: time.Minute, Worker: 2 * time.Minute, Start: time.Hour, Retry: 2 * time.Minute,
		Task: 15 * time.Minute, Unheard: 24 * time.Hour, HandOuts: 5}
}

// Signs are what the database knows of a run's life.
type Signs struct {
	State prefect.StateType
	Name  string
	// Since is when it got its state, Due when it is due.
	Since time.Time
	Due   *prefect.Time
	// InProcess tells that it waits inside its process to try again.
	InProcess bool
	Place     Place
	// Worker is the name of the worker that claimed it, "" when none says so.
	Worker string
	// WorkerHeard is when that worker, or who serves the deployment, was last
	// heard of; Heard when the run's process or its log was. Zero for never.
	WorkerHeard, Heard time.Time
	// HandOuts is how often it was handed out again and did not run since.
	HandOuts int
	// Listening is from when on somebody's silence means something.
	Listening time.Time
}

// Owner says who has a run in hand, and until when.
type Owner struct {
	// Who has it, as part of a sentence.
	Who string
	// Until is when it is taken from them, zero when it is not: unless another sign
	// of life comes before.
	Until time.Time
	Fate  Fate
	// Why is the message of the state that the run then gets.
	Why string
}

// Owner reports who has a run in hand.
func (p Patience) Owner(s Signs) Owner {
	since := latest(s.Since, s.Listening)
	switch {
	case s.State == prefect.Scheduled && s.InProcess:
		begin := since
		if s.Due != nil {
			begin = latest(begin, s.Due.Time)
		}
		return Owner{"its own process, which waits to try again", begin.Add(p.Retry), Crashes,
			"The flow run's process did not try again when it was time; it is taken to be gone."}
	case s.State == prefect.Scheduled:
		return Owner{Who: "whoever starts it when it is due"}
	case s.State == prefect.Paused && s.Name == "Suspended":
		return Owner{Who: "whoever resumes it"}
	case s.State == prefect.Paused:
		return Owner{Who: "its own process, and whoever resumes it"}
	case s.State == prefect.Cancelling:
		return Owner{Who: "its worker, which ends its process"}
	case s.State == prefect.Pending:
		return p.capped(p.ownerOfPending(s, since), s, "flow")
	case s.State == prefect.Running:
		heard := latest(since, s.WorkerHeard, s.Heard)
		return Owner{"its own process", heard.Add(p.Unheard), Crashes,
			fmt.Sprintf("Nothing was heard of the flow run since %s: no heartbeat, no log line, no worker; it is taken to be gone.", moment(heard))}
	}
	return Owner{Who: "nobody: it has ended"}
}

// ownerOfPending is Owner for a run that was claimed and does not run yet. Beside
// workers and servers of deployments it is handed out again: a process that
// appears late nevertheless is either the first, or refused.
func (p Patience) ownerOfPending(s Signs, since time.Time) Owner {
	heard := latest(since, s.WorkerHeard, s.Heard)
	unheard := Owner{"its own process", heard.Add(p.Unheard), Crashes,
		fmt.Sprintf("The flow run was pending since %s, and nothing more was heard of it; it is taken to be gone.", moment(s.Since))}
	switch s.Place {
	case Served:
		unheard.Who = "the program that serves its deployment"
		return p.start(unheard, s, since, "The program that serves the deployment")
	case Processes:
		if s.Worker == "" {
			return Owner{"a worker that has yet to say who it is", latest(since, s.Heard).Add(p.Claim), HandedOut,
				fmt.Sprintf("The worker that claimed the flow run at %s did not say who it is; the run is handed out again.", moment(s.Since))}
		}
		unheard.Who = "worker " + s.Worker
		return p.start(unheard, s, since, "Worker "+s.Worker)
	case Elsewhere:
		if s.Worker == "" {
			// Whether it has asked for infrastructure nobody knows.
			return Owner{"a worker that has yet to say who it is", latest(since, s.Heard).Add(p.Claim), Crashes,
				fmt.Sprintf("The worker that claimed the flow run at %s did not say who it is; it is taken to be gone.", moment(s.Since))}
		}
		unheard.Who = "worker " + s.Worker
	}
	return unheard
}

// start is until when a worker that is known may take to start a process.
func (p Patience) start(o Owner, s Signs, since time.Time, who string) Owner {
	heard := latest(since, s.WorkerHeard, s.Heard)
	o.Fate, o.Until = HandedOut, heard.Add(p.Worker)
	o.Why = fmt.Sprintf("%s claimed the flow run at %s and was not heard of since %s; the run is handed out again.", who, moment(s.Since), moment(heard))
	if longest := latest(since, s.Heard).Add(p.Start); longest.Before(o.Until) {
		o.Until = longest
		o.Why = fmt.Sprintf("%s claimed the flow run at %s and did not bring it to run within %s; the run is handed out again.", who, moment(s.Since), p.Start)
	}
	return o
}

func latest(first time.Time, more ...time.Time) time.Time {
	for _, t := range more {
		if t.After(first) {
			first = t
		}
	}
	return first
}

func moment(t time.Time) string { return t.UTC().Format(time.RFC3339) }
