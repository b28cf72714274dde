package dispatch

import (
	"testing"

	"github.com/reevehq/reeve/internal/prefect"
)

func TestWhoHoldsASlot(t *testing.T) {
	inProcess, reschedule := prefect.RetryInProcess, prefect.RetryReschedule
	const all, none = "hand-out claim process flow ", ""
	for _, c := range []struct {
		name string
		run  Standing
		want string
	}{
		{"pending", Standing{prefect.Pending, "Pending", nil, true}, all},
		{"running", Standing{prefect.Running, "Running", &inProcess, true}, all},
		{"cancelling", Standing{prefect.Cancelling, "Cancelling", nil, true}, "claim process flow "},
		{"running without a deployment", Standing{prefect.Running, "Running", nil, false}, "hand-out claim process "},
		{"waiting in its process", Standing{prefect.Scheduled, AwaitingRetry, &inProcess, true}, "process flow "},
		{"waiting in its process without a deployment", Standing{prefect.Scheduled, AwaitingRetry, &inProcess, false}, "process "},
		{"waiting to be handed out again", Standing{prefect.Scheduled, AwaitingRetry, &reschedule, true}, none},
		{"waiting for nobody knows what", Standing{prefect.Scheduled, AwaitingRetry, nil, true}, none},
		{"scheduled", Standing{prefect.Scheduled, "Scheduled", &inProcess, true}, none},
		{"paused", Standing{prefect.Paused, "Paused", &inProcess, true}, none},
		{"completed, with a strange name", Standing{prefect.Completed, AwaitingRetry, &inProcess, true}, none},
		{"without a state", Standing{prefect.NoState, "", nil, true}, none},
	} {
		names := map[Kind]string{HandOut: "hand-out ", Claim: "claim ", Process: "process ", Flow: "flow "}
		got := ""
		for _, k := range Kinds() {
			if k.Holds(c.run) {
				got += names[k]
			}
		}
		if got != c.want {
			t.Errorf("a run that is %s holds %q, want %q", c.name, got, c.want)
		}
	}
}
