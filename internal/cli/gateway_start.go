package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/reevehq/reeve/internal/access"
	"github.com/reevehq/reeve/internal/backup"
	"github.com/reevehq/reeve/internal/budget"
	"github.com/reevehq/reeve/internal/client"
	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/config"
	"github.com/reevehq/reeve/internal/door"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/proxy"
	"github.com/reevehq/reeve/internal/server"
	"github.com/reevehq/reeve/internal/store/migrations"
	"github.com/reevehq/reeve/internal/store/sqlite"
	"github.com/reevehq/reeve/internal/supervise"
	ups "github.com/reevehq/reeve/internal/up"
	"github.com/reevehq/reeve/internal/webhooks"
)

type gatewayCommands struct {
	Start gatewayStart `cmd:"" help:"Take webhooks, bring them to the server, and keep a worker running for each pool."`
}

type gatewayStart struct {
	settingFlags `embed:""`
	Host         string `help:"Address to listen on; gateway.host of reeve.toml." placeholder:"HOST"`
	Port         *int   `help:"Port to listen on; gateway.port of reeve.toml, else 4280." placeholder:"PORT"`
	URL          string `name:"api" help:"Address of the server's API; gateway.api of reeve.toml, else PREFECT_API_URL." placeholder:"URL"`
	Python       string `help:"Interpreter with the prefect package; else the one of reeve.toml, else python3." placeholder:"PATH" env:"REEVE_PYTHON"`
	NoWorkers    bool   `name:"no-workers" help:"Keep no workers."`
	AllowOpen    bool   `help:"Listen where other machines reach it though no password of the server is set; REEVE_ALLOW_OPEN=1."`
}

// Help implements kong's detailed help.
func (*gatewayStart) Help() string {
	return `Example:

  reeve gateway start --config reeve.toml --api https://my-server.fly.dev/api

Webhooks are the [[webhook]] of reeve.toml. Each is written to the gateway's own
database before it is answered with 202, and delivered once the server takes it.
A worker is kept running for each [[pool]]; one that ends is started again. Its
lines come with the pool's name before them. Workers talk to the server through
the gateway (its /api), which stands in for a server that sleeps and wakes it.`
}

const (
	// farewell is how long a worker has to end: the host gives the gateway 5 s.
	farewell = 4 * time.Second
	// lastAnswers bounds the end of requests under way after that.
	lastAnswers = 500 * time.Millisecond
)

// Run serves until it is told to stop.
func (s *gatewayStart) Run(p *process) error {
	defer endInTime(p)()
	c, err := s.prepare(p, nil)
	if err != nil {
		return err
	}
	p.level.Set(logLevels[c.Text("logging.level")])
	settings := &c.Gateway
	settings.Host = cmp.Or(s.Host, settings.Host)
	settings.API = strings.TrimSuffix(cmp.Or(s.URL, settings.API), "/")
	if s.Port != nil {
		settings.Port = *s.Port
	}
	listener, err := door.Listen(p.ctx, net.JoinHostPort(settings.Host, strconv.Itoa(settings.Port)))
	if err != nil {
		return fault.Wrap(fault.Invalid, err, "the gateway cannot listen on %s:%d", settings.Host, settings.Port).
			WithHint("choose another with --port")
	}
	c.AllowOpen = c.AllowOpen || s.AllowOpen
	if err := refuseOpen(c, listener.Addr(), gatewayAuth(c), "PREFECT_API_AUTH_STRING"); err != nil {
		return errors.Join(err, listener.Close())
	}
	programs, err := s.workers(p, c, "http://"+client.Reachable(listener.Addr())+"/api")
	if err != nil {
		_ = listener.Close()
		return err
	}
	hooks, ship, err := openIntake(p, c)
	if err != nil {
		_ = listener.Close()
		return err
	}
	fmt.Fprintf(p.out, "Gateway: http://%s\nServer: %s\nInbox: %s\n", client.Reachable(listener.Addr()), settings.API, settings.Database)
	for _, w := range c.Webhooks {
		fmt.Fprintf(p.out, "Webhook: http://%s%s\n", client.Reachable(listener.Addr()), w.Path)
	}
	if err = tellReady(p.variable(notifySocket)); err == nil {
		err = serveGateway(p, c, hooks, ship, listener, programs)
	}
	err = errors.Join(err, hooks.Close())
	_ = listener.Close() // a door that is barred until here is refused least
	return err
}

