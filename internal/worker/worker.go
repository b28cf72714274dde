package worker

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/mask"
	"github.com/reevehq/reeve/internal/wire"
)

// defaultTemplate is the base job template a process worker gives its pool.
//
//go:embed process_template.json
var defaultTemplate json.RawMessage

// workerType is the only type this worker is of.
const workerType = "process"

// Config is what a worker needs to know.
type Config struct {
	// URL is the server's API, "http://127.0.0.1:4200/api"; Auth is
	// "user:password" or empty.
	URL, Auth string
	// Pool is the work pool; Queues are those of its queues that are served, all
	// when empty.
	Pool   string
	Queues []string
	// Name is the worker's own, unique in its pool.
	Name string
	// Limit bounds the runs at a time; 0 means no bound.
	Limit int
	// Once takes what one poll finds, and ends when that has run.
	Once bool
	// CreatePool makes the pool when it does not exist.
	CreatePool bool
	// Python is the interpreter that has the prefect package.
	Python string
	// Drain is how long runs under way may go on once the worker is told to stop.
	Drain time.Duration
	// Warm starts runs from a process that has the prefect package loaded, which
	// is let go after WarmIdle without a run, never when that is 0.
	Warm     bool
	WarmIdle time.Duration
	// Query, Heartbeat and Prefetch are the longest time between two polls, the
	// time between two heartbeats, and how long before it is due a run is started.
	Query, Heartbeat, Prefetch time.Duration
	// Environ is the environment that runs start from.
	Environ []string
	// Out takes what runs print and the worker's few lines for people.
	Out io.Writer
	Log *slog.Logger
	// Mask takes secrets out of what of a run's output gets into its state.
	Mask *mask.Masker
}

// Worker takes runs of a work pool and runs them in processes.
type Worker struct {
	config   Config
	clock    clock.Clock
	ids      clock.IDs
	server   *server
	logs     *runLogs
	control  *control
	consumer uuid.UUID
	out      *lines
	warm     *warmPool // nil when every run loads the prefect package itself

	wake chan struct{} // asks for a poll at once

	mu       sync.Mutex
	pool     *workPool
	runs     map[uuid.UUID]*attempt
	nextPoll time.Time               // when a poll is to come
	later    map[uuid.UUID]time.Time // runs that could not be started, and when to try again
	channel  bool                    // the worker channel is open: it carries the heartbeats
	watched  bool                    // the server tells of cancellations
	all      sync.WaitGroup

	under  context.Context // of attempts: ends when they can be waited for no longer
	giveUp context.CancelFunc

	told bool // the server says when the next run is due; of the poll alone
}

// New makes a worker; it does nothing before Run.
func New(config Config, c clock.Clock, ids clock.IDs) *Worker {
	config.Environ = WithHeartbeats(config.Environ)
	s := &server{url: config.URL, auth: config.Auth, clock: c, ids: ids, log: config.Log, http: &http.Client{}}
	w := &Worker{config: config, clock: c, ids: ids, server: s, logs: newRunLogs(s), consumer: ids.V4(),
		out: &lines{to: config.Out}, wake: make(chan struct{}, 1), runs: map[uuid.UUID]*attempt{}, later: map[uuid.UUID]time.Time{}}
	w.under, w.giveUp = context.WithCancel(context.Background())
	w.polls(0)
	if config.Warm {
		w.warm = &warmPool{python: config.Python, environ: environment(config.Environ, w.access()), keep: config.WarmIdle, clock: c, log: config.Log}
	}
	return w
}

// access leads a process to the server.
func (w *Worker) access() map[string]string {
	env := map[string]string{"PREFECT_API_URL": w.config.URL}
	if w.config.Auth != "" {
		env["PREFECT_API_AUTH_STRING"] = w.config.Auth
	}
	return env
}

