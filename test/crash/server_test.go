//go:build crash

package crash

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// server is a child process that answers requests.
type server struct {
	url     string // of what it serves, without a slash at the end
	command *exec.Cmd
	log     string // a file
	follow  follower
}

// follower runs a program instead of the operating system alone.
type follower interface {
	run(t *testing.T, command *exec.Cmd)
	gone() bool
	wait()
}

func start(t *testing.T, binary, database string) *server {
	t.Helper()
	return startOn(t, binary, database, freePort(t), nil)
}

// freePort returns a port that nobody listens on.
func freePort(t *testing.T) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close() //nolint:errcheck // it was only asked for its port
	return listener.Addr().(*net.TCPAddr).Port
}

// startOn starts a server on a port, on which another may have been killed.
func startOn(t *testing.T, binary, database string, port int, by follower) *server {
	t.Helper()
	s := launch(t, exec.Command(binary, "server", "start", "--port", fmt.Sprint(port), "--database", database), by)
	s.url = fmt.Sprintf("http://127.0.0.1:%d/api", port)
	if !s.answers("/health") {
		s.stop()
		t.Fatalf("the server does not start:\n%s", s.said())
	}
	return s
}

// launch starts a program whose output goes to a file.
func launch(t *testing.T, command *exec.Cmd, by follower) *server {
	t.Helper()
	s := &server{command: command, log: filepath.Join(t.TempDir(), "log"), follow: by}
	file, err := os.Create(s.log)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close() //nolint:errcheck // the program has its own
	command.Stdout, command.Stderr = file, file
	if by != nil {
		by.run(t, command)
		return s
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = command.Process.Kill() })
	return s
}

// answers waits until the program answers with success; false when it has ended
// or does not within ten seconds.
func (s *server) answers(path string) bool {
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); {
		response, err := http.Get(s.url + path)
		if err == nil {
			_ = response.Body.Close()
			return true
		}
		if s.follow != nil && s.follow.gone() {
			return false
		}
		time.Sleep(5 * time.Millisecond) // another process: nothing tells when it listens
	}
	return false
}

// stop ends the program as kill -9 does.
func (s *server) stop() {
	_ = s.command.Process.Kill()
	if s.follow != nil {
		s.follow.wait()
	} else {
		_ = s.command.Wait()
	}
}

// kill does so too, but the program must have run until then.
func (s *server) kill(t *testing.T) {
	t.Helper()
	if err := s.command.Process.Kill(); err != nil {
		t.Errorf("it had ended by itself: %v\n%s", err, s.said())
	}
	s.stop()
}

// said is what the program has written so far.
func (s *server) said() string {
	text, _ := os.ReadFile(s.log)
	return string(text)
}
