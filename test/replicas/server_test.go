// Package replicas holds what must be true of several servers of one PostgreSQL database, by the
// real program: scripts/with-postgres go test ./test/replicas.
//
// With REEVE_CHAOS_ROUNDS it also disturbs them (make chaos): that test restarts PostgreSQL, so
// that nothing else may use it meanwhile.
package replicas

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// patience is more than anything here takes where nothing is wrong.
const patience = 30 * time.Second

type replica struct {
	url     string
	port    int
	home    string
	log     string
	args    []string // of the program
	environ []string
	program string
	command *exec.Cmd
	// stdin moves the clock of one that startMoved started, and clock is how far it is moved; nil for others.
	stdin io.WriteCloser
	clock *atomic.Int64
	// client makes its requests; nil for the usual one.
	client *http.Client
}

// program is the program to be tested: REEVE_BIN, or one that is built of the source.
var program = sync.OnceValues(func() (string, error) {
	if binary := os.Getenv("REEVE_BIN"); binary != "" {
		return binary, nil
	}
	folder, err := os.MkdirTemp("", "reeve-replicas")
	if err != nil {
		return "", err
	}
	binary := filepath.Join(folder, "reeve")
	out, err := exec.Command("go", "build", "-o", binary, "github.com/reevehq/reeve/cmd/reeve").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return binary, nil
})

// start starts a server that lasts as long as the test.
func start(t *testing.T, database string) *replica {
	t.Helper()
	binary, err := program()
	if err != nil {
		t.Fatal(err)
	}
	r := newReplica(t, binary)
	r.args = []string{"server", "start", "--no-ui", "--port", fmt.Sprint(r.port), "--database", database}
	r.launch(t)
	r.untilHealthy(t)
	return r
}

// newReplica has a port and a home of its own.
func newReplica(t *testing.T, program string) *replica {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := listener.Addr().(*net.TCPAddr).Port
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	r := &replica{url: fmt.Sprintf("http://127.0.0.1:%d/api", port), port: port, home: home, log: filepath.Join(home, "log"), program: program}
	r.environ = append(os.Environ(), "HOME="+home, "PREFECT_HOME="+home, "PREFECT_SERVER_LOGGING_LEVEL=INFO",
		"PREFECT_SERVER_SERVICES_LATE_RUNS_AFTER_SECONDS=1")
	t.Cleanup(func() {
		r.kill()
		if t.Failed() {
			said, _ := os.ReadFile(r.log)
			t.Logf("%s said:\n%s", r.url, said)
		}
	})
	return r
}

// launch starts its process, the first or another.
func (r *replica) launch(t *testing.T) {
	t.Helper()
	out, err := os.OpenFile(r.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = out.Close() }()
	r.command = exec.Command(r.program, r.args...)
	r.command.Env, r.command.Stdout, r.command.Stderr = r.environ, out, out
	if r.clock != nil {
		if r.stdin, err = r.command.StdinPipe(); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.command.Start(); err != nil {
		t.Fatal(err)
	}
}

// kill ends its process as a power failure does.
func (r *replica) kill() {
	if r.command == nil || r.command.Process == nil {
		return
	}
	_ = r.command.Process.Kill() // a stopped one too
	_ = r.command.Wait()
	r.command = nil
}

func (r *replica) signal(t *testing.T, s syscall.Signal) {
	t.Helper()
	if err := r.command.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
}

func (r *replica) untilHealthy(t *testing.T) {
	t.Helper()
	until(t, "a server answers", func() bool {
		answer, err := http.Get(r.url + "/health")
		if err != nil {
			return false
		}
		_ = answer.Body.Close()
		return answer.StatusCode == http.StatusOK
	})
}

func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !ok(); {
		if time.Now().After(end) {
			t.Fatalf("%s: not within %v", what, patience)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// call makes a request and reads its answer into out, unless that is nil.
func (r *replica) call(method, path string, in, out any) (int, error) {
	body, err := json.Marshal(in)
	if err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, r.url+path, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	request.Header.Set("Content-Type", "application/json")
	answer, err := cmp.Or(r.client, http.DefaultClient).Do(request)
	if err != nil {
		return 0, err
	}
	defer func() { _ = answer.Body.Close() }()
	told, err := io.ReadAll(answer.Body)
	if err == nil && out != nil && answer.StatusCode < 300 {
		err = json.Unmarshal(told, out)
	}
	return answer.StatusCode, err
}

func (r *replica) must(t *testing.T, method, path string, in, out any) {
	t.Helper()
	if status, err := r.call(method, path, in, out); err != nil || status >= 300 {
		t.Fatalf("%s %s: %d, %v", method, path, status, err)
	}
}

type thing struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}
