package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/store"
)

const (
	// queueLength bounds the writes that wait; more senders wait to be queued.
	queueLength = 1024
	// groupLength bounds the writes of one commit, and groupTime how long they may take
	// together: what has not had its turn by then is for the next commit.
	groupLength = 128
	groupTime   = 100 * time.Millisecond
	// writeTime bounds one write, patientTime one that has patience.
	writeTime   = 10 * time.Second
	patientTime = 30 * time.Second
	// turnTime bounds how long a group waits for its turn among replicas, and commitTime
	// how long for its commit.
	turnTime   = 20 * time.Second
	commitTime = 20 * time.Second
)

type write struct {
	fn     func(store.Conn) error
	done   chan error
	queued time.Time
	what   string // the operation, for people
	limit  time.Duration
	term   int64 // see store.WithTerm
}

// Observer is told how writes fare. Its methods return at once.
type Observer interface {
	// Queued: a write waits.
	Queued()
	// Begun: a write's turn has come after so long.
	Begun(waited time.Duration)
	// Committed: so many writes were committed together, in so long.
	Committed(writes int, took time.Duration)
}

// unobserved is the observer of a database that nobody measures.
type unobserved struct{}

func (unobserved) Queued()                      {}
func (unobserved) Begun(time.Duration)          {}
func (unobserved) Committed(int, time.Duration) {}

// writer owns the writing connection. It takes all writes that wait and commits them
// together, in a transaction that begins with the lock that all replicas take in turn: so
// transactions are serial across replicas, and become visible in their order. Its goroutine
// runs from startWriter to stop.
type writer struct {
	db   *DB
	conn *conn // nil while there is none
	// verified is the term of which the transaction under way knows that it lasts.
	verified int64
	clock    clock.Clock
	watch    Observer
	log      *slog.Logger
	queue    chan write
	// ending ends what the writer waits for once its time to stop is over.
	ending context.Context
	end    context.CancelFunc
	quit   chan struct{}
	ended  chan struct{} // closed once the goroutine is gone
}

func startWriter(db *DB, first *pgx.Conn, o Options) *writer {
	w := &writer{db: db, conn: &conn{c: first, texts: db.texts}, clock: o.Clock, watch: o.Observer, log: o.Logger,
		queue: make(chan write, queueLength), quit: make(chan struct{}), ended: make(chan struct{})}
	w.ending, w.end = context.WithCancel(context.Background())
	go w.loop()
	return w
}

func (w *writer) do(ctx context.Context, fn func(store.Conn) error) error {
	job := write{fn, make(chan error, 1), w.clock.Now(), store.Operation(ctx), writeTime, store.TermOf(ctx)}
	if store.HasPatience(ctx) {
		job.limit = patientTime
	}
	select {
	case <-w.quit:
		return errClosed
	default:
	}
	w.watch.Queued()
	select {
	case w.queue <- job:
	case <-w.quit:
		w.watch.Begun(w.clock.Now().Sub(job.queued))
		return errClosed
	case <-ctx.Done():
		w.watch.Begun(w.clock.Now().Sub(job.queued))
		return ctx.Err()
	}
	// Once queued, the write may be committed at any moment; the answer must be
	// waited for even when the caller has gone.
	select {
	case err := <-job.done:
		return err
	case <-w.ended:
		select {
		case err := <-job.done:
			return err
		default:
			return errClosed
		}
	}
}

// stop ends the writer after the writes that wait, or within a time.
func (w *writer) stop(within time.Duration) error {
	close(w.quit)
	late := time.AfterFunc(within, w.end)
	defer late.Stop()
	<-w.ended
	return nil
}

func (w *writer) loop() {
	defer close(w.ended)
	defer w.drop()
	for {
		select {
		case job := <-w.queue:
			w.commit(w.gather([]write{job}))
		case <-w.quit:
			for len(w.queue) > 0 {
				w.commit(w.gather([]write{<-w.queue}))
			}
			return
		}
	}
}

// gather adds what waits to a group.
func (w *writer) gather(group []write) []write {
	for len(group) < groupLength {
		select {
		case next := <-w.queue:
			group = append(group, next)
		default:
			return group
		}
	}
	return group
}

// commit runs a group in as few transactions as it takes, one unless a write
// takes long or must be undone.
func (w *writer) commit(group []write) {
	careful := false
	for len(group) > 0 {
		began := w.clock.Now()
		for i := range group {
			w.watch.Begun(began.Sub(group[i].queued))
		}
		group, careful = w.transact(group, began, careful)
		for range group {
			w.watch.Queued()
		}
	}
}

// transact runs a group in one transaction and returns those of it that must have
// another, and whether with savepoints: they cost two questions for each write, and few that
// fail have written anything. So a group is run without them first; when one has to be
// undone all are, and all are run again.
func (w *writer) transact(group []write, began time.Time, careful bool) (again []write, carefully bool) {
	results := make([]error, len(group))
	ran, undo := len(group), false
	err := w.transaction(func() error {
		turn := w.clock.Now() // other servers may have written for long before it came
		if !careful {
			known := len(group)
			group = w.gather(group)
			results, ran = make([]error, len(group)), len(group)
			for _, job := range group[known:] {
				w.watch.Begun(turn.Sub(job.queued))
			}
		}
		for i, job := range group {
			if i > 0 && w.clock.Now().Sub(turn) > groupTime {
				ran = i
				return nil
			}
			if careful && len(group) > 1 {
				if err := w.savepoint(job, &results[i]); err != nil {
					return err
				}
				continue
			}
			before := w.conn.changes
			results[i] = w.attempt(job, false)
			if results[i] == nil || w.conn.changes == before && !w.conn.aborted() {
				continue
			}
			undo = len(group) > 1 && !w.conn.c.IsClosed()
			return results[i]
		}
		return nil
	})
	if undo || isLater(err) && len(group) > 1 && !careful && !w.gone() {
		return group, true
	}
	w.db.trouble.see(err)
	w.watch.Committed(ran, w.clock.Now().Sub(began))
	for i, job := range group[:ran] {
		if results[i] == nil {
			results[i] = err
		}
		job.done <- translate(results[i])
	}
	return group[ran:], careful
}

