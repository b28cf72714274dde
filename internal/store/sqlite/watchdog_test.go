package sqlite

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/store"
)

// endless is a query that takes hours.
const endless = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000000000) SELECT count(*) FROM n`

// journal is a log that a test reads.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) has(parts ...string) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, part := range parts {
		if !strings.Contains(j.text.String(), part) {
			return false
		}
	}
	return true
}

func openWatched(t *testing.T, o Options) (*DB, *journal) {
	t.Helper()
	log := new(journal)
	o.Path, o.Steps, o.Migrate = filepath.Join(t.TempDir(), "notes.db"), notes, true
	o.Logger = slog.New(slog.NewTextHandler(log, nil))
	db, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db, log
}

func ask(db *DB, operation, query string) error {
	ctx := store.WithOperation(context.Background(), operation)
	return db.View(ctx, func(c store.Conn) error { return c.Query(query, nil, func(store.Row) error { return nil }) })
}

func eventually(t *testing.T, what string, met func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !met(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("it never came to be that %s", what)
		}
	}
}

// A write that never ends is undone and named; those beside it, in its group
// too, are done.
func TestAWriteThatTakesTooLongIsInterrupted(t *testing.T) {
	for _, where := range []string{"in a query", "in a change", "between queries"} {
		t.Run(where, func(t *testing.T) {
			db, log := openWatched(t, Options{})
			var others sync.WaitGroup
			begun := make(chan struct{})
			insert := func() error { return execute(t.Context(), db, "INSERT INTO note (text) VALUES ('beside')") }
			hold := make(chan struct{})
			others.Go(func() { // so that the next ones come in one group
				_ = db.Update(t.Context(), func(store.Conn) error { close(begun); <-hold; return nil })
			})
			<-begun
			for range 3 {
				others.Go(func() {
					if err := insert(); err != nil {
						t.Error(err)
					}
				})
			}
			eventually(t, "three writes wait", func() bool { return len(db.writer.queue) == 3 })
			failed := make(chan error, 1)
			go func() {
				failed <- db.Update(store.WithOperation(t.Context(), "POST /notes"), func(c store.Conn) error {
					if _, err := c.Exec("INSERT INTO note (text) VALUES ('too long')"); err != nil {
						return err
					}
					switch where {
					case "in a query":
						return c.Query(endless, nil, func(store.Row) error { return nil })
					case "in a change":
						_, err := c.Exec("INSERT INTO note (text) " + strings.Replace(endless, "count(*)", "i", 1))
						return err
					}
					for {
						if err := c.Query("SELECT 1", nil, func(store.Row) error { return nil }); err != nil {
							return err
						}
					}
				})
			}()
			eventually(t, "four writes wait", func() bool { return len(db.writer.queue) == 4 })
			for range 3 {
				others.Go(func() {
					if err := insert(); err != nil {
						t.Error(err)
					}
				})
			}
			eventually(t, "seven writes wait", func() bool { return len(db.writer.queue) == 7 })
			close(hold)
			if err := <-failed; !fault.Is(err, fault.Busy) || !strings.Contains(err.Error(), "longer than 1s") {
				t.Errorf("got %v, want a fault that names the limit", err)
			}
			others.Wait()
			if !log.has("a write has exceeded its time and is interrupted", `operation="POST /notes"`) {
				t.Errorf("the log does not name it: %s", log.text.String())
			}
			var beside, undone int
			err := db.View(t.Context(), func(c store.Conn) error {
				return c.Query("SELECT count(*) FILTER (WHERE text = 'beside'), count(*) FILTER (WHERE text <> 'beside') FROM note", nil,
					func(r store.Row) error { return r.Scan(&beside, &undone) })
			})
			if err != nil || beside != 6 || undone != 0 {
				t.Errorf("%d of 6 notes are there and %d of what was undone: %v", beside, undone, err)
			}
			if err := insert(); err != nil {
				t.Errorf("the next write: %v", err)
			}
			if err := db.Health(); err != nil {
				t.Errorf("it is over, and health says %v", err)
			}
		})
	}
}

// alwaysAtWork is the meter of what never waits for a processor.
func alwaysAtWork() (worked func() time.Duration) {
	began := time.Now()
	return func() time.Duration { return time.Since(began) }
}

// neverAtWork is that of what never gets one.
func neverAtWork() (worked func() time.Duration) { return unmeasured() }

// halfAtWork is that of what has a processor half of the time.
func halfAtWork() (worked func() time.Duration) {
	began := time.Now()
	return func() time.Duration { return time.Since(began) / 2 }
}

// Work is interrupted when it has worked for its time, not when it waited for a
// processor; in any case there is a bound on the wall.
func TestWorkIsBoundedAndNotWaiting(t *testing.T) {
	limits := map[string]bound{"write": writeTime, "patient write": patientTime, "slow read": slowRead, "disk": {slowDisk, slowDisk}}
	for _, c := range []struct {
		limit  string
		meter  meter
		ends   time.Duration // by itself
		hurry  time.Duration // the database is closed, 0 for never
		at     time.Duration // when the bound is exceeded, 0 for never
		longer time.Duration // than what
	}{
		{limit: "write", meter: alwaysAtWork, ends: time.Hour, at: 1100 * time.Millisecond, longer: time.Second},
		{limit: "write", meter: alwaysAtWork, ends: 900 * time.Millisecond},
		{limit: "write", meter: halfAtWork, ends: 1900 * time.Millisecond},
		{limit: "write", meter: halfAtWork, ends: time.Hour, at: 2100 * time.Millisecond, longer: time.Second},
		{limit: "write", meter: neverAtWork, ends: 9900 * time.Millisecond},
		{limit: "write", meter: neverAtWork, ends: time.Hour, at: 10 * time.Second, longer: 10 * time.Second},
		{limit: "write", meter: neverAtWork, ends: time.Hour, hurry: 5 * time.Second, at: 5 * time.Second, longer: time.Second},
		{limit: "write", meter: neverAtWork, ends: time.Hour, hurry: 500 * time.Millisecond, at: time.Second, longer: time.Second},
		{limit: "patient write", meter: alwaysAtWork, ends: time.Hour, at: 10100 * time.Millisecond, longer: 10 * time.Second},
		{limit: "patient write", meter: neverAtWork, ends: time.Hour, at: 30 * time.Second, longer: 30 * time.Second},
		{limit: "slow read", meter: alwaysAtWork, ends: time.Hour, at: 1100 * time.Millisecond, longer: time.Second},
		{limit: "slow read", meter: neverAtWork, ends: 19 * time.Second},
		{limit: "disk", meter: unmeasured, ends: time.Hour, at: 2 * time.Second, longer: 2 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			d := newWatchdog(Options{Clock: clock.System{}, Logger: slog.New(slog.DiscardHandler)})
			began := time.Now()
			var at, longer time.Duration
			w := d.watch("write", "POST /notes", true, c.meter, time.Second, limit{limits[c.limit], func(_ *watched, l time.Duration) {
				at, longer = time.Since(began), l
			}})
			if c.hurry > 0 {
				time.AfterFunc(c.hurry-time.Millisecond, d.hurry)
			}
			time.Sleep(min(c.ends, time.Second+time.Millisecond))
			if err := d.health(); (err != nil) != (c.ends > time.Second) {
				t.Errorf("%+v: after a second health says %v", c, err)
			}
			time.Sleep(c.ends - time.Since(began))
			w.end()
			if at != c.at || longer != c.longer {
				t.Errorf("%+v: exceeded at %v, which is longer than %v", c, at, longer)
			}
			if err := d.health(); err != nil {
				t.Errorf("%+v: it has ended, and health says %v", c, err)
			}
		})
	}
}

// A write of seconds that is short of a processor is done, and named meanwhile. So
// is a read, which gives way to nobody.
func TestAStarvedMachineInterruptsNothing(t *testing.T) {
	db, _ := openWatched(t, Options{meter: neverAtWork, Readers: 1})
	const starved = 2 * time.Second
	read, begun := make(chan error, 1), make(chan struct{})
	go func() {
		read <- db.View(t.Context(), func(c store.Conn) error {
			close(begun)
			return c.Query(endless, nil, func(store.Row) error { return nil })
		})
	}()
	<-begun
	waits, leave := context.WithCancel(t.Context())
	waited := make(chan error, 1)
	go func() { waited <- db.View(waits, func(store.Conn) error { return nil }) }()
	began := time.Now()
	err := db.Update(t.Context(), func(c store.Conn) error {
		for time.Since(began) < starved {
			if err := c.Query("SELECT 1", nil, func(store.Row) error { return nil }); err != nil {
				return err
			}
		}
		if db.Health() == nil {
			t.Error("health does not name it")
		}
		_, err := c.Exec("INSERT INTO note (text) VALUES ('starved')")
		return err
	})
	if err != nil {
		t.Errorf("a write that waits for a processor: %v", err)
	}
	select {
	case err := <-read:
		t.Errorf("a read that waits for a processor was interrupted: %v", err)
	default:
	}
	leave()
	if err := <-waited; !errors.Is(err, context.Canceled) {
		t.Errorf("who waits for a reader got %v", err)
	}
	_ = db.Close()
	if err := <-read; !errors.Is(err, errClosed) {
		t.Errorf("at the end the read got %v", err)
	}
}

// A commit is never interrupted, however long the disk takes: not even by a limit
// that its last write exceeds in the moment in which it ends.
func TestACommitIsNotInterrupted(t *testing.T) {
	db, log := openWatched(t, Options{})
	w := db.writer
	turn := w.fuse.light()
	w.fuse.put()
	disk := w.watchDisk("commit")
	if w.fuse.burn(turn, time.Second) {
		t.Error("the fuse burns after its write has ended")
	}
	eventually(t, "the disk is called slow", func() bool { return log.has("the disk is slow", "operation=commit") })
	disk.end()
	if err := execute(t.Context(), db, "INSERT INTO note (text) VALUES ('slow')"); err != nil {
		t.Error(err)
	}
	if log.has("is interrupted") {
		t.Errorf("something was interrupted: %s", log.text.String())
	}
}

// What holds the writer and cannot be interrupted is named, and closing does not
// wait for it.
func TestAWriteThatCannotBeInterruptedIsNamed(t *testing.T) {
	db, log := openWatched(t, Options{meter: alwaysAtWork})
	hold := make(chan struct{})
	var held sync.WaitGroup
	held.Go(func() {
		_ = db.Update(store.WithOperation(t.Context(), "POST /loops"), func(store.Conn) error { <-hold; return nil })
	})
	defer held.Wait()
	defer close(hold)
	eventually(t, "health names the write", func() bool {
		err := db.Health()
		return err != nil && strings.Contains(err.Error(), "POST /loops")
	})
	eventually(t, "the log says that it cannot be interrupted", func() bool {
		return log.has("a write cannot be interrupted", `operation="POST /loops"`)
	})
	began := time.Now()
	if err := db.Close(); err == nil || time.Since(began) > 20*time.Second {
		t.Errorf("closing gave %v after %v", err, time.Since(began))
	}
}

func TestAReadThatTakesTooLongIsInterrupted(t *testing.T) {
	db, log := openWatched(t, Options{ReadTime: 1500 * time.Millisecond, meter: alwaysAtWork})
	failed := make(chan error, 1)
	go func() { failed <- ask(db, "POST /notes/filter", endless) }()
	eventually(t, "the slow read is named", func() bool {
		slow := db.Slow()
		return len(slow) == 1 && strings.Contains(slow[0], "POST /notes/filter")
	})
	if err := db.Health(); err != nil {
		t.Errorf("a slow read hinders nobody, and health says %v", err)
	}
	if err := <-failed; !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "longer than 1.5s") {
		t.Errorf("got %v, want a fault that names the limit", err)
	}
	if !log.has("a read is slow", "a read has exceeded its time and is interrupted", `operation="POST /notes/filter"`) {
		t.Errorf("the log does not name it: %s", log.text.String())
	}
	if left := db.Slow(); len(left) != 0 {
		t.Errorf("it is over, and still there are %v", left)
	}
}

// Slow queries without end keep out neither other operations nor, for long,
// others of their own kind.
func TestSlowReadsGiveWay(t *testing.T) {
	db, _ := openWatched(t, Options{Readers: 3, ReadTime: time.Hour, meter: alwaysAtWork})
	ended := make(chan error, 20)
	for range cap(ended) {
		go func() { ended <- ask(db, "slow", endless) }()
	}
	eventually(t, "slow reads wait", func() bool {
		db.readers.mu.Lock()
		defer db.readers.mu.Unlock()
		return len(db.readers.waiting["slow"]) == cap(ended)-2
	})
	for range 10 {
		began := time.Now()
		if err := ask(db, "quick", "SELECT 1"); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took > slowRead.wall {
			t.Errorf("another operation waited for %v", took)
		}
	}
	if err := <-ended; !errors.Is(err, errReadGaveWay) {
		t.Errorf("got %v, want a read that gave way", err)
	}
	_ = db.Close()
	for range cap(ended) - 1 {
		if err := <-ended; !errors.Is(err, errReadGaveWay) && !errors.Is(err, errClosed) {
			t.Errorf("got %v, want an end", err)
		}
	}
}

func TestClosingInterruptsReads(t *testing.T) {
	db, _ := openWatched(t, Options{})
	failed := make(chan error, 1)
	go func() { failed <- ask(db, "slow", endless) }()
	eventually(t, "it reads", func() bool {
		db.readers.mu.Lock()
		defer db.readers.mu.Unlock()
		return len(db.readers.lent) == 1
	})
	if err := db.Close(); err != nil {
		t.Error(err)
	}
	if err := <-failed; !errors.Is(err, errClosed) {
		t.Errorf("got %v, want that the database is closed", err)
	}
}
