package sqlite

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/store"
)

const (
	// queueLength bounds the writes that wait; more senders wait to be queued.
	queueLength = 1024
	// groupLength bounds the writes of one commit, and so the time a write waits
	// for the others of its group.
	groupLength = 128
	// groupTime bounds that too: what has not had its turn by then is for the next commit.
	groupTime = 100 * time.Millisecond
	// slowDisk is from when on the disk counts as slow: twice what a write may take.
	slowDisk = 2 * time.Second
	// restTime is how long nothing must have been written for the log to be
	// written back whole and cut off. Under load SQLite writes it back in passing,
	// and writeBack one that has become long.
	restTime = 2 * time.Second
	// restAgain is when that is tried again after it failed.
	restAgain = 30 * time.Second
)

type write struct {
	fn   func(store.Conn) error
	done chan error
	// reserve: it may use the space kept for when the disk is full.
	reserve bool
	queued  time.Time
	what    string // the operation, for people
	limit   bound
}

func newWrite(ctx context.Context, fn func(store.Conn) error, now time.Time, limit bound) write {
	w := write{fn, make(chan error, 1), store.UsesReserve(ctx), now, store.Operation(ctx), limit}
	if store.HasPatience(ctx) {
		w.limit = patientTime
	}
	return w
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

// writer owns the writing connection. Its goroutine runs from startWriter to stop.
type writer struct {
	conn  *conn
	space *space    // nil when the database belongs to another process
	files *identity // likewise
	moved bool      // it was said that the files are not what they were
	dog   *watchdog
	fuse  fuse
	clock clock.Clock
	watch Observer
	log   *slog.Logger
	queue chan write
	rests chan chan rested
	pause chan func() // run between two commits
	// wrote is told after each commit that wrote; nil for nobody.
	wrote   func(*conn) error
	limit   bound      // of a write without patience
	back    *writeBack // of a log longer than longLog; nil when the database belongs to another process
	longLog int64
	long    bool // back has been told, and is to say when it is done
	quit    chan struct{}
	ended   chan struct{} // closed once the goroutine is gone
	err     error         // how closing went; read after ended
}

func startWriter(c *conn, s *space, files *identity, dog *watchdog, back *writeBack, o Options, wrote func(*conn) error) *writer {
	w := &writer{conn: c, space: s, files: files, dog: dog, back: back, longLog: o.longLog, clock: o.Clock, watch: o.Observer, log: o.Logger, queue: make(chan write, queueLength),
		rests: make(chan chan rested), pause: make(chan func()), wrote: wrote, limit: bound{work: o.WriteTime, wall: writeTime.wall}, quit: make(chan struct{}), ended: make(chan struct{})}
	c.c.SetInterrupt(w.fuse.renew())
	go w.loop()
	return w
}

func (w *writer) do(ctx context.Context, fn func(store.Conn) error) error {
	job := newWrite(ctx, fn, w.clock.Now(), w.limit)
	if w.space != nil && !job.reserve && w.space.refuses() {
		return errFull(nil)
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
		return translate(err)
	case <-w.ended:
		select {
		case err := <-job.done:
			return translate(err)
		default:
			return errClosed
		}
	}
}

// rested is how writing the log back on demand went.
type rested struct {
	done bool
	err  error
}

// rest writes the log back and cuts it off, after the writes under way. It is
// false when a reader still needs the log.
func (w *writer) rest(ctx context.Context) (bool, error) {
	asked := make(chan rested, 1)
	select {
	case w.rests <- asked:
		r := <-asked
		return r.done, r.err
	case <-w.quit:
		return false, errClosed
	case <-ctx.Done():
		return false, ctx.Err()
	}
}

// between runs fn on the writer's goroutine while no transaction is open.
func (w *writer) between(ctx context.Context, fn func(*conn)) error {
	done := make(chan struct{})
	select {
	case w.pause <- func() { fn(w.conn); close(done) }:
		<-done
		return nil
	case <-w.quit:
		return errClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}

// stop ends the writer after the writes that wait. When one does not end within
// a time the connection stays open: its transaction ends with the process.
func (w *writer) stop(within time.Duration) error {
	close(w.quit)
	select {
	case <-w.ended:
		return w.err
	case <-time.After(within):
		return fmt.Errorf("the writer has not ended within %v", within)
	}
}

func (w *writer) loop() {
	var rest <-chan time.Time // set while the log holds what was written
	for {
		select {
		case job := <-w.queue:
			w.commit(w.gather(job))
			rest = w.clock.After(restTime)
		case fn := <-w.pause:
			fn()
		case <-rest:
			if w.long {
				rest = w.clock.After(restTime)
				continue
			}
			rest = nil
			done, err := w.checkpoint()
			if err != nil {
				w.log.Warn("write the log back", "error", err, "again in", restAgain)
				rest = w.clock.After(restAgain)
			} else if !done {
				rest = w.clock.After(restTime)
			}
		case asked := <-w.rests:
			done, err := w.checkpoint()
			if done {
				rest = nil
			}
			asked <- rested{done, err}
		case <-w.quit:
			for len(w.queue) > 0 {
				w.commit(w.gather(<-w.queue))
			}
			_, err := w.checkpoint() // what is left is read from the log at the next start
			if w.files.ownsLog() {
				err = errors.Join(err, w.conn.close()) // which removes the file of the log's name
			}
			w.err = err
			close(w.ended)
			return
		}
	}
}

// checkpoint writes the log back into the database file and cuts it off. It does
// not wait for readers: false when one still needs the log.
func (w *writer) checkpoint() (done bool, err error) {
	if !w.files.ownsLog() {
		return false, errMoved(w.files.look())
	}
	w.conn.c.SetBusyTimeout(0)
	defer w.conn.c.SetBlockOnBusy()
	defer w.watchDisk("write the log back").end()
	var busy, frames, written int
	err = w.conn.Query("PRAGMA wal_checkpoint(TRUNCATE)", nil, func(r store.Row) error { return r.Scan(&busy, &frames, &written) })
	return busy == 0, errors.Join(err, w.files.look()) // which now knows how large the file is
}

func (w *writer) gather(job write) []write {
	group := append(make([]write, 0, groupLength), job)
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
// another. When the commit itself fails all are told.
//
// A write that fails is undone alone. That takes a savepoint for each write, which costs
// more the more pages the group shares, and few that fail have written anything. So a group
// is run without them first; when one has to be undone all are, and all must be run again,
// carefully.
func (w *writer) transact(group []write, began time.Time, careful bool) (again []write, carefully bool) {
	results := make([]error, len(group))
	ran, tooLong, undo := len(group), -1, false
	err := w.watched(func() error {
		for i, job := range group {
			if len(group) == 1 {
				results[i] = w.attempt(job)
				return results[i]
			}
			if i > 0 && w.clock.Now().Sub(began) > groupTime {
				ran = i
				return nil
			}
			var err error
			if careful {
				err = w.savepoint(job, &results[i])
			} else if err = w.plainly(job, &results[i]); err != nil {
				undo = !isInterrupt(err)
			}
			if err != nil {
				if isInterrupt(results[i]) {
					tooLong = i
				}
				return err
			}
		}
		return nil
	})
	if undo {
		return group, true
	}
	w.watch.Committed(ran, w.clock.Now().Sub(began))
	full := isFull(err)
	for i := range ran {
		full = full || isFull(results[i])
	}
	if err == nil && w.wrote != nil {
		if e := w.wrote(w.conn); e != nil {
			w.log.Warn("read which pages have changed", "error", e)
		}
	}
	if err == nil {
		w.lengthen()
	}
	room := w.makeRoom(full, err == nil)
	for i, job := range group[:ran] {
		if tooLong >= 0 && results[i] == nil {
			again = append(again, job) // undone with the one that took too long
			continue
		}
		if results[i] == nil {
			results[i] = err
		}
		if room && job.reserve && isFull(results[i]) {
			again = append(again, job)
			continue
		}
		job.done <- results[i]
	}
	return append(again, group[ran:]...), careful
}

// makeRoom tells the reserve how a commit went. It is true when the disk was
// full and the reserve has been given up, so that writes that may use it can be
// tried again; there is one reserve, so they are tried once.
func (w *writer) makeRoom(full, committed bool) bool {
	switch {
	case w.space == nil:
	case full:
		return w.space.exhausted()
	case committed:
		w.space.freed(w.checkpoint)
	}
	return false
}

// watched is a transaction on files that are what and where they were, before it
// and after.
func (w *writer) watched(body func() error) error {
	logSize, err := w.files.before()
	if err == nil {
		if err = w.transaction(body); err != nil {
			return err
		}
		err = w.files.after(logSize)
	}
	if err != nil {
		if !w.moved {
			w.log.Error("nothing is written: the database's file is not what it was", "error", err)
		}
		w.moved = true
		return errMoved(err)
	}
	w.moved = false
	return nil
}

func (w *writer) transaction(body func() error) error {
	if err := w.conn.run("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	err := body()
	if err == nil {
		disk := w.watchDisk("commit")
		err = w.conn.run("COMMIT")
		disk.end()
	}
	if err != nil && !w.conn.c.AutocommitEnabled() {
		if e := w.conn.run("ROLLBACK"); e != nil {
			w.log.Error("roll back", "error", e)
		}
	}
	return err
}

// plainly runs a write and keeps its error in result. What it returns says that the
// transaction must be undone: the write has failed and changed something.
func (w *writer) plainly(job write, result *error) error {
	before := w.conn.changes
	*result = w.attempt(job)
	if *result != nil && w.conn.changes == before && !w.conn.c.AutocommitEnabled() {
		return nil
	}
	return *result
}

// savepoint runs fn and keeps its error in result. What it returns is a failure
// of the transaction as a whole.
func (w *writer) savepoint(job write, result *error) error {
	if err := w.conn.run("SAVEPOINT write"); err != nil {
		return err
	}
	*result = w.attempt(job)
	if *result != nil {
		if w.conn.c.AutocommitEnabled() {
			return fmt.Errorf("the transaction was rolled back by the database: %w", *result)
		}
		if err := w.conn.run("ROLLBACK TO write"); err != nil {
			return err
		}
	}
	return w.conn.run("RELEASE write")
}

// attempt runs a write, and interrupts it when it takes too long.
func (w *writer) attempt(job write) error {
	turn := w.fuse.light()
	watched := w.dog.watch("write", job.what, true, w.dog.meter, job.limit.work, limit{job.limit, func(watched *watched, longer time.Duration) {
		if w.fuse.burn(turn, longer) {
			w.log.Error("a write has exceeded its time and is interrupted", "operation", job.what, "limit", longer)
			watched.insist()
		}
	}})
	err := guard(job.fn, w.conn)
	watched.end()
	longer, burnt := w.fuse.put()
	if burnt {
		w.conn.c.SetInterrupt(w.fuse.renew())
	}
	if isInterrupt(err) {
		err = errWriteTooLong(err, longer)
	}
	return err
}

// watchDisk watches what the writer does with the disk, which must not be
// interrupted: it is the disk that takes the time.
func (w *writer) watchDisk(what string) *watched {
	return w.dog.watch("write", what, true, unmeasured, slowDisk, limit{bound{slowDisk, slowDisk}, func(*watched, time.Duration) {
		w.log.Warn("the disk is slow", "operation", what, "so_far", slowDisk)
	}})
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
