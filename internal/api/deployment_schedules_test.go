package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

// made sends a request that must succeed and gives its answer.
func made[T any](t *testing.T, s testServer, method, path string, body any) (out T) {
	t.Helper()
	if status := s.ask(t, method, path, body, &out); status/100 != 2 {
		t.Fatalf("%s %s: %d", method, path, status)
	}
	return out
}

// do sends a request that must succeed.
func (s testServer) do(t *testing.T, method, path string, body any) {
	t.Helper()
	if status := s.ask(t, method, path, body, nil); status/100 != 2 {
		t.Fatalf("%s %s: %d", method, path, status)
	}
}

type identified struct {
	ID string `json:"id"`
}

// deploymentWith makes a deployment with schedules.
func (s testServer) deploymentWith(t *testing.T, schedules ...object) string {
	t.Helper()
	flow := made[identified](t, s, "POST", "/flows/", object{"name": "f"})
	list := []object{}
	for _, schedule := range schedules {
		list = append(list, object{"schedule": schedule})
	}
	return made[identified](t, s, "POST", "/deployments/", object{"name": "d", "flow_id": flow.ID, "schedules": list}).ID
}

// The zero time of Go and .NET as the anchor of a short interval: two thousand
// years in seconds, which no request may walk through.
func TestScheduleFromTheZeroTime(t *testing.T) {
	s := newTestServer(t, Config{})
	begun := time.Now()
	id := s.deploymentWith(t, object{"interval": 1, "anchor_date": "0001-01-01T00:00:00Z"})
	s.do(t, "POST", "/deployments/"+id+"/schedule", object{"start_time": "2031-05-06T07:08:09.5Z", "max_runs": 3})
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("it took %s", took)
	}
	runs := made[[]struct {
		At time.Time `json:"expected_start_time"`
	}](t, s, "POST", "/flow_runs/filter", object{"sort": "EXPECTED_START_TIME_ASC"})
	if len(runs) != 3 || !runs[0].At.Equal(time.Date(2031, 5, 6, 7, 8, 10, 0, time.UTC)) {
		t.Errorf("runs %v", runs)
	}
}

