package sqlite

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/store"
)

// testLog is from where on a log is long in these tests.
const testLog = 1 << 20

// writes has somebody write 8 KB at a time to a database with a long log, until the
// test ends; it counts them.
func writes(t *testing.T) (*DB, *atomic.Int64) {
	t.Helper()
	db, err := Open(t.Context(), Options{Path: filepath.Join(t.TempDir(), "notes.db"), Steps: notes, Migrate: true, Clock: clock.System{}, longLog: testLog})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := execute(t.Context(), db, "INSERT INTO note (text) VALUES ('')"); err != nil {
		t.Fatal(err)
	}
	var done atomic.Int64
	var writer sync.WaitGroup
	quit := make(chan struct{})
	writer.Go(func() {
		texts := []string{strings.Repeat("x", 8<<10), strings.Repeat("y", 8<<10)} // what is as before is not written
		for n := 0; ; n++ {
			select {
			case <-quit:
				return
			default:
			}
			if err := execute(context.Background(), db, "UPDATE note SET text = ?", texts[n%2]); err != nil {
				t.Error(err)
				return
			}
			done.Add(1)
		}
	})
	t.Cleanup(func() { close(quit); writer.Wait() })
	return db, &done
}

func logSize(t *testing.T, db *DB) int64 {
	t.Helper()
	info, err := os.Stat(db.path + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

// inPassingNow asks the writer from how many pages on its commits write the log back.
func inPassingNow(t *testing.T, db *DB) (pages int) {
	t.Helper()
	if err := db.writer.between(t.Context(), func(c *conn) {
		if err := c.Query("PRAGMA wal_autocheckpoint", nil, func(r store.Row) error { return r.Scan(&pages) }); err != nil {
			t.Error(err)
		}
	}); err != nil {
		t.Fatal(err)
	}
	return pages
}

// While another program reads, the log can only grow; what it leaves is not written
// back by a commit, for which writes would wait, and the log is short again in the end.
func TestALongLogIsWrittenBackBesideWrites(t *testing.T) {
	db, done := writes(t)
	reader, err := openConn(db.path, false)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.close() //nolint:errcheck // it only reads
	view := func() (sum int64) {
		if err := reader.Query("SELECT sum(length(text)) FROM note", nil, func(r store.Row) error { return r.Scan(&sum) }); err != nil {
			t.Fatal(err)
		}
		return sum
	}
	if err := reader.run("BEGIN"); err != nil {
		t.Fatal(err)
	}
	before := view()
	eventually(t, "the log grows while somebody reads", func() bool { return logSize(t, db) > 8*testLog })
	if pages := inPassingNow(t, db); pages != 0 {
		t.Errorf("commits write a long log back, from %d pages on", pages)
	}
	if after := view(); after != before {
		t.Errorf("what is read changed from %d to %d", before, after)
	}
	if err := reader.run("ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the log is short once nobody reads", func() bool { return logSize(t, db) < 4*testLog })
	eventually(t, "commits write a short log back", func() bool { return inPassingNow(t, db) == inPassing })
	had := done.Load()
	eventually(t, "more is written", func() bool { return done.Load() > had+10 })
}

// Of reads that overlap one always needs the log. It is begun anew all the same.
func TestOverlappingReadsLeaveTheLogShort(t *testing.T) {
	db, _ := writes(t)
	quit := make(chan struct{})
	var readers sync.WaitGroup
	for i := range 3 {
		readers.Go(func() {
			for {
				err := db.View(t.Context(), func(c store.Conn) error {
					var n int
					if err := c.Query("SELECT count(*) FROM note", nil, func(r store.Row) error { return r.Scan(&n) }); err != nil {
						return err
					}
					select {
					case <-quit:
					case <-time.After(time.Duration(20+5*i) * time.Millisecond):
					}
					return nil
				})
				if err != nil {
					t.Error(err)
					return
				}
				select {
				case <-quit:
					return
				default:
				}
			}
		})
	}
	defer readers.Wait()
	defer close(quit)
	for range 2 {
		eventually(t, "the log becomes long", func() bool { return logSize(t, db) > testLog })
		eventually(t, "the log is begun anew while reads overlap", func() bool { return logSize(t, db) < testLog })
	}
}
