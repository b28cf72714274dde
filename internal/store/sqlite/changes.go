package sqlite

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"sync"

	"github.com/reevehq/reeve/internal/store"
)

// Changes knows which pages of the database differ from those that were taken
// before. It reads the numbers of the pages from the headers of the log's frames
// after each commit; the log itself may be written back and cut off at any time.
//
// All pages are changed at the start unless the owner says otherwise, and again
// when another process may have written pages that were not seen.
type Changes struct {
	db   *DB
	told chan struct{}

	// of the writer's goroutine
	log     *os.File // nil until it is there
	salts   [8]byte  // of the log as it was read last
	next    int64    // where its next frame will be
	version int64    // changes when another connection writes

	mu    sync.Mutex
	all   bool // every page there is
	dirty map[uint32]struct{}

	reader *conn // of Take; opened when first needed
}

const (
	logHeader   = 32
	frameHeader = 24
)

func newChanges(db *DB, all bool) *Changes {
	return &Changes{db: db, told: make(chan struct{}, 1), all: all, dirty: map[uint32]struct{}{}}
}

// Changes returns the pages that have changed, nil unless Options.Track was set.
func (db *DB) Changes() *Changes { return db.changes }

// Told is sent to, without waiting, when pages have changed.
func (c *Changes) Told() <-chan struct{} { return c.told }

// Pending reports whether some pages were not taken.
func (c *Changes) Pending() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.all || len(c.dirty) > 0
}

// MarkAll makes every page a changed one.
func (c *Changes) MarkAll() {
	c.mu.Lock()
	c.all = true
	clear(c.dirty)
	c.mu.Unlock()
	c.tell()
}

func (c *Changes) tell() {
	select {
	case c.told <- struct{}{}:
	default:
	}
}

// see reads which pages were written since it was last called. It runs on the
// writer's goroutine, where nobody else of this process writes.
func (c *Changes) see(w *conn) error {
	found, lost, err := c.scan(w)
	c.mu.Lock()
	if lost || err != nil {
		c.all = true
		clear(c.dirty)
	}
	if !c.all {
		for _, page := range found {
			c.dirty[page] = struct{}{}
		}
	}
	changed := c.all || len(found) > 0
	c.mu.Unlock()
	if changed {
		c.tell()
	}
	return err
}

// scan reads the frames of the log that it has not seen; lost tells that others
// may have written frames that are gone.
func (c *Changes) scan(w *conn) (pages []uint32, lost bool, err error) {
	before := c.version
	if c.version, err = dataVersion(w); err != nil {
		return nil, true, err
	}
	foreign := before != 0 && before != c.version
	if c.log == nil {
		c.log, err = os.Open(c.db.path + "-wal")
		if errors.Is(err, fs.ErrNotExist) {
			return nil, foreign, nil
		} else if err != nil {
			return nil, true, err
		}
	}
	var header [logHeader]byte
	if _, err := c.log.ReadAt(header[:], 0); errors.Is(err, io.EOF) {
		return nil, foreign, nil // cut off, and nothing written since
	} else if err != nil {
		return nil, true, err
	}
	if [8]byte(header[16:24]) != c.salts {
		c.salts, c.next = [8]byte(header[16:24]), logHeader
		lost = foreign
	}
	stride := int64(frameHeader + binary.BigEndian.Uint32(header[8:12]))
	for at := c.next; ; at += stride {
		var frame [16]byte
		if _, err := c.log.ReadAt(frame[:], at); errors.Is(err, io.EOF) {
			return pages, lost, nil
		} else if err != nil {
			return nil, true, err
		}
		if [8]byte(frame[8:16]) != c.salts {
			return pages, lost, nil // of an earlier round of the log
		}
		pages = append(pages, binary.BigEndian.Uint32(frame[0:4]))
		if binary.BigEndian.Uint32(frame[4:8]) != 0 { // the last of a commit
			c.next = at + stride
		}
	}
}

func dataVersion(w *conn) (n int64, err error) {
	err = w.Query("PRAGMA data_version", nil, func(r store.Row) error { return r.Scan(&n) })
	return n, err
}