// Run works until ctx ends and all runs under way have ended, or were ended:
// see stop.go. It fails only
// when the server refuses the worker: because the pool is not there, is of
// another type, or the password is wrong.
func (w *Worker) Run(ctx context.Context) error {
	if err := w.attach(ctx); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	var err error
	if w.control, err = listenControl(); err != nil {
		w.config.Log.Warn("runs will be cancelled by signals alone: no port of the loopback is free", "error", err)
	}
	defer w.control.close()
	w.warm.prepare()
	defer w.warm.close()
	// What serves runs goes on until the last of them has ended.
	serving, stop := context.WithCancel(context.WithoutCancel(ctx))
	var loops sync.WaitGroup
	loops.Go(func() { w.logs.run(serving) })
	loops.Go(func() { w.keepChannel(serving) })
	loops.Go(func() { w.keepWatch(serving) })
	started := w.tell(ctx, "prefect.worker.started", nil, nil)
	fmt.Fprintf(w.out, "Worker '%s' started!\n", w.config.Name)
	w.takeOver(ctx)
	if w.config.Once {
		w.pollOnce(ctx)
		w.await(ctx)
	} else {
		w.poll(ctx)
	}
	w.drain()
	last, cancel := context.WithTimeout(serving, farewell)
	w.tell(last, "prefect.worker.stopped", nil, started)
	_ = w.announce(last, lastInterval) // else its silence says so later
	w.logs.flush(last)
	cancel()
	stop()
	loops.Wait()
	fmt.Fprintf(w.out, "Worker '%s' stopped!\n", w.config.Name)
	return nil
}

// attach finds or makes the pool and sends the first heartbeat.
func (w *Worker) attach(ctx context.Context) error {
	pool, err := w.readPool(ctx)
	switch {
	case refused(err, http.StatusNotFound) && w.config.CreatePool:
		err = w.server.ask(ctx, http.MethodPost, "/work_pools/", map[string]any{
			"name": w.config.Pool, "type": workerType, "base_job_template": defaultTemplate}, nil)
		if err != nil && !refused(err, http.StatusConflict) {
			return w.refusedBy(err)
		}
		pool, err = w.readPool(ctx)
	case refused(err, http.StatusNotFound):
		return fault.New(fault.NotFound, "work pool %q does not exist", w.config.Pool).
			WithHint("create it (prefect work-pool create %q --type process), or let the worker do it: --create-pool-if-not-found", w.config.Pool)
	}
	if err != nil {
		return w.refusedBy(err)
	}
	if pool.Type != workerType {
		return fault.New(fault.Invalid, "work pool %q is of type %s; this worker serves pools of type process", w.config.Pool, pool.Type).
			WithHint("name another pool with --pool, or start a worker of that type")
	}
	if len(pool.BaseJobTemplate) <= len("{}") {
		err = w.server.ask(ctx, http.MethodPatch, w.poolPath(""), map[string]any{"base_job_template": defaultTemplate}, nil)
		if err == nil {
			pool, err = w.readPool(ctx)
		}
		if err != nil {
			return w.refusedBy(err)
		}
	}
	w.setPool(pool)
	return w.heartbeat(ctx)
}

// refusedBy says in the worker's words why the server turned it away.
func (w *Worker) refusedBy(err error) error {
	if refused(err, http.StatusUnauthorized) {
		return fault.New(fault.Unauthorised, "the server at %s asks for a password", w.config.URL).
			WithHint("set PREFECT_API_AUTH_STRING to user:password")
	}
	return fmt.Errorf("attach to work pool %q: %w", w.config.Pool, err)
}

func (w *Worker) poolPath(rest string) string {
	return "/work_pools/" + url.PathEscape(w.config.Pool) + rest
}

func (w *Worker) readPool(ctx context.Context) (*workPool, error) {
	var pool workPool
	err := w.server.ask(ctx, http.MethodGet, w.poolPath(""), nil, &pool)
	return &pool, err
}

func (w *Worker) setPool(pool *workPool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pool = pool
}

// currentPool is the pool as the server last told it.
func (w *Worker) currentPool() *workPool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.pool
}

func (w *Worker) heartbeat(ctx context.Context) error { return w.announce(ctx, w.config.Heartbeat) }

// lastInterval is what the last heartbeat of a worker says about the next: that
// none came is soon noticed, and the worker offline.
const lastInterval = time.Second

// announce sends a heartbeat that says when to expect the next.
func (w *Worker) announce(ctx context.Context, next time.Duration) error {
	return w.server.ask(ctx, http.MethodPost, w.poolPath("/workers/heartbeat"), map[string]any{
		"name": w.config.Name, "heartbeat_interval_seconds": int(next / time.Second)}, nil)
}

// pollNow asks for a poll at once.
func (w *Worker) pollNow() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

