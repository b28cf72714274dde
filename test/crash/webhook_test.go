//go:build crash

package crash

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
)

// Every webhook that was answered with 202 becomes exactly one run, however
// often gateway and server are killed while they receive and deliver; so does
// every one that its sender, having seen no answer, sends again.
func TestAcknowledgedWebhooksBecomeOneRun(t *testing.T) {
	rounds := min(rounds(), 200)
	random := rand.New(rand.NewPCG(uint64(seed(t)), 0))
	binary := theBinary(t)
	folder := t.TempDir()
	database := filepath.Join(folder, "server.db")
	s := start(t, binary, database)
	defer func() { s.kill(t) }()
	address, err := url.Parse(s.url)
	if err != nil {
		t.Fatal(err)
	}
	var port int
	if _, err := fmt.Sscan(address.Port(), &port); err != nil {
		t.Fatal(err)
	}
	deployment := deploy(t, s.url)

	hooks := &webhooks{}
	for round := range rounds {
		g := startGateway(t, binary, folder, s.url, nil)
		ctx, cancel := context.WithCancel(t.Context())
		var senders sync.WaitGroup
		for range 8 {
			senders.Go(func() { hooks.send(ctx, g.url) })
		}
		moment := func() { time.Sleep(time.Duration(50+random.IntN(300)) * time.Millisecond) } // of the kill is what is random here
		moment()
		if round%2 == 1 {
			s.kill(t)
			moment()
			s = startOn(t, binary, database, port, nil)
		}
		moment()
		g.kill(t)
		cancel()
		senders.Wait()
		if t.Failed() {
			t.Fatalf("in round %d", round+1)
		}
	}
	g := startGateway(t, binary, folder, s.url, nil)
	defer g.kill(t)
	hooks.repeat(t, g.url)
	g.drained(t)
	hooks.verify(t, runs(t, s.url, deployment))
	t.Logf("%d webhooks acknowledged, %d unanswered and sent again", len(hooks.acknowledged), len(hooks.unanswered))
	if len(hooks.acknowledged) < rounds*20 {
		t.Errorf("only %d webhooks were acknowledged: the test says little", len(hooks.acknowledged))
	}
}

// webhooks is what senders know.
type webhooks struct {
	ledger       *ledger // may be nil
	mu           sync.Mutex
	acknowledged []string
	unanswered   []string
}

// send sends webhooks, each with an id of its own, until the gateway is gone.
func (h *webhooks) send(ctx context.Context, url string) {
	for ctx.Err() == nil && h.one(ctx, url) == nil {
	}
}

// some sends a number of webhooks.
func (h *webhooks) some(ctx context.Context, url string, n int) {
	for range n {
		if h.one(ctx, url) != nil {
			return
		}
	}
}

// one sends one webhook; an error when the gateway is gone.
func (h *webhooks) one(ctx context.Context, url string) error {
	delivery := uuid.New()
	id := hex.EncodeToString(delivery[:])
	status, err := post(ctx, url, id)
	taken := err == nil && status == http.StatusAccepted
	if taken && h.ledger != nil {
		h.ledger.acknowledged(webhook, delivery)
	}
	h.mu.Lock()
	if taken {
		h.acknowledged = append(h.acknowledged, id)
	} else {
		h.unanswered = append(h.unanswered, id)
	}
	h.mu.Unlock()
	if err == nil && status == http.StatusServiceUnavailable {
		time.Sleep(20 * time.Millisecond) // the inbox is full: a sender comes again
	}
	return err
}

// repeat sends again what was not answered, and some of what was.
func (h *webhooks) repeat(t *testing.T, url string) {
	again := append([]string{}, h.unanswered...)
	for i, id := range h.acknowledged {
		if i%7 == 0 {
			again = append(again, id)
		}
	}
	for _, id := range again {
		status, err := post(t.Context(), url, id)
		for deadline := time.Now().Add(time.Minute); status == http.StatusServiceUnavailable && time.Now().Before(deadline); {
			time.Sleep(50 * time.Millisecond) // the inbox is full: a sender comes again
			status, err = post(t.Context(), url, id)
		}
		if err != nil || status != http.StatusAccepted {
			t.Fatalf("sent again: %d %v", status, err)
		}
	}
}