// serveGateway serves, delivers and keeps workers until it is told to stop.
// Workers end first, so that they can still say through the gateway how their
// runs ended.
func serveGateway(p *process, c *config.Config, hooks *webhooks.Intake, ship *backup.Shipper, listener net.Listener, programs []*supervise.Supervisor) error {
	api, err := newProxy(p, c, listener)
	if err != nil {
		return err
	}
	health := func() []supervise.Health {
		all := []supervise.Health{}
		for _, program := range programs {
			all = append(all, program.Health())
		}
		return all
	}
	machine := budget.ThisMachine()
	budget.LimitCollector(machine)
	parts := &gatewayParts{hooks: hooks, proxy: api, workers: health, backup: ship.Report,
		password: access.NewPassword(gatewayAuth(c)), pages: server.Pages(c),
		memory: budget.NewMemory(cmp.Or(c.Limits.Memory, budget.RequestMemory(machine))), clock: clock.System{}}
	front := proxy.NewFront(listener, parts.handler(), api, clock.System{}, p.partOf("gateway"))
	ctx, stop := context.WithCancel(p.ctx)
	defer stop()
	hooks.Start(c.Gateway.API)
	api.Start()
	var workers, delivering sync.WaitGroup
	for _, program := range programs {
		workers.Go(func() { program.Run(ctx) })
	}
	failed := make(chan error, 1)
	go func() { failed <- front.Serve() }()
	select {
	case err = <-failed:
		stop()
	case <-ctx.Done():
	}
	delivering.Go(hooks.Stop)
	workers.Wait()
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastAnswers)
	defer cancel()
	err = errors.Join(err, front.Close(last))
	delivering.Wait()
	return err
}

// gatewayAuth is the server's "user:password", "" without one: the gateway shows
// it to the server, and asks its own callers for it.
func gatewayAuth(c *config.Config) string {
	return cmp.Or(c.Text("api.auth_string"), c.Text("server.api.auth_string"))
}

// newProxy makes what workers talk to. The server may call it where it listens,
// if both are on one machine, or where gateway.url says.
func newProxy(p *process, c *config.Config, listener net.Listener) (*proxy.Proxy, error) {
	settings := c.Gateway
	if settings.Name == "" {
		settings.Name = machineName()
	}
	if settings.URL == "" && onThisMachine(settings.API) {
		settings.URL = "http://" + client.Reachable(listener.Addr())
	}
	var pools []string
	for _, pool := range c.Setup.Pools {
		pools = append(pools, pool.Name)
	}
	machine := clock.System{}
	return proxy.New(proxy.Config{Settings: settings, Pools: pools, Pages: server.Pages(c), Auth: gatewayAuth(c)}, machine, clock.NewIDs(machine), p.partOf("gateway"))
}

// onThisMachine reports whether an address is of the loopback.
func onThisMachine(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// machineName is the machine's name, as far as it may be a gateway's.
func machineName() string {
	name, err := os.Hostname()
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_", r) {
			return r
		}
		return '-'
	}, name[:min(len(name), 100)])
	if err != nil || name == "" {
		return "gateway"
	}
	return name
}

