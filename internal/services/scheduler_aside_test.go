package services_test

import (
	"bytes"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/schedule"
	"github.com/reevehq/reeve/internal/services"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/store/storetest"
)

// bench is a store in a file that can be opened again, and its scheduler.
type bench struct {
	*testing.T
	path      string
	clock     *clock.Manual
	store     *store.Store
	scheduler *services.Scheduler
	log       bytes.Buffer
}

func newBench(t *testing.T) *bench {
	b := &bench{T: t, path: filepath.Join(t.TempDir(), "test.db"), clock: clock.NewManual(time.Date(2026, 3, 7, 12, 0, 30, 0, time.UTC))}
	b.scheduler = services.NewScheduler(services.SchedulerConfig{Log: slog.New(slog.NewTextHandler(&b.log, nil))})
	b.open()
	t.Cleanup(func() { _ = b.store.Close() })
	return b
}

func (b *bench) open() {
	b.Helper()
	b.store = store.New(storetest.OpenSQLite(b.T, b.path, b.clock), b.clock, clock.NewIDs(b.clock))
}

func (b *bench) update(fn func(*store.Tx) error) {
	b.Helper()
	if err := b.store.Update(b.Context(), fn); err != nil {
		b.Fatal(err)
	}
}

// deploy makes a deployment with schedules as they are, whatever they are.
func (b *bench) deploy(name string, schedules ...prefect.Schedule) (id uuid.UUID) {
	b.Helper()
	b.update(func(tx *store.Tx) error {
		flow, _, err := tx.CreateFlow(&prefect.FlowCreate{Name: "f"})
		if err != nil {
			return err
		}
		create := &prefect.DeploymentCreate{Name: name, FlowID: flow.ID}
		for _, s := range schedules {
			create.Schedules = append(create.Schedules, &prefect.DeploymentScheduleCreate{Active: true, Schedule: s})
		}
		d, _, err := tx.CreateDeployment(create, nil)
		id = d.ID
		return err
	})
	return id
}

// work lets the scheduler do what is due, and returns the runs that are there and
// when more is due.
func (b *bench) work() (runs int, next time.Time) {
	b.Helper()
	for range 20 {
		if _, err := b.scheduler.Work(b.Context(), b.store); err != nil {
			b.Fatal(err)
		}
		var due bool
		b.update(func(tx *store.Tx) (err error) {
			if next, due, err = b.scheduler.Next(tx); err == nil {
				runs, err = tx.CountFlowRuns(&prefect.Filters{})
			}
			return err
		})
		if !due || next.After(b.clock.Now()) {
			return runs, next
		}
	}
	b.Fatal("the scheduler is always due")
	return 0, next
}

func interval(step time.Duration, anchor string) prefect.Schedule {
	at, err := time.Parse(time.RFC3339, anchor)
	if err != nil {
		panic(err)
	}
	return prefect.Schedule{Interval: &prefect.IntervalSchedule{Interval: prefect.PositiveInterval(step), AnchorDate: &prefect.OffsetTime{Time: at}}}
}

func cronOf(text string) prefect.Schedule {
	return prefect.Schedule{Cron: &prefect.CronSchedule{Cron: prefect.CronText(text), DayOr: true}}
}

func ruleOf(text string) prefect.Schedule {
	utc := prefect.ZoneName("UTC")
	return prefect.Schedule{RRule: &prefect.RRuleSchedule{RRule: prefect.RRuleText(text), Timezone: &utc}}
}

// tooMuch is a rule whose first time is a billion of others away.
const tooMuch = "DTSTART:00010101T000000\nRRULE:FREQ=SECONDLY;BYSECOND=1;COUNT=99999999999"

