//go:build crash

package crash

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// kind is a kind of write: the query counts those of a JSON list of ids, in
// hexadecimal, that are in the database.
type kind struct {
	name, query string
}

var (
	flowRun = kind{"flow runs", `SELECT count(*) FROM flow_run WHERE id IN (SELECT unhex(value) FROM json_each(?))`}
	state   = kind{"states", `SELECT count(*) FROM flow_run_state WHERE id IN (SELECT unhex(value) FROM json_each(?))`}
	logLine = kind{"logs", `SELECT count(DISTINCT flow_run_id) FROM log WHERE flow_run_id IN (SELECT unhex(value) FROM json_each(?))`}
	event   = kind{"events", `SELECT count(*) FROM event WHERE id IN (SELECT unhex(value) FROM json_each(?))`}
	// A task run is made of its event by a reader of the log, which may still
	// have to catch up after a start.
	taskRun = kind{"task runs", `SELECT count(*) FROM task_run WHERE id IN (SELECT unhex(value) FROM json_each(?))`}
)

// ledger is what the servers have acknowledged so far.
type ledger struct {
	mu      sync.Mutex
	entries map[kind][]uuid.UUID
}

func (l *ledger) acknowledged(k kind, ids ...uuid.UUID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.entries == nil {
		l.entries = map[kind][]uuid.UUID{}
	}
	l.entries[k] = append(l.entries[k], ids...)
}

func (l *ledger) size() (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, ids := range l.entries {
		n += len(ids)
	}
	return n
}

// String lists the numbers of acknowledged writes.
func (l *ledger) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var parts []string
	for _, k := range []kind{flowRun, state, logLine, event, taskRun} {
		parts = append(parts, fmt.Sprintf("%d %s", len(l.entries[k]), k.name))
	}
	return strings.Join(parts, ", ")
}

// verify looks for all of the ledger in the database of a server that has
// started, and checks the file.
func verify(t *testing.T, database string, l *ledger) {
	t.Helper()
	c, err := sqlite.OpenConn(database, sqlite.OpenReadOnly)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close() //nolint:errcheck // read only
	var result string
	err = sqlitex.ExecuteTransient(c, `PRAGMA integrity_check`, &sqlitex.ExecOptions{ResultFunc: func(stmt *sqlite.Stmt) error {
		result += stmt.ColumnText(0)
		return nil
	}})
	if err != nil || result != "ok" {
		t.Errorf("integrity check: %s %v", result, err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for k, ids := range l.entries {
		found := count(t, c, k, ids)
		for deadline := time.Now().Add(10 * time.Second); k == taskRun && found < len(ids) && time.Now().Before(deadline); {
			time.Sleep(20 * time.Millisecond)
			found = count(t, c, k, ids)
		}
		if found != len(ids) {
			t.Errorf("%d of %d acknowledged %s are in the database", found, len(ids), k.name)
		}
	}
}

func count(t *testing.T, c *sqlite.Conn, k kind, ids []uuid.UUID) (n int) {
	t.Helper()
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = hex.EncodeToString(id[:])
	}
	list, err := json.Marshal(texts)
	if err != nil {
		t.Fatal(err)
	}
	err = sqlitex.ExecuteTransient(c, k.query, &sqlitex.ExecOptions{Args: []any{string(list)}, ResultFunc: func(stmt *sqlite.Stmt) error {
		n = stmt.ColumnInt(0)
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
