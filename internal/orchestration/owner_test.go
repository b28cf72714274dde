package orchestration_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/prefect"
)

// Each state in which a run has not ended, with the names that clients and the
// server give it, has an owner: somebody whom it waits for, or a moment at which
// it is taken from them.
func TestEveryStateThatIsNotFinalHasAnOwner(t *testing.T) {
	const (
		own, served, processes, elsewhere = orchestration.Own, orchestration.Served, orchestration.Processes, orchestration.Elsewhere
		stays, handedOut, crashes         = orchestration.Stays, orchestration.HandedOut, orchestration.Crashes
	)
	s, m, h := time.Second, time.Minute, time.Hour
	never := time.Duration(0)
	at := func(d time.Duration) time.Time { return noon.Add(d) }
	unnamed, worker := "a worker that has yet to say who it is", "worker w"
	rows := []struct {
		states  string // "TYPE Name, …"; "in process" after a retry's name
		place   orchestration.Place
		worker  string
		heard   time.Duration // of the worker, since it got the state
		process time.Duration // of the process or its log
		who     string
		until   time.Duration // since it got the state
		fate    orchestration.Fate
	}{
		{"SCHEDULED Scheduled, SCHEDULED Late, SCHEDULED AwaitingRetry, SCHEDULED AwaitingConcurrencySlot, SCHEDULED Resuming", processes, "", 0, 0,
			"whoever starts it when it is due", never, stays},
		{"SCHEDULED AwaitingRetry in process", processes, "w", 5 * m, 5 * m, "its own process, which waits to try again", m + 2*m, crashes}, // due after 1 min
		{"SCHEDULED AwaitingRetry in process", own, "", 0, 0, "its own process, which waits to try again", m + 2*m, crashes},

		{"PENDING Pending, PENDING Submitting, PENDING InfrastructurePending", processes, "", 0, 0, unnamed, m, handedOut},
		{"PENDING Pending", processes, "", 0, 30 * s, unnamed, m + 30*s, handedOut},
		{"PENDING Pending, PENDING Submitting, PENDING InfrastructurePending", processes, "w", 0, 0, worker, 2 * m, handedOut},
		{"PENDING Submitting", processes, "w", 10 * m, 0, worker, 12 * m, handedOut},
		{"PENDING Submitting", processes, "w", 2 * h, 0, worker, h, handedOut},
		{"PENDING Pending, PENDING Submitting", elsewhere, "", 0, 0, unnamed, m, crashes},
		{"PENDING Submitting, PENDING InfrastructurePending", elsewhere, "w", 2 * h, 0, worker, 26 * h, crashes},
		{"PENDING Pending, PENDING Submitting", served, "", 10 * m, 0, "the program that serves its deployment", 12 * m, handedOut},
		{"PENDING Pending, PENDING NotReady", own, "", 0, 0, "its own process", 24 * h, crashes},

		{"RUNNING Running, RUNNING Retrying", own, "", 0, 0, "its own process", 24 * h, crashes},
		{"RUNNING Running", own, "", 0, 3 * h, "its own process", 27 * h, crashes},
		{"RUNNING Running, RUNNING Retrying", processes, "w", 5 * h, 0, "its own process", 29 * h, crashes},
		{"RUNNING Running", elsewhere, "w", 0, 0, "its own process", 24 * h, crashes},

		{"PAUSED Paused", processes, "w", 0, 0, "its own process, and whoever resumes it", never, stays},
		{"PAUSED Suspended", processes, "w", 0, 0, "whoever resumes it", never, stays},
		{"CANCELLING Cancelling", processes, "w", 0, 0, "its worker, which ends its process", never, stays},
	}
	known := map[prefect.StateType]bool{}
	for _, row := range rows {
		for _, text := range strings.Split(row.states, ", ") {
			text, inProcess := strings.CutSuffix(text, " in process")
			typ, name, _ := strings.Cut(text, " ")
			known[prefect.StateType(typ)] = true
			signs := orchestration.Signs{State: prefect.StateType(typ), Name: name, Since: noon, Due: prefect.AtPointer(at(m)),
				InProcess: inProcess, Place: row.place, Worker: row.worker, WorkerHeard: at(row.heard), Heard: at(row.process)}
			got := orchestration.DefaultPatience().Owner(signs)
			want := at(row.until)
			if row.until == never {
				want = time.Time{}
			}
			if got.Who != row.who || got.Fate != row.fate || !got.Until.Equal(want) || (got.Fate != stays) != (got.Why != "") {
				t.Errorf("%s at place %d: %+v, want %s until %v, fate %d", text, row.place, got, row.who, want, row.fate)
			}
		}
	}
	for _, typ := range prefect.StateTypes() {
		if !typ.IsTerminal() && !known[typ] {
			t.Errorf("no row for %s", typ)
		}
		for _, place := range []orchestration.Place{own, served, processes, elsewhere} {
			owner := orchestration.DefaultPatience().Owner(orchestration.Signs{State: typ, Name: "Whatever", Since: noon, Place: place})
			if ended := owner.Who == "nobody: it has ended"; ended != typ.IsTerminal() {
				t.Errorf("%s is in the hands of %s", typ, owner.Who)
			}
		}
	}
}

// While the server was away nobody could be heard.
func TestSilenceCountsFromWhenTheServerListens(t *testing.T) {
	late := noon.Add(5 * time.Hour)
	for _, typ := range []prefect.StateType{prefect.Pending, prefect.Running} {
		for place := orchestration.Own; place <= orchestration.Elsewhere; place++ {
			t.Run(fmt.Sprintf("%s at place %d", typ, place), func(t *testing.T) {
				signs := orchestration.Signs{State: typ, Since: noon, Place: place, Listening: late}
				if owner := orchestration.DefaultPatience().Owner(signs); !owner.Until.After(late) {
					t.Errorf("%+v", owner)
				}
			})
		}
	}
}