// A schedule that cannot be followed is set aside with a reason, the others go on,
// and it is not looked at again before it is changed.
func TestSchedulerSetsAside(t *testing.T) {
	b := newBench(t)
	bad := b.deploy("bad", ruleOf(tooMuch), cronOf("0 0 30 2 *"), cronOf("0 9 * * *"))
	b.deploy("good", cronOf("0 10 * * *"))
	runs, next := b.work()
	if runs != 6 || next.IsZero() {
		t.Fatalf("%d runs, next %s, want three of each good schedule", runs, next)
	}
	aside := func() (found []*store.SetAsideSchedule) {
		b.update(func(tx *store.Tx) (err error) {
			found, err = tx.SetAsideSchedules(10)
			return err
		})
		return found
	}
	found := aside()
	if len(found) != 2 || found[0].DeploymentID != bad || found[0].FlowName != "f" || found[0].DeploymentName != "bad" ||
		!strings.Contains(found[0].Reason, "limit of steps") || !strings.Contains(found[1].Reason, "failed to find next date") || found[0].Since == nil {
		t.Fatalf("set aside: %+v", found)
	}
	if n := strings.Count(b.log.String(), "set aside"); n != 2 {
		t.Errorf("%d lines in the log:\n%s", n, &b.log)
	}
	b.update(func(tx *store.Tx) error {
		filter := &prefect.EventFilter{Event: &prefect.EventNameFilter{Name: []string{"reeve.deployment.schedule-set-aside"}}}
		filter.Resolve(tx.Now)
		events, err := tx.CountEvents(filter)
		if err == nil && events != 2 {
			t.Errorf("%d events", events)
		}
		return err
	})

	// It is of the database, so a restart does not try it again either.
	b.clock.Advance(3 * 24 * time.Hour)
	if err := b.store.Close(); err != nil {
		t.Fatal(err)
	}
	b.open()
	b.log.Reset()
	if b.work(); b.log.Len() > 0 {
		t.Errorf("it was looked at again:\n%s", &b.log)
	}

	b.update(func(tx *store.Tx) error {
		changed := cronOf("0 11 * * *")
		_, err := tx.UpdateDeploymentSchedule(bad, found[0].ID, &prefect.DeploymentScheduleUpdate{Schedule: &changed})
		return err
	})
	before, _ := b.work()
	if left := aside(); len(left) != 1 || left[0].ID != found[1].ID {
		t.Errorf("set aside after a change: %+v", left)
	}
	if before < 9 {
		t.Errorf("%d runs after the change", before)
	}
}

// A database may hold what no server accepts any more: with nothing to follow it
// is never due.
func TestSchedulerSleepsBesideAHopelessSchedule(t *testing.T) {
	b := newBench(t)
	var all []prefect.Schedule
	for range 20 { // more than one piece of work sets aside
		all = append(all, cronOf("0 0 31 2 *"))
	}
	b.deploy("bad", all...)
	if runs, next := b.work(); runs != 0 || !next.IsZero() {
		t.Errorf("%d runs, next %s", runs, next)
	}
}

// However frequent a schedule is, it makes about a hundred runs a minute, now and
// over time, and a restart within the zero time's two thousand years works.
func TestSchedulerBoundsFrequentSchedules(t *testing.T) {
	for name, s := range map[string]prefect.Schedule{
		"microseconds": interval(time.Microsecond, "2026-01-01T00:00:00Z"),
		"zero time":    interval(time.Microsecond, "0001-01-01T00:00:00Z"),
		"seconds":      interval(time.Second, "0001-01-01T00:00:00Z"),
		"tenths":       interval(100*time.Millisecond, "2400-01-01T00:00:00Z"),
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.deploy("d", s)
			const minutes = 2
			for end := b.clock.Now().Add(minutes * time.Minute); b.clock.Now().Before(end); {
				_, next := b.work()
				if next.IsZero() {
					t.Fatal("it is never due again")
				}
				b.clock.Advance(next.Sub(b.clock.Now()))
			}
			if runs, _ := b.work(); runs < 85*minutes || runs > 110*(minutes+2) {
				t.Errorf("%d runs in %d minutes", runs, minutes)
			}
		})
	}
}

// An hourly schedule whose anchor is centuries ahead runs at the anchor's minute.
func TestSchedulerWithAnAnchorFarAhead(t *testing.T) {
	b := newBench(t)
	b.deploy("d", interval(time.Hour, "2700-05-05T05:25:00Z"))
	if runs, _ := b.work(); runs != 3 {
		t.Fatalf("%d runs", runs)
	}
	b.update(func(tx *store.Tx) error {
		found, err := tx.FilterFlowRuns(&prefect.Filters{}, "EXPECTED_START_TIME_ASC", prefect.Page{Limit: 1})
		if err == nil && !found[0].ExpectedStartTime.Equal(time.Date(2026, 3, 7, 12, 25, 0, 0, time.UTC)) {
			t.Errorf("the first is due at %s", found[0].ExpectedStartTime)
		}
		return err
	})
}

// What was computed of a deployment that has changed since is not written.
func TestTimesOfAChangedDeploymentAreNotStored(t *testing.T) {
	b := newBench(t)
	id := b.deploy("d", cronOf("0 9 * * *"))
	var found *store.Scheduling
	b.update(func(tx *store.Tx) (err error) {
		found, err = tx.ReadScheduling(id)
		return err
	})
	b.update(func(tx *store.Tx) error {
		_, err := tx.PauseDeployment(id, true)
		return err
	})
	found.Runs = append(found.Runs, schedule.Runs{Schedule: found.Deployment.Schedules[0], Times: []time.Time{b.clock.Now().Add(time.Hour)}})
	w := store.NewRunWriter(b.store)
	if err := w.Runs(t.Context(), found); err != nil {
		t.Fatal(err)
	}
	if err := w.Flush(t.Context()); err != nil || w.Made != 0 || !w.Changed {
		t.Errorf("%d runs, changed %t, error %v", w.Made, w.Changed, err)
	}
}
