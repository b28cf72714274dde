package webhooks

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/config"
	"github.com/reevehq/reeve/internal/outbox"
)

func TestMappingToARun(t *testing.T) {
	u := newUpstream(t)
	g := newRig(t, config.Webhook{Path: "/webhooks/video", Parameters: map[string]any{
		"video": "{{ body.record.id }}", "name": "v-{{ body.record.id }}", "tags": []any{"{{ headers['x-kind'] }}", "fixed"},
		"whole": "{{ body.record }}", "flag": true, "q": "{{ query.from }}", "nested": map[string]any{"n": "{{ body.n + 1 }}"},
		"trap": "{{ body.trap }}", "none": "{{ body.absent }}",
	}})
	g.Start(u.URL + "/api")
	got := g.send("/webhooks/video?from=here", `{"record":{"id":7,"title":"<a> & b"},"n":41,"trap":{"__prefect_kind":"jinja","template":"x"}}`,
		known, "X-Kind: big", "X-Delivery-Id: d1")
	if got.Code != 202 {
		t.Fatalf("answered %d %s", got.Code, got.Body)
	}
	if key := u.wait(t); key != "webhook /webhooks/video d1" {
		t.Errorf("idempotency key %q", key)
	}
	text, _ := json.Marshal(u.asked[0]["parameters"])
	want := `{"flag":true,"name":"v-7","nested":{"n":42},"none":null,"q":"here","tags":["big","fixed"],` +
		`"trap":{"__prefect_kind":"json","value":"{\"__prefect_kind\":\"jinja\",\"template\":\"x\"}"},"video":7,"whole":{"id":7,"title":"\u003ca\u003e \u0026 b"}}`
	if string(text) != want {
		t.Errorf("parameters\n%s, want\n%s", text, want)
	}
	e := g.until(t, outbox.Delivered, 1)[0]
	if e.Outcome == nil || *e.Outcome != "flow-run "+uuid.NewSHA1(uuid.Nil, []byte("webhook /webhooks/video d1")).String() {
		t.Errorf("outcome %v", e.Outcome)
	}
}

func TestMappingToAnEvent(t *testing.T) {
	u := newUpstream(t)
	g := newRig(t, config.Webhook{Path: "/webhooks/e", Event: &config.WebhookEvent{Name: "video.{{ body.type | lower }}",
		Resource: map[string]string{"prefect.resource.id": "video.{{ body.id }}"}}})
	g.Start(u.URL + "/api")
	g.send("/webhooks/e", `{"type":"NEW","id":3}`, known)
	e := u.events[u.wait(t)]
	if e["event"] != "video.new" || fmt.Sprint(e["resource"]) != "map[prefect.resource.id:video.3]" || fmt.Sprint(e["payload"]) != "map[id:3 type:NEW]" {
		t.Errorf("event %v", e)
	}
}

func TestThriceIsOneRun(t *testing.T) {
	u := newUpstream(t)
	g := newRig(t, config.Webhook{Path: "/webhooks/a"})
	g.Start(u.URL + "/api")
	ids := map[string]bool{}
	var mu sync.Mutex
	var senders sync.WaitGroup
	for range 3 {
		senders.Go(func() {
			var said struct{ ID string }
			_ = json.Unmarshal(g.send("/webhooks/a", `{}`, known, "X-Delivery-Id: same").Body.Bytes(), &said)
			mu.Lock()
			ids[said.ID] = true
			mu.Unlock()
		})
	}
	senders.Wait()
	g.send("/webhooks/a", `{}`, known, "X-Delivery-Id: other")
	g.until(t, outbox.Delivered, 2)
	if len(u.runs) != 2 || len(u.asked) != 2 || len(ids) != 1 {
		t.Errorf("%d runs of %d requests, ids %v", len(u.runs), len(u.asked), ids)
	}
}

func TestOrderWithinAKeyAcrossFailures(t *testing.T) {
	u := newUpstream(t)
	failed := map[string]int{}
	u.fail = func(path string, body map[string]any) int {
		if key, ok := body["idempotency_key"].(string); ok && failed[key] == 0 && key == "a1" {
			failed[key]++
			return http.StatusInternalServerError
		}
		return 0
	}
	g := newRig(t, config.Webhook{Path: "/webhooks/a", Key: "{{ body.k }}", IdempotencyKey: "{{ body.k }}{{ body.n }}"})
	for _, k := range []string{"a", "b"} {
		for n := range 5 {
			if got := g.send("/webhooks/a", fmt.Sprintf(`{"k":%q,"n":%d}`, k, n), known); got.Code != 202 {
				t.Fatal(got.Code)
			}
		}
	}
	g.Start(u.URL + "/api")
	next := map[byte]byte{'a': '0', 'b': '0'}
	order := ""
	for range 10 {
		key := u.wait(t)
		order += key + " "
		if key[1] != next[key[0]] {
			t.Fatalf("out of order: %s", order)
		}
		next[key[0]]++
	}
	if order[len(order)-3:] != "a4 " {
		t.Errorf("the failing key held up the other: %s", order)
	}
}

