package cli

import (
	"cmp"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/config"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/worker"
)

type workerCommands struct {
	Start workerStart `cmd:"" help:"Take flow runs from a work pool and run them."`
}

type workerStart struct {
	settingFlags `embed:""`
	Pool         string        `short:"p" required:"" help:"Work pool to serve." placeholder:"POOL"`
	Name         string        `short:"n" help:"Name of this worker; made up when not given." placeholder:"NAME"`
	WorkQueue    []string      `short:"q" help:"Queue of the pool to serve; may be given again. All by default." placeholder:"QUEUE"`
	Limit        int           `short:"l" help:"Most runs at a time; 0 for no bound." default:"0"`
	URL          string        `name:"api" help:"Address of the API; PREFECT_API_URL, else that of the settings." placeholder:"URL" env:"PREFECT_API_URL"`
	Python       string        `help:"Interpreter that has the prefect package; python3 or python of the PATH by default." placeholder:"FILE" env:"REEVE_PYTHON,PREFECT_PYTHON"`
	Drain        time.Duration `help:"How long runs under way may go on once the worker is told to stop. They are ended then, which takes 2.5 s at most." default:"2s" placeholder:"DURATION"`
	Warm         string        `help:"Start runs from a process that has prefect loaded: on, off, or auto, which is on with 400 MB of memory or more." enum:"auto,on,off" default:"auto" env:"REEVE_WORKER_WARM"`
	WarmIdle     time.Duration `help:"Let that process go after this time without a run; 0 for never." default:"1h" placeholder:"DURATION" env:"REEVE_WORKER_WARM_IDLE"`
	RunOnce      bool          `help:"Poll once, run what is due, and end."`
	Healthcheck  bool          `name:"with-healthcheck" help:"Answer GET /health on PREFECT_WORKER_WEBSERVER_HOST and _PORT (0.0.0.0:8080): 503 when polls are overdue."`
	CreatePool   bool          `name:"create-pool-if-not-found" help:"Make the pool when it does not exist." default:"true" negatable:""`
}

// Help implements kong's detailed help.
func (*workerStart) Help() string {
	return `Example:

  reeve worker start --pool my-pool --limit 5 --api http://127.0.0.1:4200/api
  reeve worker start --pool my-pool --run-once            # from cron
  reeve worker start --pool my-pool --warm on --with-healthcheck

The worker goes on when the server is away and never ends because of it. On
SIGTERM it takes no more runs, waits for those under way (--drain) and ends the
rest, which are then Crashed; a second signal ends it at once. Runs of a worker
that was killed are looked after by the next one that starts on this machine.`
}

// Run works until it is told to stop.
func (s *workerStart) Run(p *process) error {
	c, err := s.prepare(p, nil)
	if err != nil {
		return err
	}
	p.level.Set(logLevels[c.Text("logging.level")])
	if s.Limit < 0 {
		return fault.New(fault.Invalid, "--limit is %d; it cannot be negative", s.Limit)
	}
	ids := clock.NewIDs(clock.System{})
	name := cmp.Or(s.Name, "ProcessWorker "+ids.V4().String())
	if strings.ContainsAny(name, "/%") {
		return fault.New(fault.Invalid, "--name is %q; it cannot contain / or %%", name)
	}
	python, err := s.python()
	if err != nil {
		return err
	}
	w := worker.New(worker.Config{
		URL: strings.TrimSuffix(cmp.Or(s.URL, c.Text("server.ui.api_url")), "/"), Auth: cmp.Or(c.Text("api.auth_string"), c.Text("server.api.auth_string")),
		Pool: s.Pool, Queues: s.WorkQueue, Name: name, Limit: s.Limit, Drain: s.Drain, CreatePool: s.CreatePool, Python: python, Once: s.RunOnce,
		Query: c.Seconds("worker.query_seconds"), Heartbeat: c.Seconds("worker.heartbeat_seconds"),
		Prefetch: c.Seconds("worker.prefetch_seconds"),
		Warm:     s.Warm == "on" || s.Warm == "auto" && worker.MemoryForWarm(), WarmIdle: s.WarmIdle,
		Environ: p.environ, Out: p.out, Log: p.partOf("worker"), Mask: p.mask,
	}, clock.System{}, ids)
	if s.Healthcheck {
		stop, err := healthcheck(w, c)
		if err != nil {
			return err
		}
		defer stop()
	}
	// Whoever reads what it prints may be killed before it is: then it still has
	// runs to end. A handler, unlike ignoring, is not inherited by them.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	fmt.Fprintln(p.out, "[Worker] Connecting to Prefect server...")
	return w.Run(p.ctx)
}

// healthcheck serves a worker's health until stop is called.
func healthcheck(w *worker.Worker, c *config.Config) (stop func(), err error) {
	address := net.JoinHostPort(c.Text("worker.webserver.host"), strconv.Itoa(c.Int("worker.webserver.port")))
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "the health check cannot listen on %s", address).
			WithHint("give another port: PREFECT_WORKER_WEBSERVER_PORT=8081")
	}
	server := &http.Server{Handler: w.Healthcheck(), ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(listener) }() // until it is closed
	return func() { _ = server.Close() }, nil
}

// python finds the interpreter that runs flows.
func (s *workerStart) python() (string, error) {
	wanted := []string{s.Python}
	if s.Python == "" {
		wanted = []string{"python3", "python"}
	}
	for _, name := range wanted {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", fault.New(fault.Invalid, "no Python interpreter %s is found", strings.Join(wanted, " or ")).
		WithHint("install Python 3.10 or newer with prefect (pip install prefect==3.9.1), or name one with --python")
}
