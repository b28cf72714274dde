package webhooks

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/config"
	"github.com/reevehq/reeve/internal/outbox"
)

// TestWhatIsNotSignedMakesNoOtherDelivery sends one signed request again with
// everything changed that its signature does not cover.
func TestWhatIsNotSignedMakesNoOtherDelivery(t *testing.T) {
	at := fmt.Sprint(time.Now().Unix())
	github := hexed(`{"n":1}`)
	timed := hexed(at + `.{"n":1}`)
	standard := base64.StdEncoding.EncodeToString(signed("m1." + at + `.{"n":1}`))
	other := strings.Repeat("0", 64)
	tests := []struct {
		name    string
		hook    config.Webhook
		path    string // where it is sent again, with a query
		headers []string
		again   []string // replace those of the same name
	}{
		{"GitHub's delivery", config.Webhook{Form: "github"}, "", []string{"X-Hub-Signature-256: sha256=" + github, "X-GitHub-Delivery: 1"}, []string{"X-GitHub-Delivery: 2"}},
		{"another delivery header", config.Webhook{Form: "github"}, "", []string{"X-Hub-Signature-256: sha256=" + github}, []string{"X-Delivery-Id: 2", "Idempotency-Key: 3", "Webhook-Id: 4"}},
		{"case of the hex", config.Webhook{Form: "github"}, "", []string{"X-Hub-Signature-256: sha256=" + github}, []string{"X-Hub-Signature-256: sha256=" + strings.ToUpper(github)}},
		{"event's kind", config.Webhook{Form: "github"}, "", []string{"X-Hub-Signature-256: sha256=" + github, "X-GitHub-Event: push"}, []string{"X-GitHub-Event: release"}},
		{"query", config.Webhook{Form: "github"}, "/webhooks/a?x=2", []string{"X-Hub-Signature-256: sha256=" + github}, nil},
		{"escaped path", config.Webhook{Form: "github"}, "/webhooks/%61", []string{"X-Hub-Signature-256: sha256=" + github}, nil},
		{"template that reads a header", config.Webhook{Form: "github", DeliveryID: "{{ headers.x_nr }}"}, "", []string{"X-Hub-Signature-256: sha256=" + github, "X-Nr: 1"}, []string{"X-Nr: 2"}},
		{"template that reads the query", config.Webhook{Form: "github", DeliveryID: "{{ query.x }}"}, "/webhooks/a?x=2", []string{"X-Hub-Signature-256: sha256=" + github}, nil},
		{"hex as base64", config.Webhook{SignatureHeader: "X-Signature", TimestampHeader: "X-Timestamp"}, "", []string{"X-Timestamp: " + at, "X-Signature: " + timed},
			[]string{"X-Signature: v1=" + base64.StdEncoding.EncodeToString(signed(at+`.{"n":1}`))}},
		{"blanks", config.Webhook{SignatureHeader: "X-Signature", TimestampHeader: "X-Timestamp"}, "", []string{"X-Timestamp: " + at, "X-Signature: " + timed},
			[]string{"X-Signature:   " + timed + " "}},
		{"a second signature", config.Webhook{SignatureHeader: "X-Signature", TimestampHeader: "X-Timestamp"}, "", []string{"X-Timestamp: " + at, "X-Signature: " + timed},
			[]string{"X-Signature: " + other + "," + timed, "X-Delivery-Id: 2"}},
		{"a second standard signature", config.Webhook{Form: "standard", SecretEnv: "STANDARD"}, "", []string{"Webhook-Id: m1", "Webhook-Timestamp: " + at, "Webhook-Signature: v1," + standard},
			[]string{"Webhook-Signature: v1,AAAA v1," + standard, "X-GitHub-Delivery: 9"}},
		{"Stripe's other parts", config.Webhook{Form: "stripe"}, "", []string{"Stripe-Signature: t=" + at + ",v1=" + timed},
			[]string{"Stripe-Signature: v0=" + other + ", t=" + at + ", v1=" + other + ", v1=" + strings.ToUpper(timed) + ",x=1"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.hook.Path = "/webhooks/a"
			g := newRig(t, test.hook)
			first := g.send("/webhooks/a", `{"n":1}`, test.headers...)
			path := test.path
			if path == "" {
				path = "/webhooks/a"
			}
			again := g.send(path, `{"n":1}`, append(test.headers, test.again...)...)
			var one, two struct{ ID, Status string }
			if json.Unmarshal(first.Body.Bytes(), &one) != nil || json.Unmarshal(again.Body.Bytes(), &two) != nil ||
				first.Code != 202 || again.Code != 202 || one.Status != "accepted" || two.Status != "duplicate" || one.ID != two.ID {
				t.Errorf("first %d %s, again %d %s", first.Code, first.Body, again.Code, again.Body)
			}
			g.until(t, outbox.Waiting, 1)
		})
	}
}

