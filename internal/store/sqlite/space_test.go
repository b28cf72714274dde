package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/store/migrations"
)

var notes = []migrations.Migration{{Number: 1, Name: "notes", SQL: `CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL)`}}

func openNotes(t *testing.T, path string, c clock.Clock) *DB {
	t.Helper()
	db, err := Open(t.Context(), Options{Path: path, Steps: notes, Migrate: true, Clock: c})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func execute(ctx context.Context, db *DB, query string, args ...any) error {
	return db.Update(ctx, func(c store.Conn) error {
		_, err := c.Exec(query, args...)
		return err
	})
}

// On a full disk nothing new is taken, reads go on, deletions are possible, and
// once they have made room all is taken again.
func TestFullDisk(t *testing.T) {
	c := clock.NewManual(time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC))
	path := filepath.Join(t.TempDir(), "notes.db")
	db := openNotes(t, path, c)
	if err := execute(t.Context(), db, "PRAGMA max_page_count = 100"); err != nil {
		t.Fatal(err)
	}
	text := strings.Repeat("x", 3000)
	var err error
	kept := 0
	for ; kept < 200; kept++ {
		if err = execute(t.Context(), db, "INSERT INTO note (text) VALUES (?)", text); err != nil {
			break
		}
	}
	if !fault.Is(err, fault.Full) {
		t.Fatalf("after %d notes: %v", kept, err)
	}
	if err := db.Health(); err == nil {
		t.Error("a full disk is called healthy")
	}
	if info, err := os.Stat(path + ".reserve"); err != nil || info.Size() != 0 {
		t.Errorf("the reserve was not given up: %v %v", info, err)
	}

	ran := false
	err = db.Update(t.Context(), func(store.Conn) error { ran = true; return nil })
	if !fault.Is(err, fault.Full) || ran {
		t.Errorf("a write on a full disk: %v, ran: %t", err, ran)
	}
	var n int
	err = db.View(t.Context(), func(c store.Conn) error {
		return c.Query("SELECT count(*) FROM note", nil, func(r store.Row) error { return r.Scan(&n) })
	})
	if err != nil || n != kept {
		t.Errorf("read %d notes of %d: %v", n, kept, err)
	}

	c.Advance(2 * lookAgain)
	if err := execute(store.WithReserve(t.Context()), db, "DELETE FROM note"); err != nil {
		t.Fatal(err)
	}
	if err := execute(t.Context(), db, "INSERT INTO note (text) VALUES (?)", text); err != nil {
		t.Errorf("after notes were deleted: %v", err)
	}
	if err := db.Health(); err != nil {
		t.Error(err)
	}
	if info, err := os.Stat(path + ".reserve"); err != nil || info.Size() != reserveSize {
		t.Errorf("the reserve was not kept again: %v %v", info, err)
	}
}

// A database that was left by a killed server and is damaged is only read, and
// says so; a sound one is not touched.
func TestDamageIsFoundAfterAKill(t *testing.T) {
	for _, damaged := range []bool{false, true} {
		t.Run(fmt.Sprintf("damaged %t", damaged), func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "notes.db")
			db := openNotes(t, path, clock.System{})
			for range 200 {
				if err := execute(t.Context(), db, "INSERT INTO note (text) VALUES (?)", strings.Repeat("x", 3000)); err != nil {
					t.Fatal(err)
				}
			}
			left := leave(t, db, path, damaged)

			hands := clock.NewManual(time.Now())
			again := openNotes(t, left, hands)
			looked := make(chan struct{})
			go func() {
				again.inspector.looks.Wait()
				close(looked)
			}()
			for wait := true; wait; {
				hands.Advance(settleTime) // in time for the look to have begun to wait, or the next time
				select {
				case <-looked:
					wait = false
				case <-time.After(time.Millisecond):
				}
			}
			err := execute(t.Context(), again, "INSERT INTO note (text) VALUES ('y')")
			if !damaged {
				if err := errors.Join(err, again.Health()); err != nil {
					t.Error(err)
				}
				return
			}
			if !fault.Is(err, fault.Busy) || again.Health() == nil {
				t.Errorf("a write to a damaged database: %v; health: %v", err, again.Health())
			}
		})
	}
}

// leave copies an open database as a kill would leave it, with a log of one
// write; when asked to, with a page of the file overwritten.
func leave(t *testing.T, db *DB, path string, damaged bool) string {
	t.Helper()
	if _, err := db.writer.checkpoint(); err != nil { // nothing is being written
		t.Fatal(err)
	}
	if err := execute(t.Context(), db, "INSERT INTO note (text) VALUES ('last')"); err != nil {
		t.Fatal(err)
	}
	left := filepath.Join(t.TempDir(), "left.db")
	for _, end := range []string{"", "-wal"} {
		content, err := os.ReadFile(path + end)
		if err != nil {
			t.Fatal(err)
		}
		if damaged && end == "" {
			copy(content[20*4096:], strings.Repeat("\xff", 8*4096))
		}
		if err := os.WriteFile(left+end, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return left
}

// An existing database is copied before its schema is changed, and the copy is
// what it was.
func TestCopyBeforeMigration(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notes.db")
	db := openNotes(t, path, clock.System{})
	if err := errors.Join(execute(t.Context(), db, "INSERT INTO note (text) VALUES ('old')"), db.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(filepath.Dir(path), "snapshots")); err == nil {
		t.Error("a new database was copied")
	}
	next := append(notes[:1:1], migrations.Migration{Number: 2, Name: "drop", SQL: `DROP TABLE note`})
	var older *fault.Error
	for upgrade, want := range map[string]string{"": "reeve server database upgrade --database " + path, "upgrade it": "upgrade it"} {
		_, err := Open(t.Context(), Options{Path: path, Steps: next, Shared: true, Upgrade: upgrade})
		if !errors.As(err, &older) || older.Hint != "run: "+want {
			t.Errorf("the older schema is refused with %v, not %q", err, want)
		}
	}
	db, err := Open(t.Context(), Options{Path: path, Steps: next, Migrate: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	snapshots, err := Snapshots(path)
	if err != nil || len(snapshots) != 1 {
		t.Fatalf("snapshots %v, %v", snapshots, err)
	}
	kept := openNotes(t, snapshots[0].Path, clock.System{})
	var text string
	err = kept.View(t.Context(), func(c store.Conn) error {
		return c.Query("SELECT text FROM note", nil, func(r store.Row) error { return r.Scan(&text) })
	})
	if err != nil || text != "old" {
		t.Errorf("the copy holds %q: %v", text, err)
	}
	_, err = Open(t.Context(), Options{Path: path, Steps: notes, Migrate: true})
	if !fault.Is(err, fault.Conflict) {
		t.Errorf("the older program on the newer schema: %v", err)
	}
}
