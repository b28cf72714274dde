//go:build s3

// Package s3 runs the binary with its backups in a real S3 server (versitygw),
// takes databases away or damages them, and looks for what was acknowledged.
//
//	make backup
//
// REEVE_BIN and VERSITYGW name the two programs.
package s3

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// The keys of the storage, for the length of the test.
const (
	accessKey = "reeve-test-access"
	secretKey = "reeve-test-secret-0123456789"
	bucket    = "backups"
)

// storage is an S3 server with its files in a folder.
type storage struct {
	address string
	folder  string
	process *exec.Cmd

	mu       sync.Mutex
	requests []string
}

// startStorage starts one; at an address when it is not "".
func startStorage(t *testing.T, folder, address string) *storage {
	t.Helper()
	if address == "" {
		address = fmt.Sprintf("127.0.0.1:%d", freePort(t))
	}
	if err := os.MkdirAll(filepath.Join(folder, bucket), 0o700); err != nil {
		t.Fatal(err)
	}
	s := &storage{address: address, folder: folder}
	s.process = exec.Command(program(t, "VERSITYGW"), "--access", accessKey, "--secret", secretKey, "--port", address, "posix", folder)
	s.process.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := s.process.StdoutPipe()
	if err == nil {
		err = s.process.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	go s.follow(out)
	t.Cleanup(s.stop)
	eventually(t, 10*time.Second, "the storage answers", func() bool {
		connection, err := net.Dial("tcp", address)
		if err == nil {
			_ = connection.Close()
		}
		return err == nil
	})
	return s
}

// follow keeps the lines of the storage's log that tell of requests.
func (s *storage) follow(out io.Reader) {
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if line := lines.Text(); strings.Contains(line, "| vgw |") {
			s.mu.Lock()
			s.requests = append(s.requests, line)
			s.mu.Unlock()
		}
	}
}

func (s *storage) asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.requests...)
}

func (s *storage) stop() {
	_ = s.process.Process.Kill()
	_ = s.process.Wait()
}

// installation is a folder with a reeve.toml and what runs in it.
type installation struct {
	t       *testing.T
	folder  string
	port    int
	environ []string
	process *exec.Cmd
	log     *journal
	waited  chan error
}

// journal is what a program prints, readable while it does.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer.
func (j *journal) Write(text []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(text)
}

// String implements fmt.Stringer.
func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// install makes a folder whose backups go to a prefix of its own; more is added
// to the end of reeve.toml, which is its [backup].
func install(t *testing.T, s *storage, more string) *installation {
	t.Helper()
	i := &installation{t: t, folder: t.TempDir(), port: freePort(t)}
	prefix := strings.ReplaceAll(strings.ReplaceAll(t.Name(), "/", "-"), "'", "")
	i.configure(fmt.Sprintf(`[server]
port = %d
database = "data/reeve.db"
[gateway]
port = %d
[[webhook]]
path = "/webhooks/open"
open = true
deployment = "f/d"
[backup]
url = "s3://%s/%s"
endpoint = "http://%s"
interval = "500ms"
%s
`, i.port, freePort(t), bucket, prefix, s.address, more))
	i.environ = append(os.Environ(), "AWS_ACCESS_KEY_ID="+accessKey, "AWS_SECRET_ACCESS_KEY="+secretKey, "PREFECT_HOME="+i.folder+"/home")
	t.Cleanup(func() {
		if i.process != nil {
			i.kill()
		}
	})
	return i
}

func (i *installation) configure(text string) {
	i.t.Helper()
	if err := os.WriteFile(filepath.Join(i.folder, "reeve.toml"), []byte(text), 0o600); err != nil {
		i.t.Fatal(err)
	}
}

func (i *installation) path(name string) string { return filepath.Join(i.folder, name) }

func (i *installation) api(path string) string {
	return fmt.Sprintf("http://127.0.0.1:%d/api%s", i.port, path)
}

// launch starts a command that goes on.
func (i *installation) launch(arguments ...string) {
	i.t.Helper()
	i.log, i.waited = new(journal), make(chan error, 1)
	i.process = exec.Command(program(i.t, "REEVE_BIN"), arguments...)
	i.process.Dir, i.process.Env, i.process.Stdout, i.process.Stderr = i.folder, i.environ, i.log, i.log
	i.process.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := i.process.Start(); err != nil {
		i.t.Fatal(err)
	}
	go func(p *exec.Cmd, ended chan error) { ended <- p.Wait() }(i.process, i.waited)
}

// start starts the server and waits for its first answer.
func (i *installation) start() {
	i.t.Helper()
	i.launch("server", "start", "--no-ui")
	eventually(i.t, 20*time.Second, "the server answers", func() bool {
		return i.get("/health", nil) == nil || len(i.waited) > 0
	})
	if len(i.waited) > 0 {
		i.t.Fatalf("the server ended:\n%s", i.log)
	}
}

// stop ends in order, within the time that hosts give.
func (i *installation) stop() string {
	i.t.Helper()
	began := time.Now()
	_ = i.process.Process.Signal(syscall.SIGTERM)
	select {
	case err := <-i.waited:
		if err != nil {
			i.t.Errorf("it ended with %v:\n%s", err, i.log)
		}
	case <-time.After(10 * time.Second):
		i.t.Fatalf("it does not end:\n%s", i.log)
	}
	if took := time.Since(began); took > 5*time.Second {
		i.t.Errorf("it took %v to end", took)
	}
	i.process = nil
	return i.log.String()
}

func (i *installation) kill() {
	_ = i.process.Process.Kill()
	<-i.waited
	i.process = nil
}

// run runs a command to its end.
func (i *installation) run(arguments ...string) (string, error) {
	ctx, done := context.WithTimeout(context.Background(), 30*time.Second)
	defer done()
	command := exec.CommandContext(ctx, program(i.t, "REEVE_BIN"), arguments...)
	command.Dir, command.Env = i.folder, i.environ
	out, err := command.CombinedOutput()
	return string(out), err
}

// must is run for what has to succeed.
func (i *installation) must(arguments ...string) string {
	i.t.Helper()
	out, err := i.run(arguments...)
	if err != nil {
		i.t.Fatalf("reeve %s: %v\n%s", strings.Join(arguments, " "), err, out)
	}
	return out
}

func program(t *testing.T, variable string) string {
	t.Helper()
	path := os.Getenv(variable)
	if path == "" {
		t.Fatalf("%s names no program: make backup", variable)
	}
	return path
}

func freePort(t *testing.T) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().(*net.TCPAddr).Port
}

func eventually(t *testing.T, most time.Duration, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(most); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if is() {
			return
		}
	}
	t.Fatalf("not within %v: %s", most, what)
}

var browser = &http.Client{Timeout: 5 * time.Second}
