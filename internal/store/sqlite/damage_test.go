package sqlite

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zombiezen.com/go/sqlite"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/store"
)

// SQLite says "malformed" of a page that the disk failed to give, too: such a
// database is written again once all of it was read.
func TestSuspicionOfDamageIsLifted(t *testing.T) {
	db := openNotes(t, filepath.Join(t.TempDir(), "notes.db"), clock.System{})
	malformed := fmt.Errorf("step: %w", sqlite.ResultCorrupt.ToError())
	db.damage.suspect(malformed)
	if err := execute(t.Context(), db, "INSERT INTO note (text) VALUES ('x')"); !fault.Is(err, fault.Busy) {
		t.Errorf("a write on a suspicion: %v", err)
	}
	db.damage.lift()
	err := db.View(t.Context(), func(store.Conn) error { return malformed }) // the look begins after it
	if !fault.Is(err, fault.Busy) {
		t.Errorf("a read that meets what looks like damage: %v", err)
	}
	db.inspector.looks.Wait()
	if err := db.Health(); err != nil {
		t.Error(err)
	}
	if err := execute(t.Context(), db, "INSERT INTO note (text) VALUES ('x')"); err != nil {
		t.Error(err)
	}
}

// A database that is damaged is read and not written.
func TestDamageIsFound(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notes.db")
	db := openNotes(t, path, clock.System{})
	text := strings.Repeat("x", 3000)
	for range 50 {
		if err := execute(t.Context(), db, "INSERT INTO note (text) VALUES (?)", text); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	spoil(t, path)
	db = openNotes(t, path, clock.System{})
	var n int
	err := db.View(t.Context(), func(c store.Conn) error {
		return c.Query("SELECT sum(length(text)) FROM note", nil, func(r store.Row) error { return r.Scan(&n) })
	})
	if !fault.Is(err, fault.Busy) {
		t.Errorf("a read that meets the damage: %v", err)
	}
	db.inspector.looks.Wait()
	if err := db.Health(); err == nil || !strings.Contains(err.Error(), "is damaged") {
		t.Errorf("health: %v", err)
	}
	if err := execute(t.Context(), db, "INSERT INTO note (text) VALUES ('x')"); !fault.Is(err, fault.Busy) {
		t.Errorf("a write: %v", err)
	}
	err = db.View(t.Context(), func(c store.Conn) error {
		return c.Query("SELECT count(*) FROM note WHERE id = 1", nil, func(r store.Row) error { return r.Scan(&n) })
	})
	if err != nil || n != 1 {
		t.Errorf("a read beside the damage: %d %v", n, err)
	}
}

// spoil overwrites a page in the second half of a database.
func spoil(t *testing.T, path string) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	at := len(content) / 2 / 4096 * 4096
	for i := range 4096 {
		content[at+i] = 0xA5
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestUnreadPagesAreNoDamage(t *testing.T) {
	for finding, want := range map[string]bool{
		"*** in database main ***\nTree 28 page 28: unable to get the page. error code=266":  true, // SQLITE_IOERR_READ
		"*** in database main ***\nTree 28 page 28: unable to get the page. error code=8458": true, // SQLITE_IOERR_CORRUPTFS: EIO
		"*** in database main ***\nTree 28 page 28: unable to get the page. error code=11":   false,
		"Tree 2 page 34 cell 1: Rowid 9 out of order":                                        false,
		"": false,
	} {
		if unread(finding) != want {
			t.Errorf("%q: %t", finding, !want)
		}
	}
}

// The health tells of calls that the disk fails, and of its getting well.
func TestFailedCallsCountAgainstTheHealth(t *testing.T) {
	c := clock.NewManual(time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC))
	db := openNotes(t, filepath.Join(t.TempDir(), "notes.db"), c)
	failed := db.View(t.Context(), func(store.Conn) error { return fmt.Errorf("step: %w", sqlite.ResultIOErrRead.ToError()) })
	if !fault.Is(failed, fault.Busy) {
		t.Errorf("clients would not try again: %v", failed)
	}
	if db.Health() == nil {
		t.Error("a disk that fails calls is called healthy")
	}
	c.Advance(troubleTime)
	if err := db.Health(); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}
