package gateway

import (
	"context"
	"encoding/binary"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/access"
	"github.com/reevehq/reeve/internal/budget"
	"github.com/reevehq/reeve/internal/client"
	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/config"
	"github.com/reevehq/reeve/internal/traffic"
	"github.com/reevehq/reeve/internal/wire"
)

// drainTime bounds the end of deliveries under way: hosts kill 5 s after they
// ask to stop, and the inbox has to be closed too.
const drainTime = 3 * time.Second

// Config is what a gateway needs to know.
type Config struct {
	Settings config.Gateway
	Webhooks []config.Webhook
	// Lookup gives the environment variables that hold secrets.
	Lookup func(name string) string
	// Auth is the server's "user:password", "" without one.
	Auth string
	// Pages may call while there is no password.
	Pages access.Pages
}

// Parts are what else a gateway serves; each may be nil.
type Parts struct {
	API     http.Handler // below /api/: what stands between workers and the server
	Nudge   http.Handler // wire.NudgePath: calls of the server
	Metrics http.Handler // /metrics
	Workers func() any   // what /health says of the workers
	Backup  func() any   // what /health says of the inbox's backup
	// Memory bounds what requests hold at once; nil for no bound.
	Memory *budget.Memory
}

// Gateway receives webhooks, keeps them and brings them to the server. It is an
// http.Handler for paths below /webhooks/.
type Gateway struct {
	settings config.Gateway
	routes   map[string]*route
	inbox    *Inbox
	lanes    *lanes
	slots    chan struct{}
	clock    clock.Clock
	ids      clock.IDs
	log      *slog.Logger
	auth     string
	password access.Password
	pages    access.Pages
	count    webhookCounters

	mu     sync.Mutex
	out    *deliverer
	cancel context.CancelFunc
	ended  chan struct{}
}

// New makes a gateway on its inbox. It fails with a fault when a webhook's
// secret is not set or a template cannot be read.
func New(ctx context.Context, c Config, inbox *Inbox, log *slog.Logger) (*Gateway, error) {
	g := &Gateway{settings: c.Settings, routes: map[string]*route{}, inbox: inbox, lanes: newLanes(),
		slots: make(chan struct{}, max(1, c.Settings.Concurrency)), clock: inbox.clock, ids: inbox.ids, log: log, auth: c.Auth,
		password: access.NewPassword(c.Auth), pages: c.Pages}
	for _, w := range c.Webhooks {
		r, err := newRoute(w, c.Lookup)
		if err != nil {
			return nil, err
		}
		g.routes[w.Path] = r
		if r.off {
			log.Warn("a webhook is off: its secret is not set", "path", w.Path, "variable", w.SecretEnv)
		}
	}
	g.warnOfSharedSecrets(c.Webhooks)
	all, err := inbox.waiting(ctx, nil)
	if err != nil {
		return nil, err
	}
	for _, p := range all {
		g.lanes.add(p)
	}
	if len(all) > 0 {
		log.Info("webhooks wait to be delivered", "number", len(all))
	}
	return g, nil
}

// warnOfSharedSecrets names webhooks whose senders sign with one secret: no
// signature covers the path, so what was sent to one is valid at the other.
func (g *Gateway) warnOfSharedSecrets(all []config.Webhook) {
	first := map[string]string{}
	for _, w := range all {
		route := g.routes[w.Path]
		if route.off || route.check == nil || !route.check.signed {
			continue
		}
		secret := key("shared", string(route.check.secret))
		if other, shared := first[secret]; shared {
			g.log.Warn("two webhooks share a secret: who saw a delivery of one could send it to the other", "path", w.Path, "other", other)
			continue
		}
		first[secret] = w.Path
	}
}

