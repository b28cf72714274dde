package sqlite

import (
	"context"
	"errors"
	"math"
	"strconv"
	"time"

	"zombiezen.com/go/sqlite/sqlitex"

	"github.com/reevehq/reeve/internal/store"
)

const (
	// longLog is the size in bytes from which on a log is long: somebody who reads the
	// database as it was some time ago keeps it from being begun anew. When it is, SQLite
	// makes it as short as that (journal_size_limit).
	longLog = 64 << 20
	// inPassing is how many pages of the log there are at least when SQLite has a commit
	// write them back (wal_autocheckpoint).
	inPassing = 2000
	// backAgain is when a long log is looked at again that a reader still needs.
	backAgain = time.Second
	// holdReads bounds how long reads wait so that the log can be begun anew.
	holdReads = 250 * time.Millisecond
	// holdAgain is when they are held again after that was in vain.
	holdAgain = 5 * time.Second
	// longAgo is how long a log must have been long for people to be told, and told again.
	longAgo = time.Minute
)

// writeBack has a long log written back beside the writes. SQLite does that within
// a commit, which is right for the few pages of a usual log; but once a reader of
// ten minutes leaves, that commit would copy gigabytes before anybody is answered.
// And where reads overlap, so that one of them always needs the log, it could never
// be begun anew: they wait for a moment then.
//
// Its goroutine runs from startWriteBack to end.
type writeBack struct {
	db    *DB
	told  chan struct{}
	quit  chan struct{}
	ended chan struct{}
}

func startWriteBack(db *DB) *writeBack {
	b := &writeBack{db: db, told: make(chan struct{}, 1), quit: make(chan struct{}), ended: make(chan struct{})}
	go b.loop()
	return b
}

// tell says, without waiting, that the log is long.
func (b *writeBack) tell() {
	select {
	case b.told <- struct{}{}:
	default:
	}
}

// end interrupts what is under way. The writer must still run.
func (b *writeBack) end() {
	if b == nil {
		return
	}
	close(b.quit)
	<-b.ended
}

func (b *writeBack) loop() {
	defer close(b.ended)
	for {
		select {
		case <-b.quit:
			return
		case <-b.told:
		}
		said := b.db.clock.Now()
		for {
			again, err := b.shorten()
			if err != nil {
				b.db.log.Warn("write a long log back", "error", err, "again in", restAgain)
				again = restAgain
			}
			if again == 0 || !b.wait(again) {
				break
			}
			if now := b.db.clock.Now(); now.Sub(said) >= longAgo {
				said = now
				b.db.log.Warn("the log cannot be written back while somebody reads the database", "log_bytes", b.db.files.logSize(), "readers", LogReaders(b.db.path))
			}
		}
	}
}

// wait is false when the database is being closed.
func (b *writeBack) wait(length time.Duration) bool {
	select {
	case <-b.quit:
		return false
	case <-b.db.clock.After(length):
		return true
	}
}

// shorten writes back what no reader needs and, when hardly anything is left, has the
// writer begin the log anew. It returns when to do so again, 0 for not until told.
func (b *writeBack) shorten() (again time.Duration, err error) {
	if !b.db.files.ownsLog() {
		return restAgain, nil // the writer says so
	}
	c, err := openConn(b.db.path, true)
	if err != nil {
		return 0, err
	}
	defer func() {
		if e := c.close(); err == nil {
			err = e
		}
	}()
	c.c.SetInterrupt(b.quit)
	for left := math.MaxInt; left > inPassing; {
		before := left
		if left, err = passBack(c); err != nil {
			select {
			case <-b.quit:
				return 0, nil
			default:
				return 0, err
			}
		}
		if left >= before {
			return backAgain, nil // as far as readers allow
		}
	}
	return b.beginAnew()
}

// passBack writes the log back as far as readers allow, waiting for nobody, and returns
// how many of its pages are left.
func passBack(c *conn) (left int, err error) {
	var busy, frames, written int
	err = c.Query("PRAGMA wal_checkpoint(PASSIVE)", nil, func(r store.Row) error { return r.Scan(&busy, &frames, &written) })
	return frames - written, err
}

// beginAnew holds the reads of this process back for a moment, in which the writer
// writes back the rest and cuts the log off.
func (b *writeBack) beginAnew() (again time.Duration, err error) {
	free, release := b.db.readers.hold(holdReads)
	defer release()
	if !free {
		return holdAgain, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), holdReads) // for the turn between two commits
	defer cancel()
	done := false
	e := b.db.writer.between(ctx, func(*conn) { done, err = b.db.writer.cutLong() })
	switch {
	case errors.Is(e, errClosed), err != nil, done:
		return 0, err
	default:
		return holdAgain, nil
	}
}

// lengthen leaves a long log to the goroutine that writes it back. It runs on the
// writer's goroutine after a commit.
func (w *writer) lengthen() {
	if w.back == nil || w.long || w.files.logSize() <= w.longLog {
		return
	}
	if err := w.writeInPassing(0); err != nil {
		w.log.Warn("have the log written back beside the writes", "error", err)
		return
	}
	w.long = true
	w.back.tell()
}

// cutLong ends that. It runs on the writer's goroutine between two commits; false
// when a reader still needs the log.
func (w *writer) cutLong() (bool, error) {
	done, err := w.checkpoint()
	if !done || err != nil {
		return false, err
	}
	w.long = false
	return true, w.writeInPassing(inPassing)
}

// writeInPassing sets from how many pages on a commit writes the log back, 0 for never.
func (w *writer) writeInPassing(pages int64) error {
	return sqlitex.ExecuteTransient(w.conn.c, "PRAGMA wal_autocheckpoint="+strconv.FormatInt(pages, 10), nil)
}
