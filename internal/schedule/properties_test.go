package schedule

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/schedule/zones"
)

var propertyZones = []string{"UTC", "America/New_York", "Europe/London", "Australia/Lord_Howe", "Pacific/Apia", "America/Sao_Paulo",
	"America/St_Johns", "Antarctica/Troll", "Asia/Tehran", "Atlantic/Azores", "Europe/Dublin", "Africa/Casablanca"}

// drawMoment draws a moment, often one near a change of clocks.
func drawMoment(t *rapid.T, zone *time.Location) time.Time {
	at := time.Unix(rapid.Int64Range(1_200_000_000, 4_000_000_000).Draw(t, "second"), 0).In(zone)
	if end := spanAt(at).end; !end.IsZero() && rapid.Bool().Draw(t, "near a change") {
		at = end.Add(time.Duration(rapid.IntRange(-4*3600, 4*3600).Draw(t, "off")) * time.Second)
	}
	return at.Add(time.Duration(rapid.IntRange(0, 999_999).Draw(t, "micros")) * time.Microsecond)
}

func drawSchedule(t *rapid.T, zone string) *prefect.Schedule {
	switch rapid.IntRange(0, 2).Draw(t, "kind") {
	case 0:
		text := rapid.SampledFrom([]string{"* * * * *", "*/7 * * * *", "30 2 * * *", "0,30 1-3 * * *", "15 */2 * * *", "0 0 l * *",
			"0 12 * * 5#2", "59 23 31 12 *", "*/20 1,2 * * sun", "0 2 1-7 * sun", "5 0 * * * 13"}).Draw(t, "cron")
		return &prefect.Schedule{Cron: &prefect.CronSchedule{Cron: prefect.CronText(text), Timezone: &zone, DayOr: true}}
	case 1:
		text := rapid.SampledFrom([]string{"FREQ=MINUTELY;INTERVAL=11", "FREQ=HOURLY", "FREQ=DAILY;BYHOUR=1,2,3;BYMINUTE=0,30",
			"FREQ=WEEKLY;BYDAY=SU;BYHOUR=2", "FREQ=MONTHLY;BYDAY=-1SU;BYHOUR=1,2,3", "FREQ=YEARLY;BYEASTER=0", "FREQ=SECONDLY;INTERVAL=1801"}).Draw(t, "rule")
		name := prefect.ZoneName(zone)
		return &prefect.Schedule{RRule: &prefect.RRuleSchedule{RRule: prefect.RRuleText("DTSTART:20050101T003000\nRRULE:" + text), Timezone: &name}}
	}
	step := rapid.SampledFrom([]time.Duration{time.Minute, 7 * time.Minute, time.Hour, 5 * time.Hour}).Draw(t, "interval")
	anchor := time.Unix(rapid.Int64Range(-60_000_000_000, 200_000_000_000).Draw(t, "anchor"), 0).UTC()
	return &prefect.Schedule{Interval: &prefect.IntervalSchedule{Interval: prefect.PositiveInterval(step),
		AnchorDate: &prefect.OffsetTime{Time: anchor}, Timezone: &zone}}
}

// repeats reports whether a moment's calendar reading is one of two, on either of
// which the contract's intervals and rules go by where they begin.
func repeats(t time.Time) bool {
	const day = 24 * time.Hour
	for at := spanAt(t.Add(-day)); !at.end.IsZero() && at.end.Before(t.Add(day)); at = spanAt(at.end) {
		if offset(at.end) < at.offset {
			return true
		}
	}
	return false
}

