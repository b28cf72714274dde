// Package store keeps everything the server knows: one file per resource, each
// with the functions that read and write that resource inside a transaction.
//
// Reads go through View, writes through Update. A function given to Update may
// be run again, so it has no effect but through its Tx; when Update returns nil
// its work is durable. What a database does differently sits behind Backend;
// internal/store/sqlite implements it.
// Queries that join write (SELECT ?) where a plain placeholder would be compared
// with a column: SQLite, which looks whether a bound value makes a partial index
// usable, else compiles such a query anew for every value, at ten times the cost
// of running it.
//
// The SQL here is written once for all databases: placeholders are question
// marks, and values are bound and scanned in Go types (uuid.UUID, time.Time,
// prefect.Time, prefect.Object, json.RawMessage, bool, int, int64, float64,
// string, time.Duration, and pointers to them for what may be null).
package store

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/blocks"
	"github.com/reevehq/reeve/internal/clock"
)

// ErrNoRows says that a query for one row found none. It stays inside the
// store: functions turn it into a nil result or a fault.NotFound.
var ErrNoRows = errors.New("no rows")

// Row is one row of a result, valid only during the callback it was given to.
type Row interface {
	// Scan copies the columns, in order, to the destinations.
	Scan(dest ...any) error
}

// Conn is a database connection inside a transaction.
type Conn interface {
	// Exec runs a statement and returns the number of rows it changed.
	Exec(query string, args ...any) (int64, error)
	// Query runs a statement and calls each for every row. Further statements
	// may be run from each, but not the same query again.
	Query(query string, args []any, each func(Row) error) error
}

// Postgres is a connection to a PostgreSQL database. Its driver spells for it the
// statements that are written for SQLite, but for the few that it cannot; see Tx.either.
type Postgres interface{ IsPostgres() }

// Later is a connection that can put a statement off until the next one whose answer somebody
// waits for, or the end of the transaction: a database that is asked over a network then answers
// several at once. When one fails, so does that next one, or the transaction.
type Later interface {
	ExecLater(query string, args ...any) error
}

// Backend is one database. Its transactions see a consistent state; those of
// Update are serial and durable once it returns nil.
type Backend interface {
	View(ctx context.Context, fn func(Conn) error) error
	Update(ctx context.Context, fn func(Conn) error) error
	Close() error
}

// Store gives transactions on a database.
type Store struct {
	backend Backend
	clock   clock.Clock
	ids     clock.IDs
	watch   watchers
	cipher  *blocks.Cipher // of block documents, when its key is set
	awake   atomic.Pointer[time.Time]
	session uuid.UUID // of this process; see the table task_worker
	shared  bool
}

// New makes a store on an open, migrated database.
func New(backend Backend, c clock.Clock, ids clock.IDs) *Store {
	s := &Store{backend: backend, clock: c, ids: ids, session: ids.V4()}
	if b, ok := backend.(Sharing); ok {
		s.shared, s.session = true, b.Session()
		b.OnChange(func(topics uint) { s.watch.wake(topicSet(topics)) })
	}
	return s
}

// Shared reports whether other servers may use the database, too.
func (s *Store) Shared() bool { return s.shared }

// Tx is a transaction. Now is fixed at its start; all that is written in it
// bears that time.
type Tx struct {
	Now  time.Time
	IDs  clock.IDs
	conn Conn

	clock   clock.Clock
	piece   *piece      // what it may still delete of what may be many; nil before the first
	begun   []uuid.UUID // see Begun
	cipher  *blocks.Cipher
	touched topicSet
	// listening is from when on somebody's silence means something.
	listening time.Time
	session   uuid.UUID
	like      *likeRows // what was found by a part of a name, of reads alone
	// cause is the firing whose effects the transaction writes; see WithCause.
	cause uuid.UUID
}

// settled is how long after a server woke workers have to be heard: what they
// said while it was away was said to nobody, or to a gateway that brings it now.
const settled = 15 * time.Second

// Awake notes that the server is awake from a moment on, and was not before. That
// a worker, queue or deployment was not heard of before says nothing about it.
func (s *Store) Awake(since time.Time) { s.awake.Store(&since) }

// listening is from when on silence means something, as of now. When the clock was set
// back since the server woke, it has been awake for an unknown time.
func (s *Store) listening(now time.Time) time.Time {
	since := s.awake.Load()
	if since == nil {
		return time.Time{}
	}
	if since.After(now) {
		s.awake.CompareAndSwap(since, &now)
		since = &now
	}
	return since.Add(settled)
}

