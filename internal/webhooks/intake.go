package webhooks

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/config"
	"github.com/reevehq/reeve/internal/outbox"
)

// Config is what an intake needs to know.
type Config struct {
	Settings config.Gateway
	Webhooks []config.Webhook
	// Lookup gives the environment variables that hold secrets.
	Lookup func(name string) string
	// Auth is the server's "user:password", "" without one.
	Auth string
}

// Intake receives webhooks, keeps them and brings them to the server. It is an
// http.Handler for paths below /webhooks/.
type Intake struct {
	routes  map[string]*route
	inbox   *Inbox
	out     *outbox.Outbox[*Entry]
	deliver *deliverer
	slots   chan struct{}
	clock   clock.Clock
	log     *slog.Logger
	count   counters
}

// New makes an intake on its inbox. It fails with a fault when a webhook's
// secret is not set or a template cannot be read.
func New(ctx context.Context, c Config, inbox *Inbox, log *slog.Logger) (*Intake, error) {
	in := &Intake{routes: map[string]*route{}, inbox: inbox, slots: make(chan struct{}, max(1, c.Settings.Concurrency)),
		clock: inbox.clock, log: log}
	for _, w := range c.Webhooks {
		r, err := newRoute(w, c.Lookup)
		if err != nil {
			return nil, err
		}
		in.routes[w.Path] = r
		if r.off {
			log.Warn("a webhook is off: its secret is not set", "path", w.Path, "variable", w.SecretEnv)
		}
	}
	in.warnOfSharedSecrets(c.Webhooks)
	in.deliver = &deliverer{routes: in.routes, auth: c.Auth, count: &in.count, log: log, ids: map[string]string{}}
	var err error
	in.out, err = outbox.New(ctx, outbox.Config{Pauses: pauses, Look: look, Keep: time.Duration(c.Settings.Retention), KeepDead: time.Duration(c.Settings.DeadRetention),
		Most: c.Settings.MaxInbox, MostBytes: c.Settings.MaxInboxBytes}, inbox, in.deliver.attempt, in.deliver, inbox.clock, inbox.ids)
	if err != nil {
		return nil, err
	}
	if n := in.Undelivered(); n > 0 {
		log.Info("webhooks wait to be delivered", "number", n)
	}
	return in, nil
}

// warnOfSharedSecrets names webhooks whose senders sign with one secret: no
// signature covers the path, so what was sent to one is valid at the other.
func (in *Intake) warnOfSharedSecrets(all []config.Webhook) {
	first := map[[sha256.Size]byte]string{}
	for _, w := range all {
		route := in.routes[w.Path]
		if route.off || route.check == nil || !route.check.signed {
			continue
		}
		secret := sha256.Sum256(route.check.secret)
		if other, shared := first[secret]; shared {
			in.log.Warn("two webhooks share a secret: who saw a delivery of one could send it to the other", "path", w.Path, "other", other)
			continue
		}
		first[secret] = w.Path
	}
}

// Start begins to deliver to the API at url, until Close.
func (in *Intake) Start(url string) {
	in.deliver.to(url)
	in.out.Start(context.Background())
}

// Stop ends delivering. What is under way has 3 s to end; what is not delivered
// then stays in the inbox.
func (in *Intake) Stop() { in.out.Stop() }

// Close stops delivering and closes the inbox.
func (in *Intake) Close() error {
	in.Stop()
	return in.inbox.Close()
}

// Undelivered returns the number of webhooks that wait: while there are some, nobody
// may sleep.
func (in *Intake) Undelivered() int {
	n, _ := in.out.Waiting()
	return n
}

// Health returns how many webhooks the inbox has of each status, and whether the
// server takes them, as far as is known. It fails while no webhook can be kept,
// with what may be told of it; that the server is away is no failure.
func (in *Intake) Health(ctx context.Context) (counts map[outbox.Status]int, server string, err error) {
	if !in.out.Room(1) {
		n, bytes := in.out.Waiting()
		return nil, "", fmt.Errorf("%d webhooks of %d bytes wait, and no more are kept", n, bytes)
	}
	if err := in.inbox.Health(); err != nil {
		return nil, "", err
	}
	if counts, err = in.inbox.Counts(ctx); err != nil {
		in.log.Error("read the inbox", "error", err)
		return nil, "", errors.New("it cannot be read")
	}
	return counts, in.Server(), nil
}

// Server is "ok" while the server takes webhooks, else what is known of why not.
func (in *Intake) Server() string {
	if !in.deliver.started() {
		return "not asked yet"
	}
	if since, reason := in.out.Away(); reason != nil {
		return "away since " + since.Format(time.RFC3339) + ": " + sentence(reason)
	}
	return "ok"
}

// ServeHTTP implements http.Handler for /webhooks/. It answers 202 once a webhook
// is durable.
func (in *Intake) ServeHTTP(w http.ResponseWriter, r *http.Request) { in.receive(w, r) }
