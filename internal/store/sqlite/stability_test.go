package sqlite

import (
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/reevehq/reeve/internal/store"
)

// opened is SQLite's own handle of the connection that was opened last.
var opened uintptr

var noteOpened = sync.OnceFunc(func() {
	keepPlans() // what is registered first is called first
	callWithEach(note)
})

func note(_ *libc.TLS, db, _, _ uintptr) int32 {
	opened = db
	return sqlite3.SQLITE_OK
}

// compiledAgain is how often SQLite has compiled the statements of a connection again.
func compiledAgain(db uintptr) (n int) {
	tls := libc.NewTLS()
	defer tls.Close()
	for s := sqlite3.Xsqlite3_next_stmt(tls, db, 0); s != 0; s = sqlite3.Xsqlite3_next_stmt(tls, db, s) {
		n += int(sqlite3.Xsqlite3_stmt_status(tls, s, sqlite3.SQLITE_STMTSTATUS_REPREPARE, 0))
	}
	return n
}

// The values that are bound change with each call, and no statement is compiled again.
func TestStatementsAreCompiledOnce(t *testing.T) {
	noteOpened()
	path := filepath.Join(t.TempDir(), "a.db")
	for _, stable := range []bool{true, false} {
		t.Run(fmt.Sprint(stable), func(t *testing.T) {
			c, err := openConn(path, true)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = c.close() }()
			db := opened
			if !stable { // to see that the counter counts
				setKeepPlans(db, 0)
			}
			for _, query := range []string{"CREATE TABLE IF NOT EXISTS run (id INTEGER PRIMARY KEY, state TEXT, name TEXT)",
				"CREATE INDEX IF NOT EXISTS run_due ON run (id) WHERE state = 'SCHEDULED'"} {
				if err := c.run(query); err != nil {
					t.Fatal(err)
				}
			}
			for i := range 50 {
				if _, err := c.Exec("INSERT INTO run (state, name) VALUES (?, ?)", "SCHEDULED", fmt.Sprint("run ", i)); err != nil {
					t.Fatal(err)
				}
				state := []string{"SCHEDULED", "RUNNING"}[i%2]
				for query, args := range map[string][]any{
					"SELECT id FROM run WHERE state = ? AND id > ?": {state, i},
					"SELECT id FROM run WHERE name LIKE ?":          {fmt.Sprintf("run %d%%", i)},
				} {
					if err := c.Query(query, args, func(store.Row) error { return nil }); err != nil {
						t.Fatal(err)
					}
				}
			}
			if n := compiledAgain(db); (n == 0) != stable {
				t.Errorf("statements were compiled again %d times", n)
			}
		})
	}
}
