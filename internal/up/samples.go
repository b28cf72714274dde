package up

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/reevehq/reeve/internal/config"
	"github.com/reevehq/reeve/internal/sleep"
)

const (
	// glance is the pause between two looks at a sample run.
	glance = 200 * time.Millisecond
	// longestSample bounds a sample run.
	longestSample = 10 * time.Minute
)

// incomplete says that a sample run did not end well.
type incomplete struct{ flow, state, message string }

func (i *incomplete) Error() string {
	return fmt.Sprintf("the sample run of %s ended as %s: %s", i.flow, i.state, i.message)
}

// sampleRun is what of a flow run is looked at.
type sampleRun struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	State struct {
		Type    string  `json:"type"`
		Name    string  `json:"name"`
		Message *string `json:"message"`
	} `json:"state"`
	TotalRunTime float64 `json:"total_run_time"`
}

// runSamples makes one run of each flow that has sample parameters, one after
// the other in their order: a flow may need what the one before it left. It
// gives the first failure after it has tried all.
func (r *running) runSamples(ctx context.Context, deployments map[string]string) error {
	var failed error
	for _, f := range r.Setup.Deployed() {
		if f.Sample == nil {
			continue
		}
		err := r.runSample(ctx, f, deployments[f.Name])
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil && failed == nil {
			failed = err
		}
	}
	return failed
}

func (r *running) runSample(ctx context.Context, f config.Flow, deployment string) error {
	started := r.clock.Now()
	var run sampleRun
	in := map[string]any{"parameters": f.Sample, "state": map[string]any{"type": "SCHEDULED", "message": "sample run of reeve up"}}
	if r.Server.Sleep.Mode == sleep.Exit {
		// The program starts again whenever it is woken; that is no reason for another run.
		in["idempotency_key"] = "sample run of reeve up: " + f.Name
	}
	err := r.api.Ask(ctx, http.MethodPost, "/deployments/"+deployment+"/create_flow_run", in, &run)
	if err != nil {
		return fmt.Errorf("make a sample run of %s: %w", f.Name, err)
	}
	for {
		if err := r.api.Ask(ctx, http.MethodGet, "/flow_runs/"+run.ID, nil, &run); err != nil {
			return fmt.Errorf("look at the sample run of %s: %w", f.Name, err)
		}
		took := r.clock.Now().Sub(started)
		switch run.State.Type {
		case "COMPLETED":
			r.report(f, run, took)
			return nil
		case "FAILED", "CRASHED", "CANCELLED":
			r.report(f, run, took)
			return &incomplete{f.Name, run.State.Name, value(run.State.Message)}
		}
		if took > longestSample {
			return &incomplete{f.Name, run.State.Name, fmt.Sprintf("it is not over after %v", longestSample)}
		}
		select {
		case <-r.clock.After(glance):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// report prints how a sample run ended, and where to see it.
func (r *running) report(f config.Flow, run sampleRun, took time.Duration) {
	fmt.Fprintf(r.Out, "Sample run %s of %s: %s in %.1f s (%.1f s of it in the flow)\n",
		run.Name, f.Name, run.State.Name, took.Seconds(), run.TotalRunTime)
	if r.pages != "" {
		fmt.Fprintf(r.Out, "     %sruns/flow-run/%s\n", r.pages, run.ID)
	}
}

func value(s *string) string {
	if s == nil {
		return "no message"
	}
	return *s
}
