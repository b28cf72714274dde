package webhooks

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/config"
	"github.com/reevehq/reeve/internal/outbox"
)

func signed(text string) []byte {
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = mac.Write([]byte(text))
	return mac.Sum(nil)
}

func hexed(text string) string { return hex.EncodeToString(signed(text)) }

func TestAnswers(t *testing.T) {
	now := time.Now().Unix()
	at, old := fmt.Sprint(now), fmt.Sprint(now-301)
	g := newRig(t, config.Webhook{Path: "/webhooks/plain"},
		config.Webhook{Path: "/webhooks/bearer", SecretHeader: "Authorization"},
		config.Webhook{Path: "/webhooks/signed", SignatureHeader: "X-Signature", TimestampHeader: "X-Timestamp"},
		config.Webhook{Path: "/webhooks/github", Form: "github"},
		config.Webhook{Path: "/webhooks/supabase", Form: "supabase"},
		config.Webhook{Path: "/webhooks/auth-hook", Form: "supabase", SecretEnv: "STANDARD"},
		config.Webhook{Path: "/webhooks/open", SecretEnv: "-", Open: true},
		config.Webhook{Path: "/webhooks/when", When: "{{ body.type == 'INSERT' }}"})
	big := strings.Repeat("x", 1001)
	tests := []struct {
		name, path, body string
		headers          []string
		want             int
	}{
		{"right secret", "/webhooks/plain", `{"a":1}`, []string{known}, 202},
		{"wrong secret", "/webhooks/plain", `{}`, []string{"X-Webhook-Secret: wrong"}, 401},
		{"prefix of the secret", "/webhooks/plain", `{}`, []string{"X-Webhook-Secret: correct"}, 401},
		{"no secret", "/webhooks/plain", `{}`, nil, 401},
		{"secret of another header", "/webhooks/bearer", `{}`, []string{known}, 401},
		{"bearer", "/webhooks/bearer", `{}`, []string{"Authorization: Bearer " + secret}, 202},
		{"basic", "/webhooks/bearer", `{}`, []string{"Authorization: Basic " + secret}, 401},
		{"unknown path", "/webhooks/nobody", `{}`, []string{known}, 404},
		{"path below", "/webhooks/plain/x", `{}`, []string{known}, 404},
		{"elsewhere", "/other", `{}`, []string{known}, 404},
		{"too large", "/webhooks/plain", big, []string{known}, 413},
		{"too large and a stranger", "/webhooks/plain", big, nil, 413},
		{"no JSON", "/webhooks/plain", `{"a":`, []string{known}, 400},
		{"more than JSON", "/webhooks/plain", `{} {}`, []string{known}, 400},
		{"empty body", "/webhooks/plain", ``, []string{known}, 202},
		{"form", "/webhooks/plain", `a=1&b=2`, []string{known, "Content-Type: application/x-www-form-urlencoded"}, 202},
		{"open", "/webhooks/open", `{}`, nil, 202},
		{"signed", "/webhooks/signed", `{"n":1}`, []string{"X-Timestamp: " + at, "X-Signature: " + hexed(at+`.{"n":1}`)}, 202},
		{"signed with a name", "/webhooks/signed", `{"n":2}`, []string{"X-Timestamp: " + at, "X-Signature: v1=" + hexed(at+`.{"n":2}`)}, 202},
		{"signed without the time", "/webhooks/signed", `{"n":1}`, []string{"X-Timestamp: " + at, "X-Signature: " + hexed(`{"n":1}`)}, 401},
		{"signature of another body", "/webhooks/signed", `{"n":3}`, []string{"X-Timestamp: " + at, "X-Signature: " + hexed(at+`.{"n":1}`)}, 401},
		{"expired", "/webhooks/signed", `{}`, []string{"X-Timestamp: " + old, "X-Signature: " + hexed(old+`.{}`)}, 401},
		{"from the future", "/webhooks/signed", `{}`, []string{"X-Timestamp: " + fmt.Sprint(now+400), "X-Signature: " + hexed(fmt.Sprint(now+400)+`.{}`)}, 401},
		{"no timestamp", "/webhooks/signed", `{}`, []string{"X-Signature: " + hexed(`.{}`)}, 401},
		{"malformed timestamp", "/webhooks/signed", `{}`, []string{"X-Timestamp: soon", "X-Signature: " + hexed(`soon.{}`)}, 401},
		{"github", "/webhooks/github", `{}`, []string{"X-GitHub-Event: push", "X-GitHub-Delivery: 1", "X-Hub-Signature-256: sha256=" + hexed(`{}`)}, 202},
		{"github ping", "/webhooks/github", `{}`, []string{"X-GitHub-Event: ping", "X-Hub-Signature-256: sha256=" + hexed(`{}`)}, 200},
		{"github with SHA-1 only", "/webhooks/github", `{}`, []string{"X-Hub-Signature: sha1=00"}, 401},
		{"supabase", "/webhooks/supabase", `{"type":"INSERT","record":{}}`, []string{known}, 202},
		{"supabase, wrong", "/webhooks/supabase", `{}`, []string{"X-Webhook-Secret: no"}, 401},
		{"supabase auth hook", "/webhooks/auth-hook", `{}`, []string{"Webhook-Id: m1", "Webhook-Timestamp: " + at,
			"Webhook-Signature: v1,AAAA v1," + base64.StdEncoding.EncodeToString(signed("m1."+at+".{}"))}, 202},
		{"supabase auth hook, another id", "/webhooks/auth-hook", `{}`, []string{"Webhook-Id: m2", "Webhook-Timestamp: " + at,
			"Webhook-Signature: v1," + base64.StdEncoding.EncodeToString(signed("m1."+at+".{}"))}, 401},
		{"wanted", "/webhooks/when", `{"type":"INSERT"}`, []string{known}, 202},
		{"not wanted", "/webhooks/when", `{"type":"DELETE"}`, []string{known}, 200},
	}
	kept := 0
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := g.send(test.path, test.body, test.headers...)
			if got.Code != test.want {
				t.Errorf("answered %d %s, want %d", got.Code, got.Body, test.want)
			}
			if got.Code == 202 {
				kept++
			}
			if strings.Contains(got.Body.String(), secret) {
				t.Error("the answer holds the secret")
			}
		})
	}
	if all := g.until(t, outbox.Waiting, kept); len(all) > 0 {
		for _, e := range all {
			whole, err := g.inbox.Read(t.Context(), e.ID)
			if err != nil {
				t.Fatal(err)
			}
			if text := fmt.Sprint(whole.Headers); strings.Contains(text, secret) || strings.Contains(text, "signature") {
				t.Errorf("a secret was kept: %s", text)
			}
		}
	}
}

