package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/store"
)

// term is a time for which this server leads.
type term struct {
	number int64
	done   chan struct{}
	trust  *time.Timer // ends the term
}

// lead is who leads, as the database has it.
type lead struct {
	now, term, expires int64
	session            []byte
}

// beat says that the server is there and, if it leads, that it goes on; takes the lead when nobody
// has it; and returns when to look again.
func (r *replica) beat(c *pgx.Conn) (next time.Duration, err error) {
	if r.muted.Load() {
		return beatPause, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), answerTime)
	defer cancel()
	began := clock.Uptime()
	number := r.leading()
	var l lead
	var kept, counted int64
	err = c.QueryRow(ctx, `WITH moment AS (SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS now),
		here AS (INSERT INTO replica (session, started, expires) SELECT $1, now, now + $2 FROM moment
			ON CONFLICT (session) DO UPDATE SET expires = excluded.expires),
		kept AS (UPDATE leader SET expires = now + $3 FROM moment WHERE term = $4 AND session = $1 RETURNING 1)
		SELECT now, term, session, expires, (SELECT count(*) FROM replica WHERE session <> $1 AND expires > now),
			(SELECT last_value FROM change), (SELECT count(*) FROM kept) FROM moment, leader`,
		r.session[:], hereTime.Microseconds(), leaseTime.Microseconds(), number).
		Scan(&l.now, &l.term, &l.session, &l.expires, &r.others, &counted, &kept)
	if err != nil {
		return 0, err
	}
	if r.count.missed(counted) {
		r.wake(everyTopic)
	}
	r.mu.Lock()
	r.beaten, r.failed = began, nil
	r.mu.Unlock()
	switch {
	case kept > 0:
		r.renew(number, began)
	case number > 0:
		r.endTerm()
	}
	first := r.first
	r.first = false
	ours := string(l.session) == string(r.session[:])
	if r.leading() > 0 {
		return beatPause, nil
	}
	if left := time.Duration(l.expires-l.now) * time.Microsecond; left > 0 && !ours {
		return min(beatPause, left+time.Millisecond), nil
	}
	return beatPause, r.take(c, l, first)
}

// take takes the lead that nobody has. It does so between two groups of writes, of any server:
// a write that has seen that its term lasts is committed in it.
func (r *replica) take(c *pgx.Conn, l lead, first bool) error {
	ctx, cancel := context.WithTimeout(context.Background(), answerTime)
	defer cancel()
	began := clock.Uptime()
	var number int64
	err := pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, fmt.Sprintf("SET LOCAL lock_timeout = '%dms'; ", takeTime.Milliseconds())+writeLock, pgx.QueryExecModeSimpleProtocol); err != nil {
			return err
		}
		began = clock.Uptime()
		return tx.QueryRow(ctx, `WITH moment AS (SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS now)
			UPDATE leader SET term = term + 1, session = $1, expires = now + $2 FROM moment WHERE expires <= now OR session = $1 RETURNING term`,
			r.session[:], leaseTime.Microseconds()).Scan(&number)
	})
	var answer *pgconn.PgError
	switch {
	case errors.Is(err, pgx.ErrNoRows): // another was faster
		return nil
	case errors.As(err, &answer) && answer.Code == "55P03":
		return nil // somebody writes, and has for long: it is tried again
	case err != nil:
		return err
	}
	away := first && time.Duration(l.now-l.expires)*time.Microsecond >= freeTime
	r.beginTerm(number, began, away)
	return nil
}

// leading is the term of this server, 0 while there is none.
func (r *replica) leading() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.term == nil {
		return 0
	}
	return r.term.number
}

func (r *replica) beginTerm(number int64, began time.Duration, away bool) {
	t := &term{number: number, done: make(chan struct{})}
	left := trustTime - (clock.Uptime() - began)
	r.mu.Lock()
	defer r.mu.Unlock()
	t.trust = time.AfterFunc(max(left, 0), func() { r.distrust(t) })
	r.term = t
	select {
	case <-r.terms: // it was over before anybody took it
	default:
	}
	r.terms <- store.Term{Number: number, Away: away, Done: t.done}
	r.db.log.Info("this server leads those of the database", "term", number)
}

// renew has a term last longer, unless it is over.
func (r *replica) renew(number int64, began time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.term == nil || r.term.number != number {
		return
	}
	if left := trustTime - (clock.Uptime() - began); left > 0 && r.term.trust.Stop() {
		r.term.trust.Reset(left)
	}
}

// distrust ends a term of which nothing was heard for so long that it may be over.
func (r *replica) distrust(t *term) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.term == t {
		r.term = nil
		close(t.done)
		r.db.log.Warn("this server does not lead any more: the database did not confirm it in time", "term", t.number)
	}
}

func (r *replica) endTerm() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.term == nil {
		return
	}
	r.term.trust.Stop()
	close(r.term.done)
	r.db.log.Info("this server leads no more", "term", r.term.number)
	r.term = nil
}

var errAnotherLeads = fault.New(fault.Busy, "another server leads those of the database by now")

// verify refuses a write of a term that is over. Another can begin only after the transaction.
func (w *writer) verify(number int64) error {
	if number == 0 || w.verified == number {
		return nil
	}
	var lasts bool
	err := w.conn.c.QueryRow(w.conn.ctx, `SELECT EXISTS (SELECT FROM leader WHERE term = $1 AND session = $2)`, number, w.db.replica.session[:]).Scan(&lasts)
	switch {
	case err != nil:
		return err
	case !lasts:
		return errAnotherLeads
	}
	w.verified = number
	return nil
}
