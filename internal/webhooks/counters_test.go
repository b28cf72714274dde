package webhooks

import (
	"strings"
	"testing"

	"github.com/reevehq/reeve/internal/config"
	"github.com/reevehq/reeve/internal/metrics"
)

func TestMeasureTellsWhatBecameOfWebhooks(t *testing.T) {
	g := newRig(t, config.Webhook{Path: "/webhooks/a"}, config.Webhook{Path: "/webhooks/b", When: "{{ body.wanted }}"})
	g.send("/webhooks/a", "{}", known, "X-Delivery-Id: 1")
	g.send("/webhooks/a", "{}", known, "X-Delivery-Id: 1")
	g.send("/webhooks/a", "{}", "X-Webhook-Secret: wrong")
	g.send("/webhooks/b", `{"wanted": false}`, known)
	page := new(metrics.Page)
	if err := g.Measure(t.Context(), page); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		`reeve_gateway_webhooks_total{result="accepted"} 1`, `reeve_gateway_webhooks_total{result="duplicate"} 1`,
		`reeve_gateway_webhooks_total{result="refused"} 1`, `reeve_gateway_webhooks_total{result="ignored"} 1`,
		`reeve_gateway_inbox{status="waiting"} 1`, `reeve_gateway_inbox_oldest_seconds 0.`,
	} {
		if !strings.Contains(string(page.Bytes()), line) {
			t.Errorf("there is no %s in\n%s", line, page.Bytes())
		}
	}
}
