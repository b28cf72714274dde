//go:build serializable

package postgres

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/store"
)

// This file is no part of the product: it is the way of writing that was measured beside the
// product's, by make transactions. Each write is a SERIALIZABLE transaction of its own on one of
// many connections, and is done again when PostgreSQL finds that it cannot have been serial.

const (
	// serialWriters is how many writes of one server may go on at once.
	serialWriters = 16
	// mostTries bounds how often a write is done again.
	mostTries = 100
)

// serialPools has the pool of each database.
var serialPools sync.Map

// tried and again count transactions, and those that were done again.
var tried, again atomic.Int64

func (db *DB) serialPool(ctx context.Context) (*pgxpool.Pool, error) {
	if pool, ok := serialPools.Load(db); ok {
		return pool.(*pgxpool.Pool), nil
	}
	config, err := pgxpool.ParseConfig("")
	if err != nil {
		return nil, err
	}
	config.ConnConfig = db.o.config.Copy()
	config.MaxConns = serialWriters
	config.AfterConnect = settle
	pool, err := pgxpool.NewWithConfig(context.WithoutCancel(ctx), config)
	if err != nil {
		return nil, err
	}
	if other, loaded := serialPools.LoadOrStore(db, pool); loaded {
		pool.Close()
		return other.(*pgxpool.Pool), nil
	}
	go func() {
		for range time.Tick(time.Second) {
			db.log.Warn("transactions", "server", db.replica.session, "tried", tried.Load(), "again", again.Load())
		}
	}()
	return pool, nil
}

// Update implements store.Backend.
func (db *DB) Update(ctx context.Context, fn func(store.Conn) error) error {
	pool, err := db.serialPool(ctx)
	if err != nil {
		return err
	}
	job := write{fn: fn, what: store.Operation(ctx), limit: writeTime, term: store.TermOf(ctx)}
	if store.HasPatience(ctx) {
		job.limit = patientTime
	}
	for try := 0; ; try++ {
		tried.Add(1)
		told, err := db.serially(ctx, pool, job)
		if err == nil {
			db.replica.committed(told)
			return nil
		}
		if try == mostTries || !clashed(err) {
			return translate(err)
		}
		again.Add(1)
		time.Sleep(rand.N(min(time.Millisecond<<min(try, 6), 50*time.Millisecond)))
	}
}

// clashed reports whether a transaction is to be done again: it was not serial, or waited for one
// that waited for it, or met a row that it could not see.
func clashed(err error) bool {
	var answer *pgconn.PgError
	return errors.As(err, &answer) && (answer.Code == "40001" || answer.Code == "40P01" || answer.Code == "23505")
}

func (db *DB) serially(ctx context.Context, pool *pgxpool.Pool, job write) (told uint, err error) {
	wait, cancel := context.WithTimeout(ctx, turnTime)
	defer cancel()
	c, err := pool.Acquire(wait)
	if err != nil {
		return 0, fault.Wrap(fault.Busy, err, "no connection to write with")
	}
	defer c.Release()
	of := &conn{c: c.Conn(), texts: db.texts}
	of.put("BEGIN ISOLATION LEVEL SERIALIZABLE", nil) // sent with the first statement
	w := &writer{db: db, conn: of, clock: db.o.Clock, log: db.log, ending: context.WithoutCancel(ctx)}
	err = w.attempt(job, false)
	if err == nil && of.changes > 0 {
		of.put("SELECT nextval('change')", nil)
		of.put("COMMIT", nil)
		end, cancel := context.WithTimeout(w.ending, commitTime)
		defer cancel()
		of.ctx = end
		err = of.flush()
	}
	if c.Conn().IsClosed() {
		return 0, errors.Join(err, fmt.Errorf("the connection is lost"))
	}
	if c.Conn().PgConn().TxStatus() != 'I' {
		end, cancel := context.WithTimeout(context.Background(), closeTime)
		defer cancel()
		_, _ = c.Exec(end, "ROLLBACK", pgx.QueryExecModeSimpleProtocol)
	}
	return of.told, err
}
