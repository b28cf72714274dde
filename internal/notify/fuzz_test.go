package notify

import (
	"context"
	"errors"
	"maps"
	"net"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/reevehq/reeve/internal/clock"
)

// cut is a network that nobody is reached by; it keeps who was to be reached.
type cut struct {
	mu      sync.Mutex
	reached []string
}

func (c *cut) sender() *Sender {
	s := New(Options{Clock: clock.NewManual(now), To: map[string][]string{"slack-credentials/mine": {"#ops"}}})
	s.connect = func(_ context.Context, address string, _ bool) (net.Conn, error) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.reached = append(c.reached, address)
		return nil, errors.New("the network is cut")
	}
	return s
}

// FuzzAddress: whatever the url of a block is, it ends in calls to addresses of the
// web, or in a failure that is final and does not tell the url.
func FuzzAddress(f *testing.F) {
	for _, c := range wireCases(f) {
		var w urlBlock
		if (Block{Data: c.Data}).read(&w) == nil && w.URL != "" {
			f.Add(w.URL)
		}
	}
	for _, text := range []string{"", "slack://", "slack://a/b", "slack://a/b/c/#x/@y/+z", "ntfy://[::1]/x", "pover://@", "json://h?+X=%0d%0a", "json://h?:a=b&c", "slack://xoxb-#", "discord://1/%2e%2e",
		"ntfy://a:b@c:d/e", "https://discord.com/api/webhooks//", "HTTPS://ntfy.sh/a", "json://h/%zz", "mailto://a:b@c", "https://hooks.slack.com/services/../..", "http:///x", "//x", "https://x.logic.azure.com/workflows/a/triggers/manual/paths/invoke?sig=%2f"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		calls, err := addressCalls(Block{Slug: "slack-webhook", Name: "mine"}, urlBlock{URL: text}, Message{Subject: "s", Body: "b"}, now)
		if failure := asFailure(err); err != nil && (failure == nil || !failure.Final) {
			t.Fatalf("%q: %v", text, err)
		}
		if err == nil && len(calls) == 0 {
			t.Fatalf("%q: nothing is sent and nothing said", text)
		}
		for _, c := range calls {
			if u, err := url.Parse(c.url); err == nil && u.Scheme != "http" && u.Scheme != "https" {
				t.Fatalf("%q becomes %q", text, c.url)
			}
			s := (&cut{}).sender()
			if _, err := s.call(t.Context(), c, "k"); asFailure(err) == nil {
				t.Fatalf("%q: %v", text, err)
			}
		}
	})
}

// FuzzBlock: whatever a document and a message are, sending ends in a *Failure, tells
// no secret, and asks for no more than it may.
func FuzzBlock(f *testing.F) {
	slugs := append(slices.Sorted(maps.Keys(services)), "our-own", WebhookSlug)
	for _, c := range wireCases(f) {
		f.Add(slices.Index(slugs, c.Slug), []byte(c.Data), "subject", c.Body)
	}
	f.Add(0, []byte(`{"url": "x", "json_data": {"a": "{{body}}{{body}}"}, "form_data": null, "timeout": -1e308}`), "", "")
	f.Add(slices.Index(slugs, "email-server-credentials"), []byte(`{"username": "a@b.c", "smtp_type": 25, "email_to": ["a@b.c\r\nRCPT TO:<x@y>"]}`), "a\r\nBcc: x", "\r\n.\r\n")
	f.Fuzz(func(t *testing.T, which int, data []byte, subject, body string) {
		if which < 0 || len(data) > 10_000 || len(body) > 10_000 {
			return
		}
		b := Block{Slug: slugs[which%len(slugs)], Name: "mine", Data: data}
		network := &cut{}
		s := network.sender()
		send := func() (Answer, error) {
			if b.Slug == WebhookSlug {
				return s.Webhook(t.Context(), b, body, "k")
			}
			return s.Notify(t.Context(), b, Message{Subject: subject, Body: body, Key: "k"})
		}
		_, err := send()
		failure := asFailure(err)
		if failure == nil {
			t.Fatalf("it ends with %v", err)
		}
		if len(network.reached) > mostRecipients {
			t.Fatalf("%d connections", len(network.reached))
		}
		var w struct {
			Token    string `json:"token"`
			Password string `json:"password"`
		}
		if b.read(&w) != nil {
			return
		}
		for _, secret := range []string{w.Token, w.Password} {
			if len(secret) >= 12 && strings.Trim(secret, "*") != "" && strings.Contains(failure.Sentence, secret) && !strings.Contains("the block cannot be used: "+b.Slug+b.Name, secret) {
				t.Fatalf("%s tells %q", failure.Sentence, secret)
			}
		}
	})
}