// Times increase, begin at the start, and are the same wherever a search begins.
func TestTimesAreTheSameWhereverASearchBegins(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom(propertyZones).Draw(t, "zone")
		zone, err := zones.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		s := drawSchedule(t, name)
		start := drawMoment(t, zone)
		find := func(from time.Time, n int) []time.Time {
			b := NewBudget(t.Context())
			defer b.Close()
			times, err := Times(b, s, Range{N: n, Start: from, End: start.Add(300 * 24 * time.Hour)})
			if err != nil {
				t.Fatal(err)
			}
			return times
		}
		times := find(start, 40)
		for i, at := range times {
			if at.Before(start) && (s.Cron != nil || !repeats(start)) {
				t.Fatalf("%s is before %s", at, start)
			}
			if i > 0 && !at.After(times[i-1]) {
				t.Fatalf("%s after %s", at, times[i-1])
			}
		}
		if len(times) < 40 || times[30].Before(start) {
			return
		}
		later := start.Add(time.Duration(rapid.Int64Range(0, int64(times[30].Sub(start))).Draw(t, "later")))
		if s.Cron == nil && (repeats(start) || repeats(later) || repeats(times[39])) {
			return
		}
		i := slices.IndexFunc(times, func(at time.Time) bool { return !at.Before(later) })
		again := find(later, 40-i)
		if !slices.EqualFunc(again, times[i:], time.Time.Equal) {
			t.Fatalf("from %s:\n%v\nfrom %s:\n%v", start, times[i:], later, again)
		}
	})
}

// Whatever the text and the time, a search ends within its budget.
func FuzzTimes(f *testing.F) {
	for _, seed := range []string{"* * * * *", "0 0 30 2 *", "*/3 0 l 2 mon#5", "FREQ=SECONDLY;BYHOUR=3;BYMONTH=2", "FREQ=YEARLY;BYWEEKNO=53;BYDAY=1MO",
		"DTSTART:00010101T000000\nRRULE:FREQ=MINUTELY;COUNT=9999999\nEXRULE:FREQ=HOURLY", "RDATE:20300101", "FREQ=DAILY;INTERVAL=0", "FREQ=HOURLY;BYMINUTE=99"} {
		f.Add(seed, int64(1_800_000_000), int64(1), int64(-62_135_596_800))
	}
	f.Fuzz(func(t *testing.T, text string, start, interval, anchor int64) {
		zone := propertyZones[uint64(start)%uint64(len(propertyZones))]
		name := prefect.ZoneName(zone)
		bound := func(second int64) time.Time { return time.Unix(second%200_000_000_000, 0).UTC() }
		for _, s := range []*prefect.Schedule{
			{Cron: &prefect.CronSchedule{Cron: prefect.CronText(text), Timezone: &zone, DayOr: start%2 == 0}},
			{RRule: &prefect.RRuleSchedule{RRule: prefect.RRuleText(text), Timezone: &name}},
			{Interval: &prefect.IntervalSchedule{Interval: prefect.PositiveInterval(interval), Timezone: &zone, AnchorDate: &prefect.OffsetTime{Time: bound(anchor)}}},
		} {
			if len(text) > 6500 {
				continue
			}
			b := NewBudget(t.Context())
			times, err := Times(b, s, Range{N: 5, Start: bound(start)})
			b.Close()
			if err == nil && len(times) > 5 || !slices.IsSortedFunc(times, time.Time.Compare) {
				t.Fatalf("%v: %v", s, times)
			}
		}
	})
}

// In leap years after 2037 package time says on December 31st that the zone's span
// has ended; nothing may wait for it to end again.
func TestLastDayOfALeapYear(t *testing.T) {
	for _, name := range propertyZones {
		zone := prefect.ZoneName(name)
		s := &prefect.Schedule{RRule: &prefect.RRuleSchedule{RRule: "DTSTART:20200101T120000\nRRULE:FREQ=DAILY", Timezone: &zone}}
		b := NewBudget(t.Context())
		times, err := Times(b, s, Range{N: 5, Start: time.Date(2040, 12, 29, 0, 0, 0, 0, time.UTC)})
		b.Close()
		if err != nil || len(times) != 5 {
			t.Errorf("%s: %v, error %v", name, times, err)
		}
	}
}
