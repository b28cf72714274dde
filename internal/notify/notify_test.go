package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/clock"
)

// sent is a request that a receiver got.
type sent struct {
	method, path, body string
	header             http.Header
}

// receive runs a receiver that keeps what it gets and answers with answer.
func receive(t *testing.T, answer http.HandlerFunc) (address string, got func() []sent) {
	t.Helper()
	kept := make(chan sent, 100)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		kept <- sent{r.Method, r.URL.RequestURI(), string(body), r.Header}
		answer(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL, func() (all []sent) {
		for len(kept) > 0 {
			all = append(all, <-kept)
		}
		return all
	}
}

func ok(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok") }

// now is when the tests are.
var now = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

// tester is a sender that may reach the loopback.
func tester() *Sender {
	return New(Options{Clock: clock.NewManual(now), Private: []string{"127.0.0.0/8"}})
}

func block(slug string, fields map[string]any) Block {
	data, err := json.Marshal(fields)
	if err != nil {
		panic(err)
	}
	return Block{Slug: slug, Name: "mine", Data: data}
}

func TestAWebhookIsCalledAsItsBlockSays(t *testing.T) {
	address, got := receive(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Request-Id", "r1")
		w.Header().Set("Set-Cookie", "session=1")
		w.WriteHeader(http.StatusAccepted)
		ok(w, nil)
	})
	b := block("webhook", map[string]any{"url": address + "/hook?x=1", "method": "PUT", "headers": map[string]any{"Content-Type": "text/plain", "X-Count": 3}})
	answer, err := tester().Webhook(context.Background(), b, `{"a": "ü"}`, "delivery-1")
	if err != nil {
		t.Fatal(err)
	}
	if answer.Status != http.StatusAccepted || answer.Text != "ok" || answer.Headers["x-request-id"] != "r1" || answer.Headers["set-cookie"] != "" {
		t.Errorf("the answer is %+v", answer)
	}
	all := got()
	if len(all) != 1 {
		t.Fatalf("%d requests", len(all))
	}
	one := all[0]
	if one.method != "PUT" || one.path != "/hook?x=1" || one.body != `{"a": "ü"}` {
		t.Errorf("sent %+v", one)
	}
	for name, want := range map[string]string{"Content-Type": "text/plain", "X-Count": "3", "Webhook-Id": "delivery-1",
		"Webhook-Timestamp": fmt.Sprint(now.Unix())} {
		if have := one.header.Get(name); have != want {
			t.Errorf("%s is %q, not %q", name, have, want)
		}
	}
}

func TestAWebhookWithoutPayloadHasNoBody(t *testing.T) {
	address, got := receive(t, ok)
	if _, err := tester().Webhook(context.Background(), block("webhook", map[string]any{"url": address}), "", "k"); err != nil {
		t.Fatal(err)
	}
	if one := got()[0]; one.method != "POST" || one.body != "" || one.header.Get("Content-Type") != "" {
		t.Errorf("sent %+v", one)
	}
}

func TestWhatAnAnswerMeans(t *testing.T) {
	for _, c := range []struct {
		status int
		header string
		final  bool
		wait   time.Duration
	}{
		{status: 301, final: true}, {status: 400, final: true}, {status: 401, final: true}, {status: 404, final: true}, {status: 410, final: true},
		{status: 408}, {status: 425}, {status: 500}, {status: 503, header: "7", wait: 7 * time.Second},
		{status: 429, header: "120", wait: 2 * time.Minute},
		{status: 429, header: now.Add(time.Hour).Format(http.TimeFormat), wait: time.Hour},
		{status: 429, header: "1e300", wait: longestWait}, {status: 429, header: "-1"}, {status: 429, header: "soon"}, {status: 429, header: "NaN"},
	} {
		address, _ := receive(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", c.header)
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(c.status)
			_, _ = io.WriteString(w, "no")
		})
		answer, err := tester().Webhook(context.Background(), block("webhook", map[string]any{"url": address}), "x", "k")
		var f *Failure
		if !errors.As(err, &f) || f.Final != c.final || f.RetryAfter != c.wait || answer.Status != c.status || answer.Text != "no" {
			t.Errorf("%d with %q: %+v, %+v", c.status, c.header, answer, f)
		}
	}
}

func TestARedirectIsNotFollowed(t *testing.T) {
	second, got := receive(t, ok)
	first, _ := receive(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, second, http.StatusTemporaryRedirect)
	})
	_, err := tester().Webhook(context.Background(), block("webhook", map[string]any{"url": first}), "x", "k")
	if err == nil || len(got()) != 0 {
		t.Errorf("it was followed: %v", err)
	}
}