// Start begins to deliver to the API at url, until Close.
func (g *Gateway) Start(url string) {
	soft, cancel := context.WithCancel(context.Background())
	hard, end := context.WithCancel(context.Background())
	out := &deliverer{g: g, api: client.New(url, g.auth), ids: map[string]string{}}
	ended := make(chan struct{})
	g.mu.Lock()
	g.out, g.ended = out, ended
	g.cancel = func() {
		cancel()
		select {
		case <-ended:
		case <-g.clock.After(drainTime):
			end()
			<-ended
		}
		end()
	}
	g.mu.Unlock()
	go func() {
		defer close(ended)
		out.run(soft, hard)
	}()
}

// Stop ends delivering. What is under way has 3 s to end; what is not delivered
// then stays in the inbox.
func (g *Gateway) Stop() {
	g.mu.Lock()
	stop := g.cancel
	g.cancel = nil
	g.mu.Unlock()
	if stop != nil {
		stop()
	}
}

// Close stops delivering and closes the inbox.
func (g *Gateway) Close() error {
	g.Stop()
	return g.inbox.Close()
}

// ServeHTTP implements http.Handler for /webhooks/.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) { g.receive(w, r) }

// Handler serves everything of a gateway that stands alone.
func (g *Gateway) Handler(p Parts) http.Handler {
	paths := traffic.Paths{
		{Path: "/webhooks/", Handler: g},
		{Method: http.MethodGet, Path: "/health", Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { g.health(w, r, p) })},
	}
	if p.Nudge != nil {
		paths = append(paths, traffic.Path{Method: http.MethodPost, Path: wire.NudgePath, Handler: p.Nudge})
	}
	if p.API != nil {
		paths = append(paths, traffic.Path{Path: "/api/", Handler: p.API})
	}
	if p.Metrics != nil {
		paths = append(paths, traffic.Path{Method: http.MethodGet, Path: "/metrics", Handler: admit(g.password, g.pages, p.Metrics)})
	}
	paths = append(paths, traffic.Path{Path: "/", Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		refuse(w, http.StatusNotFound, "Not Found")
	})})
	return traffic.Claims(p.Memory)(paths)
}

// health says "ok" while webhooks can be kept; that the server is away is no
// fault of the gateway.
func (g *Gateway) health(w http.ResponseWriter, r *http.Request, p Parts) {
	if err := g.keeps(); err != nil {
		answer(w, http.StatusServiceUnavailable, map[string]any{"status": "failing", "inbox": err.Error()})
		return
	}
	counts, err := g.inbox.Counts(r.Context())
	if err != nil {
		g.log.Error("read the inbox", "error", err)
		answer(w, http.StatusServiceUnavailable, map[string]any{"status": "failing", "inbox": "it cannot be read"})
		return
	}
	said := map[string]any{"status": "ok", "inbox": counts, "server": g.server()}
	if p.Workers != nil {
		said["workers"] = p.Workers()
	}
	if p.Backup != nil {
		if status := p.Backup(); status != nil {
			said["backup"] = status
		}
	}
	answer(w, http.StatusOK, said)
}

// keeps says why no webhook can be kept, nil when one can.
func (g *Gateway) keeps() error {
	if n, bytes := g.lanes.size(); n >= g.settings.MaxInbox || bytes >= g.settings.MaxInboxBytes {
		return fmt.Errorf("%d webhooks of %d bytes wait, and no more are kept", n, bytes)
	}
	return g.inbox.Health()
}

// server says whether the server takes webhooks, as far as is known.
func (g *Gateway) server() string {
	g.mu.Lock()
	out := g.out
	g.mu.Unlock()
	if out == nil {
		return "not asked yet"
	}
	out.mu.Lock()
	defer out.mu.Unlock()
	if out.away > 0 {
		return "away since " + out.since.Format(time.RFC3339) + ": " + out.reason
	}
	return "ok"
}

// Undelivered is the number of webhooks that wait: while there are some, nobody
// may sleep.
func (g *Gateway) Undelivered() int {
	n, _ := g.lanes.size()
	return n
}

// uuidOf is the id of the n-th repeat of what has an id: always the same.
func uuidOf(id uuid.UUID, n int) uuid.UUID {
	return uuid.NewSHA1(id, binary.BigEndian.AppendUint32(nil, uint32(n)))
}
