package services_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/services"
	"github.com/reevehq/reeve/internal/store"
)

// caught is a deployment with one schedule, at every hour, and its runs.
type caught struct {
	*bench
	deployment uuid.UUID
}

// newCaught makes it at half past twelve, with runs at 13, 14 and 15 h, on a server that
// woke then.
func newCaught(t *testing.T, which prefect.CatchUp) *caught {
	b := newBench(t)
	b.clock.Advance(time.Date(2026, 3, 7, 12, 30, 0, 0, time.UTC).Sub(b.clock.Now()))
	c := &caught{b, b.deploy("hourly", cronOf("0 * * * *"))}
	c.catchUp(which)
	c.update(func(tx *store.Tx) error { return tx.OpenAwakening(tx.Now, "start", nil) })
	c.work()
	c.want("at first", "13 Scheduled, 14 Scheduled, 15 Scheduled")
	return c
}

func (c *caught) schedule() (s *prefect.DeploymentSchedule) {
	c.update(func(tx *store.Tx) error {
		d, err := tx.ReadDeployment(c.deployment)
		s = d.Schedules[0]
		return err
	})
	return s
}

func (c *caught) catchUp(which prefect.CatchUp) {
	if which == "" {
		return
	}
	id := c.schedule().ID
	c.update(func(tx *store.Tx) error {
		_, err := tx.SetCatchUp(c.deployment, id, &which)
		return err
	})
}

// want checks the hours and states of the runs.
func (c *caught) want(step, want string) {
	c.Helper()
	var have []string
	c.update(func(tx *store.Tx) error {
		have = nil
		runs, err := tx.FilterFlowRuns(&prefect.Filters{}, "EXPECTED_START_TIME_ASC", prefect.Page{Limit: 200})
		for _, run := range runs {
			have = append(have, fmt.Sprintf("%d %s", run.ExpectedStartTime.Hour(), *run.StateName))
		}
		return err
	})
	if got := strings.Join(have, ", "); got != want {
		c.Errorf("%s: the runs are %s\nwant %s", step, got, want)
	}
}

func (c *caught) at(hour, minute int) {
	c.clock.Advance(time.Date(2026, 3, 7, hour, minute, 0, 0, time.UTC).Sub(c.clock.Now()))
}

func (c *caught) down() {
	c.update(func(tx *store.Tx) error {
		_, err := tx.CloseAwakening(tx.Now, "stop")
		return err
	})
}

// back starts the server, with the database as it was left.
func (c *caught) back() {
	c.Helper()
	if err := c.store.Close(); err != nil {
		c.Fatal(err)
	}
	c.open()
	if err := c.scheduler.Back(c.Context(), c.store); err != nil {
		c.Fatal(err)
	}
}

func (c *caught) pause(paused bool) {
	c.update(func(tx *store.Tx) error {
		_, err := tx.PauseDeployment(c.deployment, paused)
		return err
	})
}

func (c *caught) activate(active bool) {
	id := c.schedule().ID
	c.update(func(tx *store.Tx) error {
		if _, err := tx.UpdateDeploymentSchedule(c.deployment, id, &prefect.DeploymentScheduleUpdate{Active: &active}); err != nil {
			return err
		}
		return tx.DeleteUpcomingRuns(c.deployment, true)
	})
}

const ahead = "19 Scheduled, 20 Scheduled, 21 Scheduled"

