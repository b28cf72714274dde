// Package storetest is the conformance suite of the store: what every backend
// must do, one case a rule. A backend's own test calls Run.
//
// It is also where other packages' tests get a store from: New opens one on the
// default backend.
package storetest

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/store/sqlite"
)

// Open opens a new, migrated database of the backend under test. The test that
// asked for it closes it.
type Open func(t testing.TB, machine clock.Clock) store.Backend

// Case is one rule of the store.
type Case struct {
	// Rule is a sentence: "a follower of the logs reads each once".
	Rule string
	test func(t *testing.T, open Open)
}

// Run holds a backend to every rule, each on databases of its own.
func Run(t *testing.T, open Open) {
	t.Helper()
	for _, c := range slices.Concat(automationsCases, automationFiringsCases, automationDeliveriesCases, awakeningsCases, blocksCases, eventsCases, graphsCases, logsCases, measuresCases, workPoolsCases) {
		t.Run(c.Rule, func(t *testing.T) {
			t.Parallel()
			c.test(t, open)
		})
	}
}

// Start is the time on the clock of a store that New made with a nil clock.
var Start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// DB is a store on a new database, and where that is.
type DB struct {
	*store.Store
	// Backend is what the store writes to.
	Backend store.Backend
	// Path is the database's file.
	Path string
}

// New returns a store on a new database of the default backend, which is closed
// when the test ends. With REEVE_TEST_STORE=postgres it is in PostgreSQL, and has no path.
func New(t testing.TB, machine clock.Clock) DB {
	t.Helper()
	if os.Getenv("REEVE_TEST_STORE") == "postgres" {
		backend := OpenPostgres(t, machine)
		closeAtEnd(t, backend)
		return DB{store.New(backend, machine, clock.NewIDs(machine)), backend, ""}
	}
	path := filepath.Join(t.TempDir(), "test.db")
	backend := OpenSQLite(t, path, machine)
	closeAtEnd(t, backend)
	return DB{store.New(backend, machine, clock.NewIDs(machine)), backend, path}
}

// OpenSQLite opens the SQLite database of a path, which is made when absent.
func OpenSQLite(t testing.TB, path string, machine clock.Clock) *sqlite.DB {
	t.Helper()
	if err := MakeSQLite(path); err != nil {
		t.Fatal(err)
	}
	db, err := sqlite.Open(context.Background(), sqlite.Options{Path: path, Migrate: true, Clock: machine, WriteTime: slowdown * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// MakeSQLite makes the file of a new database that has its schema, unless there is one.
func MakeSQLite(path string) error {
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	file, err := empty()
	if err != nil {
		return err
	}
	return os.WriteFile(path, file, 0o600)
}

// empty is the file of a database that has its schema, and nothing else. It is migrated once:
// to do so for each of a thousand stores takes longer than what is tested with them.
var empty = sync.OnceValues(func() ([]byte, error) {
	folder, err := os.MkdirTemp("", "storetest")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	path := filepath.Join(folder, "empty.db")
	db, err := sqlite.Open(context.Background(), sqlite.Options{Path: path, Migrate: true})
	if err != nil {
		return nil, err
	}
	if err := db.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

func closeAtEnd(t testing.TB, backend store.Backend) {
	t.Cleanup(func() {
		if err := backend.Close(); err != nil {
			t.Error(err)
		}
	})
}

// newStore returns a store on a new database of the backend under test, and its
// clock, which stands at Start.
func newStore(t testing.TB, open Open) (*store.Store, *clock.Manual) {
	t.Helper()
	machine := clock.NewManual(Start)
	backend := open(t, machine)
	closeAtEnd(t, backend)
	return store.New(backend, machine, clock.NewIDs(machine)), machine
}

func update(t testing.TB, s *store.Store, fn func(tx *store.Tx) error) {
	t.Helper()
	if err := s.Update(context.Background(), fn); err != nil {
		t.Fatal(err)
	}
}

func view(t testing.TB, s *store.Store, fn func(tx *store.Tx) error) {
	t.Helper()
	if err := s.View(context.Background(), fn); err != nil {
		t.Fatal(err)
	}
}
