//go:build crash && amd64

package crash

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"syscall"
	"testing"
	"time"
)

// Whichever call of the server on its files fails, once or from then on: each
// request is answered, if with an error then in the contract's form and one
// that clients try again, or the server ends with one line that says why;
// nothing acknowledged is lost; the database opens afterwards.
func TestFailingCalls(t *testing.T) {
	f := newFaults(t)
	calls := f.run(t, nil)
	t.Logf("%d calls", len(calls))
	random := rand.New(rand.NewPCG(uint64(seed(t)), 0))
	for _, errno := range []syscall.Errno{syscall.EIO, syscall.ENOSPC} {
		for _, always := range []bool{false, true} {
			for _, k := range choose(calls, random) {
				c := calls[k-1]
				name := fmt.Sprintf("%s_%s_%s_%d_always_%t", errnoName(errno), c.name, filepath.Base(c.path), k, always)
				t.Run(name, func(t *testing.T) {
					f.run(t, func(c call) verdict {
						if c.k == k || always && c.k > k {
							return verdict{errno: errno}
						}
						return verdict{}
					})
				})
			}
		}
	}
}

func errnoName(e syscall.Errno) string {
	return map[syscall.Errno]string{syscall.EIO: "EIO", syscall.ENOSPC: "ENOSPC"}[e]
}

// choose returns all calls in the long form; else the first of each kind on each
// file, of which a few, and as many of the others.
func choose(calls []call, random *rand.Rand) (ks []int) {
	seen := map[string]bool{}
	for _, c := range calls {
		if kind := c.name + c.path; long() || !seen[kind] {
			seen[kind] = true
			ks = append(ks, c.k)
		}
	}
	if !long() {
		random.Shuffle(len(ks), func(i, j int) { ks[i], ks[j] = ks[j], ks[i] })
		ks = ks[:min(len(ks), 6)]
		for range 6 {
			ks = append(ks, 1+random.IntN(len(calls)))
		}
	}
	return ks
}

// faults runs one script again and again, on a database of a server that was
// killed.
type faults struct {
	binary string
	folder string
	files  map[string][]byte
}

func newFaults(t *testing.T) *faults {
	t.Helper()
	folder, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	f := &faults{binary: theBinary(t), folder: filepath.Join(folder, "data"), files: map[string][]byte{}}
	f.fill(t, &ledger{}, (*load).flowRuns)
	return f
}

// fill makes the files that each run begins with: those of a server that was
// killed after some writes.
func (f *faults) fill(t *testing.T, all *ledger, writes ...func(*load) error) {
	t.Helper()
	s := start(t, f.binary, f.database())
	load := idleLoad(s.url, all)
	defer load.cancel()
	for _, write := range writes {
		if err := write(load); err != nil {
			t.Fatal(err)
		}
	}
	s.kill(t)
	for _, name := range []string{"server.db", "server.db-wal"} {
		var err error
		if f.files[name], err = os.ReadFile(filepath.Join(f.folder, name)); err != nil {
			t.Fatal(err)
		}
	}
}

func (f *faults) database() string { return filepath.Join(f.folder, "server.db") }

// reset puts the files back.
func (f *faults) reset(t *testing.T) {
	t.Helper()
	err := errors.Join(os.RemoveAll(f.folder), os.MkdirAll(f.folder, 0o700))
	for name, content := range f.files {
		err = errors.Join(err, os.WriteFile(filepath.Join(f.folder, name), content, 0o600))
	}
	if err != nil {
		t.Fatal(err)
	}
}

// run runs the script with calls that fail as judge says, and gives the calls.
func (f *faults) run(t *testing.T, judge func(call) verdict) []call {
	t.Helper()
	f.reset(t)
	tr := &tracer{folder: f.folder, judge: judge}
	port := freePort(t)
	s := launch(t, exec.Command(f.binary, "server", "start", "--no-ui", "--port", fmt.Sprint(port), "--database", f.database()), tr)
	s.url = fmt.Sprintf("http://127.0.0.1:%d/api", port)
	all := &ledger{}
	if s.answers("/health") {
		f.script(t, s, all)
		began := time.Now()
		_ = s.command.Process.Signal(syscall.SIGTERM)
		s.follow.wait()
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("it took %v to end", took)
		}
	} else if !tr.gone() {
		t.Errorf("it neither answers nor ends: %s", s.said())
		s.stop()
	} else if !oneLine.MatchString(s.said()) {
		t.Errorf("it ended at its start with: %s", s.said())
	}
	c, err := reopen(t.Context(), f.database(), nil)
	if err != nil {
		t.Fatalf("afterwards: %v; it had said: %s", err, s.said())
	}
	defer c.Close() //nolint:errcheck // read only
	if err := all.complete(c, 0); err != nil {
		t.Errorf("%v; it had said: %s", err, s.said())
	}
	if t.Failed() {
		t.Logf("it said: %s", s.said())
	}
	return tr.calls
}

// oneLine is how a program that cannot go on says so.
var oneLine = regexp.MustCompile(`(?m)^error: .+\n(hint: .+\n)?\z`)

// script writes and reads something of every kind and looks at the answers.
func (f *faults) script(t *testing.T, s *server, all *ledger) {
	t.Helper()
	load := idleLoad(s.url, all)
	defer load.cancel()
	for _, step := range []func() error{load.flowRuns, load.logs, load.events, load.artifacts, load.taskRuns, load.read} {
		f.answered(t, s, step())
	}
	_ = load.dial(load.send)                                                               // what is not acknowledged by a pong is sent again
	for deadline := time.Now().Add(3 * time.Second); ; time.Sleep(50 * time.Millisecond) { // the server's own pauses
		err := load.logs()
		if err == nil || s.follow.gone() {
			return
		}
		f.answered(t, s, err)
		if !healthy(s.url) {
			return
		}
		if time.Now().After(deadline) {
			t.Errorf("it says that it is healthy but takes nothing: %v", err)
			return
		}
	}
}

func healthy(url string) bool {
	answer, err := http.Get(url + "/health")
	if err != nil {
		return false
	}
	return answer.Body.Close() == nil && answer.StatusCode == http.StatusOK
}

// read asks for pages of what was written.
func (l *load) read() error {
	for _, path := range []string{"/flow_runs/filter", "/logs/filter", "/artifacts/filter", "/task_runs/filter", "/events/filter"} {
		if err := l.post(path, `{}`, new(any)); err != nil {
			return err
		}
	}
	return nil
}

// answered looks at how a request failed, if it did.
func (f *faults) answered(t *testing.T, s *server, err error) {
	t.Helper()
	var refused *refusal
	switch {
	case err == nil:
	case errors.As(err, &refused):
		said := map[string]any{}
		if json.NewDecoder(bytes.NewReader(refused.body)).Decode(&said) != nil || said["detail"] == nil && said["exception_message"] == nil {
			t.Errorf("not in the contract's form: %v", err)
		}
		if refused.status != http.StatusServiceUnavailable && refused.status != http.StatusInsufficientStorage {
			t.Errorf("clients would not try again: %v", err)
		}
	case !s.follow.gone():
		t.Errorf("no answer, and the server goes on: %v", err)
	case !oneLine.MatchString(s.said()):
		t.Errorf("the server ended with: %s", s.said())
	}
}
