package deploy

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// startBalancer runs HAProxy with a configuration.
func startBalancer(t *testing.T, text string) {
	t.Helper()
	program := "/usr/sbin/haproxy" // not on everybody's path
	if found, err := exec.LookPath("haproxy"); err == nil {
		program = found
	}
	file := filepath.Join(t.TempDir(), "haproxy.cfg")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	// SIGTERM ends it with 143.
	run(t, exec.Command(program, "-db", "-f", file)).killed = true
}

// client asks the servers through the load balancer.
type client struct{ api, auth string }

func (c *client) header() http.Header {
	return http.Header{"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte(c.auth))}, "Content-Type": {"application/json"}}
}

// makeFlow is a request that writes, made again as the stock client does: when it is answered
// by 502 or 503, or not at all. It returns how often that was.
func (c *client) makeFlow(t *testing.T, name string) (again int) {
	t.Helper()
	for ; again < 10; again++ {
		status, err := c.tryFlow(name)
		if err == nil && (status == http.StatusCreated || status == http.StatusOK) {
			return again
		}
		t.Logf("%s: %d, %v", name, status, err)
		if err == nil && status != http.StatusBadGateway && status != http.StatusServiceUnavailable {
			t.Fatalf("%s is answered by %d", name, status)
		}
		time.Sleep(100 * time.Millisecond) // the client waits for longer
	}
	t.Fatalf("%s was tried %d times", name, again)
	return again
}

func (c *client) tryFlow(name string) (int, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.api+"/flows/", strings.NewReader(fmt.Sprintf(`{"name":%q}`, name)))
	if err != nil {
		return 0, err
	}
	request.Header = c.header()
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	return answer.StatusCode, answer.Body.Close()
}

// websocket has one opened, and asked something.
func (c *client) websocket(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	conn, _, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(c.api, "http")+"/events/out", &websocket.DialOptions{Subprotocols: []string{"prefect"}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.CloseNow() }()
	if err := conn.Write(ctx, websocket.MessageText, fmt.Appendf(nil, `{"type":"auth","token":%q}`, c.auth)); err != nil {
		t.Fatal(err)
	}
	if _, said, err := conn.Read(ctx); err != nil || !strings.Contains(string(said), "auth_success") {
		t.Fatalf("a websocket through the load balancer: %s, %v", said, err)
	}
}

// whileServersGo asks without a pause while one server is stopped and another is killed: what
// either had in hand, or was on its way to it, is asked again, and nothing else.
func (c *client) whileServersGo(t *testing.T, stopped, killed *process) {
	t.Helper()
	killed.killed = true
	c.askWhile(t, "stopped", func() { stopped.stop(t) })
	c.askWhile(t, "killed", func() {
		_ = killed.Process.Kill()
		killed.stop(t)
	})
}

// askWhile asks before, while and after something happens.
func (c *client) askWhile(t *testing.T, what string, happens func()) {
	t.Helper()
	const each = 50
	over := make(chan struct{})
	again, after := 0, 0
	for i := 0; after < each; i++ {
		if i == each {
			go func() {
				defer close(over)
				happens()
			}()
		}
		select {
		case <-over:
			after++
		default:
		}
		again += c.makeFlow(t, fmt.Sprintf("%s %d", what, i))
	}
	if again > 5 {
		t.Errorf("while a server was %s %d requests were made again", what, again)
	}
}
