package config

import (
	"cmp"
	"fmt"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// Gateway is the [gateway] of reeve.toml.
type Gateway struct {
	Host string `toml:"host"` // address to listen on, 127.0.0.1 by default
	Port int    `toml:"port"` // 4280 by default
	// Database is the gateway's own SQLite file; gateway.db beside the server's.
	Database string `toml:"database"`
	// API is the server's API; else PREFECT_API_URL, else that of the settings.
	API string `toml:"api"`
	// MaxBody is the most bytes of a webhook's body, 1 MiB by default.
	MaxBody int64 `toml:"max_body"`
	// MaxInbox is the most webhooks that wait for the server, 10000 by default.
	MaxInbox int `toml:"max_inbox"`
	// MaxInboxBytes is the most bytes of bodies that wait, 256 MiB by default.
	MaxInboxBytes int64 `toml:"max_inbox_bytes"`
	// Concurrency is the most webhooks received at once, 256 by default.
	Concurrency int `toml:"concurrency"`
	// Retention is how long delivered webhooks are kept, 7d by default;
	// DeadRetention how long dead letters are, 90d by default.
	Retention     Span `toml:"retention"`
	DeadRetention Span `toml:"dead_retention"`
	// Name is by which the server knows this gateway, the machine's by default.
	Name string `toml:"name"`
	// URL is where the server can call the gateway, "http://gateway.internal:4280".
	// By default that is where it listens, if the server is on the same machine;
	// else the server cannot call, and is asked every FloorPoll. REEVE_GATEWAY_URL
	// counts more.
	URL string `toml:"url"`
	// FloorPoll is how often a server that cannot call is asked, 5m by default.
	FloorPoll Span `toml:"floor_poll"`
	// Hold is how long a worker's request is held while the server wakes, 30s by
	// default.
	Hold Span `toml:"hold"`
}

const (
	defaultRetention = Span(7 * 24 * time.Hour)
	defaultWindow    = Span(5 * time.Minute)
)

// Span is a duration in reeve.toml, in any form that ParseDuration reads.
type Span time.Duration

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *Span) UnmarshalText(text []byte) error {
	d, err := ParseDuration(string(text))
	if err != nil || d <= 0 {
		return fmt.Errorf("%q is not a duration: give one such as 15m or 7d", text)
	}
	*s = Span(d)
	return nil
}

// Webhook is a [[webhook]] of reeve.toml: what is accepted at one path and what
// becomes of it. Texts may be Jinja templates over body, headers, query and text.
type Webhook struct {
	// Path is where it is sent to: /webhooks/NAME.
	Path string `toml:"path"`
	// Form is a sender whose way of signing is known: github, supabase,
	// standard (standardwebhooks.com) or stripe; "" takes the settings below.
	Form string `toml:"form"`
	// SecretEnv names the environment variable with the secret.
	SecretEnv string `toml:"secret_env"`
	// Optional has a webhook whose secret is not set refuse all, instead of being
	// an error.
	Optional bool `toml:"optional"`
	// Open accepts anybody, without a secret.
	Open bool `toml:"open"`
	// SecretHeader is the header that holds the secret itself, X-Webhook-Secret
	// by default; Authorization takes "Bearer SECRET".
	SecretHeader string `toml:"secret_header"`
	// SignatureHeader is the header with the HMAC-SHA256 of the body, or of
	// "TIMESTAMP.BODY" when there is a TimestampHeader.
	SignatureHeader string `toml:"signature_header"`
	TimestampHeader string `toml:"timestamp_header"`
	// ReplayWindow is how far a timestamp may be from now, 5m by default.
	ReplayWindow Span `toml:"replay_window"`
	// MaxBody is the most bytes of the body, that of the gateway by default.
	MaxBody int64 `toml:"max_body"`

	// When is a template; a webhook for which it gives false, 0, none or nothing
	// is answered and forgotten.
	When string `toml:"when"`
	// DeliveryID is a template that tells deliveries apart: those with the same
	// are one.
	DeliveryID string `toml:"delivery_id"`
	// Key is a template; webhooks with the same key are delivered in order. All
	// of the path by default.
	Key string `toml:"key"`

	// Deployment is what to run, "flow/deployment".
	Deployment string         `toml:"deployment"`
	Parameters map[string]any `toml:"parameters"`
	// IdempotencyKey is a template: one run is made for each. Made of path and
	// delivery by default.
	IdempotencyKey string `toml:"idempotency_key"`
	// Event is what to emit, instead of running a deployment.
	Event *WebhookEvent `toml:"event"`
}