func TestDeadLettersAreReplayed(t *testing.T) {
	u := newUpstream(t)
	bad := true
	u.fail = func(path string, body map[string]any) int {
		if bad && body["idempotency_key"] != nil {
			return http.StatusUnprocessableEntity
		}
		return 0
	}
	g := newRig(t, config.Webhook{Path: "/webhooks/a"}, config.Webhook{Path: "/webhooks/missing", Deployment: "f/missing"})
	g.Start(u.URL + "/api")
	g.send("/webhooks/a", `{}`, known, "X-Delivery-Id: 1")
	g.send("/webhooks/missing", `{}`, known)
	g.until(t, outbox.Dead, 2)
	u.mu.Lock()
	bad = false
	u.mu.Unlock()

	if got := g.send("/webhooks/a", `{}`, known, "X-Delivery-Id: 1"); got.Code != 202 {
		t.Errorf("sent again: %d", got.Code)
	}
	u.wait(t)
	e := g.until(t, outbox.Delivered, 1)[0]
	if _, err := g.inbox.Replay(t.Context(), []uuid.UUID{e.ID}, false); err == nil {
		t.Error("a delivered webhook was replayed")
	}
	if n, err := g.inbox.Replay(t.Context(), []uuid.UUID{e.ID}, true); n != 1 || err != nil {
		t.Errorf("replayed %d, %v", n, err)
	}
	if key := u.wait(t); key != "webhook /webhooks/a 1 again 1" {
		t.Errorf("the replay has key %q", key)
	}
	g.until(t, outbox.Delivered, 1)
	if n, err := g.inbox.ReplayDead(t.Context()); n != 1 || err != nil {
		t.Errorf("replayed %d dead, %v", n, err)
	}
	if dead := g.until(t, outbox.Dead, 1)[0]; dead.Error == nil || *dead.Error != "the server has no deployment f/missing" {
		t.Errorf("dead because %v", dead.Error)
	}
}

func TestServerAwayThenBack(t *testing.T) {
	u := newUpstream(t)
	away := true
	u.fail = func(string, map[string]any) int {
		if away {
			return http.StatusServiceUnavailable
		}
		return 0
	}
	path := filepath.Join(t.TempDir(), "gateway.db")
	hook := config.Webhook{Path: "/webhooks/a", Key: "{{ body.n }}"}
	g := open(t, path, usual, hook)
	g.Start(u.URL + "/api")
	for n := range 20 {
		g.send("/webhooks/a", fmt.Sprintf(`{"n":%d}`, n), known)
	}
	for deadline := time.Now().Add(5 * time.Second); g.Server() == "ok" && time.Now().Before(deadline); time.Sleep(time.Millisecond) {
	}
	if g.Server() == "ok" {
		t.Error("it is not known that the server is away")
	}
	started := time.Now()
	if err := g.Close(); err != nil || time.Since(started) > 5*time.Second {
		t.Errorf("closed after %v: %v", time.Since(started), err)
	}
	u.mu.Lock()
	away = false
	u.mu.Unlock()
	g = open(t, path, usual, hook)
	if n := g.Undelivered(); n != 20 {
		t.Errorf("%d wait after the restart", n)
	}
	g.Start(u.URL + "/api")
	g.until(t, outbox.Delivered, 20)
	if len(u.runs) != 20 {
		t.Errorf("%d runs", len(u.runs))
	}
}

func TestPurge(t *testing.T) {
	u := newUpstream(t)
	g := newRig(t, config.Webhook{Path: "/webhooks/a"})
	g.Start(u.URL + "/api")
	for range 3 {
		g.send("/webhooks/a", `{"a":1}`, known)
	}
	g.until(t, outbox.Delivered, 3)
	if n, err := g.inbox.Purge(t.Context(), outbox.Delivered, time.Now().Add(-time.Hour), 1000); n != 0 || err != nil {
		t.Errorf("purged %d young ones, %v", n, err)
	}
	if n, err := g.inbox.Purge(t.Context(), outbox.Delivered, time.Now().Add(-time.Hour), 10); n != 3 || err != nil {
		t.Errorf("purged %d of too many bytes, %v", n, err)
	}
}
