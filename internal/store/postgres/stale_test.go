package postgres_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/store/postgres"
	"github.com/reevehq/reeve/internal/store/storetest"
)

// TestARestartOfTheDatabaseCostsNoAnswer: once all sessions have ended, as after a restart, neither
// reads nor writes fail.
func TestARestartOfTheDatabaseCostsNoAnswer(t *testing.T) {
	ctx, url := context.Background(), storetest.NewPostgres(t)
	const readers = 3
	db, err := postgres.Open(ctx, postgres.Options{URL: url, Readers: readers})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	s := store.New(db, clock.System{}, clock.NewIDs(clock.System{}))
	other, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Close(ctx) }()
	for range 3 {
		var all, reading sync.WaitGroup
		all.Add(readers)
		for range readers { // all at once, so that each has a connection
			reading.Go(func() {
				err := s.View(ctx, func(tx *store.Tx) error {
					_, err := tx.LastEventSequence()
					all.Done()
					all.Wait()
					return err
				})
				if err != nil {
					t.Errorf("a read: %v", err)
				}
			})
		}
		reading.Wait()
		if err := s.Update(ctx, emit); err != nil {
			t.Errorf("a write: %v", err)
		}
		if _, err := other.Exec(ctx, `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`); err != nil {
			t.Fatal(err)
		}
		for end, left := time.Now().Add(patience), 1; left > 0; {
			if err := other.QueryRow(ctx, `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`).Scan(&left); err != nil || time.Now().After(end) {
				t.Fatalf("%d sessions are left: %v", left, err)
			}
		}
	}
}

// TestALookAtAConnectionDoesNotWait: pgx reads ahead where a write takes long, and may still do so
// when a connection waits for work; the look must not wait for that.
func TestALookAtAConnectionDoesNotWait(t *testing.T) {
	ctx := context.Background()
	c, err := pgx.Connect(ctx, storetest.NewPostgres(t))
	if err != nil {
		t.Fatal(err)
	}
	read := make(chan struct{})
	reading := make(chan struct{})
	go func() {
		defer close(read)
		close(reading)
		_, _ = c.PgConn().Conn().Read(make([]byte, 1))
	}()
	<-reading
	time.Sleep(50 * time.Millisecond) // for the read to be under way: else the test shows nothing, and does not fail
	looked := make(chan bool, 1)
	go func() { looked <- postgres.IsThere(c) }()
	if there := receive(t, "a look at a connection", looked); !there {
		t.Error("a connection that is read ahead is said to be gone")
	}
	_ = c.PgConn().Conn().Close()
	<-read
}
