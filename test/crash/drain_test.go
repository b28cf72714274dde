//go:build crash

package crash

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// mostDrain is how long after asking it to stop a host kills a machine.
const mostDrain = 5 * time.Second

// A server that is asked to stop under load, with websockets open or
// a request whose body does not end, has stopped in time, in order, and nothing acknowledged is lost.
func TestServerDrains(t *testing.T) {
	for name, clients := range map[string]func(t *testing.T, s *server){
		"load":            func(*testing.T, *server) {},
		"open websockets": func(t *testing.T, s *server) { openSockets(t, s.url) },
		"a slow request":  func(t *testing.T, s *server) { slowRequest(t, s.url+"/logs/") },
	} {
		t.Run(name, func(t *testing.T) {
			database := filepath.Join(t.TempDir(), "drain.db")
			s := start(t, theBinary(t), database)
			all := &ledger{}
			load := newLoad(s.url, all)
			clients(t, s)
			time.Sleep(300 * time.Millisecond) // of load
			s.drains(t)
			load.stop()
			if size(database+"-wal") > 0 {
				t.Error("the log is not written back")
			}
			s = start(t, theBinary(t), database)
			verify(t, database, all)
			s.kill(t)
			t.Logf("%s", all)
		})
	}
}

// A gateway likewise, while it receives webhooks and delivers them to a server
// that does not answer.
func TestGatewayDrains(t *testing.T) {
	for _, answers := range []bool{true, false} {
		t.Run(fmt.Sprintf("the server answers %t", answers), func(t *testing.T) {
			binary := theBinary(t)
			s := start(t, binary, filepath.Join(t.TempDir(), "server.db"))
			deployment := deploy(t, s.url)
			folder := t.TempDir()
			g := startGateway(t, binary, folder, s.url, nil)
			hooks := &webhooks{}
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan struct{})
			go func() {
				hooks.send(ctx, g.url)
				close(ended)
			}()
			slowRequest(t, g.url+"/webhooks/crash")
			time.Sleep(200 * time.Millisecond) // of load
			if !answers {
				_ = s.command.Process.Signal(syscall.SIGSTOP)
				time.Sleep(200 * time.Millisecond) // deliveries are under way
			}
			g.drains(t)
			cancel()
			<-ended
			_ = s.command.Process.Signal(syscall.SIGCONT)
			g = startGateway(t, binary, folder, s.url, nil)
			hooks.repeat(t, g.url)
			g.drained(t)
			g.kill(t)
			hooks.verify(t, runs(t, s.url, deployment))
			s.kill(t)
		})
	}
}

// drains asks the program to stop and says how long it took.
func (s *server) drains(t *testing.T) {
	t.Helper()
	began := time.Now()
	_ = s.command.Process.Signal(syscall.SIGTERM)
	err := s.command.Wait()
	took := time.Since(began)
	if err != nil || took > mostDrain {
		t.Errorf("it took %v to end, with %v: %s", took, err, s.said())
	}
	t.Logf("ended in %v", took.Round(time.Millisecond))
}

// openSockets opens a websocket of each kind that listens and leaves it so.
func openSockets(t *testing.T, url string) {
	t.Helper()
	for _, path := range []string{"/events/out", "/logs/out", "/events/in"} {
		c, _, err := websocket.Dial(t.Context(), "ws"+strings.TrimPrefix(url, "http")+path, //nolint:bodyclose // hijacked
			&websocket.DialOptions{Subprotocols: []string{"prefect"}})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.CloseNow() })
		if err := c.Write(t.Context(), websocket.MessageText, []byte(`{"type":"auth","token":null}`)); err != nil {
			t.Fatal(err)
		}
	}
}

// slowRequest begins a request whose body never ends.
func slowRequest(t *testing.T, url string) {
	t.Helper()
	request, err := http.NewRequest(http.MethodPost, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	c, err := net.Dial("tcp", request.URL.Host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	_, err = io.WriteString(c, "POST "+request.URL.Path+" HTTP/1.1\r\nHost: x\r\nX-Webhook-Secret: geheim\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n[")
	if err != nil {
		t.Fatal(err)
	}
}

// size is a file's, 0 without one.
func size(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}
