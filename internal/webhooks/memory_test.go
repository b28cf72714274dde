package webhooks

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/reevehq/reeve/internal/budget"
	"github.com/reevehq/reeve/internal/config"
	"github.com/reevehq/reeve/internal/traffic"
)

// Webhooks hold memory of the gateway's budget, packed ones for what they hold,
// and give it back.
func TestWebhooksDrawOnTheMemory(t *testing.T) {
	g := newRig(t, config.Webhook{Path: "/webhooks/a", MaxBody: 1 << 20})
	memory := budget.NewMemory(1 << 20)
	handler := traffic.Claims(memory)(g)
	send := func(body []byte, encoding string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodPost, "/webhooks/a", bytes.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("X-Webhook-Secret", secret)
		if encoding != "" {
			r.Header.Set("Content-Encoding", encoding)
		}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if memory.Used() != 0 {
			t.Errorf("%d bytes are held after the answer", memory.Used())
		}
		return w
	}
	if w := send([]byte(`{"n": 1}`), ""); w.Code != http.StatusAccepted {
		t.Fatalf("a small webhook: %d %s", w.Code, w.Body)
	}
	for name, test := range map[string]struct {
		body     []byte
		encoding string
	}{
		"as it is": {[]byte(`{"text": "` + strings.Repeat("x", 900_000) + `"}`), ""},
		"packed":   {packedText(t, `{"text": "`+strings.Repeat("x", 900_000)+`"}`), "gzip"},
		"values":   {[]byte(`{"list": [` + strings.Repeat("1,", 50_000) + `1]}`), ""},
	} {
		if w := send(test.body, test.encoding); w.Code != http.StatusRequestEntityTooLarge {
			t.Errorf("%s, more than there is for all: %d %s", name, w.Code, w.Body)
		}
	}
}

func TestWebhooksComeAgainWhileOthersHoldTheMemory(t *testing.T) {
	g := newRig(t, config.Webhook{Path: "/webhooks/a", MaxBody: 1 << 20})
	memory := budget.NewMemory(1 << 20)
	other := memory.Claim()
	if err := other.Take(t.Context(), 1<<20); err != nil {
		t.Fatal(err)
	}
	handler := traffic.Claims(memory)(g)
	send := func() *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodPost, "/webhooks/a", strings.NewReader(`{"n": 1}`))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("X-Webhook-Secret", secret)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w
	}
	if w := send(); w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
		t.Errorf("without memory: %d %v %s", w.Code, w.Header(), w.Body)
	}
	other.Close()
	if w := send(); w.Code != http.StatusAccepted {
		t.Errorf("with memory again: %d %s", w.Code, w.Body)
	}
}

func packedText(t *testing.T, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