// WebhookEvent is the event that a webhook becomes.
type WebhookEvent struct {
	Name     string            `toml:"name"`
	Resource map[string]string `toml:"resource"`
	Payload  map[string]any    `toml:"payload"`
}

// finishGateway fills in defaults that depend on other settings.
func (c *Config) finishGateway() {
	g := &c.Gateway
	g.Host = cmp.Or(g.Host, "127.0.0.1")
	g.Port = cmp.Or(g.Port, 4280)
	g.MaxBody = cmp.Or(g.MaxBody, 1<<20)
	g.MaxInbox = cmp.Or(g.MaxInbox, 10000)
	g.MaxInboxBytes = cmp.Or(g.MaxInboxBytes, 256<<20)
	g.Concurrency = cmp.Or(g.Concurrency, 256)
	g.Retention = cmp.Or(g.Retention, defaultRetention)
	g.DeadRetention = cmp.Or(g.DeadRetention, Span(90*24*time.Hour))
	g.FloorPoll = cmp.Or(g.FloorPoll, Span(5*time.Minute))
	g.Hold = cmp.Or(g.Hold, Span(30*time.Second))
	g.URL = strings.TrimSuffix(g.URL, "/")
	if g.Database == "" {
		g.Database = filepath.Join(filepath.Dir(c.Database()), "gateway.db")
	} else {
		g.Database = c.fromFile(g.Database)
	}
	g.API = strings.TrimSuffix(cmp.Or(g.API, c.Text("api.url"), c.Text("server.ui.api_url")), "/")
	for i := range c.Webhooks {
		w := &c.Webhooks[i]
		w.MaxBody = cmp.Or(w.MaxBody, g.MaxBody)
		w.ReplayWindow = cmp.Or(w.ReplayWindow, defaultWindow)
	}
}

// loadGateway lays the environment over what the file says.
func (c *Config) loadGateway() error {
	const name = "REEVE_GATEWAY_URL"
	address := c.environ[name]
	if address == "" {
		return nil
	}
	c.Gateway.URL = address
	if !webAddress(address) {
		return refuse(origin{set: true, name: name}, address, &malformed{"no address", "give one like https://my-gateway.fly.dev"})
	}
	return nil
}

func (g *Gateway) check() error {
	switch {
	case g.Port < 0 || g.Port > 65535:
		return &malformed{fmt.Sprintf("port %d is not a port", g.Port), "give a number from 0 to 65535"}
	case g.MaxBody < 0 || g.MaxInbox < 0 || g.MaxInboxBytes < 0 || g.Concurrency < 0:
		return &malformed{"a bound is negative", "give 1 or more, or leave it out"}
	case g.URL != "" && !webAddress(g.URL):
		return &malformed{fmt.Sprintf("url %q is no address", g.URL), `write it like url = "http://gateway.internal:4280"`}
	case g.Name != "" && !gatewayName.MatchString(g.Name):
		return &malformed{fmt.Sprintf("name %q is not a name", g.Name), "give 1 to 100 letters, digits, dots, dashes or underscores"}
	}
	return nil
}

var (
	webhookPath = regexp.MustCompile(`^/webhooks/[A-Za-z0-9._~-]+(/[A-Za-z0-9._~-]+)*$`)
	gatewayName = regexp.MustCompile(`^[A-Za-z0-9._-]{1,100}$`)
	headerName  = regexp.MustCompile(`^[A-Za-z0-9-]+$`)
	forms       = map[string]bool{"": true, "github": true, "supabase": true, "standard": true, "stripe": true}
)

