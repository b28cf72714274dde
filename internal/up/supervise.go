package up

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/reevehq/reeve/internal/config"
	"github.com/reevehq/reeve/internal/supervise"
)

// Hosts kill 5 s after they asked to stop. Runs have drain to end by themselves,
// their worker farewell to end them and say so, and what then waits for an
// answer of the server ServerDrain.
const (
	drain       = time.Second
	farewell    = 3800 * time.Millisecond
	ServerDrain = 700 * time.Millisecond
)

// superviseWorker keeps a worker attached to a pool until ctx ends.
func (r *running) superviseWorker(ctx context.Context, pool string) {
	supervise.New(supervise.Program{Name: pool, Farewell: farewell, Command: WorkerCommand(r.Setup.Worker, r.Reeve, r.python(), pool), Environ: WorkerEnviron(r.Setup.Worker, r.environ(r.front.url)),
		Greet: r.Setup.Worker.Stock, Out: r.Err, Mask: r.Mask, Log: r.Log, Clock: r.clock}).Run(ctx)
}

// WorkerCommand starts the worker of a pool: the program at reeve itself, or,
// when the reeve.toml says so, the one of the prefect package of a Python.
func WorkerCommand(w config.Worker, reeve, python, pool string) []string {
	command := []string{reeve, "worker", "start", "--pool", pool, "--drain", drain.String()}
	if w.Stock {
		command = []string{python, "-m", "prefect", "worker", "start", "--pool", pool, "--type", "process"}
	}
	if w.Warm != nil && !w.Stock {
		command = append(command, "--warm", map[bool]string{true: "on", false: "off"}[*w.Warm])
	}
	if w.WarmIdle != nil && !w.Stock {
		command = append(command, "--warm-idle", time.Duration(*w.WarmIdle).String())
	}
	if w.Limit != nil {
		command = append(command, "--limit", strconv.Itoa(*w.Limit))
	}
	return command
}

// stockPrefetch is how far ahead a supervised worker of the prefect package
// claims runs. Its polls are up to 13 s apart (worker.query_seconds and 30 %),
// and the process of a run takes seconds to start: with the 10 s of the contract
// some runs start late by as much. A claimed run holds its slots, so it is no
// more than it has to be.
const stockPrefetch = "PREFECT_WORKER_PREFETCH_SECONDS=18"

// stockHeartbeats is how often runs tell that they are alive, as below our own
// worker; olderHeartbeats is the other name of the setting.
const (
	stockHeartbeats = "PREFECT_FLOWS_HEARTBEAT_FREQUENCY=30"
	olderHeartbeats = "PREFECT_RUNNER_HEARTBEAT_FREQUENCY"
)

// WorkerEnviron is the environment of a supervised worker: environ, with what
// serves a worker that is kept by us, unless environ says otherwise.
func WorkerEnviron(w config.Worker, environ []string) []string {
	if !w.Stock {
		return environ
	}
	return orDefault(orDefault(environ, stockPrefetch), stockHeartbeats, olderHeartbeats)
}

// orDefault adds a line unless its name, or one of the others, is set.
func orDefault(environ []string, line string, others ...string) []string {
	name, _, _ := strings.Cut(line, "=")
	names := append(others, name)
	if slices.ContainsFunc(environ, func(set string) bool { n, _, _ := strings.Cut(set, "="); return slices.Contains(names, n) }) {
		return environ
	}
	return append(slices.Clone(environ), line)
}
