package sqlite

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/reevehq/reeve/internal/store"
)

// replica is a copy of a database that is kept by taking its changes.
type replica struct {
	path    string
	batches int
	pages   int
}

// catchUp takes until the copy is the database of one moment.
func (r *replica) catchUp(t *testing.T, c *Changes, limit int) {
	t.Helper()
	f, err := os.OpenFile(r.path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	for {
		var taken Taken
		err := c.Take(t.Context(), limit, func(is Taken) error { taken = is; return nil }, func(n uint32, data []byte) error {
			_, err := f.WriteAt(data, int64(n-1)*int64(taken.PageSize))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		r.batches++
		r.pages += len(taken.Numbers)
		if taken.Whole {
			if err := f.Truncate(int64(taken.Pages) * int64(taken.PageSize)); err != nil {
				t.Fatal(err)
			}
			return
		}
	}
}

// dump is the whole content of a database as text.
func dump(t *testing.T, path string) string {
	t.Helper()
	c, err := openToLook(path, !exists(path+"-wal"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.close() }()
	var b strings.Builder
	err = c.Query("PRAGMA integrity_check", nil, func(r store.Row) error {
		var line string
		err := r.Scan(&line)
		fmt.Fprintln(&b, line)
		return err
	})
	if err == nil {
		err = c.Query("SELECT id, text, stars FROM note ORDER BY id", nil, func(r store.Row) error {
			var id, stars int
			var text string
			err := r.Scan(&id, &text, &stars)
			fmt.Fprintln(&b, id, len(text), text[:min(8, len(text))], stars)
			return err
		})
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// A copy that only ever gets the pages that were taken is the database, whatever
// happens to the log meanwhile.
func TestTakenPagesAreTheDatabase(t *testing.T) {
	for _, seed := range []uint64{1, 2, 3} {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, seed))
			path := filepath.Join(t.TempDir(), "reeve.db")
			db, err := Open(t.Context(), Options{Path: path, Steps: notebook, Migrate: true, Track: true})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = db.Close() }()
			beside, err := openConn(path, true)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = beside.close() }()
			r := replica{path: filepath.Join(t.TempDir(), "copy.db")}
			for range 120 {
				act(t, db, beside, random)
				if random.IntN(4) > 0 {
					continue
				}
				r.catchUp(t, db.Changes(), 1+random.IntN(40))
				if got, want := dump(t, r.path), dump(t, path); got != want {
					t.Fatalf("the copy is\n%.300s\nnot\n%.300s", got, want)
				}
				if db.Changes().Pending() {
					t.Error("pages are left of a whole copy")
				}
			}
		})
	}
}

// act does one thing that changes the database or its log.
func act(t *testing.T, db *DB, beside *conn, random *rand.Rand) {
	t.Helper()
	text := strings.Repeat(string(rune('a'+random.IntN(26))), 10+random.IntN(20000))
	change := func(query string, args ...any) {
		err := db.Update(t.Context(), func(c store.Conn) error { _, err := c.Exec(query, args...); return err })
		if err != nil {
			t.Fatalf("%s: %v", query, err)
		}
	}
	between := func(do func(*conn) error) {
		var err error
		if e := db.writer.between(t.Context(), func(c *conn) { err = do(c) }); e != nil || err != nil {
			t.Fatal(e, err)
		}
	}
	switch random.IntN(13) {
	case 0:
		change("DELETE FROM note WHERE id % 3 = ?", random.IntN(3))
	case 1:
		change("UPDATE note SET stars = stars + 1 WHERE id % 5 = ?", random.IntN(5))
	case 2: // the next commit begins the log anew
		between(func(*conn) error { _, err := db.writer.checkpoint(); return err })
	case 3:
		between(func(c *conn) error { return c.run("PRAGMA wal_checkpoint(RESTART)") })
	case 4: // pages move and the file gets shorter
		between(func(c *conn) error { return errors.Join(c.run("VACUUM"), db.changes.see(c)) })
	case 12: // the last pages take the places of free ones, and the file gets shorter
		between(func(c *conn) error {
			return errors.Join(c.run("PRAGMA incremental_vacuum(16)"), db.changes.see(c))
		})
	case 5: // another process
		if _, err := beside.Exec("INSERT INTO note (text) VALUES (?)", "beside "+text); err != nil {
			t.Fatal(err)
		}
	case 6: // another process writes and begins the log anew
		if _, err := beside.Exec("INSERT INTO note (text) VALUES (?)", "beside "+text); err != nil {
			t.Fatal(err)
		}
		if err := beside.run("PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
			t.Fatal(err)
		}
		if _, err := beside.Exec("INSERT INTO note (text) VALUES ('beside too')"); err != nil {
			t.Fatal(err)
		}
	case 7: // undone
		err := db.Update(t.Context(), func(c store.Conn) error {
			_, _ = c.Exec("UPDATE note SET text = ?", text)
			return errClosed
		})
		if err == nil {
			t.Fatal("it was not undone")
		}
	default:
		change("INSERT INTO note (text) VALUES (?)", text)
	}
}

func TestOnlyWhatChangedIsTaken(t *testing.T) {
	path := filepath.Join(t.TempDir(), "reeve.db")
	db, err := Open(t.Context(), Options{Path: path, Steps: notebook, Migrate: true, Track: true})
	if err != nil {
		t.Fatal(err)
	}
	for range 50 {
		put(t, db, strings.Repeat("long ", 2000))
	}
	r := replica{path: filepath.Join(t.TempDir(), "copy.db")}
	r.catchUp(t, db.Changes(), 1000)
	r.pages = 0
	put(t, db, "short")
	r.catchUp(t, db.Changes(), 1000)
	if r.pages == 0 || r.pages > 3 {
		t.Errorf("%d pages were taken for one short note", r.pages)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	for name, untouched := range map[string]bool{"as it was left": true, "changed meanwhile": false} {
		t.Run(name, func(t *testing.T) {
			again, err := Open(t.Context(), Options{Path: path, Steps: notebook, Track: true, Untouched: func() bool { return untouched }})
			if err != nil {
				t.Fatal(err)
			}
			if again.Changes().Pending() == untouched {
				t.Errorf("pending is %v", !untouched)
			}
			if err := again.Close(); err != nil {
				t.Fatal(err)
			}
		})
	}
}
