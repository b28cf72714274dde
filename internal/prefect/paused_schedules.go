package prefect

import (
	"fmt"
	"strings"
)

// PausedSchedules knows which schedules of a deployment are paused, to find them
// again among those of another deployment of the same flow and name.
type PausedSchedules map[string]bool

// NewPausedSchedules reads a deployment's schedules.
func NewPausedSchedules(schedules []*DeploymentSchedule) PausedSchedules {
	p := PausedSchedules{}
	for _, s := range schedules {
		key := scheduleKey(s.Slug, &s.Schedule)
		known, seen := p[key]
		p[key] = !s.Active && (known || !seen)
	}
	return p
}

// Has reports whether a schedule is one of those that are paused: by its slug, or
// without one by what it says, but for the moment from which it counts, which
// clients set anew each time.
func (p PausedSchedules) Has(slug *string, s *Schedule) bool { return p[scheduleKey(slug, s)] }

func scheduleKey(slug *string, s *Schedule) string {
	switch {
	case slug != nil && *slug != "":
		return "slug " + *slug
	case s == nil:
		return ""
	case s.Interval != nil:
		return fmt.Sprintf("interval %d %s", s.Interval.Interval, zoneText(s.Interval.Timezone))
	case s.Cron != nil:
		return fmt.Sprintf("cron %s %s %t", s.Cron.Cron, zoneText(s.Cron.Timezone), s.Cron.DayOr)
	}
	var lines []string
	for _, line := range strings.Fields(string(s.RRule.RRule)) {
		if !strings.HasPrefix(strings.ToUpper(line), "DTSTART") {
			lines = append(lines, strings.TrimPrefix(line, "RRULE:"))
		}
	}
	return fmt.Sprintf("rrule %s %s", strings.Join(lines, " "), zoneText((*string)(s.RRule.Timezone)))
}

// zoneText is a zone's name; none given is UTC.
func zoneText(name *string) string {
	if name == nil || *name == "" {
		return "UTC"
	}
	return *name
}
