// Package sqlite keeps the store in one SQLite file.
//
// The file is in WAL mode with synchronous=FULL. One goroutine, the writer,
// owns the only writing connection; readers have a pool of read-only ones. A
// write is queued to the writer, which takes all that wait, runs them in one
// transaction, commits once and only then answers them all (group commit, as
// bbolt's Batch does). A lock file keeps a second process off
// the database.
package sqlite

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"time"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"github.com/reevehq/reeve/internal/budget"
	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/store/migrations"
)

// oldestSafe is the first SQLite without the WAL-reset defect that damaged
// databases (SQLite 3.7.0 to 3.51.2).
var oldestSafe = [3]int{3, 51, 3}

// Options are how a database is opened.
type Options struct {
	// Path is the database file; its folder is made when absent.
	Path string
	// Steps are the schema; nil for the server's.
	Steps []migrations.Migration
	// Shared leaves the lock file to the process that owns the database. The
	// database must exist. It is for short looks and changes from the command line.
	Shared bool
	// Migrate brings an older schema up to date; without it an older schema is refused.
	Migrate bool
	// Upgrade is the command that a refusal of an older schema names; "" for that of the server's database.
	Upgrade string
	// Readers is the number of reading connections; 0 means one for each processor, at least 4.
	Readers int
	// ReadTime is how long a read may take; 0 means ReadTime.
	ReadTime time.Duration
	// WriteTime is how much work a write without patience may be; 0 means a second.
	WriteTime time.Duration
	// Track keeps account of which pages change, for DB.Changes. Untouched, asked
	// once the database is locked, says that all pages, as they are in the file,
	// were taken before; nil for no.
	Track     bool
	Untouched func() bool
	// Heal replaces a missing or damaged database at start; nil leaves that to people.
	Heal Healer
	// KeepSnapshots is how many snapshots are kept; 0 means 5.
	KeepSnapshots int
	Logger        *slog.Logger
	Clock         clock.Clock
	// Observer is told how writes fare; nil for nobody.
	Observer Observer
	// meter measures reads and writes; nil for byProcess.
	meter meter
	// longLog is the size from which on a log is written back beside the writes; 0 for
	// the constant of that name.
	longLog int64
}

func (o Options) withDefaults() Options {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	if o.Observer == nil {
		o.Observer = unobserved{}
	}
	if o.meter == nil {
		o.meter = byProcess
	}
	if o.longLog == 0 {
		o.longLog = longLog
	}
	if o.Readers == 0 {
		o.Readers = max(4, runtime.GOMAXPROCS(0))
	}
	if o.ReadTime == 0 {
		o.ReadTime = ReadTime
	}
	if o.WriteTime == 0 {
		o.WriteTime = writeTime.work
	}
	if o.KeepSnapshots == 0 {
		o.KeepSnapshots = KeepSnapshots
	}
	return o
}

// DB is an open database. It implements store.Backend.
type DB struct {
	path    string
	log     *slog.Logger
	lock    *lockFile
	readers *readers
	reads   time.Duration // how long one may take
	dog     *watchdog
	writer  *writer
	changes *Changes // nil unless they are tracked
	closed  chan struct{}

	healed    *store.Healing
	clock     clock.Clock
	damage    damage
	trouble   trouble
	space     *space     // nil when the database belongs to another process
	inspector *inspector // likewise
	files     *identity  // likewise
	back      *writeBack // likewise
}

// Open opens the database, making it when absent, and brings its schema up to
// date. It fails with a fault that names the path and the next step when the
// folder cannot be written, another process has the database, the file is no
// database, or its schema is newer than this program.
func Open(ctx context.Context, o Options) (*DB, error) {
	o = o.withDefaults()
	path, err := filepath.Abs(o.Path)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "database path %q cannot be resolved", o.Path)
	}
	path = real(path)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "the folder of database %s cannot be made", path).
			WithHint("choose a writable path with --database, or fix the folder's permissions")
	}
	var lock *lockFile
	if o.Shared {
		if _, err := os.Stat(path); err != nil {
			return nil, fault.Wrap(fault.Invalid, err, "database %s cannot be read", path)
		}
	} else if lock, err = takeLock(path); err != nil {
		return nil, err
	}
	var healed *store.Healing
	if o.Heal != nil && !o.Shared {
		if healed, err = heal(ctx, path, o); err != nil {
			lock.release()
			return nil, err
		}
	}
	if lock != nil {
		if err := lock.hold(path); err != nil {
			lock.release()
			return nil, err
		}
		makePrivate(path)
	}
	db := &DB{path: path, healed: healed, clock: o.Clock, log: o.Logger, lock: lock, closed: make(chan struct{})}
	if err := db.open(o); err != nil {
		lock.release()
		return nil, err
	}
	return db, nil
}

