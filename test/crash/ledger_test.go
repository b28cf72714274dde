//go:build crash

package crash

import (
	"encoding/hex"
	"encoding/json"
	"errors"
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
// hexadecimal, of which the database knows.
type kind struct {
	name, query string
}

// The kinds, and the one that is written to the gateway's database.
var (
	flowRun  = kind{"flow runs", `SELECT count(*) FROM flow_run WHERE id IN (SELECT unhex(value) FROM json_each(?))`}
	state    = kind{"states", `SELECT count(*) FROM flow_run_state WHERE id IN (SELECT unhex(value) FROM json_each(?))`}
	logLine  = kind{"logs", `SELECT count(DISTINCT flow_run_id) FROM log WHERE flow_run_id IN (SELECT unhex(value) FROM json_each(?))`}
	event    = kind{"events", `SELECT count(*) FROM event WHERE id IN (SELECT unhex(value) FROM json_each(?))`}
	artifact = kind{"artifacts", `SELECT count(*) FROM artifact WHERE id IN (SELECT unhex(value) FROM json_each(?))`}
	deletion = kind{"deletions", `SELECT count(*) FROM json_each(?) WHERE unhex(value) NOT IN (SELECT id FROM artifact)`}
	// A task run is made of its event by a reader of the log, which may still
	// have to catch up after a start; or it is created at once.
	taskRun = kind{"task runs", `SELECT count(*) FROM task_run WHERE id IN (SELECT unhex(value) FROM json_each(?))`}
	restRun = kind{"task runs at once", taskRun.query}
	webhook = kind{"webhooks", `SELECT count(*) FROM inbox WHERE delivery IN (SELECT value FROM json_each(?))`}

	kinds = []kind{flowRun, state, logLine, event, artifact, deletion, taskRun, restRun}
)

// ledger is what the servers have acknowledged so far.
type ledger struct {
	// clock, when set, gives the time of an acknowledgement: a place in a
	// disk's history.
	clock   func() int
	mu      sync.Mutex
	entries map[kind][]entry
}

type entry struct {
	id uuid.UUID
	at int
}

func (l *ledger) acknowledged(k kind, ids ...uuid.UUID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	at := 0
	if l.clock != nil {
		at = l.clock()
	}
	if l.entries == nil {
		l.entries = map[kind][]entry{}
	}
	for _, id := range ids {
		l.entries[k] = append(l.entries[k], entry{id, at})
	}
}

func (l *ledger) size() (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, entries := range l.entries {
		n += len(entries)
	}
	return n
}

// String lists the numbers of acknowledged writes.
func (l *ledger) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var parts []string
	for _, k := range append(kinds, webhook) {
		if n := len(l.entries[k]); n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, k.name))
		}
	}
	return strings.Join(parts, ", ")
}

// until returns, as a JSON list, the ids that were acknowledged by then.
func (l *ledger) until(k kind, at int) (list string, n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	texts := []string{}
	for _, e := range l.entries[k] {
		if e.at <= at {
			texts = append(texts, hex.EncodeToString(e.id[:]))
		}
	}
	text, _ := json.Marshal(texts) // a list of strings always marshals
	return string(text), len(texts)
}

// missing counts what the database does not know of a kind that was
// acknowledged by then.
func (l *ledger) missing(c *sqlite.Conn, k kind, at int) (missing, of int, err error) {
	list, n := l.until(k, at)
	if n == 0 {
		return 0, 0, nil
	}
	err = sqlitex.ExecuteTransient(c, k.query, &sqlitex.ExecOptions{Args: []any{list}, ResultFunc: func(stmt *sqlite.Stmt) error {
		missing = n - stmt.ColumnInt(0)
		return nil
	}})
	return missing, n, err
}

// complete is an error when the server's database does not know all that was
// acknowledged by then. Task runs that are made of events are left out: the
// events are looked for.
func (l *ledger) complete(c *sqlite.Conn, at int) error {
	for _, k := range kinds {
		if k == taskRun {
			continue
		}
		if missing, of, err := l.missing(c, k, at); missing > 0 || err != nil {
			return errors.Join(fmt.Errorf("%d of %d %s are missing", missing, of, k.name), err)
		}
	}
	return nil
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
	if err := sound(c); err != nil {
		t.Error(err)
	}
	for _, k := range kinds {
		missing, of, err := l.missing(c, k, 0)
		for deadline := time.Now().Add(10 * time.Second); k == taskRun && missing > 0 && time.Now().Before(deadline); {
			time.Sleep(20 * time.Millisecond)
			missing, of, err = l.missing(c, k, 0)
		}
		if missing > 0 || err != nil {
			t.Errorf("%d of %d acknowledged %s are not in the database: %v", missing, of, k.name, err)
		}
	}
}

// sound is an error when a database is damaged.
func sound(c *sqlite.Conn) error {
	var result string
	err := sqlitex.ExecuteTransient(c, `PRAGMA integrity_check`, &sqlitex.ExecOptions{ResultFunc: func(stmt *sqlite.Stmt) error {
		result += stmt.ColumnText(0)
		return nil
	}})
	if err == nil && result != "ok" {
		err = fmt.Errorf("damage: %s", result)
	}
	return err
}
