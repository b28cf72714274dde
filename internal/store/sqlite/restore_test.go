package sqlite

import (
	"bytes"
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

// notebook is a schema of two steps for tests.
var notebook = []migrations.Migration{
	{Number: 1, Name: "notebook", SQL: "CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL);"},
	{Number: 2, Name: "stars", SQL: "ALTER TABLE note ADD COLUMN stars INTEGER NOT NULL DEFAULT 0;"},
}

// keepNote writes a note and closes the database again.
func keepNote(t *testing.T, path string, steps []migrations.Migration, text string) {
	t.Helper()
	db := openBook(t, path, steps)
	put(t, db, text)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func openBook(t *testing.T, path string, steps []migrations.Migration) *DB {
	t.Helper()
	db, err := Open(t.Context(), Options{Path: path, Steps: steps, Migrate: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func put(t *testing.T, db *DB, text string) {
	t.Helper()
	err := db.Update(t.Context(), func(c store.Conn) error {
		_, err := c.Exec("INSERT INTO note (text) VALUES (?)", text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func notesIn(t *testing.T, path string) (texts []string) {
	t.Helper()
	c, err := openConn(path, false)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.close() }()
	err = c.Query("SELECT text FROM note ORDER BY id", nil, func(r store.Row) error {
		var text string
		err := r.Scan(&text)
		texts = append(texts, text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

func TestAnOlderProgramIsToldHowToGoBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "reeve.db")
	older, newer := notebook[:1], notebook
	keepNote(t, path, older, "before")
	keepNote(t, path, newer, "after")

	_, err := Open(t.Context(), Options{Path: path, Steps: older, Migrate: true})
	var refused *fault.Error
	if !errors.As(err, &refused) || refused.Kind != fault.Conflict {
		t.Fatalf("the older program got %v", err)
	}
	want := fmt.Sprintf("database %s has schema 2, newer than this program's 1", path)
	if refused.Error() != want || strings.Contains(refused.Hint, "\n") {
		t.Errorf("it was told %q, want %q", refused, want)
	}
	snapshots, err := Snapshots(path)
	if err != nil || len(snapshots) != 1 || snapshots[0].Schema != 1 {
		t.Fatalf("snapshots %v, %v", snapshots, err)
	}
	if command := fmt.Sprintf("reeve server database restore %s --database %s", snapshots[0].Path, path); !strings.Contains(refused.Hint, command) {
		t.Errorf("the hint %q does not name %q", refused.Hint, command)
	}
	done, err := Restore(t.Context(), path, snapshots[0].Path, older)
	if err != nil {
		t.Fatal(err)
	}
	keepNote(t, path, older, "again")
	if got := fmt.Sprint(notesIn(t, path), notesIn(t, done.Aside)); got != "[before again] [before after]" {
		t.Errorf("the notes are %s", got)
	}
}

func TestRestoreIsFinishedByWhoeverComesNext(t *testing.T) {
	stages := map[string]func(t *testing.T, path string){
		"decided":   func(*testing.T, string) {},
		"log aside": func(t *testing.T, path string) { move(t, path+"-wal", asideOf(t, path)+"-wal") },
		"log and old aside": func(t *testing.T, path string) {
			move(t, path+"-wal", asideOf(t, path)+"-wal")
			move(t, path, asideOf(t, path))
		},
	}
	next := map[string]func(path string) error{
		"server": func(path string) error {
			db, err := Open(context.Background(), Options{Path: path, Steps: notebook})
			if err == nil {
				err = db.Close()
			}
			return err
		},
		"check": func(path string) error { _, err := Check(context.Background(), path, notebook); return err },
		"backup": func(path string) error {
			_, err := Backup(context.Background(), path, path+".copy", notes)
			return err
		},
		"upgrade": func(path string) error {
			_, err := Upgrade(context.Background(), Options{Path: path, Steps: notebook})
			return err
		},
	}
	for stage, cut := range stages {
		for who, comes := range next {
			t.Run(stage+"/"+who, func(t *testing.T) {
				folder := t.TempDir()
				path := filepath.Join(folder, "reeve.db")
				keepNote(t, path, notebook, "old")
				leaveLog(t, path)
				keepNote(t, filepath.Join(folder, "new.db"), notebook, "new")
				move(t, filepath.Join(folder, "new.db"), path+restoring)
				cut(t, path)
				aside := asideOf(t, path)
				if err := comes(path); err != nil {
					t.Fatal(err)
				}
				if got := fmt.Sprint(notesIn(t, path)); got != "[new]" {
					t.Errorf("the database has %s", got)
				}
				if got := fmt.Sprint(notesIn(t, aside)); got != "[old in the log]" {
					t.Errorf("the old database has %s", got)
				}
			})
		}
	}
}

// leaveLog writes a note as a process does that is killed before it writes its
// log back.
func leaveLog(t *testing.T, path string) {
	t.Helper()
	c, err := openConn(path, true)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.run("UPDATE note SET text = text || ' in the log'"); err != nil {
		t.Fatal(err)
	}
	for _, end := range []string{"", "-wal"} {
		text, err := os.ReadFile(path + end)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path+end+".kept", text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.close(); err != nil {
		t.Fatal(err)
	}
	for _, end := range []string{"", "-wal"} {
		move(t, path+end+".kept", path+end)
	}
}

func asideOf(t *testing.T, path string) string {
	t.Helper()
	info, err := os.Stat(path + restoring)
	if err != nil {
		t.Fatal(err)
	}
	return path + replaced + info.ModTime().UTC().Format(stamp)
}

func move(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}

// The journal of the database that was there must not be rolled back into the new
// one.
func TestRestoreTakesTheJournalAway(t *testing.T) {
	folder := t.TempDir()
	path, copied := filepath.Join(folder, "reeve.db"), filepath.Join(folder, "copy.db")
	keepNote(t, copied, notebook, "copied")
	leaveJournal(t, path)
	done, err := Restore(t.Context(), path, copied, notebook)
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(notesIn(t, path)); got != "[copied]" {
		t.Errorf("the database has %s", got)
	}
	if !exists(done.Aside+"-journal") || exists(path+"-journal") {
		t.Error("the journal is where it was")
	}
	leaveJournal(t, path)
	if what, err := sickness(t.Context(), path); what != "" || err != nil {
		t.Errorf("a database with a journal is sick: %s, %v", what, err)
	}
}

// leaveJournal leaves what a process leaves that is killed in a commit of a
// database without a log.
func leaveJournal(t *testing.T, path string) {
	t.Helper()
	_ = os.Remove(path)
	c, err := openConn(path, true)
	if err != nil {
		t.Fatal(err)
	}
	script := []string{"PRAGMA journal_mode=DELETE", notebook[0].SQL, "PRAGMA cache_size=1", "BEGIN IMMEDIATE",
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < 2000) INSERT INTO note (text) SELECT 'long text ' || i FROM n"}
	for _, line := range script {
		if err := c.run(line); err != nil {
			t.Fatal(err)
		}
	}
	for _, end := range []string{"", "-journal"} {
		text, err := os.ReadFile(path + end)
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := os.WriteFile(path+end, text, 0o600); err != nil {
				t.Fatal(err)
			}
		}()
	}
	if err := errors.Join(c.run("ROLLBACK"), c.close()); err != nil {
		t.Fatal(err)
	}
}

func TestDamagedCopiesAreRefused(t *testing.T) {
	for name, spoil := range spoilers {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			path, copied := filepath.Join(folder, "reeve.db"), filepath.Join(folder, "copy.db")
			keepNote(t, path, notebook, strings.Repeat("long ", 20000))
			if _, err := Backup(t.Context(), path, copied, notebook); err != nil {
				t.Fatal(err)
			}
			keepNote(t, path, notebook, "newer")
			spoil(t, copied)
			if _, err := Restore(t.Context(), path, copied, notebook); err == nil {
				t.Fatal("the copy was restored")
			}
			if got := len(notesIn(t, path)); got != 2 {
				t.Errorf("the database has %d notebook", got)
			}
		})
	}
}

// A copy in which every page can be read, and the index does not say what the table does.
func TestACopyThatContradictsItselfIsRefused(t *testing.T) {
	steps := []migrations.Migration{{Number: 1, Name: "notebook", SQL: `CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL);
		CREATE INDEX note_text ON note (text);`}}
	folder := t.TempDir()
	path, copied := filepath.Join(folder, "reeve.db"), filepath.Join(folder, "copy.db")
	keepNote(t, path, steps, "needle")
	if _, err := Backup(t.Context(), path, copied, steps); err != nil {
		t.Fatal(err)
	}
	change(t, copied, func(b []byte) []byte { return bytes.Replace(b, []byte("needle"), []byte("noodle"), 1) })
	if _, err := Restore(t.Context(), path, copied, steps); err == nil {
		t.Error("the copy was restored")
	}
}

// spoilers are ways in which a file loses what it held.
var spoilers = map[string]func(*testing.T, string){
	"truncated":          func(t *testing.T, path string) { change(t, path, func(b []byte) []byte { return b[:len(b)/2] }) },
	"cut to nothing":     func(t *testing.T, path string) { change(t, path, func([]byte) []byte { return nil }) },
	"flipped in header":  func(t *testing.T, path string) { flip(t, path, 5) },
	"flipped in schema":  func(t *testing.T, path string) { flip(t, path, 103) },
	"flipped in a table": func(t *testing.T, path string) { flip(t, path, 4096) },
	"flipped in a chain of pages": func(t *testing.T, path string) {
		flip(t, path, 8192)
	},
	"missing": func(t *testing.T, path string) {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	},
}

func change(t *testing.T, path string, how func([]byte) []byte) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, how(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func flip(t *testing.T, path string, at int) {
	t.Helper()
	change(t, path, func(b []byte) []byte { b[at] ^= 0x40; return b })
}

func TestSnapshotsAreBounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "reeve.db")
	keepNote(t, path, notebook, "one")
	now := clock.NewManual(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	for range 5 {
		if _, _, err := TakeSnapshot(t.Context(), path, notebook, now.Now(), 3); err != nil {
			t.Fatal(err)
		}
		now.Advance(time.Second)
	}
	for range 4 {
		if _, err := RestoreLatest(t.Context(), path, notebook); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Millisecond) // the names of what is put aside are times of files
	}
	if err := prune(path, 3); err != nil {
		t.Fatal(err)
	}
	all, err := Snapshots(path)
	if err != nil || len(all) != 3 || !strings.HasSuffix(all[0].Path, "reeve-schema2-20260102T030409.000Z.db") {
		t.Errorf("snapshots %v, %v", all, err)
	}
	if aside, _ := filepath.Glob(path + replaced + "*"); len(aside) != 3 {
		t.Errorf("put aside: %v", aside)
	}
}

func TestWorkOfKilledProcessesIsRemoved(t *testing.T) {
	folder := t.TempDir()
	if err := os.MkdirAll(filepath.Join(folder, workPrefix+"dead", "deep"), 0o700); err != nil {
		t.Fatal(err)
	}
	alive, err := newWork(folder)
	if err != nil {
		t.Fatal(err)
	}
	keepNote(t, filepath.Join(folder, "reeve.db"), notebook, "one")
	left, _ := filepath.Glob(filepath.Join(folder, workPrefix+"*"))
	if len(left) != 1 || left[0] != alive.folder {
		t.Errorf("left are %v", left)
	}
	alive.remove()
}
