//go:build !race

// Nothing here runs at once, and SQLite takes thirty times as long with the race detector.

package sqlite

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/store/migrations"
)

// TestSpaceIsGivenBack deletes most of a database that can give space back, of one that was
// made before and cannot, and of its copy, which can.
func TestSpaceIsGivenBack(t *testing.T) {
	old := filepath.Join(t.TempDir(), "old.db")
	before, err := openConn(old, true) // not empty any more, and yet without a table
	if err == nil {
		err = before.run("PRAGMA auto_vacuum=NONE")
	}
	if err == nil {
		err = before.run("VACUUM")
	}
	if err == nil {
		err = before.close()
	}
	if err != nil {
		t.Fatal(err)
	}
	fill := func(path string) *DB {
		t.Helper()
		db, err := Open(t.Context(), Options{Path: path, Steps: noteSteps, Migrate: true})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		update(t, db, `INSERT INTO note (text) WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 8000) SELECT hex(randomblob(1500)) FROM number`)
		return db
	}
	mode := func(db *DB) (mode int) {
		t.Helper()
		err := db.View(t.Context(), func(c store.Conn) error {
			return c.Query("SELECT * FROM pragma_auto_vacuum", nil, func(r store.Row) error { return r.Scan(&mode) })
		})
		if err != nil {
			t.Fatal(err)
		}
		return mode
	}
	shrink := func(db *DB) (before, after int64) {
		t.Helper()
		update(t, db, `DELETE FROM note WHERE id % 20 <> 0`)
		rest(t, db)
		before = sizeOf(t, db.path)
		for given := 1; given > 0; {
			err := db.Update(t.Context(), func(c store.Conn) (err error) {
				given, err = c.(store.Spacious).GiveBack()
				return err
			})
			if err != nil || given > 16 {
				t.Fatalf("%d pages, %v", given, err)
			}
		}
		rest(t, db)
		return before, sizeOf(t, db.path)
	}
	made := fill(filepath.Join(t.TempDir(), "new.db"))
	if before, after := shrink(made); mode(made) != 2 || after > before/2 {
		t.Errorf("a new database of mode %d has %d bytes of %d", mode(made), after, before)
	}
	update(t, made, `INSERT INTO note (text) VALUES ('after')`)
	if err := made.Health(); err != nil {
		t.Error(err)
	}
	had := fill(old)
	copied := filepath.Join(t.TempDir(), "copy.db")
	if _, err := Backup(t.Context(), old, copied, noteSteps); err != nil {
		t.Fatal(err)
	}
	if before, after := shrink(had); mode(had) != 0 || after != before {
		t.Errorf("an old database of mode %d has %d bytes of %d", mode(had), after, before)
	}
	copy, err := Open(t.Context(), Options{Path: copied, Steps: noteSteps})
	if err != nil {
		t.Fatal(err)
	}
	defer copy.Close()
	if before, after := shrink(copy); mode(copy) != 2 || after > before/2 {
		t.Errorf("a copy of mode %d has %d bytes of %d", mode(copy), after, before)
	}
}

var noteSteps = []migrations.Migration{{Number: 1, Name: "note", SQL: "CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL);"}}

func update(t *testing.T, db *DB, query string) {
	t.Helper()
	if err := db.Update(store.WithPatience(t.Context()), func(c store.Conn) error { _, err := c.Exec(query); return err }); err != nil {
		t.Fatal(err)
	}
}

func rest(t *testing.T, db *DB) {
	t.Helper()
	if done, err := db.Rest(t.Context()); err != nil || !done {
		t.Fatal(done, err)
	}
}

func sizeOf(t *testing.T, path string) int64 {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}
