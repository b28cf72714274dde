package up

import (
	"context"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/reevehq/reeve/internal/config"
	"github.com/reevehq/reeve/internal/supervise"
	"github.com/reevehq/reeve/internal/worker"
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
		Greet: r.Setup.Worker.Stock, Out: r.Err, Form: r.Form, Mask: r.Mask, Log: r.Log, Clock: r.clock}).Run(ctx)
}

// WorkerName is the name of this machine's worker of a pool: the same after each
// start, so that the pool has one worker however often it was started.
func WorkerName(pool string) string {
	host, err := os.Hostname()
	if err != nil {
		return pool
	}
	return pool + " on " + host
}

// WorkerCommand starts the worker of a pool: the program at reeve itself, or,
// when the reeve.toml says so, the one of the prefect package of a Python.
func WorkerCommand(w config.Worker, reeve, python, pool string) []string {
	command := []string{reeve, "worker", "start", "--pool", pool, "--name", WorkerName(pool), "--drain", drain.String()}
	if w.Stock {
		command = []string{python, "-m", "prefect", "worker", "start", "--pool", pool, "--name", WorkerName(pool), "--type", "process"}
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

// prefetch says how far ahead a worker of the prefect package claims runs, and
// ownPrefetch how far one does that we keep. Its polls are up to 13 s apart
// (worker.query_seconds and 30 %), and the process of a run takes seconds to
// start: with the 10 s of the contract some runs start late by as much. A claimed
// run holds its slots, so it is no more than it has to be.
const (
	prefetch    = "PREFECT_WORKER_PREFETCH_SECONDS="
	ownPrefetch = "18"
)

// WorkerEnviron is the environment of a supervised worker: environ, with what
// serves a worker that is kept by us, unless environ says otherwise.
func WorkerEnviron(w config.Worker, environ []string) []string {
	if !w.Stock {
		return environ
	}
	if !slices.ContainsFunc(environ, func(line string) bool { return strings.HasPrefix(line, prefetch) }) {
		environ = append(slices.Clip(environ), prefetch+ownPrefetch)
	}
	return worker.WithHeartbeats(environ)
}
