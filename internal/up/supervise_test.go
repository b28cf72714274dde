package up

import (
	"slices"
	"strings"
	"testing"

	"github.com/reevehq/reeve/internal/config"
)

// However often `up` is started, a pool has one worker of this machine.
func TestTheWorkerOfAMachineKeepsItsName(t *testing.T) {
	for name, w := range map[string]config.Worker{"own": {}, "stock": {Stock: true}} {
		first, second := WorkerCommand(w, "reeve", "python", "p"), WorkerCommand(w, "reeve", "python", "p")
		i := slices.Index(first, "--name")
		if i < 0 || !slices.Equal(first, second) || strings.ContainsAny(first[i+1], "/%") {
			t.Errorf("%s: %q, then %q", name, first, second)
		}
	}
}

func TestWorkerEnviron(t *testing.T) {
	for name, c := range map[string]struct {
		worker        config.Worker
		environ, want []string
	}{
		"our own": {config.Worker{}, []string{"A=1"}, []string{"A=1"}},
		"stock":   {config.Worker{Stock: true}, []string{"A=1"}, []string{"A=1", "PREFECT_WORKER_PREFETCH_SECONDS=18", "PREFECT_FLOWS_HEARTBEAT_FREQUENCY=30"}},
		"stock, said else": {config.Worker{Stock: true}, []string{"PREFECT_WORKER_PREFETCH_SECONDS=5", "PREFECT_FLOWS_HEARTBEAT_FREQUENCY=60"},
			[]string{"PREFECT_WORKER_PREFETCH_SECONDS=5", "PREFECT_FLOWS_HEARTBEAT_FREQUENCY=60"}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := WorkerEnviron(c.worker, c.environ); !slices.Equal(got, c.want) {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}