// Whatever a schedule is, it is answered soon: with 201, or with a 422 that says
// what is wrong. Others' writes pass meanwhile.
func TestHostileSchedules(t *testing.T) {
	s := newTestServer(t, Config{})
	id := s.deploymentWith(t)
	const overSteps = "Computing the times of the schedule exceeds the limit of steps"
	for name, c := range map[string]struct {
		schedule object
		want     string // in the answer of a 422; "" for a 201
	}{
		"zero anchor":             {object{"interval": 1, "anchor_date": "0001-01-01T00:00:00Z"}, ""},
		"zero anchor, a micro":    {object{"interval": 0.000001, "anchor_date": "0001-01-01T00:00:00Z"}, ""},
		"zero anchor, days":       {object{"interval": 86400, "anchor_date": "0001-01-01T00:00:00Z", "timezone": "Europe/Paris"}, ""},
		"zero anchor, odd days":   {object{"interval": 90000, "anchor_date": "0001-01-01T00:00:00Z", "timezone": "Europe/Paris"}, ""},
		"anchor far ahead":        {object{"interval": 0.000001, "anchor_date": "9999-12-31T23:59:59Z"}, ""},
		"days, far ahead":         {object{"interval": 86400, "anchor_date": "9999-12-31T23:59:59Z", "timezone": "Europe/Paris"}, ""},
		"second of a month":       {object{"rrule": "FREQ=SECONDLY;BYHOUR=3;BYMINUTE=4;BYSECOND=5;BYMONTH=2"}, ""},
		"second that never comes": {object{"rrule": "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30"}, ""},
		"day that never comes":    {object{"rrule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"}, ""},
		"year 1":                  {object{"rrule": "DTSTART:00010101T000000\nRRULE:FREQ=SECONDLY"}, ""},
		"count from the year 1":   {object{"rrule": "DTSTART:00010101T000000\nRRULE:FREQ=SECONDLY;COUNT=99999999999"}, ""},
		"count of some":           {object{"rrule": "DTSTART:00010101T000000\nRRULE:FREQ=SECONDLY;BYSECOND=1;COUNT=99999999999"}, overSteps},
		"interval beyond all":     {object{"rrule": "FREQ=DAILY;INTERVAL=99999999999999999999999"}, ""},
		"interval of nothing":     {object{"rrule": "FREQ=DAILY;INTERVAL=0"}, "The schedule names no time"},
		"all excluded":            {object{"rrule": "DTSTART:20200101T000000\nRRULE:FREQ=SECONDLY\nEXRULE:FREQ=SECONDLY"}, overSteps},
		"many rules":              {object{"rrule": "DTSTART:20200101T000000\n" + strings.Repeat("RRULE:FREQ=SECONDLY\n", 300)}, overSteps},
		"many dates":              {object{"rrule": "RDATE:" + strings.Repeat("20300101T000000,", 400) + "20300101"}, ""},
		"too long":                {object{"rrule": "RDATE:" + strings.Repeat("20300101T000000,", 4000) + "20300101"}, "Max length is 6500"},
		"cron of no day":          {object{"cron": "0 0 30 2 *"}, "The schedule names no time"},
		"cron of a year gone by":  {object{"cron": "0 0 1 1 * 0 1999"}, "The schedule names no time"},
		"cron, day and weekday":   {object{"cron": "0 0 29 2 mon", "day_or": false}, ""},
		"cron too long":           {object{"cron": "0-59" + strings.Repeat(",0-59", 10_000) + " * * * *"}, "Invalid cron string"},
	} {
		t.Run(name, func(t *testing.T) {
			others := s.writing(t)
			defer others()
			begun := time.Now()
			var text json.RawMessage
			status := s.ask(t, "POST", "/deployments/"+id+"/schedules", []object{{"schedule": c.schedule}}, &text)
			if took := time.Since(begun); took > 10*time.Second {
				t.Errorf("it took %s", took)
			}
			switch {
			case c.want == "" && status != http.StatusCreated:
				t.Errorf("%d %.300s", status, text)
			case c.want != "" && (status != http.StatusUnprocessableEntity || !strings.Contains(string(text), c.want)):
				t.Errorf("%d %.300s, want 422 with %q", status, text, c.want)
			}
		})
	}
}

