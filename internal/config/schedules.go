package config

import (
	"fmt"
	"slices"

	"github.com/reevehq/reeve/internal/schedule/cron"
	"github.com/reevehq/reeve/internal/schedule/recurrence"
	"github.com/reevehq/reeve/internal/schedule/zones"
)

// Schedule is a [[flow.schedule]] of reeve.toml: exactly one of Cron, Interval and RRule.
type Schedule struct {
	Cron string `toml:"cron"`
	// Interval is counted from the beginning of 2020, so that a deploy does not move its times.
	Interval Span   `toml:"interval"`
	RRule    string `toml:"rrule"`
	// Timezone is the zone whose clocks it goes by, UTC by default.
	Timezone string `toml:"timezone"`
	// Slug names the schedule among those of its deployment, "schedule-1" by default.
	Slug string `toml:"slug"`
	// Parameters are those of its runs, beside the deployment's.
	Parameters map[string]any `toml:"parameters"`
	// CatchUp is what becomes of the times that it missed: all, latest or none; "" leaves
	// it as it is.
	CatchUp string `toml:"catch_up"`
}

// SLA is a [[flow.sla]] of reeve.toml, an agreement about a deployment's runs: exactly one
// of Duration, StaleAfter and Within.
type SLA struct {
	Name string `toml:"name"`
	// Duration is how long a run may take, StaleAfter how long the deployment may go
	// without a completed run, and Within how late a run may start.
	Duration   Span `toml:"duration"`
	StaleAfter Span `toml:"stale_after"`
	Within     Span `toml:"within"`
	// Severity is minor, low, moderate, high or critical; moderate by default.
	Severity string `toml:"severity"`
}

// checkAgreed finds what is wrong with the schedules and agreements of a flow, and fills in
// the names that go without saying.
func (f *Flow) checkAgreed() *malformed {
	slugs := map[string]bool{}
	for i := range f.Schedules {
		s := &f.Schedules[i]
		if s.Slug == "" {
			s.Slug = fmt.Sprintf("schedule-%d", i+1)
		}
		if wrong := s.check(); wrong != nil {
			return &malformed{fmt.Sprintf("schedule %d: %s", i+1, wrong.fault), wrong.fix}
		}
		if slugs[s.Slug] {
			return &malformed{fmt.Sprintf("schedule %d: there is another one with the slug %q", i+1, s.Slug), "give each schedule a slug of its own"}
		}
		slugs[s.Slug] = true
	}
	names := map[string]bool{}
	for i := range f.SLAs {
		s := &f.SLAs[i]
		if wrong := s.check(); wrong != nil {
			return &malformed{fmt.Sprintf("sla %d: %s", i+1, wrong.fault), wrong.fix}
		}
		if names[s.Name] {
			return &malformed{fmt.Sprintf("sla %d: there is another one named %q", i+1, s.Name), "give each sla a name of its own"}
		}
		names[s.Name] = true
	}
	return nil
}

// The bounds of an interval and of the agreements of a deployment are the server's.
const (
	mostSlug = 200
	mostSLAs = 100
)

func (s *Schedule) check() *malformed {
	if !exactlyOne(s.Cron != "", s.Interval != 0, s.RRule != "") {
		return &malformed{"it has not exactly one of cron, interval and rrule", `give one: cron = "0 6 * * *"`}
	}
	if s.Cron != "" {
		if _, err := cron.Parse(s.Cron); err != nil {
			return &malformed{fmt.Sprintf("cron %q cannot be read: %v", s.Cron, err), `write it like "0 6 * * mon-fri"`}
		}
	}
	if s.RRule != "" {
		if _, err := recurrence.Parse(s.RRule); err != nil {
			return &malformed{fmt.Sprintf("rrule %q cannot be read: %v", s.RRule, err), `write it like "FREQ=DAILY;BYHOUR=6;BYMINUTE=0"`}
		}
	}
	switch {
	case s.Timezone != "" && !zones.Known(s.Timezone):
		return &malformed{fmt.Sprintf("there is no timezone %q", s.Timezone), `name a place of the IANA database, like "Europe/Berlin"`}
	case len(s.Slug) > mostSlug:
		return &malformed{"slug is too long", "give a short name"}
	case !slices.Contains([]string{"", "all", "latest", "none"}, s.CatchUp):
		return &malformed{fmt.Sprintf("catch_up %q is not known", s.CatchUp), "give all, latest or none"}
	}
	return nil
}

func exactlyOne(given ...bool) bool {
	n := 0
	for _, is := range given {
		if is {
			n++
		}
	}
	return n == 1
}

func (s *SLA) check() *malformed {
	switch {
	case s.Name == "":
		return &malformed{"has no name", `give one: name = "in time"`}
	case !exactlyOne(s.Duration != 0, s.StaleAfter != 0, s.Within != 0):
		return &malformed{"it has not exactly one of duration, stale_after and within", `give one: duration = "30m"`}
	case !slices.Contains([]string{"", "minor", "low", "moderate", "high", "critical"}, s.Severity):
		return &malformed{fmt.Sprintf("severity %q is not known", s.Severity), "give minor, low, moderate, high or critical"}
	}
	return nil
}
