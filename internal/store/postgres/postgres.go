// Package postgres keeps the store in a PostgreSQL database that any number of servers share.
//
// The store's statements are written once, as SQLite reads them; this package spells them
// for PostgreSQL (spell.go), by tokens, once for each text. Functions that SQLite has and
// PostgreSQL lacks are made by the migrations.
//
// Reads have a pool of connections, each read a snapshot of its own (REPEATABLE READ, READ
// ONLY). Writes of one server queue to one goroutine, which commits all that wait together
// (group commit) in a transaction that begins with an advisory lock: so the transactions of
// all servers are serial, as store.Backend promises, and what is numbered in one of them
// becomes visible in the order of its numbers, since PostgreSQL lets go of the lock after
// the commit is visible. A server that stops while it has the lock loses its session, and
// with it the lock, after idleTime.
//
// Every connection, statement and commit has a deadline, here and at the database.
package postgres

import (
	"context"
	"errors"
	"log/slog"
	"runtime"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/reevehq/reeve/internal/budget"
	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/store"
)

const (
	// ReadTime is how long a read may go on by default.
	ReadTime = 30 * time.Second
	// acquireTime bounds how long a read waits for a connection.
	acquireTime = 20 * time.Second
	// closeTime is how long what is under way has to end when the database is closed.
	closeTime = 1500 * time.Millisecond
)

var errClosed = fault.New(fault.Busy, "the server is stopping")

// Options are how a database is opened.
type Options struct {
	// URL is where it is: see ParseURL.
	URL string
	// Migrate brings an older schema up to date; without it an older schema is refused. A
	// new schema is made in any case.
	Migrate bool
	// Alone has it refused while another server has it open so.
	Alone bool
	// Replica makes it one of the servers of the database: it is known to the others, told
	// of their changes, and leads them when no other does.
	Replica bool
	// Readers is the number of reading connections; 0 means one for each processor, at least 4.
	// One more writes.
	Readers int
	// ReadTime is how long a read may take; 0 means ReadTime.
	ReadTime time.Duration
	Logger   *slog.Logger
	Clock    clock.Clock
	// Observer is told how writes fare; nil for nobody.
	Observer Observer

	config *pgx.ConnConfig // of URL
}

