package config

import (
	"strings"
	"testing"
	"time"
)

func TestSleep(t *testing.T) {
	fly := []string{"FLY_APP_NAME=a", "FLY_MACHINE_ID=m"}
	tests := []struct {
		name    string
		toml    string
		environ []string
		want    Sleep
		fault   string
	}{
		{"nothing said", "", nil, Sleep{After: Span(30 * time.Second), Least: Span(30 * time.Second), Socket: "/.fly/api"}, ""},
		{"in the file", "[sleep]\nmode = \"exit\"\nafter = \"10s\"\nleast = \"2m\"\n", nil,
			Sleep{Mode: "exit", After: Span(10 * time.Second), Least: Span(2 * time.Minute), Socket: "/.fly/api"}, ""},
		{"the environment counts more", "[sleep]\nmode = \"exit\"\n", append(fly, "REEVE_SLEEP_MODE=suspend", "REEVE_SLEEP_AFTER=5s", "REEVE_SLEEP_SOCKET=/x"),
			Sleep{Mode: "suspend", After: Span(5 * time.Second), Least: Span(30 * time.Second), Socket: "/x", App: "a", Machine: "m"}, ""},
		{"an unknown mode", "[sleep]\nmode = \"nap\"\n", nil, Sleep{}, `:1: sleep: mode "nap" is not known`},
		{"an unknown mode in the environment", "", []string{"REEVE_SLEEP_MODE=nap"}, Sleep{}, "REEVE_SLEEP_MODE"},
		{"no duration", "", []string{"REEVE_SLEEP_AFTER=soon"}, Sleep{}, "REEVE_SLEEP_AFTER"},
		{"nobody to suspend it", "[sleep]\nmode = \"suspend\"\n", nil, Sleep{}, "no machine of fly.io"},
		{"an unknown key", "[sleep]\nafterwards = \"1s\"\n", nil, Sleep{}, "sleep.afterwards: no such key"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c, err := load(t, test.toml, test.environ...)
			switch {
			case test.fault == "" && err != nil:
				t.Error(err)
			case test.fault != "" && (err == nil || !strings.Contains(err.Error(), test.fault)):
				t.Errorf("error is %v, want %q", err, test.fault)
			case test.fault == "" && c.Sleep != test.want:
				t.Errorf("sleep is %+v, want %+v", c.Sleep, test.want)
			}
		})
	}
}
