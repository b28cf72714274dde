package sqlite

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/store"
)

// rows are what a database holds that the tests write to.
func rows(c store.Conn) (n int, err error) {
	err = c.Query("SELECT count(*) FROM seen", nil, func(r store.Row) error { return r.Scan(&n) })
	return n, err
}

func openSeen(t *testing.T) (*DB, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.db")
	db, err := Open(t.Context(), Options{Path: path, Steps: notes, Migrate: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := try(t, db, "CREATE TABLE seen (n INTEGER)"); err != nil {
		t.Fatal(err)
	}
	return db, path
}

func try(t *testing.T, db *DB, text string) error {
	return db.Update(t.Context(), func(c store.Conn) error {
		_, err := c.Exec(text)
		return err
	})
}

// TestWhatIsWrittenIsFoundAgain does to the files of a database in use what
// people and programs do. The next write is refused, health says why, and what had
// been acknowledged is where it was.
func TestWhatIsWrittenIsFoundAgain(t *testing.T) {
	must := func(err error) {
		if err != nil {
			t.Helper()
			t.Fatal(err)
		}
	}
	copied := func(from, to string) {
		text, err := os.ReadFile(from)
		must(err)
		must(os.WriteFile(to, text, 0o600))
	}
	tests := map[string]struct {
		what func(path string)
		says string
		mend func(path string) // "" cannot
	}{
		"removed":                {func(p string) { must(os.Remove(p)) }, "was removed or renamed", nil},
		"renamed":                {func(p string) { must(os.Rename(p, p+".old")) }, "was removed or renamed", func(p string) { must(os.Rename(p+".old", p)) }},
		"replaced":               {func(p string) { copied(p, p+".new"); must(os.Rename(p+".new", p)) }, "another file was put in the place of", nil},
		"a folder in its place":  {func(p string) { must(os.Remove(p)); must(os.Mkdir(p, 0o700)) }, "another file", nil},
		"cut off":                {func(p string) { must(os.Truncate(p, 0)) }, "was cut off", nil},
		"cut off in the middle":  {func(p string) { must(os.Truncate(p, 4096)) }, "was cut off", nil},
		"log removed":            {func(p string) { must(os.Remove(p + "-wal")) }, "-wal was removed or renamed", nil},
		"log replaced":           {func(p string) { copied(p+"-wal", p+".new"); must(os.Rename(p+".new", p+"-wal")) }, "another file was put in the place of", nil},
		"log cut off":            {func(p string) { must(os.Truncate(p+"-wal", 0)) }, "-wal was cut off", nil},
		"log cut off at its end": {func(p string) { must(os.Truncate(p+"-wal", 4096)) }, "-wal was cut off", nil},
		"folder renamed":         {func(p string) { must(os.Rename(filepath.Dir(p), filepath.Dir(p)+".old")) }, "was removed or renamed", func(p string) { must(os.Rename(filepath.Dir(p)+".old", filepath.Dir(p))) }},
		"all removed and another": {func(p string) {
			must(os.Remove(p))
			must(os.Remove(p + "-wal"))
			must(os.Remove(p + "-shm"))
			must(os.WriteFile(p, nil, 0o600))
		}, "another file", nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			db, path := openSeen(t)
			must(try(t, db, "INSERT INTO seen VALUES (1)"))
			if err := db.Health(); err != nil {
				t.Fatal(err)
			}
			if strings.HasPrefix(name, "cut off") {
				_, err := db.Rest(t.Context())
				must(err)
			}
			test.what(path)
			err := try(t, db, "INSERT INTO seen VALUES (2)")
			if !fault.Is(err, fault.Busy) {
				t.Errorf("the write was answered %v", err)
			}
			if err := db.Health(); err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("health is %v, want %q", err, test.says)
			}
			if test.mend != nil {
				test.mend(path)
				must(db.Health())
				must(try(t, db, "INSERT INTO seen VALUES (3)"))
			}
			_ = db.Close() // it may say what it could not do
			if test.mend == nil {
				return
			}
			again, err := Open(t.Context(), Options{Path: path, Steps: notes, Migrate: true})
			must(err)
			defer func() { _ = again.Close() }()
			must(again.View(t.Context(), func(c store.Conn) error {
				n, err := rows(c)
				if n != 2 {
					t.Errorf("%d rows of two that were acknowledged", n)
				}
				return err
			}))
		})
	}
}

