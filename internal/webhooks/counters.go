package webhooks

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/reevehq/reeve/internal/metrics"
	"github.com/reevehq/reeve/internal/outbox"
)

// counters is what became of webhooks in this process.
type counters struct {
	accepted, duplicates, ignored, refused, unkept atomic.Int64
	delivered, dead, failed                        atomic.Int64
}

// Measure writes what became of webhooks, and what is in the inbox. It fails, and
// writes nothing, when the inbox cannot be read.
func (in *Intake) Measure(ctx context.Context, page *metrics.Page) error {
	var oldest *time.Time
	counts, err := in.inbox.Counts(ctx)
	if err == nil {
		oldest, err = in.inbox.oldest(ctx)
	}
	if err != nil {
		in.log.Error("read the inbox", "error", err)
		return err
	}
	c := &in.count
	page.Counter("reeve_gateway_webhooks_total", "Webhooks that were received, by what was answered.")
	for _, of := range []struct {
		result string
		n      *atomic.Int64
	}{{"accepted", &c.accepted}, {"duplicate", &c.duplicates}, {"ignored", &c.ignored}, {"refused", &c.refused}, {"unkept", &c.unkept}} {
		page.Value(float64(of.n.Load()), "result", of.result)
	}
	page.Counter("reeve_gateway_deliveries_total", "Attempts to bring a webhook to the server, by how they ended.").
		Value(float64(c.delivered.Load()), "result", "delivered").
		Value(float64(c.dead.Load()), "result", "dead").
		Value(float64(c.failed.Load()), "result", "failed")
	page.Gauge("reeve_gateway_inbox", "Webhooks in the inbox, by status.")
	for _, status := range []outbox.Status{outbox.Waiting, outbox.Delivered, outbox.Dead} {
		page.Value(float64(counts[status]), "status", string(status))
	}
	age := 0.0
	if oldest != nil {
		age = max(0, in.clock.Now().Sub(*oldest).Seconds())
	}
	page.Gauge("reeve_gateway_inbox_oldest_seconds", "Age of the oldest webhook that waits.").Value(age)
	return nil
}