// writing writes again and again until the function it gives is called, and fails
// the test when a write took long.
func (s testServer) writing(t *testing.T) (end func()) {
	done, ended := make(chan struct{}), make(chan time.Duration)
	go func() {
		var longest time.Duration
		for {
			begun := time.Now()
			err := s.store.Update(t.Context(), func(tx *store.Tx) error {
				_, _, err := tx.CreateFlow(&prefect.FlowCreate{Name: "other"})
				return err
			})
			if longest = max(longest, time.Since(begun)); err != nil {
				longest = time.Hour
			}
			select {
			case <-done:
				ended <- longest
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	}()
	return func() {
		close(done)
		if longest := <-ended; longest > 3*time.Second {
			t.Errorf("another's write took %s", longest)
		}
	}
}

func TestSchedulesThatAreNull(t *testing.T) {
	s := newTestServer(t, Config{})
	id := s.deploymentWith(t)
	flow := made[identified](t, s, "POST", "/flows/", object{"name": "f"})
	for path, c := range map[string]struct {
		method string
		body   any
	}{
		"/deployments/":                     {"POST", object{"name": "e", "flow_id": flow.ID, "schedules": []any{nil}}},
		"/deployments/" + id:                {"PATCH", object{"schedules": []any{nil}}},
		"/deployments/" + id + "/schedules": {"POST", []any{nil}},
	} {
		var text json.RawMessage
		if status := s.ask(t, c.method, path, c.body, &text); status != http.StatusUnprocessableEntity {
			t.Errorf("%s %s: %d %s", c.method, path, status, text)
		}
	}
}

// A change of one thing leaves the others: pausing a schedule keeps its parameters.
func TestPatchOfASchedule(t *testing.T) {
	s := newTestServer(t, Config{})
	id := s.deploymentWith(t)
	path := "/deployments/" + id + "/schedules"
	type schedule struct {
		ID         string `json:"id"`
		Active     bool   `json:"active"`
		Max        *int   `json:"max_scheduled_runs"`
		Slug       string `json:"slug"`
		Parameters object `json:"parameters"`
		Schedule   object `json:"schedule"`
	}
	one := made[[]schedule](t, s, "POST", path, []object{{"schedule": object{"cron": "0 9 * * *"}, "slug": "one",
		"parameters": object{"a": 1}, "max_scheduled_runs": 7}})[0]
	for _, patch := range []object{{"active": false}, {"active": true}, {"max_scheduled_runs": 7}, {"slug": "one"}, {"replaces": "one"}, {}} {
		s.do(t, "PATCH", path+"/"+one.ID, patch)
		got := made[[]schedule](t, s, "GET", path, nil)[0]
		if got.Max == nil || *got.Max != 7 || got.Slug != "one" || got.Parameters["a"] != 1.0 || got.Schedule["cron"] != "0 9 * * *" {
			t.Errorf("after %v: %+v", patch, got)
		}
	}
	s.do(t, "PATCH", path+"/"+one.ID, object{"parameters": object{"b": 2}})
	if got := made[[]schedule](t, s, "GET", path, nil)[0]; got.Parameters["a"] != nil || got.Parameters["b"] != 2.0 {
		t.Errorf("parameters %v", got.Parameters)
	}
	s.do(t, "PATCH", "/deployments/"+id, object{"schedules": []object{{"slug": "one", "active": false}}})
	if got := made[[]schedule](t, s, "GET", path, nil)[0]; got.Active || got.Parameters["b"] != 2.0 || got.Max == nil {
		t.Errorf("after a change by slug: %+v", got)
	}
}

// What is given when a deployment is made is kept.
func TestMaxScheduledRunsIsKept(t *testing.T) {
	s := newTestServer(t, Config{})
	flow := made[identified](t, s, "POST", "/flows/", object{"name": "f"})
	type deployment struct {
		ID        string
		Schedules []struct {
			Max *int `json:"max_scheduled_runs"`
		}
	}
	body := object{"name": "d", "flow_id": flow.ID, "schedules": []object{{"schedule": object{"cron": "0 9 * * *"}, "max_scheduled_runs": 5}}}
	d := made[deployment](t, s, "POST", "/deployments/", body)
	s.do(t, "PATCH", "/deployments/"+d.ID, object{"schedules": []object{{"schedule": object{"cron": "0 8 * * *"}, "max_scheduled_runs": 6}}})
	after := made[deployment](t, s, "GET", "/deployments/"+d.ID, nil)
	for i, got := range []deployment{d, after} {
		if len(got.Schedules) != 1 || got.Schedules[0].Max == nil || *got.Schedules[0].Max != 5+i {
			t.Errorf("%d: schedules %+v", i, got.Schedules)
		}
	}
}

// With keep_paused what was paused by hand stays so, however it is deployed again.
func TestPausedSchedulesStayPaused(t *testing.T) {
	minutely, hourly := object{"rrule": "FREQ=MINUTELY"}, object{"interval": 3600, "anchor_date": "2026-01-01T00:00:00Z"}
	for name, c := range map[string]struct {
		first, again object
	}{
		"cron":     {object{"schedule": object{"cron": "0 9 * * *"}}, object{"schedule": object{"cron": "0 9 * * *"}, "active": true}},
		"interval": {object{"schedule": hourly}, object{"schedule": object{"interval": 3600, "anchor_date": "2026-02-02T00:01:00Z"}, "active": true}},
		"rrule":    {object{"schedule": minutely}, object{"schedule": minutely, "active": true}},
		"slug":     {object{"schedule": hourly, "slug": "s"}, object{"schedule": minutely, "slug": "s", "active": true}},
	} {
		for _, keep := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, keep %t", name, keep), func(t *testing.T) {
				s := newTestServer(t, Config{KeepPaused: keep})
				flow := made[identified](t, s, "POST", "/flows/", object{"name": "f"})
				type deployment struct {
					ID        string
					Schedules []struct {
						ID     string
						Active bool
					}
				}
				deploy := func(schedule object) deployment {
					return made[deployment](t, s, "POST", "/deployments/", object{"name": "d", "flow_id": flow.ID,
						"schedules": []object{schedule, {"schedule": object{"cron": "1 1 * * *"}, "slug": "other"}}})
				}
				paused := func(d deployment) (n int) {
					for _, s := range d.Schedules {
						if !s.Active {
							n++
						}
					}
					return n
				}
				d := deploy(c.first)
				for _, one := range d.Schedules {
					schedules := made[[]object](t, s, "GET", "/deployments/"+d.ID+"/schedules", nil)
					for _, full := range schedules {
						if full["id"] == one.ID && full["slug"] != "other" {
							s.do(t, "PATCH", "/deployments/"+d.ID+"/schedules/"+one.ID, object{"active": false})
						}
					}
				}
				want := map[bool]int{true: 1, false: 0}[keep]
				if got := paused(deploy(c.again)); got != want {
					t.Errorf("%d schedules are paused after a POST, want %d", got, want)
				}
				if name != "slug" {
					return // the reference refuses a change of schedules of which some have no slug
				}
				s.do(t, "PATCH", "/deployments/"+d.ID, object{"schedules": []object{c.again}})
				if got := paused(made[deployment](t, s, "GET", "/deployments/"+d.ID, nil)); got != want {
					t.Errorf("%d schedules are paused after a PATCH, want %d", got, want)
				}
			})
		}
	}
}

