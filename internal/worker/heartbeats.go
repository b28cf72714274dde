package worker

import (
	"slices"
	"strings"
)

const (
	// heartbeats is how often, in seconds, a run tells that its process is alive;
	// olderHeartbeats is the name that it had before.
	heartbeats      = "PREFECT_FLOWS_HEARTBEAT_FREQUENCY"
	olderHeartbeats = "PREFECT_RUNNER_HEARTBEAT_FREQUENCY"
	// heartbeatSeconds is the least that the prefect package takes; it has 180
	// when nobody says anything.
	heartbeatSeconds = "30"
)

// WithHeartbeats is an environment for runs with a frequency of heartbeats: the
// one it has, else the highest, so that the server soon sees when one is gone.
func WithHeartbeats(environ []string) []string {
	said := slices.ContainsFunc(environ, func(line string) bool {
		name, _, _ := strings.Cut(line, "=")
		return name == heartbeats || name == olderHeartbeats
	})
	if said {
		return environ
	}
	return append(slices.Clip(environ), heartbeats+"="+heartbeatSeconds)
}

// heartbeatsOf is what a job says by the older name. The newer name is in the
// environment already, and would count more.
func heartbeatsOf(job map[string]string) map[string]string {
	older, said := job[olderHeartbeats]
	if _, newer := job[heartbeats]; !said || newer {
		return nil
	}
	return map[string]string{heartbeats: older}
}