// TestASignedSendersRepeatIsOneDelivery: senders sign a second attempt anew.
func TestASignedSendersRepeatIsOneDelivery(t *testing.T) {
	now := time.Now().Unix()
	for name, test := range map[string]struct {
		hook    config.Webhook
		headers func(at string) []string
	}{
		"standard": {config.Webhook{Form: "standard", SecretEnv: "STANDARD"}, func(at string) []string {
			return []string{"Webhook-Id: m1", "Webhook-Timestamp: " + at, "Webhook-Signature: v1," + base64.StdEncoding.EncodeToString(signed("m1."+at+`.{"id":"evt_1"}`))}
		}},
		"stripe": {config.Webhook{Form: "stripe"}, func(at string) []string {
			return []string{"Stripe-Signature: t=" + at + ",v1=" + hexed(at+`.{"id":"evt_1"}`)}
		}},
		"template": {config.Webhook{SignatureHeader: "X-Signature", TimestampHeader: "X-Timestamp", DeliveryID: "{{ body.id }}"}, func(at string) []string {
			return []string{"X-Timestamp: " + at, "X-Signature: " + hexed(at+`.{"id":"evt_1"}`)}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			test.hook.Path = "/webhooks/a"
			g := newRig(t, test.hook)
			for i := range int64(3) {
				if got := g.send("/webhooks/a", `{"id":"evt_1"}`, test.headers(fmt.Sprint(now-i))...); got.Code != 202 {
					t.Errorf("attempt %d: %d %s", i, got.Code, got.Body)
				}
			}
			g.until(t, outbox.Waiting, 1)
		})
	}
}

// TestRealSignatures holds the check to what the senders' own documentation shows.
func TestRealSignatures(t *testing.T) {
	tests := []struct {
		name, secret string
		hook         config.Webhook
		header       http.Header
		body         string
		at           int64
		want         bool
	}{
		{"GitHub's example", "It's a Secret to Everybody", config.Webhook{Form: "github"},
			http.Header{"X-Hub-Signature-256": {"sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"}}, "Hello, World!", 0, true},
		{"GitHub's example, changed", "It's a Secret to Everybody", config.Webhook{Form: "github"},
			http.Header{"X-Hub-Signature-256": {"sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"}}, "Hello, World?", 0, false},
		{"Standard Webhooks' example", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", config.Webhook{Form: "standard"},
			http.Header{"Webhook-Id": {"msg_p5jXN8AQM9LWM0D4loKWxJek"}, "Webhook-Timestamp": {"1614265330"}, "Webhook-Signature": {"v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}},
			`{"test": 2432232314}`, 1614265330, true},
		{"Standard Webhooks' example, late", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", config.Webhook{Form: "standard"},
			http.Header{"Webhook-Id": {"msg_p5jXN8AQM9LWM0D4loKWxJek"}, "Webhook-Timestamp": {"1614265330"}, "Webhook-Signature": {"v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}},
			`{"test": 2432232314}`, 1614265330 + 301, false},
		{"Supabase's auth hook", "v1,whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", config.Webhook{Form: "supabase"},
			http.Header{"Webhook-Id": {"msg_p5jXN8AQM9LWM0D4loKWxJek"}, "Webhook-Timestamp": {"1614265330"}, "Webhook-Signature": {"v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}},
			`{"test": 2432232314}`, 1614265330, true},
		{"an id that took over the time", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", config.Webhook{Form: "standard"},
			http.Header{"Webhook-Id": {"msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330"}, "Webhook-Timestamp": {"1614265330"}, "Webhook-Signature": {"v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}},
			`{"test": 2432232314}`, 1614265330, false},
		{"Stripe without a time", secret, config.Webhook{Form: "stripe"}, http.Header{"Stripe-Signature": {"v1=" + hexed(".{}")}}, "{}", 1, false},
		{"Stripe, signed without its time", secret, config.Webhook{Form: "stripe"}, http.Header{"Stripe-Signature": {"t=1,v1=" + hexed("{}")}}, "{}", 1, false},
		{"Stripe", secret, config.Webhook{Form: "stripe"}, http.Header{"Stripe-Signature": {"t=1,v1=" + hexed("1.{}") + ",v0=00"}}, "{}", 1, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.hook.ReplayWindow = config.Span(5 * time.Minute)
			c, err := newCheck(test.hook, test.secret)
			if err != nil {
				t.Fatal(err)
			}
			err = c.before(test.header, time.Unix(test.at, 0))
			var proof []byte
			if err == nil {
				proof, err = c.after(test.header, []byte(test.body))
			}
			if (err == nil) != test.want || (len(proof) == 32) != test.want {
				t.Errorf("%v, proof %s", err, hex.EncodeToString(proof))
			}
		})
	}
}
