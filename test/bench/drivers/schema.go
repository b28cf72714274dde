package main

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"strings"
	"sync/atomic"
	"time"
)

// The table has the shape of the product's largest one: a 16-byte id, times,
// short texts, JSON, and the indexes of the usual sorts.
var schema = []string{
	`CREATE TABLE IF NOT EXISTS run (
		id BLOB PRIMARY KEY, created INTEGER NOT NULL, updated INTEGER NOT NULL,
		flow_id BLOB NOT NULL, name TEXT NOT NULL, state_type TEXT NOT NULL, state_name TEXT NOT NULL,
		parameters TEXT NOT NULL, tags TEXT NOT NULL, run_count INTEGER NOT NULL,
		expected_start INTEGER NOT NULL, total_run_time INTEGER NOT NULL
	) WITHOUT ROWID`,
	`CREATE INDEX IF NOT EXISTS run_state ON run (state_type, expected_start)`,
	`CREATE INDEX IF NOT EXISTS run_flow ON run (flow_id, expected_start)`,
	`CREATE INDEX IF NOT EXISTS run_start ON run (expected_start)`,
}

const (
	insertRun = `INSERT INTO run VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
	readRun   = `SELECT * FROM run WHERE id = ?`
	filterRun = `SELECT * FROM run WHERE state_type = ? AND expected_start <= ?
		ORDER BY expected_start DESC LIMIT 200`
)

var (
	states     = []string{"SCHEDULED", "PENDING", "RUNNING", "COMPLETED", "FAILED"}
	parameters = `{"text": "` + strings.Repeat("words of a parameter ", 12) + `"}`
	counter    atomic.Int64
)

// newRun returns the arguments of insertRun, with an id that grows with time.
func newRun() (id []byte, args []any) {
	n := counter.Add(1)
	now := time.Now().UnixMicro()
	id = make([]byte, 16)
	_, _ = rand.Read(id)
	binary.BigEndian.PutUint64(id, uint64(now/1000)<<16|uint64(n&0xffff))
	flow := make([]byte, 16)
	flow[0] = byte(n % 20)
	state := states[n%int64(len(states))]
	return id, []any{id, now, now, flow, fmt.Sprintf("run-%d", n), state, state,
		parameters, `["a", "b"]`, n % 3, now, n}
}

// prepared opens a connection with the settings of the store.
func prepared(path string, write bool) (conn, error) {
	c, err := open(path, write)
	if err != nil {
		return nil, err
	}
	settings := []string{"PRAGMA foreign_keys=ON", "PRAGMA cache_size=-8000", "PRAGMA temp_store=MEMORY",
		"PRAGMA busy_timeout=5000"}
	if write {
		settings = append(settings, "PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA wal_autocheckpoint=2000")
		settings = append(settings, schema...)
	}
	for _, s := range settings {
		if err := c.query(s, nil, func(row) {}); err != nil {
			return nil, fmt.Errorf("%s: %w", s, err)
		}
	}
	return c, nil
}

// fill adds rows in commits of 1000.
func fill(c conn, rows int) error {
	for done := 0; done < rows; {
		if err := c.exec("BEGIN IMMEDIATE"); err != nil {
			return err
		}
		for range min(1000, rows-done) {
			_, args := newRun()
			if err := c.exec(insertRun, args...); err != nil {
				return err
			}
			done++
		}
		if err := c.exec("COMMIT"); err != nil {
			return err
		}
	}
	return nil
}
