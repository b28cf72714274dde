package config

import (
	"cmp"
	"errors"
	"time"
)

// SilentRuns is the [silent_runs] of reeve.toml: what becomes of runs that sent
// heartbeats and send them no more. Each has a name in the environment, which
// counts more.
type SilentRuns struct {
	// Crash is whether they are marked as crashed, true by default;
	// REEVE_SILENT_RUNS_CRASH.
	Crash *bool `toml:"crash"`
	// Least is how long a run may be silent however short its interval is, 90s by
	// default; REEVE_SILENT_RUNS_LEAST. It is three intervals where those are longer.
	Least Span `toml:"least"`
	// Interval is that of a run that has not sent three heartbeats yet, 180s by
	// default, as the prefect package has it; REEVE_SILENT_RUNS_INTERVAL.
	Interval Span `toml:"interval"`
	// Unheard is how long a run may show no sign of life that sends no heartbeats
	// and is watched by no worker, 24h by default; REEVE_SILENT_RUNS_UNHEARD.
	Unheard Span `toml:"unheard"`
}

// Off reports whether silent runs are left alone.
func (s *SilentRuns) Off() bool { return s.Crash != nil && !*s.Crash }

// loadSilentRuns lays the environment over what the file says.
func (c *Config) loadSilentRuns() error {
	s := &c.SilentRuns
	var problems []error
	const crash = "REEVE_SILENT_RUNS_CRASH"
	if text := c.environ[crash]; text != "" {
		on, err := parseBool(text)
		if err != nil {
			problems = append(problems, refuse(origin{set: true, name: crash}, text, err))
		}
		crash := on == true
		s.Crash = &crash
	}
	for name, span := range map[string]*Span{"REEVE_SILENT_RUNS_LEAST": &s.Least, "REEVE_SILENT_RUNS_INTERVAL": &s.Interval,
		"REEVE_SILENT_RUNS_UNHEARD": &s.Unheard} {
		if text := c.environ[name]; text != "" {
			if err := span.UnmarshalText([]byte(text)); err != nil {
				problems = append(problems, refuse(origin{set: true, name: name}, text, &malformed{"not a duration", "give one such as 90s or 5m"}))
			}
		}
	}
	s.Unheard = cmp.Or(s.Unheard, Span(24*time.Hour))
	s.Least, s.Interval = cmp.Or(s.Least, Span(90*time.Second)), cmp.Or(s.Interval, Span(180*time.Second))
	return errors.Join(problems...)
}