func TestAnEndlessAnswerIsReadToItsBound(t *testing.T) {
	address, _ := receive(t, func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			if _, err := w.Write([]byte(strings.Repeat("é", 1000))); err != nil {
				return
			}
		}
	})
	answer, err := tester().Webhook(context.Background(), block("webhook", map[string]any{"url": address}), "x", "k")
	if err != nil || len(answer.Text) > mostAnswer || len(answer.Text) < mostAnswer-4 {
		t.Errorf("%v, %d bytes", err, len(answer.Text))
	}
}

func TestWhoIsSlowIsLeft(t *testing.T) {
	done := make(chan struct{})
	address, _ := receive(t, func(http.ResponseWriter, *http.Request) { <-done })
	defer close(done)
	s := tester()
	s.deadline = 50 * time.Millisecond
	_, err := s.Webhook(context.Background(), block("webhook", map[string]any{"url": address}), "x", "k")
	var f *Failure
	if !errors.As(err, &f) || f.Final || !strings.Contains(f.Sentence, "did not answer") {
		t.Errorf("%v", err)
	}
}

func TestWhoIsNotThere(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(ok))
	address := server.URL
	server.Close()
	_, err := tester().Webhook(context.Background(), block("webhook", map[string]any{"url": address}), "x", "k")
	var f *Failure
	if !errors.As(err, &f) || f.Final || f.Sentence != "127.0.0.1 refuses connections" {
		t.Errorf("%v", err)
	}
}

func TestTheCallersEndIsTold(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	address, _ := receive(t, func(_ http.ResponseWriter, r *http.Request) { cancel(); <-r.Context().Done() })
	_, err := tester().Webhook(ctx, block("webhook", map[string]any{"url": address}), "x", "k")
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestACertificateIsAskedFor(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(ok))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	fields := map[string]any{"url": server.URL}
	_, err := tester().Webhook(context.Background(), block("webhook", fields), "x", "k")
	if err == nil || err.Error() != "the certificate of 127.0.0.1 is not trusted" {
		t.Errorf("%v", err)
	}
	fields["verify"] = false
	if _, err := tester().Webhook(context.Background(), block("webhook", fields), "x", "k"); err != nil {
		t.Errorf("unverified: %v", err)
	}
}

// TestNoSecretIsTold sends to receivers that say back what they got, and to
// addresses that cannot be used.
func TestNoSecretIsTold(t *testing.T) {
	echo, _ := receive(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Echo", r.URL.String()+" "+r.Header.Get("Authorization"))
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = io.WriteString(w, r.URL.String()+" "+r.Header.Get("Authorization"))
	})
	for _, address := range []string{echo + "/hook/geheimgeheimgeheim?sig=nochgeheimer", "http://user:geheimgeheim@[::1]:0/", "http://127.0.0.1:1/geheimgeheim",
		"http://geheim geheim/", "gopher://geheimgeheim/", "http://127.0.0.1\x7f/geheimgeheim", "http://127.0.0.1:geheim/geheim"} {
		answer, err := tester().Webhook(context.Background(), block("webhook", map[string]any{"url": address, "headers": map[string]any{"Authorization": "Bearer geheimgeheim"}}), "x", "k")
		if err == nil {
			t.Errorf("%s: no failure", address)
		}
		if told := fmt.Sprintf("%+v %v", answer, err); strings.Contains(told, "geheim") {
			t.Errorf("%s: it tells %s", address, told)
		}
	}
}

func TestABlockThatCannotBeUsedIsFinal(t *testing.T) {
	for name, b := range map[string]Block{
		"no url":            block("webhook", map[string]any{}),
		"a number for url":  block("webhook", map[string]any{"url": 3}),
		"no object":         {Slug: "webhook", Data: []byte(`[]`)},
		"no document":       {Slug: "webhook"},
		"a header in lines": block("webhook", map[string]any{"url": "https://example.com", "headers": map[string]any{"X": "a\r\nY: b"}}),
		"a method in words": block("webhook", map[string]any{"url": "https://example.com", "method": "G ET"}),
		"another type":      block("secret", map[string]any{}),
	} {
		_, err := tester().Webhook(context.Background(), b, "x", "k")
		var f *Failure
		if !errors.As(err, &f) || !f.Final {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := tester().Notify(context.Background(), block("secret", nil), Message{})
	var f *Failure
	if !errors.As(err, &f) || !f.Final || Can("secret") {
		t.Errorf("a type that cannot: %v", err)
	}
}

func TestTextIsShortened(t *testing.T) {
	for _, c := range []struct {
		text string
		most int
		want string
	}{{"abc", 3, "abc"}, {"abcd", 3, "ab…"}, {"äöü", 3, "äöü"}, {"äöüß", 3, "äö…"}, {"a\xff", 3, "a\uFFFD"}} {
		if have := shortened(c.text, c.most); have != c.want {
			t.Errorf("%q in %d: %q", c.text, c.most, have)
		}
	}
}
