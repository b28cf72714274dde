//go:build crash && amd64

package crash

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"github.com/reevehq/reeve/internal/store/migrations"
	store "github.com/reevehq/reeve/internal/store/sqlite"
)

// A server killed at any call of its first start leaves a database that opens.
func TestKillsInTheFirstStart(t *testing.T) {
	binary := theBinary(t)
	first := func(t *testing.T, judge func(call) verdict) (string, []call) {
		folder := resolved(t)
		tr := &tracer{folder: folder, judge: judge}
		path := filepath.Join(folder, "server.db")
		port := freePort(t)
		s := launch(t, exec.Command(binary, "server", "start", "--no-ui", "--port", fmt.Sprint(port), "--database", path), tr)
		s.url = fmt.Sprintf("http://127.0.0.1:%d/api", port)
		s.answers("/health")
		s.stop()
		return path, tr.calls
	}
	_, calls := first(t, nil)
	atEach(t, calls, func(t *testing.T, k int) {
		path, _ := first(t, killAt(k))
		c, err := reopen(t.Context(), path, nil)
		if err != nil {
			t.Fatal(err)
		}
		_ = c.Close()
	})
}

func killAt(k int) func(call) verdict {
	return func(c call) verdict { return verdict{kill: c.k == k} }
}

// atEach runs a test for chosen calls.
func atEach(t *testing.T, calls []call, test func(t *testing.T, k int)) {
	t.Helper()
	ks := choose(calls, rand.New(rand.NewPCG(uint64(seed(t)), 0)))
	t.Logf("%d calls, killed at %d of them", len(calls), len(ks))
	for _, k := range ks {
		c := calls[k-1]
		t.Run(fmt.Sprintf("%d_%s_%s", k, c.name, filepath.Base(c.path)), func(t *testing.T) { test(t, k) })
	}
}

// resolved is a temporary folder by the name that the kernel gives it.
func resolved(t *testing.T) string {
	t.Helper()
	folder, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return folder
}

// migrateVariable makes this test program open the database that it names, and
// bring it to the schema of tomorrow.
const migrateVariable = "REEVE_CRASH_MIGRATE"

