package webhooks

import (
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/config"
	"github.com/reevehq/reeve/internal/outbox"
)

func TestOldest(t *testing.T) {
	g := newRig(t, config.Webhook{Path: "/webhooks/hello"})
	if since, reason, err := g.inbox.Oldest(t.Context()); since != nil || reason != "" || err != nil {
		t.Errorf("of an empty inbox: %v, %q, %v", since, reason, err)
	}
	before := g.clock.Now()
	for range 2 {
		g.send("/webhooks/hello", `{}`, known)
	}
	all := g.until(t, outbox.Waiting, 2)
	if err := g.inbox.Postpone(t.Context(), all[1].Seq, "503 from the server", before.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	since, reason, err := g.inbox.Oldest(t.Context())
	if err != nil || since == nil || !since.Equal(all[1].Received) || reason != "503 from the server" {
		t.Errorf("%v, %q, %v; want %v", since, reason, err, all[1].Received)
	}
}