const (
	// horizon is how far ahead a poll looks, so that the next one can come when the
	// first run is due. A server that says itself when that is need not be asked.
	horizon = time.Minute
)

// poll takes runs until ctx ends.
func (w *Worker) poll(ctx context.Context) {
	for ctx.Err() == nil {
		wait := w.pollOnce(ctx)
		w.polls(wait)
		select {
		case <-ctx.Done():
		case <-w.wake:
		case <-w.clock.After(wait):
		}
	}
}

// await waits until no run is under way, or ctx ends.
func (w *Worker) await(ctx context.Context) {
	select {
	case <-w.idle():
	case <-ctx.Done():
	}
}

// idle returns a channel that is closed once no run is under way.
func (w *Worker) idle() <-chan struct{} {
	done := make(chan struct{})
	go func() {
		w.all.Wait()
		close(done)
	}()
	return done
}

// pollOnce starts what is due, as far as there is room, and says when to poll again.
func (w *Worker) pollOnce(ctx context.Context) time.Duration {
	wait := w.config.Query + time.Duration((w.ids.Float()-0.5)*0.3*float64(w.config.Query))
	w.polls(0)
	now := w.clock.Now()
	var found []struct {
		FlowRun flowRun `json:"flow_run"`
	}
	before := now.Add(w.config.Prefetch)
	if !w.told {
		before = before.Add(horizon)
	}
	header, err := w.server.askFor(ctx, nil, http.MethodPost, w.poolPath("/get_scheduled_flow_runs"), map[string]any{
		"work_queue_names": w.config.Queues, "scheduled_before": timestamp{Time: before}}, &found)
	if err != nil {
		if ctx.Err() == nil {
			w.config.Log.Warn("poll for runs", "error", err)
		}
		return wait
	}
	w.mu.Lock()
	watched := w.watched
	w.mu.Unlock()
	if !watched {
		w.findCancelled(ctx)
		w.findDeleted(ctx)
	}
	text := header.Get(wire.NextDueHeader)
	w.told = text != ""
	if due, err := time.Parse(time.RFC3339, text); err == nil {
		if early := due.Sub(now) - w.config.Prefetch; early > 0 {
			wait = min(wait, early)
		}
	}
	if len(found) > 0 {
		w.warm.prepare() // a run of the next minute may find it loaded
	}
	for i := range found {
		run := &found[i].FlowRun
		if due := run.NextScheduledStartTime; due != nil {
			if early := due.Sub(now) - w.config.Prefetch; early > 0 {
				wait = min(wait, early)
				continue
			}
		}
		if !w.take(run) {
			break
		}
	}
	return wait
}

// take starts an attempt of a run; false when the worker has no room for it.
func (w *Worker) take(run *flowRun) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.runs[run.ID] != nil || w.clock.Now().Before(w.later[run.ID]) {
		return true
	}
	delete(w.later, run.ID)
	if w.config.Limit > 0 && len(w.runs) >= w.config.Limit {
		return false
	}
	a := &attempt{worker: w, run: run}
	w.runs[run.ID] = a
	w.all.Go(func() {
		defer w.release(a)
		a.do(w.under)
	})
	return true
}

// release forgets an attempt. The slots of one that ran may let another start;
// one that did not start is left alone until the next regular poll.
func (w *Worker) release(a *attempt) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.runs, a.run.ID)
	if a.started() {
		w.pollNow()
		return
	}
	now := w.clock.Now()
	maps.DeleteFunc(w.later, func(_ uuid.UUID, until time.Time) bool { return until.Before(now) })
	w.later[a.run.ID] = now.Add(w.config.Query * 9 / 10)
}

// attemptOf is the attempt of a run of ours, nil when it is none.
func (w *Worker) attemptOf(id uuid.UUID) *attempt {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.runs[id]
}

// lookupEnv reads the environment that runs start from.
func (w *Worker) lookupEnv(key string) (string, bool) {
	for i := len(w.config.Environ) - 1; i >= 0; i-- {
		if e := w.config.Environ[i]; len(e) > len(key) && e[:len(key)] == key && e[len(key)] == '=' {
			return e[len(key)+1:], true
		}
	}
	return "", false
}

// lines lets several processes print without mixing their writes.
type lines struct {
	mu sync.Mutex
	to io.Writer
}

// Write implements io.Writer.
func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.to.Write(p)
}
