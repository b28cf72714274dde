package postgres

import (
	"context"
	"errors"
	"io"
	"net"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/store"
)

// errTooLong is what becomes of a query, or a write, that takes too long.
func errTooLong(cause error, what string, limit time.Duration) error {
	if what == "query" {
		return fault.Wrap(fault.Invalid, cause, "This query took longer than %v: ask for less, by a narrower filter or a shorter time.", limit)
	}
	return fault.Wrap(fault.Busy, cause, "This change took longer than %v and was undone", limit)
}

// isCut reports whether an error says that a statement was ended before its time.
func isCut(err error) bool {
	var answer *pgconn.PgError
	return errors.As(err, &answer) && answer.Code == "57014" || errors.Is(err, context.DeadlineExceeded)
}

// isAway reports whether an error says that the database does not answer, or has sent us away.
func isAway(err error) bool {
	if err == nil {
		return false
	}
	var answer *pgconn.PgError
	if errors.As(err, &answer) {
		switch {
		case answer.Code[:2] == "08", answer.Code[:2] == "57" && answer.Code != "57014", answer.Code == "53300", answer.Code == "25P03", answer.Code == "25006":
			return true
		}
		return false
	}
	var connecting *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &connecting) || errors.As(err, &network) && !errors.Is(err, context.DeadlineExceeded) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) || pgconn.SafeToRetry(err)
}

// translate turns an error of the database into a fault, by code.
func translate(err error) error {
	if err == nil {
		return nil
	}
	var known *fault.Error
	if errors.As(err, &known) {
		return err
	}
	if isAway(err) {
		return fault.Wrap(fault.Busy, err, "the database does not answer")
	}
	var answer *pgconn.PgError
	if !errors.As(err, &answer) {
		return err
	}
	switch answer.Code[:2] {
	case "23":
		return fault.Wrap(fault.Conflict, err, store.IntegrityConflict)
	case "54":
		return fault.Wrap(fault.Invalid, err, "A name or key is too long: PostgreSQL keeps at most some 2,700 bytes in an index.")
	case "22":
		return fault.Wrap(fault.Invalid, err, "A value is none that PostgreSQL keeps: %s", answer.Message)
	case "53":
		if answer.Code == "53100" {
			return fault.Wrap(fault.Full, err, "the database's disk is full")
		}
		return fault.Wrap(fault.Busy, err, "the database is short of memory or connections")
	case "40", "55":
		return fault.Wrap(fault.Busy, err, "the database is busy")
	}
	return err
}

// trouble keeps whether the database answers.
type trouble struct{ last atomic.Pointer[error] }

// see looks at how something went.
func (t *trouble) see(err error) {
	switch {
	case isAway(err):
		t.last.Store(&err)
	case err == nil && t.last.Load() != nil:
		t.last.Store(nil)
	}
}

func (t *trouble) health() error {
	if err := t.last.Load(); err != nil {
		return fault.Wrap(fault.Busy, *err, "the database does not answer")
	}
	return nil
}