// transaction runs body in a transaction, once it is our turn. A connection that turns out to
// be gone at its beginning is replaced.
func (w *writer) transaction(body func() error) error {
	if err := w.begin(); err != nil {
		return err
	}
	err := body()
	if err == nil && w.conn.changes == 0 {
		_ = w.run("ROLLBACK", commitTime) // nothing was written
		return nil
	}
	if err == nil {
		err = w.finish()
	}
	switch {
	case err == nil:
		w.db.replica.committed(w.conn.told)
		return nil
	case w.gone():
		return err
	}
	if e := w.run("ROLLBACK", commitTime); e != nil {
		w.drop()
	}
	return err
}

// finish commits, with what has not been sent yet: when some of that fails nothing is committed,
// and the transaction is still to be undone.
func (w *writer) finish() error {
	ctx, cancel := context.WithTimeout(w.ending, commitTime)
	defer cancel()
	w.conn.ctx = ctx
	waiting := 0
	if w.conn.later != nil {
		waiting = w.conn.later.Len()
	}
	w.conn.put("SELECT nextval('change')", nil)
	w.conn.put("COMMIT", nil)
	err := w.conn.send(func(answers pgx.BatchResults) error {
		_, err := answers.Exec()
		if err == nil {
			_, err = answers.Exec()
		}
		return err
	}, waiting)
	if err != nil && (!isLater(err) || w.conn.c.IsClosed()) {
		w.log.Error("commit", "error", err)
		w.drop() // what became of it is not known
	}
	return err
}

// gone reports whether there is no connection any more.
func (w *writer) gone() bool { return w.conn == nil || w.conn.c.IsClosed() }

func (w *writer) begin() (err error) {
	for range 2 {
		if w.conn == nil || w.conn.c.IsClosed() {
			w.drop()
			if err = w.connect(); err != nil {
				return err
			}
		}
		if err = w.run("BEGIN ISOLATION LEVEL READ COMMITTED; "+writeLock, turnTime); err == nil {
			w.conn.changes, w.conn.told, w.conn.later, w.verified = 0, 0, nil, 0
			return nil
		}
		if !w.conn.c.IsClosed() {
			// It waited for longer than it should, or is no longer what it was: a standby.
			w.drop()
			return err
		}
	}
	return err
}

func (w *writer) connect() error {
	ctx, cancel := context.WithTimeout(w.ending, connectTime)
	defer cancel()
	c, err := w.db.connect(ctx)
	if err != nil {
		return err
	}
	if err := w.db.takeAlone(ctx, c); err != nil {
		_ = c.Close(ctx)
		if fault.Is(err, fault.Conflict) { // no client is to blame
			err = fault.Wrap(fault.Busy, err, "another server has taken the database")
		}
		return err
	}
	w.conn = &conn{c: c, texts: w.db.texts}
	return nil
}

// run carries out what needs no answer.
func (w *writer) run(sql string, within time.Duration) error {
	ctx, cancel := context.WithTimeout(w.ending, within)
	defer cancel()
	_, err := w.conn.c.Exec(ctx, sql, pgx.QueryExecModeSimpleProtocol)
	return err
}

// drop closes the connection; another is made when it is needed.
func (w *writer) drop() {
	if w.conn == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), closeTime)
	defer cancel()
	_ = w.conn.c.Close(ctx)
	w.conn = nil
}

// savepoint runs a write and keeps its error in result. What it returns is a failure
// of the transaction as a whole.
func (w *writer) savepoint(job write, result *error) error {
	if err := w.run("SAVEPOINT write", commitTime); err != nil {
		return err
	}
	*result = w.attempt(job, true)
	w.conn.later = nil
	if *result == nil {
		return w.run("RELEASE write", commitTime)
	}
	return w.run("ROLLBACK TO write; RELEASE write", commitTime)
}

// attempt runs a write, and interrupts it when it takes too long. Whole says that all of it
// is to have been sent afterwards, not with what follows.
func (w *writer) attempt(job write, whole bool) error {
	ctx, cancel := context.WithTimeout(w.ending, job.limit)
	defer cancel()
	w.conn.ctx = ctx
	ended := w.db.slow.begin("write", job.what)
	err := w.verify(job.term)
	if err == nil {
		err = guard(job.fn, w.conn)
	}
	if err == nil && whole {
		err = w.conn.flush()
	}
	ended()
	if err != nil && errors.Is(err, context.DeadlineExceeded) && ctx.Err() != nil {
		w.log.Error("a write has exceeded its time and is interrupted", "operation", job.what, "limit", job.limit)
		err = errTooLong(err, "write", job.limit)
	}
	return err
}

// guard turns a panic of fn into an error, so that one request's defect does
// not end the writer.
func guard(fn func(store.Conn) error, c *conn) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in a transaction: %v\n%s", p, debug.Stack())
		}
	}()
	return fn(c)
}
