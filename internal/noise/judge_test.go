package noise

import (
	"strings"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/prefect"
)

func seconds(d time.Duration) *prefect.Seconds {
	s := prefect.Seconds(d)
	return &s
}

func zone(name string) *string { return &name }

// Each rule by itself, and which comes first.
func TestJudging(t *testing.T) {
	noon := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	ago := func(d time.Duration) *time.Time { at := noon.Add(-d); return &at }
	in := func(d time.Duration) *time.Time { at := noon.Add(d); return &at }
	run := func(state prefect.StateType) *Run { return &Run{State: state} }
	settle := &prefect.Noise{Settle: seconds(5 * time.Minute)}
	repeat := &prefect.Noise{Repeat: seconds(4 * time.Hour)}
	quiet := &prefect.Noise{Quiet: []string{"11:00-13:00"}, Timezone: zone("UTC")}
	all := &prefect.Noise{Settle: seconds(5 * time.Minute), Repeat: seconds(4 * time.Hour), Quiet: []string{"11:00-13:00"}, Timezone: zone("UTC")}
	failure := func(age time.Duration, r *Run) Message {
		return Message{Created: noon.Add(-age), Failure: true, Run: r}
	}
	for name, c := range map[string]struct {
		settings *prefect.Noise
		message  Message
		held     Holding
		until    time.Duration // from noon
		says     string        // of what is dropped too
	}{
		"nothing is set":              {nil, failure(0, run(prefect.Failed)), "", 0, ""},
		"nothing that concerns it":    {repeat, failure(0, run(prefect.Failed)), "", 0, ""},
		"a failure is new":            {settle, failure(time.Minute, run(prefect.Failed)), ForRun, 4 * time.Minute, "held until 2026-03-02 12:04:00 UTC: the run may yet be retried"},
		"a failure is old enough":     {settle, failure(5*time.Minute, run(prefect.Failed)), "", 0, ""},
		"a crash is old enough":       {settle, failure(5*time.Minute, run(prefect.Crashed)), "", 0, ""},
		"it has succeeded":            {settle, failure(time.Minute, run(prefect.Completed)), "", 0, "not sent: the run was retried to success"},
		"it was cancelled":            {settle, failure(5*time.Minute, run(prefect.Cancelled)), "", 0, ""},
		"its run is deleted":          {settle, failure(5*time.Minute, nil), "", 0, ""},
		"it runs again":               {settle, failure(5*time.Minute, run(prefect.Running)), ForRun, 5 * time.Minute, "is being retried"},
		"it will run again":           {settle, failure(5*time.Minute, &Run{prefect.Scheduled, in(time.Hour)}), ForRun, 65 * time.Minute, "is being retried"},
		"it will run in days":         {settle, failure(5*time.Minute, &Run{prefect.Scheduled, in(48 * time.Hour)}), ForRun, 24*time.Hour - 5*time.Minute, "is being retried"},
		"it runs for a day":           {settle, failure(24*time.Hour, run(prefect.Running)), "", 0, ""},
		"a short time":                {&prefect.Noise{Settle: seconds(time.Second)}, failure(time.Second, run(prefect.Running)), ForRun, time.Minute, "is being retried"},
		"it failed again":             {settle, Message{Created: noon.Add(-time.Hour), Failure: true, Run: run(prefect.Failed), Retold: true}, "", 0, "not sent: the run failed again"},
		"no failure":                  {settle, Message{Created: noon, Run: run(prefect.Pending)}, "", 0, ""},
		"it carries others":           {settle, Message{Created: noon, Failure: true, Run: run(prefect.Running), Carries: true}, "", 0, ""},
		"it carries and succeeded":    {settle, Message{Created: noon, Failure: true, Run: run(prefect.Completed), Carries: true}, "", 0, "retried to success"},
		"the first of its group":      {repeat, Message{Created: noon}, "", 0, ""},
		"one an hour ago":             {repeat, Message{Created: noon, Sent: ago(time.Hour)}, ForRepeat, 3 * time.Hour, "held until 2026-03-02 15:00:00 UTC: one message every 4h"},
		"one an interval ago":         {repeat, Message{Created: noon, Sent: ago(4 * time.Hour)}, "", 0, ""},
		"an end within the interval":  {repeat, Message{Created: noon, Sent: ago(time.Hour), Resolves: true}, "", 0, ""},
		"quiet":                       {quiet, Message{Created: noon}, ForQuiet, time.Hour, "held until 2026-03-02 13:00:00 UTC: quiet hours"},
		"an end when it is quiet":     {quiet, Message{Created: noon, Resolves: true}, ForQuiet, time.Hour, "quiet hours"},
		"a failure when it is quiet":  {all, failure(time.Minute, run(prefect.Failed)), ForRun, 4 * time.Minute, "may yet"},
		"quiet within the interval":   {all, Message{Created: noon, Failure: true, Run: run(prefect.Failed), Carries: true, Sent: ago(time.Hour)}, ForQuiet, time.Hour, "quiet"},
		"success before what is else": {all, failure(time.Hour, run(prefect.Completed)), "", 0, "retried to success"},
	} {
		v := Judge(c.settings, c.message, noon)
		until := noon.Add(c.until)
		if c.held == "" {
			until = time.Time{}
		}
		if v.Held != c.held || !v.Until.Equal(until) || v.Dropped != (c.held == "" && c.says != "") || !strings.Contains(v.Reason, c.says) || c.says == "" && v.Reason != "" {
			t.Errorf("%s: %+v, want held for %q until %s, saying %q", name, v, c.held, until, c.says)
		}
	}
}

