package webhooks

import (
	"net/http"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/config"
)

func FuzzSignature(f *testing.F) {
	for _, seed := range []string{"sha256=" + hexed("{}"), hexed("{}"), "v1,AAAA v1,BBBB", "v1=zz", "t=1,v1=00", "=", "", ",,;  "} {
		f.Add(seed, "1700000000", []byte("{}"))
	}
	f.Add("x", "2023-11-14T22:13:20Z", []byte(nil))
	f.Add("x", "-1", []byte("\x00"))
	c, err := newCheck(config.Webhook{SignatureHeader: "X-Signature", TimestampHeader: "X-Timestamp", ReplayWindow: config.Span(time.Minute)}, secret)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, signature, timestamp string, body []byte) {
		h := http.Header{"X-Signature": {signature}, "X-Timestamp": {timestamp}}
		_ = c.before(h, time.Unix(1700000000, 0))
		for _, sum := range parseSignatures(signature) {
			if len(sum) != 32 {
				t.Errorf("a signature of %d bytes", len(sum))
			}
		}
		if passes(c, h, body) && len(parseSignatures(signature)) == 0 {
			t.Error("accepted without a signature")
		}
		h.Set("X-Signature", hexed(timestamp+"."+string(body)))
		if _, err := c.after(h, body); err != nil {
			t.Errorf("its own signature: %v", err)
		}
	})
}

func FuzzMapping(f *testing.F) {
	f.Add("{{ body.a }}", []byte(`{"a":{"b":[1,2.5,"x",null,true]}}`), "application/json")
	f.Add("a {{ body.a }} b", []byte(`a=1&a=2`), "application/x-www-form-urlencoded")
	f.Add("{{ body }}", []byte(`[1e400]`), "application/json")
	f.Add("{{ text }}", []byte("\xff\x00"), "text/plain")
	f.Add("{{- body.x -}}", []byte(`{"x":{"__prefect_kind":"json"}}`), "application/json")
	f.Add("{{ }}", []byte(`0`), "")
	f.Fuzz(func(t *testing.T, template string, body []byte, media string) {
		e := &Entry{Path: "/webhooks/f", Body: body, Headers: map[string]string{"content-type": media}}
		r := &route{Webhook: config.Webhook{Path: "/webhooks/f", Deployment: "f/d", Key: template, DeliveryID: template, When: template,
			IdempotencyKey: template, Parameters: map[string]any{"p": template}}}
		values, err := e.values("")
		if err != nil {
			return
		}
		s := newScope(t.Context(), values)
		defer s.Close()
		r.wanted(e, s)
		if id := r.delivery(e, s); id != nil && len(*id) > longestName {
			t.Errorf("a delivery id of %d bytes", len(*id))
		}
		r.lane(s)
		a, err := r.action(t.Context(), e)
		if err != nil {
			return
		}
		for name, v := range a.body["parameters"].(map[string]any) {
			if o, ok := v.(map[string]any); ok && marked(v) && o[kindMark] != "json" {
				t.Errorf("parameter %s can be taken for a template: %v", name, v)
			}
		}
	})
}

func passes(c *check, h http.Header, body []byte) bool {
	_, err := c.after(h, body)
	return err == nil
}