func TestAnOptionalWebhookWithoutItsSecretIsOff(t *testing.T) {
	g := newRig(t, config.Webhook{Path: "/webhooks/a", Form: "standard", SecretEnv: "NOTHING", Optional: true},
		config.Webhook{Path: "/webhooks/b", SecretEnv: "SECRET", Optional: true})
	if got := g.send("/webhooks/a", "{}", known); got.Code != http.StatusServiceUnavailable || !strings.Contains(got.Body.String(), "is off") {
		t.Errorf("answered %d %s", got.Code, got.Body)
	}
	if got := g.send("/webhooks/b", "{}", known); got.Code != http.StatusAccepted {
		t.Errorf("with its secret: answered %d", got.Code)
	}
}

func TestWrongMethod(t *testing.T) {
	g := newRig(t, config.Webhook{Path: "/webhooks/plain"})
	for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodDelete} {
		w := httptest.NewRecorder()
		g.ServeHTTP(w, httptest.NewRequest(method, "/webhooks/plain", nil))
		if w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != http.MethodPost {
			t.Errorf("%s: answered %d, Allow %q", method, w.Code, w.Header().Get("Allow"))
		}
	}
}

// A body of 50 MB over the wire: the sender, which writes before it reads, sees
// 413, and the gateway kept none of it.
func TestHugeBodyOverTheWire(t *testing.T) {
	g := newRig(t, config.Webhook{Path: "/webhooks/plain"})
	s := httptest.NewServer(g)
	defer s.Close()
	for _, length := range []int64{50 << 20, -1} {
		r, _ := http.NewRequest(http.MethodPost, s.URL+"/webhooks/plain", &zeros{left: 50 << 20})
		r.ContentLength = length
		r.Header.Set("X-Webhook-Secret", secret)
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatalf("length %d: %v", length, err)
		}
		_ = answer.Body.Close()
		if answer.StatusCode != http.StatusRequestEntityTooLarge {
			t.Errorf("length %d: answered %d", length, answer.StatusCode)
		}
	}
}

type zeros struct{ left int }

func (z *zeros) Read(p []byte) (int, error) {
	if z.left == 0 {
		return 0, io.EOF
	}
	n := min(len(p), z.left)
	clear(p[:n])
	z.left -= n
	return n, nil
}

func TestFullInboxIsRefused(t *testing.T) {
	g := newRig(t, config.Webhook{Path: "/webhooks/plain"})
	for range 100 {
		if got := g.send("/webhooks/plain", `{}`, known); got.Code != 202 {
			t.Fatalf("answered %d", got.Code)
		}
	}
	if got := g.send("/webhooks/plain", `{}`, known); got.Code != 503 || got.Header().Get("Retry-After") == "" {
		t.Errorf("a full inbox answered %d", got.Code)
	}
	if counts, _, err := g.Health(t.Context()); err == nil || !strings.Contains(err.Error(), "100 webhooks") {
		t.Errorf("health is %v, %v", counts, err)
	}
}

func TestUnusableRoutesAreRefused(t *testing.T) {
	for name, w := range map[string]config.Webhook{
		"is not set":    {Path: "/webhooks/a", SecretEnv: "NOTHING"},
		"parameter":     {Path: "/webhooks/a", SecretEnv: "SECRET", Parameters: map[string]any{"a": "{{ body."}},
		"is not base64": {Path: "/webhooks/a", SecretEnv: "SECRET", Form: "standard"},
	} {
		if _, err := newRoute(w, lookup); err == nil || !strings.Contains(err.Error(), name) || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestHealthKnowsAnInboxThatIsGone: nothing is acknowledged into a file that was
// removed, and whoever looks is told.
func TestHealthKnowsAnInboxThatIsGone(t *testing.T) {
	g := newRig(t, config.Webhook{Path: "/webhooks/plain"})
	if got := g.send("/webhooks/plain", `{}`, known); got.Code != 202 {
		t.Fatalf("answered %d", got.Code)
	}
	if err := os.Remove(g.path); err != nil {
		t.Fatal(err)
	}
	if got := g.send("/webhooks/plain", `{}`, known); got.Code != 503 {
		t.Errorf("a webhook was answered %d %s", got.Code, got.Body)
	}
	if counts, _, err := g.Health(t.Context()); err == nil || !strings.Contains(err.Error(), "was removed or renamed") {
		t.Errorf("health is %v, %v", counts, err)
	}
}