// View runs fn on a consistent, read-only view.
func (s *Store) View(ctx context.Context, fn func(*Tx) error) error {
	return s.backend.View(ctx, func(c Conn) error {
		now := s.clock.Now()
		return fn(&Tx{Now: now, IDs: s.ids, conn: c, clock: s.clock, cipher: s.cipher, listening: s.listening(now), session: s.session, like: &likeRows{}})
	})
}

// Update runs fn in a transaction of its own and returns once it is durable.
// When fn fails, all that it wrote is undone and its error returned.
func (s *Store) Update(ctx context.Context, fn func(*Tx) error) error {
	var touched topicSet
	err := s.backend.Update(ctx, func(c Conn) error {
		now := s.clock.Now()
		tx := &Tx{Now: now, IDs: s.ids, conn: c, clock: s.clock, cipher: s.cipher, listening: s.listening(now), session: s.session, cause: causeOf(ctx)}
		err := fn(tx)
		touched = tx.touched
		if t, ok := c.(teller); ok && touched != 0 {
			t.Tell(uint(touched))
		}
		return err
	})
	if err == nil {
		s.watch.wake(touched)
	}
	return err
}

// Rest brings the database into the form in which it may be left alone for long:
// all in one file. It is false when a reader is still at work on an older state,
// and then may be called again.
func (s *Store) Rest(ctx context.Context) (bool, error) {
	b, ok := s.backend.(interface {
		Rest(context.Context) (bool, error)
	})
	if !ok {
		return true, nil
	}
	return b.Rest(ctx)
}

// Close closes the database.
func (s *Store) Close() error { return s.backend.Close() }

// either is the first of two texts that ask the same, but on PostgreSQL the second. It is
// for what SQLite alone can say so well: a column beside a lone max() is of the row that
// has the maximum.
func (tx *Tx) either(sqlite, postgres string) string {
	if tx.onPostgres() {
		return postgres
	}
	return sqlite
}

// exec runs a statement of which nothing needs to be known, but that the transaction fails when
// it fails; see Later.
func (tx *Tx) exec(query string, args ...any) error {
	if later, ok := tx.conn.(Later); ok {
		return later.ExecLater(query, args...)
	}
	_, err := tx.conn.Exec(query, args...)
	return err
}

func (tx *Tx) onPostgres() bool {
	_, ok := tx.conn.(Postgres)
	return ok
}

// one scans the first row of a query, or returns ErrNoRows.
func (tx *Tx) one(query string, args []any, dest ...any) error {
	found := false
	err := tx.conn.Query(query, args, func(r Row) error {
		if found {
			return nil
		}
		found = true
		return r.Scan(dest...)
	})
	if err == nil && !found {
		return ErrNoRows
	}
	return err
}

// count scans a single integer.
func (tx *Tx) count(query string, args ...any) (int, error) {
	var n int
	err := tx.one(query, args, &n)
	return n, err
}

// exists reports whether the query has a row.
func (tx *Tx) exists(query string, args ...any) (bool, error) {
	found := false
	err := tx.conn.Query(query, args, func(Row) error { found = true; return nil })
	return found, err
}

// column collects a query's first column.
func column[T any](tx *Tx, query string, args ...any) ([]T, error) {
	var out []T
	err := tx.conn.Query(query, args, func(r Row) error {
		var v T
		if err := r.Scan(&v); err != nil {
			return err
		}
		out = append(out, v)
		return nil
	})
	return out, err
}

// collect reads a query's rows with scan.
func collect[T any](tx *Tx, query string, args []any, scan func(Row) (T, error)) ([]T, error) {
	out := []T{}
	err := tx.conn.Query(query, args, func(r Row) error {
		v, err := scan(r)
		if err != nil {
			return err
		}
		out = append(out, v)
		return nil
	})
	return out, err
}

// first reads a query's first row with scan; the zero T and false without one.
func first[T any](tx *Tx, query string, args []any, scan func(Row) (T, error)) (T, bool, error) {
	rows, err := collect(tx, query, args, scan)
	if err != nil || len(rows) == 0 {
		var zero T
		return zero, false, err
	}
	return rows[0], true, nil
}

// Ping reads nothing: it succeeds when the database answers.
func (tx *Tx) Ping() error {
	_, err := tx.count(`SELECT 1`)
	return err
}
