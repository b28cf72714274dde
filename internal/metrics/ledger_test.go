package metrics

import (
	"context"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/store/storetest"
)

// machine is a server's database over several processes.
type machine struct {
	*testing.T
	path string
}

// process is what one process does with the ledger. A process that is killed
// says nothing at its end.
func (m machine) process(work func(*Ledger), killed bool) {
	m.Helper()
	s, stop := m.open()
	l := NewLedger(s, clock.System{}, time.Now().Add(-5*time.Millisecond), slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithCancel(m.Context())
	var running sync.WaitGroup
	running.Go(func() { l.Run(ctx) })
	l.Woke("start")
	work(l)
	if !killed {
		l.Slept(context.Background(), "stop")
	}
	cancel()
	running.Wait()
	stop()
}

func (m machine) open() (*store.Store, func()) {
	m.Helper()
	c := clock.System{}
	db := storetest.OpenSQLite(m, m.path, c)
	return store.New(db, c, clock.NewIDs(c)), func() {
		if err := db.Close(); err != nil {
			m.Error(err)
		}
	}
}

func TestLedger(t *testing.T) {
	for name, test := range map[string]struct {
		live func(machine)
		want store.AwakeTotals // but for WakeTime; durations in whole seconds
	}{
		"two processes": {func(m machine) {
			m.process(func(*Ledger) { time.Sleep(time.Minute) }, false)
			time.Sleep(time.Hour)
			m.process(func(*Ledger) { time.Sleep(time.Minute) }, false)
		}, store.AwakeTotals{Awake: 2 * time.Minute, Asleep: time.Hour, Awakenings: 2, Starts: 2}},
		"a process that ends before anything was written": {func(m machine) {
			m.process(func(*Ledger) {}, false)
		}, store.AwakeTotals{Awakenings: 1, Starts: 1}},
		"suspended": {func(m machine) {
			m.process(func(l *Ledger) {
				time.Sleep(time.Minute)
				l.Slept(context.Background(), "idle")
				time.Sleep(time.Hour)
				l.Woke("request")
				time.Sleep(time.Minute)
			}, false)
		}, store.AwakeTotals{Awake: 2 * time.Minute, Asleep: time.Hour, Awakenings: 2, Starts: 1}},
		"killed, then started": {func(m machine) {
			m.process(func(*Ledger) { time.Sleep(time.Hour + 3*time.Minute) }, true)
			time.Sleep(time.Hour)
			m.process(func(*Ledger) {}, false)
		}, store.AwakeTotals{Awake: time.Hour + time.Second, Asleep: time.Hour + 3*time.Minute - time.Second, Awakenings: 2, Starts: 2}},
		"killed before anything was written": {func(m machine) {
			m.process(func(*Ledger) {}, true)
		}, store.AwakeTotals{}},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "test.db")
			synctest.Test(t, func(t *testing.T) {
				m := machine{t, path}
				test.live(m)
				s, stop := m.open()
				defer stop()
				err := s.View(t.Context(), func(tx *store.Tx) error {
					_, got, err := tx.MeasureAwake()
					if got.WakeTime != time.Duration(got.Starts)*5*time.Millisecond {
						t.Errorf("%s to start %d times, want 5 ms each", got.WakeTime, got.Starts)
					}
					got.WakeTime = 0
					got.Awake, got.Asleep = got.Awake.Round(time.Second), got.Asleep.Round(time.Second)
					if got != test.want {
						t.Errorf("%+v, want %+v", got, test.want)
					}
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
			})
		})
	}
}

// What is asked for first is what the server woke for.
func TestLedgerKnowsWhoAsked(t *testing.T) {
	for name, test := range map[string]struct {
		work func(*Ledger)
		want string // the reason of the last entry
	}{
		"nobody":        {func(*Ledger) { time.Sleep(time.Minute) }, "start"},
		"the first one": {func(l *Ledger) { l.Asked("webhook"); l.Asked("probe"); time.Sleep(time.Minute) }, "start: webhook"},
		"much later":    {func(l *Ledger) { time.Sleep(time.Minute); l.Asked("webhook") }, "start"},
		"after a suspension": {func(l *Ledger) {
			l.Asked("webhook")
			time.Sleep(time.Minute)
			l.Slept(context.Background(), "suspend")
			l.Asked("probe") // it may come before Woke
			l.Woke("resume")
			time.Sleep(time.Minute)
		}, "resume: probe"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "test.db")
			synctest.Test(t, func(t *testing.T) {
				m := machine{t, path}
				m.process(test.work, false)
				s, stop := m.open()
				defer stop()
				err := s.View(t.Context(), func(tx *store.Tx) error {
					last, _, err := tx.MeasureAwake()
					if last.Reason != test.want {
						t.Errorf("%q, want %q", last.Reason, test.want)
					}
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
			})
		})
	}
}