func (h *webhooks) verify(t *testing.T, runs map[string]int) {
	for _, id := range append(append([]string{}, h.acknowledged...), h.unanswered...) {
		if n := runs[id]; n != 1 {
			t.Errorf("webhook %s became %d runs", id, n)
		}
		delete(runs, id)
	}
	if len(runs) > 0 {
		t.Errorf("runs that nobody sent: %v", runs)
	}
}

func post(ctx context.Context, url, id string) (int, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/webhooks/crash", strings.NewReader(fmt.Sprintf(`{"id": %q}`, id)))
	if err != nil {
		return 0, err
	}
	request.Header.Set("X-Webhook-Secret", "geheim")
	request.Header.Set("X-Delivery-Id", id)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close() //nolint:errcheck // read to its end or failed
	_, err = io.Copy(io.Discard, answer.Body)
	return answer.StatusCode, err
}

const crashSettings = `[server]
database = "server.db"
[[webhook]]
path = "/webhooks/crash"
secret_env = "CRASH_SECRET"
deployment = "crash/crash"
key = "{{ body.id }}"
parameters = { id = "{{ body.id }}" }
`

// gatewayProcess is a gateway as a child process.
type gatewayProcess struct{ *server }

func startGateway(t *testing.T, binary, folder, api string, by follower) *gatewayProcess {
	t.Helper()
	g := launchGateway(t, binary, folder, api, freePort(t), by)
	if !g.answers("/health") {
		g.stop()
		t.Fatalf("the gateway does not start\n%s", g.said())
	}
	return g
}

func launchGateway(t *testing.T, binary, folder, api string, port int, by follower) *gatewayProcess {
	t.Helper()
	file := filepath.Join(folder, "reeve.toml")
	if err := os.WriteFile(file, []byte(crashSettings), 0o600); err != nil {
		t.Fatal(err)
	}
	command := exec.Command(binary, "gateway", "start", "--config", file, "--port", fmt.Sprint(port), "--api", api)
	command.Env = append(os.Environ(), "CRASH_SECRET=geheim")
	g := &gatewayProcess{launch(t, command, by)}
	g.url = fmt.Sprintf("http://127.0.0.1:%d", port)
	return g
}

// waiting is the number of webhooks that wait, -1 when nobody answers.
func (g *gatewayProcess) waiting() int {
	answer, err := http.Get(g.url + "/health")
	if err != nil {
		return -1
	}
	defer answer.Body.Close() //nolint:errcheck // read to its end or failed
	var health struct{ Inbox struct{ Waiting, Dead int } }
	if json.NewDecoder(answer.Body).Decode(&health) != nil {
		return -1
	}
	return health.Inbox.Waiting + health.Inbox.Dead
}

func (g *gatewayProcess) drained(t *testing.T) {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); g.waiting() != 0; time.Sleep(20 * time.Millisecond) { // another process: nothing tells when it is done
		if time.Now().After(deadline) {
			t.Fatalf("%d webhooks are not delivered\n%s", g.waiting(), g.said())
		}
	}
}

// ask sends a body and reads the answer.
func ask(t *testing.T, url string, body, answer any) {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.Post(url, "application/json", bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close() //nolint:errcheck // read to its end or failed
	if response.StatusCode >= 300 {
		said, _ := io.ReadAll(response.Body)
		t.Fatalf("%s: %d %s", url, response.StatusCode, said)
	}
	if err := json.NewDecoder(response.Body).Decode(answer); err != nil {
		t.Fatal(err)
	}
}

func deploy(t *testing.T, api string) (id string) {
	t.Helper()
	var flow, deployment struct{ ID string }
	ask(t, api+"/flows/", map[string]any{"name": "crash"}, &flow)
	ask(t, api+"/deployments/", map[string]any{"name": "crash", "flow_id": flow.ID, "entrypoint": "f.py:f"}, &deployment)
	return deployment.ID
}

// runs counts the runs of a deployment by their parameter id.
func runs(t *testing.T, api, deployment string) map[string]int {
	t.Helper()
	all := map[string]int{}
	for offset := 0; ; offset += 200 {
		var page []struct{ Parameters struct{ ID string } }
		ask(t, api+"/flow_runs/filter", map[string]any{"offset": offset, "limit": 200, "sort": "ID_DESC",
			"deployments": map[string]any{"id": map[string]any{"any_": []string{deployment}}}}, &page)
		for _, run := range page {
			all[run.Parameters.ID]++
		}
		if len(page) < 200 {
			return all
		}
	}
}
