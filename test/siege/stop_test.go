//go:build siege

package siege

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// clinging are clients that would go on for ever.
func clinging(t *testing.T, s *server) {
	t.Helper()
	for range 5 {
		for _, begun := range []string{
			s.head("POST", "/api/flows/filter", "Content-Length: 16000000\r\n") + "{",              // a body without an end
			s.head("POST", "/api/flow_runs/filter", "Content-Length: 2\r\n") + "{}",                // an answer that nobody reads
			s.head("POST", "/api/logs/", "Transfer-Encoding: chunked\r\n") + "1\r\n[\r\n",          // chunks without an end
			"GET /api/health HTTP/1.1\r\nX-Long: ",                                                 // a head without an end
			s.head("POST", "/webhooks/none", "Content-Length: 1000000\r\n", "Expect: nothing\r\n"), // a stranger's webhook
		} {
			c := s.dial()
			if c == nil {
				t.Fatal("it does not let anybody in")
			}
			t.Cleanup(func() { _ = c.Close() })
			fmt.Fprint(c, begun)
		}
		if c := s.upgrade("/api/events/in"); c != nil { // a websocket that neither speaks nor reads
			t.Cleanup(func() { _ = c.Close() })
		}
		if c := s.upgrade("/api/events/out"); c != nil {
			t.Cleanup(func() { _ = c.Close() })
			auth := fmt.Sprintf(`{"type":"auth","token":%q}`, password)
			filter := `{"type":"filter","filter":{}}`
			_, _ = c.Write(append(frameHead(len(auth)), auth...))
			_, _ = c.Write(append(frameHead(len(filter)), filter...))
		}
	}
	time.Sleep(300 * time.Millisecond)
}

// Whoever clings to a server or gateway does not keep it from ending.
func TestEndsWithinFiveSeconds(t *testing.T) {
	s := start(t)
	s.fill(t)
	gateway := s.gateway(t)
	clinging(t, gateway)
	gateway.stop()
	clinging(t, s)
}

// gateway starts a gateway before the server.
func (s *server) gateway(t *testing.T) *server {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	g := &server{t: t, address: listener.Addr().String(), log: filepath.Join(t.TempDir(), "log"), exited: make(chan struct{})}
	_ = listener.Close()
	log, err := os.Create(g.log)
	if err != nil {
		t.Fatal(err)
	}
	g.command = exec.Command(os.Getenv("REEVE_BIN"), "gateway", "start", "--port", port, "--api", "http://"+s.address+"/api")
	g.command.Dir = filepath.Dir(g.log)
	g.command.Env = append(os.Environ(), "PREFECT_API_AUTH_STRING="+password, "PREFECT_HOME="+g.command.Dir)
	g.command.Stdout, g.command.Stderr = log, log
	if err := g.command.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { _ = g.command.Wait(); close(g.exited) }()
	t.Cleanup(func() {
		_ = g.command.Process.Signal(syscall.SIGKILL)
		<-g.exited
	})
	for range 100 {
		if c := g.dial(); c != nil {
			_ = c.Close()
			return g
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("the gateway does not answer: %s", g.said())
	return nil
}
