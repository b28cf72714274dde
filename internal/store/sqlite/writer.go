package sqlite

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"

	"github.com/reevehq/reeve/internal/store"
)

const (
	// queueLength bounds the writes that wait; more senders wait to be queued.
	queueLength = 1024
	// groupLength bounds the writes of one commit, and so the time a write waits
	// for the others of its group.
	groupLength = 128
)

type write struct {
	fn   func(store.Conn) error
	done chan error
}

// writer owns the writing connection. Its goroutine runs from startWriter to stop.
type writer struct {
	conn  *conn
	log   *slog.Logger
	queue chan write
	quit  chan struct{}
	ended chan struct{} // closed once the goroutine is gone
	err   error         // how closing went; read after ended
}

func startWriter(c *conn, log *slog.Logger) *writer {
	w := &writer{conn: c, log: log, queue: make(chan write, queueLength),
		quit: make(chan struct{}), ended: make(chan struct{})}
	go w.loop()
	return w
}

func (w *writer) do(ctx context.Context, fn func(store.Conn) error) error {
	job := write{fn, make(chan error, 1)}
	select {
	case <-w.quit:
		return errClosed
	default:
	}
	select {
	case w.queue <- job:
	case <-w.quit:
		return errClosed
	case <-ctx.Done():
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

func (w *writer) stop() error {
	close(w.quit)
	<-w.ended
	return w.err
}

func (w *writer) loop() {
	for {
		select {
		case job := <-w.queue:
			w.commit(w.gather(job))
		case <-w.quit:
			for len(w.queue) > 0 {
				w.commit(w.gather(<-w.queue))
			}
			err := w.conn.run("PRAGMA wal_checkpoint(TRUNCATE)")
			w.err = errors.Join(err, w.conn.close())
			close(w.ended)
			return
		}
	}
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

// commit runs a group in one transaction. A write that fails is undone alone;
// when the commit itself fails all are told.
func (w *writer) commit(group []write) {
	results := make([]error, len(group))
	err := w.transaction(func() error {
		for i, job := range group {
			if len(group) == 1 {
				results[i] = guard(job.fn, w.conn)
				return results[i]
			}
			if err := w.savepoint(job.fn, &results[i]); err != nil {
				return err
			}
		}
		return nil
	})
	for i, job := range group {
		if results[i] == nil {
			results[i] = err
		}
		job.done <- results[i]
	}
}

func (w *writer) transaction(body func() error) error {
	if err := w.conn.run("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	err := body()
	if err == nil {
		err = w.conn.run("COMMIT")
	}
	if err != nil && !w.conn.c.AutocommitEnabled() {
		if e := w.conn.run("ROLLBACK"); e != nil {
			w.log.Error("roll back", "error", e)
		}
	}
	return err
}

// savepoint runs fn and keeps its error in result. What it returns is a failure
// of the transaction as a whole.
func (w *writer) savepoint(fn func(store.Conn) error, result *error) error {
	if err := w.conn.run("SAVEPOINT write"); err != nil {
		return err
	}
	*result = guard(fn, w.conn)
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