// A schedule that is set aside is told of with its reason, and no more once it was
// changed.
func TestSetAsideSchedules(t *testing.T) {
	s := newTestServer(t, Config{})
	id := s.deploymentWith(t, object{"cron": "0 9 * * *"})
	var schedule string
	w := store.NewRunWriter(s.store)
	err := s.store.View(t.Context(), func(tx *store.Tx) error {
		found, err := tx.ReadScheduling(uuid.MustParse(id))
		if err != nil {
			return err
		}
		bad := found.Deployment.Schedules[0].ID
		schedule = bad.String()
		found.Faulty = map[uuid.UUID]error{bad: errors.New("it takes too long")}
		return w.End(t.Context(), found)
	})
	if err == nil {
		err = w.Flush(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	type told struct {
		ID, Reason, Sentence string
		DeploymentID         string `json:"deployment_id"`
		Reasons              []struct{ Code string }
	}
	aside := made[[]told](t, s, "GET", "/reeve/schedules/set_aside", nil)
	if len(aside) != 1 || aside[0].ID != schedule || aside[0].DeploymentID != id || aside[0].Reason != "it takes too long" {
		t.Errorf("set aside: %+v", aside)
	}
	why := made[told](t, s, "GET", "/reeve/deployments/"+id+"/why", nil)
	if why.Sentence != "d: schedule "+schedule+" is set aside until it is changed: it takes too long." || why.Reasons[0].Code != "schedule_set_aside" {
		t.Errorf("why: %+v", why)
	}
	s.do(t, "PATCH", "/deployments/"+id+"/schedules/"+schedule, object{"active": true})
	if aside := made[[]told](t, s, "GET", "/reeve/schedules/set_aside", nil); len(aside) != 0 {
		t.Errorf("set aside after a change: %+v", aside)
	}
	if why := made[told](t, s, "GET", "/reeve/deployments/"+id+"/why", nil); why.Reasons[0].Code != "no_more_times" {
		t.Errorf("why after a change: %+v", why) // no scheduler runs here
	}
}
