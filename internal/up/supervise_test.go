package up

import (
	"strings"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/config"
)

func TestWorkerCommand(t *testing.T) {
	yes, no, five, half := true, false, 5, config.Span(30*time.Minute)
	for _, c := range []struct {
		name   string
		worker config.Worker
		want   string
	}{
		{"ours", config.Worker{}, "reeve worker start --pool p --drain 1s"},
		{"cold", config.Worker{Warm: &no, Limit: &five}, "reeve worker start --pool p --drain 1s --warm off --limit 5"},
		{"warm", config.Worker{Warm: &yes, WarmIdle: &half}, "reeve worker start --pool p --drain 1s --warm on --warm-idle 30m0s"},
		{"stock", config.Worker{Stock: true, Warm: &yes, Limit: &five}, "python -m prefect worker start --pool p --type process --limit 5"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := strings.Join(WorkerCommand(c.worker, "reeve", "python", "p"), " "); got != c.want {
				t.Errorf("%s", got)
			}
		})
	}
}