func (db *DB) open(o Options) error {
	killed := wasKilled(db.path)
	known := o.Track && o.Untouched != nil && !killed && o.Untouched()
	main, err := openConn(db.path, true)
	if err != nil {
		return openFault(db.path, err)
	}
	was, err := schemaNumber(main)
	if err == nil {
		err = prepare(main, o)
	}
	if err != nil {
		return errors.Join(openFault(db.path, err), main.close())
	}
	db.readers, db.reads, db.dog = newReaders(o.Readers), o.ReadTime, newWatchdog(o)
	if !o.Shared {
		if db.files, err = newIdentity(db.path, db.lock.database); err != nil {
			return errors.Join(openFault(db.path, err), main.close())
		}
		if db.files.hasOtherNames() {
			db.log.Warn("the database has another name (a hard link): opened by that, it would be without its log", "path", db.path)
		}
		clearWork(filepath.Dir(db.path))
		clearWork(snapshotFolder(db.path))
		db.space = newSpace(db.path, o.Clock, o.Logger)
		db.inspector = newInspector(db.path, &db.damage, o.Clock, o.Logger)
	}
	var wrote func(*conn) error
	if o.Track {
		is, err := schemaNumber(main)
		if err != nil {
			return errors.Join(openFault(db.path, err), main.close())
		}
		db.changes = newChanges(db, !known || is != was)
		if err := db.changes.see(main); err != nil {
			return errors.Join(openFault(db.path, err), main.close())
		}
		wrote = db.changes.see
	}
	if !o.Shared {
		db.back = startWriteBack(db)
	}
	db.writer = startWriter(main, db.space, db.files, db.dog, db.back, o, wrote)
	if killed && !o.Shared {
		db.inspector.start(quickLook, settleTime)
	}
	return nil
}

func prepare(c *conn, o Options) error {
	if err := checkVersion(c); err != nil {
		return err
	}
	steps, err := orServer(o.Steps)
	if err != nil {
		return err
	}
	return migrate(c, steps, o)
}

func checkVersion(c *conn) error {
	var text string
	err := c.Query("SELECT sqlite_version()", nil, func(r store.Row) error { return r.Scan(&text) })
	if err != nil {
		return err
	}
	var v [3]int
	if _, err := fmt.Sscanf(text, "%d.%d.%d", &v[0], &v[1], &v[2]); err != nil {
		return fmt.Errorf("read SQLite version %q: %w", text, err)
	}
	for i := range v {
		if v[i] != oldestSafe[i] {
			if v[i] < oldestSafe[i] {
				return fault.New(fault.Internal, "SQLite %s has a defect that damages databases; 3.51.3 or newer is needed", text)
			}
			break
		}
	}
	return nil
}

var (
	readSettings  = []string{"foreign_keys=ON", "cache_size=-8000", "temp_store=MEMORY", "query_only=ON"}
	writeSettings = []string{"journal_mode=wal", "foreign_keys=ON", "cache_size=-8000", "temp_store=MEMORY",
		"synchronous=" + synchronous, "journal_size_limit=" + strconv.Itoa(longLog), "wal_autocheckpoint=" + strconv.Itoa(inPassing)}
)

func openConn(path string, write bool) (*conn, error) {
	flags := sqlite.OpenReadOnly
	settings := readSettings
	if write {
		flags = sqlite.OpenReadWrite | sqlite.OpenCreate
		settings = writeSettings
		if isNew(path) {
			settings = append([]string{"auto_vacuum=INCREMENTAL"}, settings...)
		}
	}
	keepPlans()
	gatherLogWrites()
	c, err := sqlite.OpenConn(path, flags)
	if err != nil {
		return nil, err
	}
	c.SetBusyTimeout(10 * time.Second) // for who else sets up the log
	defer c.SetBlockOnBusy()
	for _, setting := range settings {
		if err := sqlitex.ExecuteTransient(c, "PRAGMA "+setting, nil); err != nil {
			return nil, errors.Join(err, c.Close())
		}
	}
	if err := addTextSearch(c); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return &conn{c: c}, nil
}

// Healed reports how the database was replaced when it was opened, nil if it was not.
func (db *DB) Healed() *store.Healing { return db.healed }

// LastHealing tells of the last time that it was replaced, by any start; false when
// it never was.
func (db *DB) LastHealing() (store.Healing, bool) { return LastHealing(db.path) }

// Path is the database file.
func (db *DB) Path() string { return db.path }

