//go:build s3

package s3

import (
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A server that exits for sleep has sent all before, and sleeps though it writes
// when it goes; waking up and sleeping again with nothing new asks for nothing.
func TestAllIsSentBeforeSleep(t *testing.T) {
	t.Parallel()
	s := startStorage(t, t.TempDir(), "")
	i := install(t, s, "[sleep]\nmode = \"exit\"\nafter = \"1s\"\n")
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	i.port = listener.Addr().(*net.TCPAddr).Port
	i.activate(t, listener)
	i.write(many("f", 10)...)
	began := time.Now()
	i.sleeps(t)
	t.Logf("it slept %v after the last write", time.Since(began).Round(10*time.Millisecond))
	i.must("server", "database", "restore", "--from", "s3", "--database", "there/reeve.db")
	i.must("server", "database", "check", "--database", "there/reeve.db")

	before := len(s.asked())
	i.activate(t, listener)
	i.has(many("f", 10)...)
	i.sleeps(t)
	// The server itself writes down when it was awake.
	puts := 0
	for _, line := range s.asked()[before:] {
		if strings.Contains(line, "| PUT |") {
			puts++
		}
	}
	if puts > 3 {
		t.Errorf("%d pieces were sent for a start without a write:\n%s", puts, strings.Join(s.asked()[before:], "\n"))
	}
	t.Logf("%d requests for a start without a write", len(s.asked())-before)
}

// activate starts the server on a socket that somebody else holds, as systemd does.
func (i *installation) activate(t *testing.T, listener net.Listener) {
	t.Helper()
	socket, err := listener.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = socket.Close() }()
	i.log, i.waited = new(journal), make(chan error, 1)
	i.process = exec.Command("sh", "-c", `LISTEN_PID=$$ exec "$0" server start --no-ui`, program(t, "REEVE_BIN"))
	i.process.Dir, i.process.Env, i.process.Stdout, i.process.Stderr = i.folder, append(i.environ, "LISTEN_FDS=1"), i.log, i.log
	i.process.ExtraFiles = []*os.File{socket}
	i.process.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := i.process.Start(); err != nil {
		t.Fatal(err)
	}
	go func(p *exec.Cmd, ended chan error) { ended <- p.Wait() }(i.process, i.waited)
	eventually(t, 20*time.Second, "the server answers", func() bool { return i.get("/health", nil) == nil })
}

// sleeps waits until the server has exited for sleep.
func (i *installation) sleeps(t *testing.T) {
	t.Helper()
	browser.CloseIdleConnections()
	select {
	case err := <-i.waited:
		if err != nil {
			t.Fatalf("it ended with %v:\n%s", err, i.log)
		}
	case <-time.After(15 * time.Second):
		t.Fatalf("it does not sleep:\n%s", i.log)
	}
	i.process = nil
}