// workers are the programs to keep running. They talk to the API at api.
func (s *gatewayStart) workers(p *process, c *config.Config, api string) ([]*supervise.Supervisor, error) {
	if s.NoWorkers || len(c.Setup.Pools) == 0 {
		return nil, nil
	}
	reeve, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program: %w", err)
	}
	name := cmp.Or(s.Python, c.Setup.Worker.Python, "python3")
	python, err := exec.LookPath(name)
	if err == nil {
		python, err = filepath.Abs(python)
	}
	if err != nil {
		return nil, fault.New(fault.Invalid, "there is no Python at %s", name).
			WithHint("install the prefect package (pip install prefect==3.9.1) and name its interpreter: [worker] python = \"...\"; --no-workers keeps none")
	}
	environ := slices.DeleteFunc(withoutActivation(withoutSecrets(p.environ, c.Webhooks)), func(line string) bool {
		return strings.HasPrefix(line, "PREFECT_API_URL=") || strings.HasPrefix(line, "PREFECT_SERVER_")
	})
	environ = append(environ, "PREFECT_API_URL="+api, "REEVE_PYTHON="+python, "PYTHONUNBUFFERED=1")
	if !slices.ContainsFunc(environ, func(line string) bool { return strings.HasPrefix(line, "PREFECT_UI_URL=") }) {
		environ = append(environ, "PREFECT_UI_URL="+strings.TrimSuffix(c.Gateway.API, "/api")) // the gateway serves no pages
	}
	environ = ups.WorkerEnviron(c.Setup.Worker, environ)
	var all []*supervise.Supervisor
	for _, pool := range c.Setup.Pools {
		all = append(all, supervise.New(supervise.Program{Name: pool.Name, Command: ups.WorkerCommand(c.Setup.Worker, reeve, python, pool.Name),
			Environ: environ, Greet: c.Setup.Worker.Stock, Farewell: farewell, Out: p.out, Form: p.form, Mask: p.mask, Log: p.partOf("gateway"), Clock: clock.System{}}))
	}
	return all, nil
}

// withoutSecrets is an environment without the secrets of webhooks: flows need
// not know them.
func withoutSecrets(environ []string, hooks []config.Webhook) []string {
	return slices.DeleteFunc(slices.Clone(environ), func(line string) bool {
		name, _, _ := strings.Cut(line, "=")
		return slices.ContainsFunc(hooks, func(w config.Webhook) bool { return w.SecretEnv == name })
	})
}

// openWebhooks opens the intake of a reeve.toml, nil when it has no webhook.
func openWebhooks(p *process, c *config.Config) (*webhooks.Intake, *backup.Shipper, error) {
	if len(c.Webhooks) == 0 {
		return nil, nil, nil
	}
	return openIntake(p, c)
}

func openIntake(p *process, c *config.Config) (*webhooks.Intake, *backup.Shipper, error) {
	inbox, ship, err := openInbox(p, c, false)
	if err != nil {
		return nil, nil, err
	}
	hooks, err := webhooks.New(p.ctx, webhooks.Config{Settings: c.Gateway, Webhooks: c.Webhooks, Lookup: p.variable, Auth: gatewayAuth(c)},
		inbox, p.partOf("gateway"))
	if err != nil {
		return nil, nil, errors.Join(err, inbox.Close())
	}
	return hooks, ship, nil
}

// openInbox opens the gateway's database: as its owner, or for a look beside one.
// The shipper is nil unless it is copied.
func openInbox(p *process, c *config.Config, beside bool) (*webhooks.Inbox, *backup.Shipper, error) {
	steps, err := migrations.Gateway("sqlite")
	if err != nil {
		return nil, nil, err
	}
	if same, err := filepath.Abs(c.Database()); err == nil && same == c.Gateway.Database {
		return nil, nil, fault.New(fault.Invalid, "gateway.database is the server's database %s", same).WithHint("give the gateway a file of its own")
	}
	o := sqlite.Options{Path: c.Gateway.Database, Steps: steps, Shared: true, Readers: 2, Logger: p.partOf("gateway"),
		Upgrade: "reeve server database upgrade --inbox"}
	var kept safety
	if !beside {
		if kept, err = keepSafe(p, c, inboxName, o.Path, steps); err != nil {
			return nil, nil, err
		}
		o.Shared, o.Migrate, o.KeepSnapshots, o.Heal = false, true, c.Backup.Keep, kept.heal
		o.Track, o.Untouched = kept.ship != nil, kept.ship.Untouched
	}
	db, err := sqlite.Open(p.ctx, o)
	if err != nil {
		return nil, nil, err
	}
	machine := clock.System{}
	return webhooks.NewInbox(backup.Keep(db, kept.ship), machine, clock.NewIDs(machine)), kept.ship, nil
}
