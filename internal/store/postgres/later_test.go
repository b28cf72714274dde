package postgres_test

import (
	"context"
	"sync"
	"testing"

	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/store/postgres"
	"github.com/reevehq/reeve/internal/store/storetest"
)

// TestAStatementThatIsSentLaterFailsItsOwnWrite: of writes that are committed together each pair
// wants one key. One of the pair is kept whole; the other fails, though its statement was sent
// with those of others, and leaves nothing.
func TestAStatementThatIsSentLaterFailsItsOwnWrite(t *testing.T) {
	t.Run("with the commit", func(t *testing.T) { sendLater(t, 16, 16) })
	t.Run("with the next write", func(t *testing.T) { sendLater(t, 100, 3) })
}

// sendLater makes writes of which one in so many waits for an answer.
func sendLater(t *testing.T, writes, waits int) {
	url := storetest.NewPostgres(t)
	db, err := postgres.Open(context.Background(), postgres.Options{URL: url, Migrate: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	ask(t, url, `CREATE TABLE taken (key bigint PRIMARY KEY); CREATE TABLE written (who bigint)`)
	failed := make([]error, writes)
	var all sync.WaitGroup
	for i := range writes {
		all.Go(func() {
			failed[i] = db.Update(t.Context(), func(c store.Conn) error {
				for _, insert := range []struct {
					query string
					value int
				}{{`INSERT INTO written (who) VALUES (?)`, i}, {`INSERT INTO taken (key) VALUES (?)`, i / 2}, {`INSERT INTO written (who) VALUES (?)`, i}} {
					if err := c.(store.Later).ExecLater(insert.query, insert.value); err != nil {
						return err
					}
				}
				if i%waits != waits-1 {
					return nil // what was put off is sent with the next write, or the commit
				}
				n, err := c.Exec(`UPDATE taken SET key = key WHERE key = ?`, i/2)
				if err == nil && n != 1 {
					t.Errorf("write %d does not see what it put off", i)
				}
				return err
			})
		})
	}
	all.Wait()
	rows := make([]int, writes)
	err = db.View(t.Context(), func(c store.Conn) error {
		return c.Query(`SELECT who FROM written`, nil, func(r store.Row) error {
			var who int
			err := r.Scan(&who)
			rows[who]++
			return err
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	for i := range writes {
		other := i ^ 1
		switch {
		case failed[i] == nil && (rows[i] != 2 || failed[other] == nil):
			t.Errorf("write %d has %d rows, and write %d: %v", i, rows[i], other, failed[other])
		case failed[i] != nil && (rows[i] != 0 || !fault.Is(failed[i], fault.Conflict) || failed[other] != nil):
			t.Errorf("write %d: %v, and has %d rows; write %d: %v", i, failed[i], rows[i], other, failed[other])
		}
	}
}
