//go:build crash && amd64

package crash

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// copies is a folder with the files of a server that was killed, the newest rows
// only in its log, and an older copy of its database.
type copies struct {
	binary string
	folder string
	files  map[string][]byte
	old    int // flow runs in the database
	copied int // flow runs in the copy
}

func newCopies(t *testing.T) *copies {
	t.Helper()
	folder, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	c := &copies{binary: theBinary(t), folder: filepath.Join(folder, "data"), files: map[string][]byte{}, old: 3, copied: 1}
	s := start(t, c.binary, c.path("server.db"))
	load := idleLoad(s.url, &ledger{})
	if err := load.flowRuns(); err != nil {
		t.Fatal(err)
	}
	c.command(t, "backup", c.path("copy.db"))
	c.command(t, "backup")
	if err := errors.Join(load.flowRuns(), load.flowRuns()); err != nil {
		t.Fatal(err)
	}
	s.kill(t)
	err = filepath.WalkDir(c.folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasSuffix(path, "-shm") || strings.HasSuffix(path, ".reserve") {
			return err
		}
		name, _ := filepath.Rel(c.folder, path) // below it
		c.files[name], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(c.files["server.db-wal"]) == 0 {
		t.Fatal("the log is empty")
	}
	return c
}

func (c *copies) path(name string) string { return filepath.Join(c.folder, name) }

// reset puts the files back.
func (c *copies) reset(t *testing.T) {
	t.Helper()
	err := os.RemoveAll(c.folder)
	for name, content := range c.files {
		err = errors.Join(err, os.MkdirAll(filepath.Dir(c.path(name)), 0o700), os.WriteFile(c.path(name), content, 0o600))
	}
	if err != nil {
		t.Fatal(err)
	}
}

// database makes a command that maintains the database.
func (c *copies) database(arguments ...string) *exec.Cmd {
	command := exec.Command(c.binary, append(append([]string{"server", "database"}, arguments...), "--database", c.path("server.db"))...)
	command.Dir = filepath.Dir(c.folder)
	return command
}

// command runs one to its end.
func (c *copies) command(t *testing.T, arguments ...string) string {
	t.Helper()
	out, err := c.database(arguments...).CombinedOutput()
	if err != nil {
		t.Fatalf("reeve server database %s: %v\n%s", strings.Join(arguments, " "), err, out)
	}
	return string(out)
}

// traced runs a program to its end, or until it is killed at a call.
func (c *copies) traced(t *testing.T, program *exec.Cmd, judge func(call) verdict) *tracer {
	t.Helper()
	tr := &tracer{folder: c.folder, judge: judge}
	launch(t, program, tr)
	tr.wait()
	return tr
}

// killed runs a program again and again, each time killed at another of its calls
// that change something, and has look look at what is left.
func (c *copies) killed(t *testing.T, program func() *exec.Cmd, look func(t *testing.T)) {
	t.Helper()
	c.reset(t)
	whole := c.traced(t, program(), nil)
	if !whole.status.Exited() || whole.status.ExitStatus() != 0 {
		t.Fatalf("it ended with %v", whole.status)
	}
	changes := changing(whole.calls)
	t.Logf("%d calls, %d of them change something", len(whole.calls), len(changes))
	if len(changes) < 10 {
		t.Fatal("too few calls were seen")
	}
	for _, k := range sample(t, whole.calls) {
		at := whole.calls[k-1]
		t.Run(fmt.Sprintf("%d_%s_%s", k, at.name, filepath.Base(at.path)), func(t *testing.T) {
			c.reset(t)
			c.traced(t, program(), func(c call) verdict { return verdict{kill: c.k == k} })
			look(t)
		})
	}
}

// changing are the numbers of the calls that change files.
func changing(calls []call) (ks []int) {
	for _, c := range calls {
		if c.name != "pread64" && c.name != "open" {
			ks = append(ks, c.k)
		}
	}
	return ks
}

// The short form kills at the last calls, where names change, at others that are
// no mere writes, and at a few writes.
const (
	lastKills  = 8
	otherKills = 8
	writeKills = 4
)

// sample returns all calls that change something in the long form, else some.
func sample(t *testing.T, calls []call) []int {
	ks := changing(calls)
	if long() || len(ks) <= lastKills+otherKills+writeKills {
		return ks
	}
	random := rand.New(rand.NewPCG(uint64(seed(t)), 0))
	split := len(ks) - lastKills
	var writes, others []int
	for _, k := range ks[:split] {
		if calls[k-1].name == "pwrite64" {
			writes = append(writes, k)
		} else {
			others = append(others, k)
		}
	}
	pick := func(from []int, n int) []int {
		random.Shuffle(len(from), func(i, j int) { from[i], from[j] = from[j], from[i] })
		return from[:min(n, len(from))]
	}
	return append(append(pick(writes, writeKills), pick(others, otherKills)...), ks[split:]...)
}

// runs is how many flow runs a database has, as its program finds it at its next
// start.
func (c *copies) runs(t *testing.T, name string) (n int) {
	t.Helper()
	conn, err := reopen(t.Context(), c.path(name), nil)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	defer conn.Close() //nolint:errcheck // read only
	err = sqlitex.ExecuteTransient(conn, "SELECT count(*) FROM flow_run", &sqlitex.ExecOptions{ResultFunc: func(s *sqlite.Stmt) error {
		n = s.ColumnInt(0)
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// tidy fails when work of killed processes is left.
func (c *copies) tidy(t *testing.T) {
	t.Helper()
	for _, pattern := range []string{".backup-*", "snapshots/.backup-*", "*.restoring"} {
		if left, _ := filepath.Glob(c.path(pattern)); len(left) > 0 {
			t.Errorf("left are %v", left)
		}
	}
}

// A restore that is killed anywhere leaves the old database with all of its log,
// or the new one.
func TestKillsInsideRestore(t *testing.T) {
	c := newCopies(t)
	ways := map[string][]string{"file": {"restore", c.path("copy.db")}, "latest": {"restore", "--latest"}}
	for way, arguments := range ways {
		t.Run(way, func(t *testing.T) {
			found := map[int]int{}
			c.killed(t, func() *exec.Cmd { return c.database(arguments...) }, func(t *testing.T) {
				c.command(t, "check")
				n := c.runs(t, "server.db")
				if found[n]++; n != c.old && n != c.copied {
					t.Errorf("there are %d flow runs, neither %d nor %d", n, c.old, c.copied)
				}
				if aside, _ := filepath.Glob(c.path("server.db.replaced-*Z")); (n == c.copied) != (len(aside) == 1) {
					t.Errorf("with %d flow runs, put aside are %v", n, aside)
				} else if len(aside) == 1 {
					if n := c.runs(t, filepath.Base(aside[0])); n != c.old {
						t.Errorf("what was put aside has %d flow runs", n)
					}
				}
				c.command(t, arguments...)
				if n := c.runs(t, "server.db"); n != c.copied {
					t.Errorf("restored again there are %d flow runs", n)
				}
				c.tidy(t)
			})
			if t.Logf("flow runs found, and how often: %v", found); len(found) != 2 {
				t.Error("the kills were all on one side")
			}
		})
	}
}

// A backup that is killed anywhere leaves no file under its name, or a whole one,
// and the database as it was.
func TestKillsInsideBackup(t *testing.T) {
	c := newCopies(t)
	c.killed(t, func() *exec.Cmd { return c.database("backup", c.path("new.db")) }, func(t *testing.T) {
		if _, err := os.Stat(c.path("new.db")); err == nil {
			if n := c.runs(t, "new.db"); n != c.old {
				t.Errorf("the copy has %d flow runs", n)
			}
			if err := os.Remove(c.path("new.db")); err != nil {
				t.Fatal(err)
			}
		}
		c.command(t, "backup", c.path("new.db"))
		if n := c.runs(t, "new.db"); n != c.old {
			t.Errorf("the next copy has %d flow runs", n)
		}
		if n := c.runs(t, "server.db"); n != c.old {
			t.Errorf("the database has %d flow runs", n)
		}
		c.tidy(t)
	})
}

// A server that replaces a damaged database at its start and is killed there does
// so at the next start.
func TestKillsInsideHealing(t *testing.T) {
	c := newCopies(t)
	spoiled := c.files["server.db"]
	copy(spoiled, "no header")
	settings := filepath.Join(filepath.Dir(c.folder), "reeve.toml")
	if err := os.WriteFile(settings, []byte("[backup]\nrestore = \"auto\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	serve := func(judge func(call) verdict) *tracer {
		port := freePort(t)
		command := exec.Command(c.binary, "server", "start", "--no-ui", "--config", settings, "--port", fmt.Sprint(port), "--database", c.path("server.db"))
		tr := &tracer{folder: c.folder, judge: judge}
		s := launch(t, command, tr)
		s.url = fmt.Sprintf("http://127.0.0.1:%d/api", port)
		if s.answers("/health") {
			_ = command.Process.Signal(syscall.SIGTERM)
		}
		tr.wait()
		return tr
	}
	c.reset(t)
	whole := serve(nil)
	changes := changing(whole.calls)
	t.Logf("%d calls, %d of them change something", len(whole.calls), len(changes))
	for _, k := range sample(t, whole.calls) {
		at := whole.calls[k-1]
		t.Run(fmt.Sprintf("%d_%s_%s", k, at.name, filepath.Base(at.path)), func(t *testing.T) {
			c.reset(t)
			serve(func(c call) verdict { return verdict{kill: c.k == k} })
			if last := serve(nil); !last.status.Exited() || last.status.ExitStatus() != 0 {
				t.Errorf("the next start ended with %v", last.status)
			}
			if n := c.runs(t, "server.db"); n != c.copied {
				t.Errorf("there are %d flow runs", n)
			}
			c.tidy(t)
		})
	}
}
