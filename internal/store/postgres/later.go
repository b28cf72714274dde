package postgres

import (
	"errors"

	"github.com/jackc/pgx/v5"
)

// mostLater bounds the statements that wait to be sent together.
const mostLater = 64

// errLater is around the error of a statement that was sent later than it was given: it may be
// that of another write of the group.
type errLater struct{ error }

func (e errLater) Unwrap() error { return e.error }

// isLater reports whether an error may be that of another write of the group.
func isLater(err error) bool {
	var later errLater
	return errors.As(err, &later)
}

// ExecLater implements store.Later: the statement is sent with the next one that is to be
// answered, in one round trip for all, or with the commit.
func (c *conn) ExecLater(query string, args ...any) error {
	s, bound, err := c.bind(query, args)
	if err != nil {
		return err
	}
	c.put(s.sql, bound)
	c.changes++
	if c.later.Len() >= mostLater {
		return c.flush()
	}
	return nil
}

func (c *conn) put(sql string, bound []any) {
	if c.later == nil {
		c.later = &pgx.Batch{}
	}
	c.later.Queue(sql, bound...)
}

// flush sends what waits.
func (c *conn) flush() error {
	if c.later == nil {
		return nil
	}
	return c.send(func(pgx.BatchResults) error { return nil }, c.later.Len())
}

// with sends what waits and one statement more, whose answer is for read.
func (c *conn) with(sql string, bound []any, read func(pgx.BatchResults) error) error {
	waiting := c.later.Len()
	c.put(sql, bound)
	return c.send(read, waiting)
}

// send sends all statements: the answers of the first are looked at for their errors, those
// of the rest are for read. PostgreSQL does nothing of what follows the first that fails.
func (c *conn) send(read func(pgx.BatchResults) error, first int) error {
	batch := c.later
	c.later = nil
	answers := c.c.SendBatch(c.ctx, batch)
	for _, q := range batch.QueuedQueries[:first] {
		if _, err := answers.Exec(); err != nil {
			_ = answers.Close()
			return errLater{c.explain(err, q.SQL)}
		}
	}
	err := read(answers)
	if e := answers.Close(); err == nil {
		err = e
	}
	return err
}