// View implements store.Backend. A read that takes too long, or has to give way
// to others, is interrupted.
func (db *DB) View(ctx context.Context, fn func(store.Conn) error) error {
	operation := store.Operation(ctx)
	l, err := db.readers.take(ctx, operation)
	if err != nil {
		return err
	}
	c := l.conn
	defer func() { db.readers.giveBack(l, db.rested(c)) }()
	if c == nil {
		if err := db.files.look(); err != nil {
			return errMoved(err)
		}
		opened, err := openConn(db.path, false)
		if err != nil {
			db.see(err)
			return translate(err)
		}
		c = opened
	}
	if err := c.run("BEGIN"); err != nil {
		db.see(err)
		return translate(err)
	}
	defer db.watchRead(l).end()
	defer context.AfterFunc(ctx, func() { db.readers.stop(l, ctx.Err()) })()
	c.claim, c.read = budget.ClaimOf(ctx), 0
	c.c.SetInterrupt(l.interrupt) // after BEGIN, which could be done and yet be interrupted
	err = guard(fn, c)
	c.c.SetInterrupt(nil)
	c.claim = nil
	if e := c.run("ROLLBACK"); e != nil && err == nil {
		err = e
	}
	if why := db.readers.stopped(l); why != nil && isInterrupt(err) {
		return why
	}
	db.see(err)
	return translate(err)
}

// watchRead says when a read takes long, has it give way to others, and interrupts
// it when its time is over.
func (db *DB) watchRead(l *lent) *watched {
	notice := min(noticeRead, db.reads)
	return db.dog.watch("read", l.operation, false, db.dog.meter, notice,
		limit{bound{notice, notice}, func(*watched, time.Duration) {
			db.log.Warn("a read is slow", "operation", l.operation, "so_far", notice)
		}},
		limit{slowRead, func(*watched, time.Duration) { db.readers.isSlow(l) }},
		limit{bound{db.reads, readWall * db.reads}, func(w *watched, longer time.Duration) {
			db.log.Warn("a read has exceeded its time and is interrupted", "operation", l.operation, "limit", longer)
			why := errReadTooLong(longer)
			if longer > db.reads {
				why = errReadStarved
			}
			db.readers.stop(l, why)
			w.insist()
		}})
}

func isInterrupt(err error) bool {
	return err != nil && sqlite.ErrCode(err).ToPrimary() == sqlite.ResultInterrupt
}

// rested is a reader for the next to use; nil, for a new one, when this one did
// not come out of its transaction.
func (db *DB) rested(c *conn) *conn {
	if c == nil || c.c.AutocommitEnabled() {
		return c
	}
	db.log.Error("a reader did not come out of its transaction, and is closed")
	if err := c.close(); err != nil {
		db.log.Error("close a reader", "error", err)
	}
	return nil
}

// see looks at an error of the driver: one that may tell of damage has the
// file looked through, and nothing written meanwhile.
func (db *DB) see(err error) {
	db.trouble.see(err, db.clock.Now())
	if db.damage.suspect(err) && db.inspector != nil {
		db.log.Error("the database may be damaged; nothing is written until it was looked through", "path", db.path, "error", err)
		db.inspector.start(fullLook, 0)
	}
}

// Update implements store.Backend.
func (db *DB) Update(ctx context.Context, fn func(store.Conn) error) error {
	if err := db.damage.refusal(); err != nil {
		return err
	}
	err := db.writer.do(ctx, fn)
	db.see(err)
	return err
}

// Rest writes the log back into the database file and cuts it off, so that the
// file is whole by itself; false when a reader still needs the log.
func (db *DB) Rest(ctx context.Context) (bool, error) {
	done, err := db.writer.rest(ctx)
	return done, translate(err)
}

// Slow names the reads that have been going on for more than a second. They hold
// up nobody: they give way to those who wait.
func (db *DB) Slow() []string { return db.dog.slow() }

// Health is an error while the database can take nothing: it is damaged, its
// disk is full, or failed a call just now, or a write exceeds its time.
func (db *DB) Health() error {
	err := errors.Join(db.files.look(), db.damage.health(), db.trouble.health(db.clock.Now()), db.dog.health())
	if db.space != nil {
		err = errors.Join(err, db.space.health())
	}
	return err
}

// closeTime is how long a read that is interrupted, and the write under way, have
// to end when the database is closed. What does not end by then is left to the
// end of the process: nothing of it was acknowledged.
const closeTime = 1500 * time.Millisecond

var errClosed = fault.New(fault.Busy, "the server is stopping")

// Close finishes the writes under way, writes the log back into the database
// file and releases the lock.
func (db *DB) Close() error {
	select {
	case <-db.closed:
		return nil
	default:
	}
	close(db.closed)
	db.dog.hurry()
	if db.inspector != nil {
		db.inspector.end()
	}
	err := db.readers.close(closeTime)
	db.back.end()
	if db.changes != nil {
		err = errors.Join(err, db.changes.closeReader())
	}
	err = errors.Join(err, db.writer.stop(closeTime)) // last, since only a writer can remove the log
	if db.changes != nil {
		err = errors.Join(err, db.changes.closeLog())
	}
	if what := db.damage.health(); what != nil {
		// The next start must look, though this one ends in order.
		err = errors.Join(err, os.WriteFile(db.path+damagedNote, []byte(what.Error()+"\n"), 0o600))
	}
	err = errors.Join(err, db.files.close())
	db.lock.release()
	return err
}
