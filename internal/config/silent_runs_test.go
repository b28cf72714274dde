package config

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/fault"
)

func TestSilentRuns(t *testing.T) {
	const minute, three = Span(time.Minute), Span(3 * time.Minute)
	tests := []struct {
		name            string
		toml            string
		environ         []string
		off             bool
		least, interval Span
		fault           string
	}{
		{"nothing said", "", nil, false, Span(90 * time.Second), three, ""},
		{"in the file", "[silent_runs]\ncrash = false\nleast = \"1m\"\ninterval = \"60s\"\n", nil, true, minute, minute, ""},
		{"the environment counts more", "[silent_runs]\ncrash = false\nleast = \"1h\"\n",
			[]string{"REEVE_SILENT_RUNS_CRASH=true", "REEVE_SILENT_RUNS_LEAST=60s", "REEVE_SILENT_RUNS_INTERVAL=1m"}, false, minute, minute, ""},
		{"off in the environment", "", []string{"REEVE_SILENT_RUNS_CRASH=false"}, true, Span(90 * time.Second), three, ""},
		{"neither on nor off", "", []string{"REEVE_SILENT_RUNS_CRASH=perhaps"}, false, 0, 0, "REEVE_SILENT_RUNS_CRASH"},
		{"no duration", "", []string{"REEVE_SILENT_RUNS_LEAST=soon"}, false, 0, 0, "REEVE_SILENT_RUNS_LEAST"},
		{"no duration in the file", "[silent_runs]\ninterval = \"soon\"\n", nil, false, 0, 0, "interval"},
		{"an unknown key", "[silent_runs]\nleats = \"1s\"\n", nil, false, 0, 0, "did you mean silent_runs.least"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c, err := load(t, test.toml, test.environ...)
			switch {
			case test.fault == "" && err != nil:
				t.Error(err)
			case test.fault != "" && (err == nil || !strings.Contains(faultAndHint(err), test.fault)):
				t.Errorf("error is %v, want %q", err, test.fault)
			case test.fault == "" && (c.SilentRuns.Off() != test.off || c.SilentRuns.Least != test.least || c.SilentRuns.Interval != test.interval):
				t.Errorf("they are %+v", c.SilentRuns)
			}
		})
	}
}

// faultAndHint are an error's text and that of its hint.
func faultAndHint(err error) string {
	var text strings.Builder
	for _, one := range Problems(err) {
		text.WriteString(one.Error())
		var f *fault.Error
		if errors.As(one, &f) {
			text.WriteString("; " + f.Hint)
		}
	}
	return text.String()
}