// Quiet hours over midnight, over changes of clocks, on days of the week, and several.
func TestQuietHours(t *testing.T) {
	const berlin = "Europe/Berlin"
	for _, c := range []struct {
		name, zone string
		quiet      []string
		now, until string // RFC 3339; until "" for not quiet
	}{
		{"before", berlin, []string{"22:00-07:00"}, "2026-03-10T21:59:59+01:00", ""},
		{"the first moment", berlin, []string{"22:00-07:00"}, "2026-03-10T22:00:00+01:00", "2026-03-11T07:00:00+01:00"},
		{"before midnight", berlin, []string{"22:00-07:00"}, "2026-03-10T23:30:00+01:00", "2026-03-11T07:00:00+01:00"},
		{"after midnight", berlin, []string{"22:00-07:00"}, "2026-03-11T03:00:00+01:00", "2026-03-11T07:00:00+01:00"},
		{"the end", berlin, []string{"22:00-07:00"}, "2026-03-11T07:00:00+01:00", ""},
		{"a zone east", "Asia/Tokyo", []string{"22:00-07:00"}, "2026-03-10T14:00:00Z", "2026-03-10T22:00:00Z"},
		{"over the start of summer", berlin, []string{"22:00-07:00"}, "2026-03-28T23:00:00+01:00", "2026-03-29T07:00:00+02:00"},
		{"over the end of summer", berlin, []string{"22:00-07:00"}, "2026-10-24T23:00:00+02:00", "2026-10-25T07:00:00+01:00"},
		{"an end that is skipped", berlin, []string{"22:00-02:30"}, "2026-03-29T01:59:00+01:00", "2026-03-29T03:00:00+02:00"},
		{"after an end that is skipped", berlin, []string{"22:00-02:30"}, "2026-03-29T03:00:00+02:00", ""},
		{"a beginning that is skipped", berlin, []string{"02:30-07:00"}, "2026-03-29T03:00:00+02:00", "2026-03-29T07:00:00+02:00"},
		{"hours that are skipped", berlin, []string{"02:10-02:50"}, "2026-03-29T03:10:00+02:00", ""},
		{"an end that comes twice", berlin, []string{"22:00-02:30"}, "2026-10-25T02:45:00+02:00", "2026-10-25T02:30:00+01:00"},
		{"a beginning that comes twice", berlin, []string{"02:30-07:00"}, "2026-10-25T02:10:00+01:00", "2026-10-25T07:00:00+01:00"},
		{"half an hour of summer", "Australia/Lord_Howe", []string{"22:00-01:45"}, "2026-04-05T01:50:00+11:00", "2026-04-05T01:45:00+10:30"},
		{"a day that is skipped", "Pacific/Apia", []string{"22:00-07:00"}, "2011-12-29T23:00:00-10:00", "2011-12-31T07:00:00+14:00"},
		{"another day", berlin, []string{"sat,sun 00:00-24:00"}, "2026-03-13T12:00:00+01:00", ""},
		{"the weekend", berlin, []string{"sat,sun 00:00-24:00"}, "2026-03-14T12:00:00+01:00", "2026-03-16T00:00:00+01:00"},
		{"the night after a weekend", berlin, []string{"sat,sun 00:00-24:00", "22:00-07:00"}, "2026-03-13T23:00:00+01:00", "2026-03-16T07:00:00+01:00"},
		{"the morning after a night that began on such a day", berlin, []string{"fri 22:00-07:00"}, "2026-03-14T06:00:00+01:00", "2026-03-14T07:00:00+01:00"},
		{"the morning of such a day", berlin, []string{"fri 22:00-07:00"}, "2026-03-13T06:00:00+01:00", ""},
		{"days over the end of the week", berlin, []string{"fri-mon 08:00-09:00"}, "2026-03-15T08:30:00+01:00", "2026-03-15T09:00:00+01:00"},
	} {
		now, err := time.Parse(time.RFC3339, c.now)
		if err != nil {
			t.Fatal(err)
		}
		want := now
		if c.until != "" {
			if want, err = time.Parse(time.RFC3339, c.until); err != nil {
				t.Fatal(err)
			}
		}
		if until := quietUntil(&prefect.Noise{Quiet: c.quiet, Timezone: zone(c.zone)}, now.UTC()); !until.Equal(want) {
			t.Errorf("%s: quiet until %s, want %s", c.name, until, want)
		}
	}
}
