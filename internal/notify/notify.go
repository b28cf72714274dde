package notify

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"net"
	"net/http"
	"time"

	"github.com/reevehq/reeve/internal/clock"
)

const (
	// Deadline bounds one send: resolving, connecting, sending and the answer.
	Deadline = 10 * time.Second
	// Longest bounds all sends of one message, and those of a block that gives itself
	// a deadline.
	Longest = 20 * time.Second
)

// Block is a saved block document.
type Block struct {
	// Slug is that of the block's type, "slack-webhook".
	Slug string
	// Name is the document's.
	Name string
	// Data is the document's data, an object in JSON: secrets in clear, references
	// resolved.
	Data json.RawMessage
}

// Message is what is said.
type Message struct {
	Subject, Body string
	// Key is the same each time that the same message is tried, and that of no other.
	Key string
	// Incident is what services that keep incidents (PagerDuty, Opsgenie) gather
	// messages by; Key when it is "".
	Incident string
	// Resolved says that the incident is over.
	Resolved bool
}

// incident is what the message belongs to.
func (m Message) incident() string {
	if m.Incident != "" {
		return m.Incident
	}
	return m.Key
}

// Answer is what a service said. Of several that were asked, as for a text to two
// telephone numbers, it is the first's that refused, else the last's.
type Answer struct {
	// Status is that of HTTP or SMTP, 0 when nobody answered.
	Status int
	// Text is the first 2 KB of what was said.
	Text string
	// Headers are those of HTTP, without those that hold credentials.
	Headers map[string]string
}

// Options are what a Sender needs to know.
type Options struct {
	Clock clock.Clock
	// Private are the addresses of the server's own network that may be reached:
	// networks ("10.0.0.0/8"), addresses, names of hosts as they stand in a block,
	// or "*" for all.
	Private []string
	// To are whom a block writes to that does not say so itself, by "slug/name":
	// addresses of mail, channels of Slack.
	To map[string][]string
	// MailFrom is who mail is from when its block does not say so.
	MailFrom string
	// Roots are trusted to sign certificates; nil for those of the machine.
	Roots *x509.CertPool
	// Transport carries requests of HTTP in place of the network, on which addresses
	// are looked at before they are reached; nil for the network. For simulations.
	Transport http.RoundTripper
}

// Sender sends. It may be used from several goroutines, and has none of its own.
type Sender struct {
	clock    clock.Clock
	private  private
	to       map[string][]string
	mailFrom string
	roots    *x509.CertPool
	carrier  http.RoundTripper // nil for the network
	connect  connector
	resolver *net.Resolver // the machine's when nil
	deadline time.Duration // Deadline, but for tests
	progress progress
}

// New makes a sender.
func New(o Options) *Sender {
	s := &Sender{clock: o.Clock, private: readPrivate(o.Private), to: o.To, mailFrom: o.MailFrom, roots: o.Roots, carrier: o.Transport, deadline: Deadline}
	s.connect = s.dial
	return s
}

// service sends a message as one type of block says.
type service func(ctx context.Context, s *Sender, b Block, m Message) (Answer, error)

// services are by the slug of their block's type.
var services = map[string]service{
	"custom-webhook":           overHTTP(customCalls),
	"discord-webhook":          overApprise(discordCalls),
	"email-server-credentials": emailService,
	"mattermost-webhook":       overApprise(mattermostCalls),
	"ms-teams-webhook":         overApprise(teamsCalls),
	"opsgenie-webhook":         overApprise(opsgenieCalls),
	"pager-duty-webhook":       overApprise(pagerDutyCalls),
	"sendgrid-email":           overApprise(sendgridCalls),
	"slack-credentials":        overHTTP(slackCredentialsCalls),
	"slack-incoming-webhook":   overHTTP(slackIncomingCalls),
	"slack-webhook":            overApprise(slackHookCalls),
	"twilio-sms":               overApprise(twilioCalls),
}

// Can reports whether blocks of a type can send notifications. Blocks of other types
// can when their schema says that they notify and they have a url that apprise knows.
func Can(slug string) bool { return services[slug] != nil }

// Notify sends a message as a block says. An error is a *Failure, or that of ctx.
func (s *Sender) Notify(ctx context.Context, b Block, m Message) (Answer, error) {
	send := services[b.Slug]
	if send == nil && b.Slug != WebhookSlug && b.hasURL() {
		send = overApprise(slackHookCalls) // a class of the user's own, made of AppriseNotificationBlock
	}
	if send == nil {
		return Answer{}, unusable(b, "blocks of this type cannot send notifications")
	}
	m.Subject, m.Body = shortened(m.Subject, mostSubject), shortened(m.Body, mostBody)
	within, cancel := context.WithTimeout(ctx, Longest)
	defer cancel()
	answer, err := send(within, s, b, m)
	return s.finish(ctx, b, answer, err)
}

// Webhook calls what a block of the type "webhook" says, with a payload or, when it
// is "", without a body. An error is a *Failure, or that of ctx.
func (s *Sender) Webhook(ctx context.Context, b Block, payload, key string) (Answer, error) {
	if b.Slug != WebhookSlug {
		return Answer{}, unusable(b, "it is no webhook block")
	}
	c, err := webhookCall(b, payload)
	if err != nil {
		return Answer{}, err
	}
	answer, err := s.call(ctx, c, key)
	return s.finish(ctx, b, answer, err)
}

// finish hides the block's secrets in what is told of a send.
func (s *Sender) finish(ctx context.Context, b Block, answer Answer, err error) (Answer, error) {
	if err != nil && ctx.Err() != nil {
		return Answer{}, ctx.Err()
	}
	hidden := b.masker()
	answer.Text = shortenedBytes(hidden.Values(answer.Text), mostAnswer)
	for name, value := range answer.Headers {
		answer.Headers[name] = hidden.Values(value)
	}
	return answer, hiddenIn(hidden, err)
}
