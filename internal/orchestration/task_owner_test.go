package orchestration_test

import (
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/prefect"
)

// Task runs that belong to no flow run: each state has an owner, or a moment.
func TestEveryStateOfATaskRunHasAnOwner(t *testing.T) {
	const (
		stays, handedOut, crashes = orchestration.Stays, orchestration.HandedOut, orchestration.Crashes
		m, h                      = time.Minute, time.Hour
		worker, own               = "task worker w", "its own process"
	)
	known := map[prefect.StateType]bool{}
	for _, c := range []struct {
		state        prefect.StateType
		inProcess    bool
		worker       string
		there, heard time.Duration // the worker, the log; since it got the state
		handOuts     int
		who          string
		until        time.Duration
		fate         orchestration.Fate
	}{
		{prefect.Scheduled, false, "", 0, 0, 0, "whichever task worker takes it", 0, stays},
		{prefect.Scheduled, false, "w", m, 0, 0, worker, 3 * m, handedOut},
		{prefect.Scheduled, true, "w", 9 * m, 0, 0, worker + ", which waits to try again", 11 * m, crashes},
		{prefect.Scheduled, true, "", 0, 0, 0, own + ", which waits to try again", 3 * m, crashes}, // due after 1 min
		{prefect.Pending, false, "w", 5 * h, 0, 4, worker, 5*h + 2*m, handedOut},
		{prefect.Pending, false, "w", m, 0, 5, worker, 3 * m, crashes},
		{prefect.Pending, false, "", 0, 0, 0, own, 24 * h, crashes},
		{prefect.Running, false, "w", 50 * h, 0, 5, worker, 50*h + 15*m, crashes},
		{prefect.Running, false, "w", m, 2 * m, 0, worker, 17 * m, crashes},
		{prefect.Running, false, "", 0, 3 * h, 0, own, 27 * h, crashes},
		{prefect.Cancelling, false, "w", m, 0, 0, worker, 16 * m, crashes},
		{prefect.Paused, false, "", 0, 0, 0, "whoever resumes it", 0, stays},
		{prefect.Completed, false, "w", 0, 0, 0, "nobody: it has ended", 0, stays},
	} {
		known[c.state] = true
		signs := orchestration.Signs{State: c.state, Since: noon, Due: prefect.AtPointer(noon.Add(m)), InProcess: c.inProcess,
			Worker: c.worker, WorkerHeard: noon.Add(c.there), Heard: noon.Add(c.heard), HandOuts: c.handOuts}
		got, want := orchestration.DefaultPatience().TaskOwner(signs), time.Time{}
		if c.fate != stays {
			want = noon.Add(c.until)
		}
		if got.Who != c.who || got.Fate != c.fate || !got.Until.Equal(want) || (got.Fate != stays) != (got.Why != "") {
			t.Errorf("%+v: %+v", c, got)
		}
	}
	for _, typ := range prefect.StateTypes() {
		if !typ.IsTerminal() && !known[typ] {
			t.Errorf("no row for %s", typ)
		}
	}
}