func (o Options) withDefaults() (Options, error) {
	var err error
	if o.config, err = ParseURL(o.URL); err != nil {
		return o, err
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	if o.Observer == nil {
		o.Observer = unobserved{}
	}
	if o.Readers == 0 {
		o.Readers = max(4, runtime.GOMAXPROCS(0))
	}
	if o.ReadTime == 0 {
		o.ReadTime = ReadTime
	}
	return o, nil
}

// DB is an open database. It implements store.Backend.
type DB struct {
	o       Options
	log     *slog.Logger
	texts   *book
	readers *pgxpool.Pool
	writer  *writer
	slow    *slow
	trouble trouble
	replica *replica
	schema  int
	closing sync.Once
	closed  chan struct{}
}

// Open opens the database of a URL, and brings its schema up to date. It fails with a fault
// that says what is wrong and the next step when it does not answer, refuses us, is too old,
// takes no writes, is reached through a pool that shares sessions, or has a schema newer
// than this program's.
func Open(ctx context.Context, o Options) (*DB, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	db := &DB{o: o, log: o.Logger, slow: newSlow(o.Clock), closed: make(chan struct{})}
	ctx, cancel := context.WithTimeout(ctx, migrateTime)
	defer cancel()
	first, err := db.prepare(ctx)
	if err != nil {
		return nil, openFault(o, err)
	}
	config, err := pgxpool.ParseConfig("")
	if err != nil {
		return nil, err
	}
	config.ConnConfig = o.config.Copy()
	config.MaxConns = int32(o.Readers)
	config.MaxConnIdleTime = 5 * time.Minute
	config.MaxConnLifetime = time.Hour
	config.MaxConnLifetimeJitter = 5 * time.Minute
	config.AfterConnect = settle
	config.PrepareConn = isThere
	if db.readers, err = pgxpool.NewWithConfig(context.WithoutCancel(ctx), config); err != nil {
		_ = first.Close(ctx)
		return nil, openFault(o, err)
	}
	db.replica = newReplica(db)
	db.writer = startWriter(db, first, o)
	if o.Replica {
		db.replica.start()
	}
	return db, nil
}

// prepare is a connection to the database, which has our schema.
func (db *DB) prepare(ctx context.Context) (*pgx.Conn, error) {
	c, err := db.connect(ctx)
	if err != nil {
		return nil, err
	}
	if err = db.check(ctx, c); err == nil {
		err = migrate(ctx, c, db.o)
	}
	var nullable map[string]bool
	if err == nil {
		nullable, err = nullableColumns(ctx, c)
	}
	if err == nil {
		db.schema, err = schemaNumber(ctx, c)
	}
	if err == nil {
		err = db.takeAlone(ctx, c)
	}
	if err != nil {
		_ = c.Close(ctx)
		return nil, err
	}
	db.texts = newBook(nullable)
	return c, nil
}

// Schema is the number of its schema.
func (db *DB) Schema() int { return db.schema }

// Path names the database for people: where it is, without who asks.
func (db *DB) Path() string { return db.o.name() }

// View implements store.Backend.
func (db *DB) View(ctx context.Context, fn func(store.Conn) error) error {
	select {
	case <-db.closed:
		return errClosed
	default:
	}
	ended := db.slow.begin("read", store.Operation(ctx))
	defer ended()
	c, err := db.reader(ctx)
	db.trouble.see(err)
	if err != nil {
		return translate(err)
	}
	defer c.Release()
	ctx, cancel := context.WithTimeout(ctx, db.o.ReadTime)
	defer cancel()
	err = db.read(ctx, c.Conn(), fn)
	db.trouble.see(err)
	return translate(err)
}

// reader is a connection to read with.
func (db *DB) reader(ctx context.Context) (*pgxpool.Conn, error) {
	wait, cancel := context.WithTimeoutCause(ctx, acquireTime, errReadersBusy)
	defer cancel()
	c, err := db.readers.Acquire(wait)
	if err != nil && wait.Err() != nil && ctx.Err() == nil && !isAway(err) {
		return nil, errReadersBusy
	}
	return c, err
}

var errReadersBusy = fault.New(fault.Busy, "All connections to the database are in use by reads.")

func (db *DB) read(ctx context.Context, c *pgx.Conn, fn func(store.Conn) error) error {
	of := &conn{c: c, texts: db.texts, ctx: ctx, claim: budget.ClaimOf(ctx), reads: true}
	of.put("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", nil) // sent with the first query
	defer func() {
		if c.IsClosed() || c.PgConn().TxStatus() == 'I' {
			return
		}
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTime)
		defer cancel()
		_, _ = c.Exec(end, "ROLLBACK", pgx.QueryExecModeSimpleProtocol) // a connection that does not come out of it is closed by the pool
	}()
	err := guard(fn, of)
	if err != nil && isCut(err) && ctx.Err() == context.DeadlineExceeded {
		return errTooLong(err, "query", db.o.ReadTime)
	}
	return err
}

// Slow names what has been going on for more than a second.
func (db *DB) Slow() []string { return db.slow.names() }

// Health is an error while the database does not answer.
func (db *DB) Health() error { return errors.Join(db.trouble.health(), db.replica.health()) }

// Healed reports how the database was replaced when it was opened: it never is.
func (*DB) Healed() *store.Healing { return nil }

// LastHealing tells of the last time that it was replaced: it never was.
func (*DB) LastHealing() (store.Healing, bool) { return store.Healing{}, false }

// Close finishes the writes under way.
func (db *DB) Close() error {
	db.closing.Do(func() {
		close(db.closed)
		_ = db.writer.stop(closeTime)
		db.replica.stop()
		gone := make(chan struct{})
		go func() { db.readers.Close(); close(gone) }()
		select {
		case <-gone:
		case <-time.After(closeTime): // a read goes on: it ends with the process, or by its deadline
		}
	})
	return nil
}