// Taken are pages as they were at one moment.
type Taken struct {
	PageSize int
	Pages    int // of the whole database
	Schema   int
	Numbers  []uint32
	// Whole tells that nothing else had changed: with these pages a copy is the
	// database as it was at this moment.
	Whole bool
}

// Take hands over at most limit changed pages, the first ones: begin gets what
// they are, then page is called for each in order. They count as taken unless it
// fails.
func (c *Changes) Take(ctx context.Context, limit int, begin func(Taken) error, page func(number uint32, data []byte) error) error {
	if err := c.db.damage.refusal(); err != nil {
		return err // a copy must not follow it there
	}
	taken, err := c.mark(ctx, limit)
	if err == nil {
		err = begin(taken)
		for _, n := range taken.Numbers {
			if err != nil {
				break
			}
			err = c.reader.Query("SELECT data FROM sqlite_dbpage WHERE pgno = ?", []any{int64(n)}, func(r store.Row) error {
				var data []byte
				if err := r.Scan(&data); err != nil {
					return err
				}
				return page(n, data)
			})
		}
	}
	if c.reader != nil && !c.reader.c.AutocommitEnabled() {
		err = errors.Join(err, c.reader.run("ROLLBACK"))
	}
	if err != nil {
		c.giveBack(taken.Numbers)
		c.db.see(err)
	}
	return translate(err)
}

func (c *Changes) giveBack(numbers []uint32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, n := range numbers {
		c.dirty[n] = struct{}{}
	}
}

// mark begins to read the database between two commits, and takes pages from
// what has changed until then.
func (c *Changes) mark(ctx context.Context, limit int) (taken Taken, err error) {
	if c.reader == nil {
		if c.reader, err = openConn(c.db.path, false); err != nil {
			return taken, err
		}
	}
	failed := c.db.writer.between(ctx, func(w *conn) {
		if err = c.freeze(w); err == nil {
			err = c.choose(limit, &taken)
		}
	})
	return taken, errors.Join(failed, err)
}

// freeze has the reader see exactly what was seen of the log.
func (c *Changes) freeze(w *conn) error {
	for range 10 {
		if err := c.see(w); err != nil {
			return err
		}
		// The first read is what makes the moment.
		if err := c.reader.run("BEGIN"); err != nil {
			return err
		}
		if _, err := schemaNumber(c.reader); err != nil {
			return err
		}
		now, err := dataVersion(w)
		if err != nil || now == c.version {
			return err
		}
		if err := c.reader.run("ROLLBACK"); err != nil { // another process wrote in between
			return err
		}
	}
	return fmt.Errorf("another program writes to %s all the time", c.db.path)
}

func (c *Changes) choose(limit int, taken *Taken) (err error) {
	if taken.Schema, err = schemaNumber(c.reader); err != nil {
		return err
	}
	for query, to := range map[string]*int{"PRAGMA page_size": &taken.PageSize, "PRAGMA page_count": &taken.Pages} {
		if err := c.reader.Query(query, nil, func(r store.Row) error { return r.Scan(to) }); err != nil {
			return err
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.all {
		c.all = false
		for n := range uint32(taken.Pages) {
			c.dirty[n+1] = struct{}{}
		}
	}
	numbers := make([]uint32, 0, len(c.dirty))
	for n := range c.dirty {
		if n <= uint32(taken.Pages) {
			numbers = append(numbers, n)
		} else {
			delete(c.dirty, n) // cut off since
		}
	}
	slices.Sort(numbers)
	taken.Whole = len(numbers) <= limit
	taken.Numbers = numbers[:min(limit, len(numbers))]
	for _, n := range taken.Numbers {
		delete(c.dirty, n)
	}
	return nil
}

func (c *Changes) closeReader() error {
	if c.reader == nil {
		return nil
	}
	return c.reader.close()
}

func (c *Changes) closeLog() error {
	if c.log == nil {
		return nil
	}
	return c.log.Close()
}
