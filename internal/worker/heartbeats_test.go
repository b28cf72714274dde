package worker

import (
	"strings"
	"testing"
)

func TestRunsSendHeartbeatsAsOftenAsSomebodySaid(t *testing.T) {
	tests := []struct {
		name    string
		environ []string
		job     map[string]string
		want    string
	}{
		{"nobody said", []string{"HOME=/"}, nil, "30"},
		{"the environment", []string{heartbeats + "=60"}, nil, "60"},
		{"the environment, by the older name", []string{olderHeartbeats + "=60"}, nil, ""},
		{"the job", nil, map[string]string{heartbeats: "120"}, "120"},
		{"the job, by the older name", nil, map[string]string{olderHeartbeats: "120"}, "120"},
		{"the job, by both", nil, map[string]string{olderHeartbeats: "120", heartbeats: "240"}, "240"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := ""
			for _, line := range environment(WithHeartbeats(test.environ), heartbeatsOf(test.job), test.job) {
				if value, ok := strings.CutPrefix(line, heartbeats+"="); ok {
					got = value // the last counts
				}
			}
			if got != test.want {
				t.Errorf("the process has %q, want %q", got, test.want)
			}
		})
	}
}