func webAddress(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

// checkWebhooks finds what is wrong with a webhook; index counts from 1. A
// delivery is remembered for the retention, which is 0 when it was left out.
func checkWebhooks(all []Webhook, retention Span) (index int, err error) {
	paths := map[string]bool{}
	for i := range all {
		w := &all[i]
		if err := w.check(); err != nil {
			return i + 1, err
		}
		if window := cmp.Or(w.ReplayWindow, defaultWindow); w.timed() && window > cmp.Or(retention, defaultRetention)/2 {
			return i + 1, &malformed{"replay_window is more than half of gateway.retention, after which a delivery is forgotten", "shorten replay_window, or lengthen retention"}
		}
		if paths[w.Path] {
			return i + 1, &malformed{fmt.Sprintf("there is another webhook at %s", w.Path), "give each a path of its own"}
		}
		paths[w.Path] = true
	}
	return 0, nil
}

// timed reports whether a sender may sign the time, so that the window counts.
func (w *Webhook) timed() bool {
	return w.TimestampHeader != "" || w.Form == "standard" || w.Form == "stripe" || w.Form == "supabase"
}

func (w *Webhook) check() error {
	flow, deployment, slash := strings.Cut(w.Deployment, "/")
	switch {
	case !webhookPath.MatchString(w.Path):
		return &malformed{fmt.Sprintf("path %q is not /webhooks/NAME", w.Path), `write it like path = "/webhooks/video"`}
	case !forms[w.Form]:
		return &malformed{fmt.Sprintf("form %q is not known", w.Form), "give github, supabase, standard or stripe, or leave it out"}
	case w.SecretEnv == "" && !w.Open:
		return &malformed{"has no secret", `name the environment variable that holds it: secret_env = "MY_SECRET"; open = true accepts anybody`}
	case w.SecretEnv != "" && w.Open:
		return &malformed{"has a secret and is open", "leave one out"}
	case w.Form != "" && (w.SignatureHeader != "" || w.TimestampHeader != ""):
		return &malformed{fmt.Sprintf("form %s knows its own headers", w.Form), "leave signature_header and timestamp_header out"}
	case w.SecretHeader != "" && w.SignatureHeader != "":
		return &malformed{"has a secret_header and a signature_header", "leave one out"}
	case w.TimestampHeader != "" && w.SignatureHeader == "":
		return &malformed{"has a timestamp_header that nothing signs", "name the signature_header too"}
	case (w.Deployment == "") == (w.Event == nil):
		return &malformed{"needs a deployment or an event", `give one of them: deployment = "flow/deployment"`}
	case w.Deployment != "" && (!slash || flow == "" || deployment == "" || strings.Contains(deployment, "/")):
		return &malformed{fmt.Sprintf("deployment %q is not flow/deployment", w.Deployment), `write it like deployment = "my-flow/my-deployment"`}
	case w.Event != nil && (w.Event.Name == "" || w.Event.Resource["prefect.resource.id"] == ""):
		return &malformed{"event needs a name and a resource", `write it like event = { name = "video.uploaded", resource = { "prefect.resource.id" = "video.{{ body.id }}" } }`}
	case w.Event != nil && (w.Parameters != nil || w.IdempotencyKey != ""):
		return &malformed{"an event takes no parameters and no idempotency_key", "put them into payload"}
	case w.MaxBody < 0:
		return &malformed{"max_body is negative", "give a number of bytes"}
	}
	for _, name := range []string{w.SecretHeader, w.SignatureHeader, w.TimestampHeader} {
		if name != "" && !headerName.MatchString(name) {
			return &malformed{fmt.Sprintf("%q is not the name of a header", name), "write it like X-Signature"}
		}
	}
	return nil
}
