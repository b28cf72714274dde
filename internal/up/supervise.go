package up

import (
	"context"
	"strconv"

	"github.com/reevehq/reeve/internal/config"
	"github.com/reevehq/reeve/internal/supervise"
)

// superviseWorker keeps a worker attached to a pool until ctx ends.
func (r *running) superviseWorker(ctx context.Context, pool string) {
	supervise.New(supervise.Program{Name: pool, Command: WorkerCommand(r.Setup.Worker, r.Reeve, r.python(), pool), Environ: r.environ(),
		Greet: r.Setup.Worker.Stock, Out: r.Err, Mask: r.Mask, Log: r.Log, Clock: r.clock}).Run(ctx)
}

// WorkerCommand starts the worker of a pool: the program at reeve itself, or,
// when the reeve.toml says so, the one of the prefect package of a Python.
func WorkerCommand(w config.Worker, reeve, python, pool string) []string {
	command := []string{reeve, "worker", "start", "--pool", pool}
	if w.Stock {
		command = []string{python, "-m", "prefect", "worker", "start", "--pool", pool, "--type", "process"}
	}
	if w.Limit != nil {
		command = append(command, "--limit", strconv.Itoa(*w.Limit))
	}
	return command
}
