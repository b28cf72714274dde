//go:build crash

package crash

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"testing"
	"time"
)

// server is a child process on a database.
type server struct {
	url     string
	command *exec.Cmd
	log     bytes.Buffer
}

func start(t *testing.T, binary, database string) *server {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := listener.Addr().(*net.TCPAddr).Port
	_ = listener.Close()
	return startOn(t, binary, database, port)
}

// startOn starts a server on a port, on which another may have been killed.
func startOn(t *testing.T, binary, database string, port int) *server {
	t.Helper()
	s := &server{url: fmt.Sprintf("http://127.0.0.1:%d/api", port)}
	s.command = exec.Command(binary, "server", "start", "--port", fmt.Sprint(port), "--database", database)
	s.command.Stdout, s.command.Stderr = &s.log, &s.log
	if err := s.command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.command.Process.Kill() })
	for deadline := time.Now().Add(10 * time.Second); ; {
		response, err := http.Get(s.url + "/health")
		if err == nil {
			_ = response.Body.Close()
			return s
		}
		if time.Now().After(deadline) {
			_ = s.command.Process.Kill()
			_ = s.command.Wait()
			t.Fatalf("the server does not start: %v\n%s", err, &s.log)
		}
		time.Sleep(5 * time.Millisecond) // another process: nothing tells when it listens
	}
}

// kill ends the server as kill -9 does. It must have run until then.
func (s *server) kill(t *testing.T) {
	t.Helper()
	if err := s.command.Process.Kill(); err != nil {
		t.Errorf("the server had ended by itself: %v\n%s", err, &s.log)
	}
	_ = s.command.Wait()
}