// TestTheLogMayBeCutOffByUs: writing the log back is no damage.
func TestTheLogMayBeCutOffByUs(t *testing.T) {
	db, path := openSeen(t)
	for i := range 5 {
		if err := try(t, db, fmt.Sprintf("INSERT INTO seen VALUES (%d)", i)); err != nil {
			t.Fatal(err)
		}
		if done, err := db.Rest(t.Context()); err != nil || !done {
			t.Fatal(done, err)
		}
		beside, err := Open(t.Context(), Options{Path: path, Steps: notes, Shared: true})
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(try(t, beside, "INSERT INTO seen VALUES (100)"), beside.Close()); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(try(t, db, "INSERT INTO seen VALUES (200)"), db.Health()); err != nil {
			t.Fatal(err)
		}
	}
}

// TestOneFileHasOneOwner opens one database by several names.
func TestOneFileHasOneOwner(t *testing.T) {
	for name, link := range map[string]func(path, other string) (string, error){
		"same name": func(path, _ string) (string, error) { return path, nil },
		"symbolic link": func(path, other string) (string, error) {
			return other, os.Symlink(path, other)
		},
		"hard link": func(path, other string) (string, error) { return other, os.Link(path, other) },
		"folder that is a link": func(path, other string) (string, error) {
			return filepath.Join(other, filepath.Base(path)), os.Symlink(filepath.Dir(path), other)
		},
		"lock file removed": func(path, _ string) (string, error) { return path, os.Remove(path + ".lock") },
	} {
		t.Run(name, func(t *testing.T) {
			_, path := openSeen(t)
			other, err := link(path, filepath.Join(t.TempDir(), "b.db"))
			if err != nil {
				t.Fatal(err)
			}
			if db, err := Open(t.Context(), Options{Path: other, Steps: notes, Migrate: true}); !fault.Is(err, fault.Conflict) {
				t.Errorf("opened with %v", err)
				if err == nil {
					_ = db.Close()
				}
			}
			if _, err := Restore(t.Context(), other, path, nil); !fault.Is(err, fault.Conflict) {
				t.Errorf("restored with %v", err)
			}
		})
	}
}

// Of two that would make or restore the same database, which is not there yet, one does.
func TestAMissingDatabaseHasOneOwner(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	held, err := takeLock(path)
	if err != nil {
		t.Fatal(err)
	}
	if second, err := takeLock(path); !fault.Is(err, fault.Conflict) {
		t.Errorf("a second owner: %v", err)
		second.release()
	}
	held.release()
	third, err := takeLock(path)
	if err != nil {
		t.Errorf("the next owner: %v", err)
	}
	third.release()
}

// TestFilesArePrivate looks at everything that lies beside a database.
func TestFilesArePrivate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	db, err := Open(t.Context(), Options{Path: path, Migrate: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if _, _, err := TakeSnapshot(t.Context(), path, nil, db.clock.Now(), 5); err != nil {
		t.Fatal(err)
	}
	private := func() {
		t.Helper()
		err := filepath.WalkDir(filepath.Dir(path), func(name string, e os.DirEntry, err error) error {
			if err != nil || name == filepath.Dir(path) {
				return err
			}
			info, err := e.Info()
			if err == nil && info.Mode().Perm()&0o077 != 0 {
				t.Errorf("%s is %v", name, info.Mode())
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	private()
	if err := errors.Join(db.Close(), os.Chmod(path, 0o644)); err != nil {
		t.Fatal(err)
	}
	again, err := Open(t.Context(), Options{Path: path, Migrate: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = again.Close() }()
	private()
}

func BenchmarkIdentity(b *testing.B) {
	db, err := Open(b.Context(), Options{Path: filepath.Join(b.TempDir(), "a.db"), Migrate: true})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if err := db.Update(b.Context(), func(c store.Conn) error { _, err := c.Exec("CREATE TABLE seen (n INTEGER)"); return err }); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		size, err := db.files.before()
		if err = errors.Join(err, db.files.after(size)); err != nil {
			b.Fatal(err)
		}
	}
}
