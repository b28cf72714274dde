package sqlite

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/reevehq/reeve/internal/store"
)

// A commit that is larger than what is gathered, one whose pages SQLite writes before its end
// and reads again, and one that is given up after that: the log holds what was committed,
// nothing else, for readers beside the writer and after a kill.
func TestLogHoldsWhatWasCommitted(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	c, err := openConn(path, true)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.close() }()
	must := func(query string, args ...any) {
		t.Helper()
		if _, err := c.Exec(query, args...); err != nil {
			t.Fatal(query, err)
		}
	}
	sum := func(c *conn) (n, length int) {
		t.Helper()
		err := c.Query("SELECT count(*), coalesce(sum(length(text)), 0) FROM part", nil, func(r store.Row) error { return r.Scan(&n, &length) })
		if err != nil {
			t.Fatal(err)
		}
		return n, length
	}
	must("CREATE TABLE part (id INTEGER PRIMARY KEY, text TEXT)")
	must("PRAGMA cache_size = 20") // so that pages are written while the transaction goes on
	page := strings.Repeat("x", 3000)
	fill := func(rows int) {
		must("BEGIN IMMEDIATE")
		for range rows {
			must("INSERT INTO part (text) VALUES (?)", page)
		}
	}
	total := 0
	for i, rows := range []int{1, 40, gatheredMost / 4096, 3 * gatheredMost / 4096} {
		fill(rows)
		must("UPDATE part SET text = text || 'y'") // which reads what was written
		reader, err := openConn(path, false)
		if err != nil {
			t.Fatal(err)
		}
		if n, _ := sum(reader); n != total {
			t.Errorf("commit %d: a reader sees %d rows of a transaction under way, not %d", i, n, total)
		}
		must("COMMIT")
		total += rows
		if n, _ := sum(reader); n != total {
			t.Errorf("commit %d: a reader sees %d rows, not %d", i, n, total)
		}
		if err := reader.close(); err != nil {
			t.Fatal(err)
		}
		fill(rows)
		must("UPDATE part SET text = 'gone'")
		must("ROLLBACK")
		n, length := sum(c)
		if n != total || length < total*len(page) {
			t.Errorf("after a transaction that was given up: %d rows with %d bytes", n, length)
		}
	}
	// As after a kill: the log is read anew by somebody who has nothing but the files.
	killed := filepath.Join(t.TempDir(), "b.db")
	for _, end := range []string{"", "-wal"} {
		data, err := os.ReadFile(path + end)
		if err == nil {
			err = os.WriteFile(killed+end, data, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	found, err := openConn(killed, true)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = found.close() }()
	if n, _ := sum(found); n != total {
		t.Errorf("%d rows are found after a kill, not %d", n, total)
	}
	var sound string
	if err := found.Query("PRAGMA integrity_check", nil, func(r store.Row) error { return r.Scan(&sound) }); err != nil || sound != "ok" {
		t.Error(sound, err)
	}
}
