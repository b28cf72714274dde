package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

var measuresCases = []Case{
	{"the times of runs are counted by flow, outcome and length", flowRunTimes},
	{"a worker is online since its first heartbeat without a break, and the sleep of the server is none", workerIsOnlineSince},
}

// endedRun is a run of a flow that ran for so long.
func endedRun(flow uuid.UUID, took time.Duration) *orchestration.FlowRun {
	run := &orchestration.FlowRun{FlowID: flow}
	run.TotalRunTime = prefect.Seconds(took)
	return run
}

func flowRunTimes(t *testing.T, open Open) {
	s, _ := newStore(t, open)
	update(t, s, func(tx *store.Tx) error {
		flow, _, err := tx.CreateFlow(&prefect.FlowCreate{Name: "f"})
		if err != nil {
			return err
		}
		for _, took := range []time.Duration{0, time.Second, time.Second + time.Microsecond, 13 * time.Hour, 400 * time.Hour} {
			if err := tx.NoteEnded(endedRun(flow.ID, took), prefect.Completed); err != nil {
				return err
			}
		}
		return tx.NoteEnded(endedRun(flow.ID, time.Minute), prefect.Failed)
	})
	view(t, s, func(tx *store.Tx) error {
		rows, err := tx.MeasureFlowRunTimes()
		got := ""
		for _, r := range rows {
			bucket := r.Bucket.String()
			if r.Bucket == store.LongestRunTime {
				bucket = "more"
			}
			got += fmt.Sprintf("%s %s %s: %d in %s\n", r.Flow, r.Outcome, bucket, r.Runs, r.Took)
		}
		want := "f COMPLETED 1s: 2 in 1s\nf COMPLETED 5s: 1 in 1.000001s\nf COMPLETED more: 2 in 413h0m0s\nf FAILED 1m0s: 1 in 1m0s\n"
		if got != want {
			t.Errorf("%s\nwant\n%s", got, want)
		}
		return err
	})
}

// A worker is online since its first heartbeat of those without a break; that
// the server slept meanwhile is no break.
func workerIsOnlineSince(t *testing.T, open Open) {
	for name, test := range map[string]struct {
		live   func(night)
		online bool
		since  int // seconds after the start
	}{
		"beats":        {func(n night) { n.beat(10); n.beat(860); n.beat(890) }, true, 10}, // nobody marked it offline
		"silent":       {func(n night) { n.beat(10) }, false, 0},
		"silent, back": {func(n night) { n.woke(0, 0); n.beat(10); n.offline(500); n.beat(900) }, true, 900},
		"no ledger":    {func(n night) { n.beat(10); n.offline(500); n.beat(900) }, true, 900},
		"server slept": {func(n night) {
			n.woke(0, 0)
			n.beat(10)
			n.slept(40)
			n.woke(800, 1)
			n.offline(801)
			n.beat(850)
		}, true, 10},
		"slept twice": {func(n night) {
			n.woke(0, 0)
			n.beat(10)
			n.slept(40)
			n.woke(500, -1)
			n.slept(520)
			n.woke(900, -1)
			n.offline(901)
			n.beat(910)
		}, true, 10},
		"late after all": {func(n night) {
			n.woke(0, 0)
			n.beat(10)
			n.slept(40)
			n.woke(800, 1)
			n.offline(801)
			n.beat(890)
		}, true, 890},
	} {
		t.Run(name, func(t *testing.T) {
			n := newNight(t, open)
			n.at(0, func(tx *store.Tx) error {
				_, err := tx.CreateWorkPool(&prefect.WorkPoolCreate{Name: "p", Type: "process"})
				return err
			})
			test.live(n)
			n.at(920, func(tx *store.Tx) error {
				workers, err := tx.MeasureWorkers(10)
				if err != nil {
					return err
				}
				w := workers[0]
				if w.Online != test.online {
					t.Errorf("online %v, want %v", w.Online, test.online)
				}
				if want := Start.Add(time.Duration(test.since) * time.Second); test.online && !w.OnlineSince.Equal(want) {
					t.Errorf("online since %s, want %s", w.OnlineSince, want)
				}
				return nil
			})
		})
	}
}

// beat is a heartbeat of the worker.
func (n night) beat(second int) {
	n.Helper()
	n.at(second, func(tx *store.Tx) error {
		pool, err := tx.ReadWorkPoolByName("p")
		if err != nil {
			return err
		}
		return tx.HeartbeatWorker(pool, "w", nil)
	})
}

// offline marks the workers that are not heard of.
func (n night) offline(second int) {
	n.Helper()
	n.at(second, func(tx *store.Tx) error {
		_, err := tx.MarkWorkersOffline(store.Heartbeats{Missed: 3, Seconds: 30})
		return err
	})
}