func TestMain(m *testing.M) {
	if path := os.Getenv(migrateVariable); path != "" {
		if err := migrateTo(path, tomorrow()); err != nil {
			fmt.Fprintln(os.Stderr, "error:", err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// tomorrow is today's schema and a migration that changes much.
func tomorrow() []migrations.Migration {
	steps, err := migrations.For("sqlite")
	if err != nil {
		panic(err) // they are part of the program
	}
	return append(steps, migrations.Migration{Number: len(steps) + 1, Name: "synthetic", SQL: `
		CREATE TABLE synthetic (id BLOB PRIMARY KEY, flow BLOB REFERENCES flow(id));
		INSERT INTO synthetic (id, flow) SELECT id, flow_id FROM flow_run;
		ALTER TABLE flow_run ADD COLUMN synthetic TEXT;
		UPDATE flow_run SET synthetic = hex(id);
		UPDATE log SET message = message || message || message;
		CREATE INDEX synthetic_log ON log (message, flow_run_id);`})
}

func migrateTo(path string, steps []migrations.Migration) error {
	db, err := store.Open(context.Background(), store.Options{Path: path, Steps: steps, Migrate: true})
	if err != nil {
		return err
	}
	return db.Close()
}

// A migration of a database with data that is killed at any call, or in which
// the power goes at any sync, has happened or has not; nothing of the data is
// lost, a copy in snapshots/ is whole, and the next start migrates.
func TestKillsInAMigration(t *testing.T) {
	f := &faults{binary: theBinary(t), folder: filepath.Join(resolved(t), "data"), files: map[string][]byte{}}
	all := &ledger{}
	f.fill(t, all, (*load).flowRuns, (*load).logs, (*load).logs, (*load).events, (*load).artifacts, (*load).taskRuns,
		func(l *load) error { return l.dial(l.send) })
	migrated := func(t *testing.T, tr *tracer) []call {
		f.reset(t)
		tr.folder = f.folder
		command := exec.Command(os.Args[0])
		command.Env = append(os.Environ(), migrateVariable+"="+f.database())
		s := launch(t, command, tr)
		tr.wait()
		if tr.judge == nil && tr.status.ExitStatus() != 0 {
			t.Fatalf("the migration fails: %s", s.said())
		}
		return tr.calls
	}
	h := history{disk: &disk{folder: f.folder, files: f.files}, ledger: all, check: func(t *testing.T, folder string, _ int) error { return migratesLater(t, folder, all) }}
	calls := migrated(t, &tracer{disk: h.disk})
	if lost := h.replay(t); lost > 0 {
		t.Errorf("%d power losses lost something", lost)
	}
	atEach(t, calls, func(t *testing.T, k int) {
		migrated(t, &tracer{judge: killAt(k)})
		if err := migratesLater(t, f.folder, all); err != nil {
			t.Error(err)
		}
	})
}

// migratesLater looks at what a migration that was cut off left, and does it.
func migratesLater(t *testing.T, folder string, all *ledger) error {
	path := filepath.Join(folder, "server.db")
	today, err := migrations.For("sqlite")
	if err != nil {
		return err
	}
	if n, err := schemaOf(path); err != nil || n != len(today) && n != len(today)+1 {
		return errors.Join(fmt.Errorf("schema %d", n), err)
	}
	snapshots, _ := filepath.Glob(filepath.Join(folder, "snapshots", "*.db")) // the pattern is right
	for _, snapshot := range snapshots {
		if n, err := schemaOf(snapshot); err != nil || n != len(today) {
			return errors.Join(fmt.Errorf("%s has schema %d", snapshot, n), err)
		}
	}
	c, err := reopen(t.Context(), path, tomorrow())
	if err != nil {
		return err
	}
	defer c.Close() //nolint:errcheck // read only
	return all.complete(c, 0)
}

// schemaOf is the number of a database's schema; the database must be sound.
func schemaOf(path string) (n int, err error) {
	c, err := sqlite.OpenConn(path, sqlite.OpenReadWrite|sqlite.OpenWAL)
	if err != nil {
		return 0, err
	}
	defer c.Close() //nolint:errcheck // nothing was written
	err = sqlitex.ExecuteTransient(c, "PRAGMA user_version", &sqlitex.ExecOptions{ResultFunc: func(stmt *sqlite.Stmt) error {
		n = stmt.ColumnInt(0)
		return nil
	}})
	return n, errors.Join(err, sound(c))
}

// A gateway that is killed at any call, or whose call fails, while it starts,
// keeps webhooks, delivers them and writes down that it did, loses none that it
// acknowledged, and makes one run of each.
func TestKillsInTheInbox(t *testing.T) {
	binary := theBinary(t)
	s := start(t, binary, filepath.Join(t.TempDir(), "server.db"))
	defer func() { s.kill(t) }()
	deployment := deploy(t, s.url)
	hooks := &webhooks{}
	// received starts a gateway, sends a few webhooks and waits for their delivery.
	received := func(t *testing.T, folder string, judge func(call) verdict) []call {
		tr := &tracer{folder: folder, judge: judge}
		port := freePort(t)
		g := launchGateway(t, binary, folder, s.url, port, tr)
		if g.answers("/health") {
			ctx, cancel := context.WithCancel(t.Context())
			var senders sync.WaitGroup
			for range 2 {
				senders.Go(func() { hooks.some(ctx, g.url, 3) })
			}
			senders.Wait()
			cancel()
			for deadline := time.Now().Add(10 * time.Second); g.waiting() > 0 && time.Now().Before(deadline); {
				time.Sleep(5 * time.Millisecond) // another process: nothing tells when it is done
			}
		}
		g.stop()
		return tr.calls
	}
	calls := received(t, resolved(t), nil)
	atEach(t, calls, func(t *testing.T, k int) {
		for _, v := range []verdict{{kill: true}, {errno: syscall.EIO}} {
			folder := resolved(t)
			received(t, folder, func(c call) verdict {
				if c.k == k {
					return v
				}
				return verdict{}
			})
			g := startGateway(t, binary, folder, s.url, nil)
			hooks.repeat(t, g.url)
			hooks.acknowledged, hooks.unanswered = append(hooks.acknowledged, hooks.unanswered...), nil
			g.drained(t)
			g.kill(t)
		}
	})
	hooks.verify(t, runs(t, s.url, deployment))
	t.Logf("%d webhooks", len(hooks.acknowledged))
}