// What becomes of the times from 13 to 18 h, of which three had been made ahead when the
// server went, or the schedule or its deployment were paused.
func TestCatchUp(t *testing.T) {
	for _, c := range []struct {
		which        prefect.CatchUp
		down, paused string
	}{
		{"", "13 Scheduled, 14 Scheduled, 15 Scheduled, ", ""},
		{prefect.CatchUpAll,
			"13 Scheduled, 14 Scheduled, 15 Scheduled, 16 Scheduled, 17 Scheduled, 18 Scheduled, ",
			"13 Scheduled, 14 Scheduled, 15 Scheduled, 16 Scheduled, 17 Scheduled, 18 Scheduled, "},
		{prefect.CatchUpLatest, "13 Cancelled, 14 Cancelled, 15 Cancelled, 18 Scheduled, ", "18 Scheduled, "},
		{prefect.CatchUpNone, "13 Cancelled, 14 Cancelled, 15 Cancelled, ", ""},
	} {
		for name, away := range map[string]func(c *caught){
			"down": func(c *caught) {
				c.down()
				c.at(18, 30)
				c.back()
			},
			"killed, and again before anything was settled": func(c *caught) {
				c.update((*store.Tx).MarkAwake)
				c.at(18, 30)
				c.update(func(tx *store.Tx) error {
					_, err := tx.MissTimes()
					return err
				})
				c.update(func(tx *store.Tx) error { return tx.OpenAwakening(tx.Now, "start", nil) })
				c.back()
				c.back()
			},
			"deployment paused": func(c *caught) {
				c.pause(true)
				c.at(18, 30)
				c.work()
				c.want("paused", "")
				c.pause(false)
			},
			"schedule paused": func(c *caught) {
				c.activate(false)
				c.at(18, 30)
				c.activate(true)
			},
			"paused twice, and down meanwhile": func(c *caught) {
				c.pause(true)
				c.activate(false)
				c.at(14, 30)
				c.down()
				c.at(16, 30)
				c.back()
				c.pause(false)
				c.work()
				c.at(18, 30)
				c.activate(true)
			},
		} {
			t.Run(name+" "+string(c.which), func(t *testing.T) {
				it := newCaught(t, c.which)
				away(it)
				it.work()
				want := c.down
				if strings.Contains(name, "paused") {
					want = c.paused
				}
				it.want(name, want+ahead)
				if since := it.schedule().MissedSince; since != nil {
					t.Errorf("it still misses times since %v", since)
				}
				it.work()
				it.back() // the same database, at the same time
				it.work()
				it.want("again", want+ahead)
			})
		}
	}
}

// Runs that are late because nobody starts them have missed nothing, whatever the
// schedule does after an absence; neither does a server that is soon back.
func TestLatenessIsNoAbsence(t *testing.T) {
	const late = "13 Scheduled, 14 Scheduled, 15 Scheduled, 16 Scheduled"
	for _, which := range []prefect.CatchUp{prefect.CatchUpAll, prefect.CatchUpLatest, prefect.CatchUpNone} {
		t.Run(string(which), func(t *testing.T) {
			c := newCaught(t, which)
			for hour := 13; hour < 17; hour++ {
				c.at(hour, 0)
				c.update((*store.Tx).MarkAwake)
				c.work()
			}
			c.want("nobody starts them", late+", 17 Scheduled, 18 Scheduled")
			c.at(16, 59)
			c.down()
			c.at(17, 0)
			c.back()
			c.work()
			c.want("started anew over a time", late+", 17 Scheduled, 18 Scheduled, 19 Scheduled")
		})
	}
}

// A run that is skipped says so, and which one is run in its place.
func TestSkippedRunsSayWhy(t *testing.T) {
	c := newCaught(t, prefect.CatchUpLatest)
	c.down()
	c.at(18, 30)
	c.back()
	c.update(func(tx *store.Tx) error {
		runs, err := tx.FilterFlowRuns(&prefect.Filters{}, "EXPECTED_START_TIME_ASC", prefect.Page{Limit: 1})
		if err == nil && (runs[0].State.Message == nil || !strings.Contains(*runs[0].State.Message, "2026-03-07 18:00:00+00:00")) {
			t.Errorf("the message is %v", runs[0].State.Message)
		}
		return err
	})
}

// Deploying again keeps what a schedule does after an absence, and the absence.
func TestDeployingAgainKeepsCatchUp(t *testing.T) {
	c := newCaught(t, prefect.CatchUpLatest)
	c.pause(true)
	c.at(18, 30)
	c.deploy("hourly", cronOf("0 * * * *")) // and goes on
	c.pause(false)
	c.work()
	c.want("deployed again", "18 Scheduled, "+ahead)
	if which := c.schedule().CatchUp; which == nil || *which != prefect.CatchUpLatest {
		t.Errorf("it catches up with %v", which)
	}
}

// A scheduler that is switched off has no say.
func TestNothingIsSettledWithoutScheduler(t *testing.T) {
	c := newCaught(t, prefect.CatchUpNone)
	c.down()
	c.at(18, 30)
	if err := (services.Config{SchedulerOff: true}).CatchUp(t.Context(), c.store); err != nil {
		t.Fatal(err)
	}
	c.want("switched off", "13 Scheduled, 14 Scheduled, 15 Scheduled")
}

// A server that was killed before its ledger had an entry was away as well.
func TestCatchingUpWithoutALedger(t *testing.T) {
	b := newBench(t)
	b.clock.Advance(time.Date(2026, 3, 7, 12, 30, 0, 0, time.UTC).Sub(b.clock.Now()))
	c := &caught{b, b.deploy("hourly", cronOf("0 * * * *"))}
	c.catchUp("all")
	c.at(15, 30)
	c.back()
	c.work()
	c.want("back", "13 Scheduled, 14 Scheduled, 15 Scheduled, 16 Scheduled, 17 Scheduled, 18 Scheduled")
}
