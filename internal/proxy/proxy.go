package proxy

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"

	"github.com/reevehq/reeve/internal/access"
	"github.com/reevehq/reeve/internal/client"
	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/config"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/metrics"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/traffic"
	"github.com/reevehq/reeve/internal/wire"
)

const (
	// front is where the gateway serves the API.
	front = "/api"
	// maxRequests and maxSockets bound what passes at once.
	maxRequests = 512
	maxSockets  = 512
	// bodyTime bounds the reading of a request's body.
	bodyTime = time.Minute
	// answerTime bounds the wait for the server to begin an answer.
	answerTime = 90 * time.Second
)

// Config is what a proxy needs to know.
type Config struct {
	// Settings have the server's API, the gateway's name and address, and the times.
	Settings config.Gateway
	// Auth is the server's "user:password", "" without one.
	Auth string
	// Pages may call while there is no password.
	Pages access.Pages
	// Pools are those whose workers are behind this gateway, as far as is known;
	// further ones are learned from their polls.
	Pools []string
	// Local is for a server in the same process: it sleeps together with the
	// gateway, so nothing is ever answered from memory.
	Local bool
}

// Proxy is what stands between workers and the server's API. While the server is
// awake everything passes; while it sleeps, what workers ask only because they
// wait is answered from memory. It is an http.Handler for paths below /api/.
type Proxy struct {
	settings config.Gateway
	local    bool
	server   *url.URL // the server's API
	auth     string
	password access.Password
	pages    access.Pages
	token    string // what the server must show when it calls
	pools    *names
	view     *view
	memory   *memory
	beats    *heartbeats
	api      *client.Client // for the gateway's own requests
	reverse  *httputil.ReverseProxy
	base     *http.Transport
	clock    clock.Clock
	ids      clock.IDs
	log      *slog.Logger
	count    counters

	requests chan struct{}
	sockets  chan struct{}
	ctx      context.Context // ends with Stop
	cancel   context.CancelFunc
	last     context.Context // ends with Close, which cuts off what is left
	cut      context.CancelFunc
	running  sync.WaitGroup // the keeper, wakings and sockets

	mu       sync.Mutex
	stopping bool
	closed   bool
	waking   *waking
	open     map[*websocket.Conn]struct{} // the clients' that may be told of a stop
}

// New makes a proxy; it does nothing of its own before Start.
func New(c Config, machine clock.Clock, ids clock.IDs, log *slog.Logger) (*Proxy, error) {
	server, err := url.Parse(strings.TrimSuffix(c.Settings.API, "/"))
	if err != nil || server.Host == "" || server.Scheme != "http" && server.Scheme != "https" {
		return nil, fault.New(fault.Invalid, "%s is no address of an API", c.Settings.API).
			WithHint("give one like http://127.0.0.1:4200/api")
	}
	base := http.DefaultTransport.(*http.Transport).Clone()
	base.ResponseHeaderTimeout = answerTime
	base.MaxIdleConnsPerHost = 32
	base.DisableCompression = true // bodies pass as they are
	ctx, cancel := context.WithCancel(context.Background())
	last, cut := context.WithCancel(context.Background())
	p := &Proxy{settings: c.Settings, local: c.Local, server: server, auth: c.Auth,
		password: access.NewPassword(c.Auth), pages: c.Pages, token: ids.V4().String() + ids.V4().String(),
		pools: newNames(c.Pools), view: newView(machine), memory: newMemory(), beats: newHeartbeats(),
		api: client.New(c.Settings.API, c.Auth).Marked(c.Settings.Name), base: base, clock: machine, ids: ids, log: log,
		requests: make(chan struct{}, maxRequests), sockets: make(chan struct{}, maxSockets), ctx: ctx, cancel: cancel,
		last: last, cut: cut, open: map[*websocket.Conn]struct{}{}}
	p.count.wakes = metrics.NewHistogram(wakeBounds...)
	p.reverse = &httputil.ReverseProxy{Rewrite: p.rewrite, Transport: &holder{p}, ModifyResponse: p.learn, ErrorHandler: p.failed,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug)}
	return p, nil
}

// Start begins to keep in touch with the server, until Close.
func (p *Proxy) Start() {
	if !p.local {
		p.begin(func() { p.keep(p.ctx) })
	}
}

// begin runs what Close waits for; false once the proxy is closed.
func (p *Proxy) begin(run func()) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return false
	}
	p.running.Go(run)
	return true
}

// ServeHTTP implements http.Handler.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a := classify(r)
	if !p.admits(w, r, a) {
		return
	}
	if a.socket {
		p.serveSocket(w, r, a)
		return
	}
	if p.ending() {
		w.Header().Set("Connection", "close")
		unavailable(w, time.Second)
		return
	}
	if !take(p.requests) {
		unavailable(w, time.Second)
		return
	}
	defer release(p.requests)
	r, err := p.buffer(w, r, a)
	if fault.Is(err, fault.Busy) {
		traffic.NoMemory(w, "the gateway")
		return
	}
	if err != nil {
		traffic.Refuse(w, http.StatusBadRequest, "the body ended early")
		return
	}
	if a.waits() && p.remembered(w, r, a) {
		return
	}
	if !a.waits() {
		defer p.view.work()()
	}
	p.count.forwarded.Add(1)
	ctx, cancel := endingWith(r.Context(), p.last)
	defer cancel()
	p.reverse.ServeHTTP(w, r.WithContext(withAsked(ctx, a)))
}

// take takes a slot, if one is free; release gives it back.
func take(slots chan struct{}) bool {
	select {
	case slots <- struct{}{}:
		return true
	default:
		return false
	}
}

func release(slots chan struct{}) { <-slots }

// rewrite directs a request to the server. Hop-by-hop headers are gone by now.
func (p *Proxy) rewrite(r *httputil.ProxyRequest) {
	p.direct(r.Out.URL, r.In.URL)
	r.Out.Host = ""
	r.Out.Header.Del(wire.GatewayHeader)
	if a := askedOf(r.In.Context()); a.waits() {
		r.Out.Header.Set(wire.GatewayHeader, p.settings.Name)
	}
}

// direct makes out the server's address of what was asked for at in.
func (p *Proxy) direct(out, in *url.URL) {
	rest := strings.TrimPrefix(in.EscapedPath(), front)
	out.Scheme, out.Host, out.User = p.server.Scheme, p.server.Host, nil
	out.RawQuery = in.RawQuery
	if joined, err := url.Parse(p.server.EscapedPath() + rest); err == nil {
		out.Path, out.RawPath = joined.Path, joined.RawPath
	}
}

// unavailable asks a client of the contract to come back, which does not count
// as one of its tries.
func unavailable(w http.ResponseWriter, after time.Duration) {
	w.Header().Set("Retry-After", seconds(after))
	w.Header().Set(prefect.MaintenanceHeader, "true")
	traffic.Answer(w, http.StatusServiceUnavailable, map[string]any{"exception_message": "The server is not there yet"})
}
