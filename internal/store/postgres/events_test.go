package postgres_test

import (
	"context"
	"os"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/store/postgres"
	"github.com/reevehq/reeve/internal/store/storetest"
)

// openServers opens a new database as so many servers do.
func openServers(t *testing.T, n int) []*store.Store {
	t.Helper()
	url := storetest.NewPostgres(t)
	all := make([]*store.Store, n)
	for i := range all {
		db, err := postgres.Open(context.Background(), postgres.Options{URL: url, Readers: 3})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		all[i] = store.New(db, clock.System{}, clock.NewIDs(clock.System{}))
	}
	return all
}

func anEvent(ids clock.IDs) *prefect.Event {
	return &prefect.Event{ID: ids.V4(), Event: "x", Occurred: prefect.At(time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)),
		Resource: prefect.Resource{prefect.ResourceID: "a"}, Payload: []byte(`{}`)}
}

// TestEveryConsumerSeesEachEventOnceInOneOrder: three servers write events at once, while one
// more holds a transaction open that has taken its place in the log and goes on only once
// consumers have looked. Consumers by each server read the log after the last that they
// have seen. REEVE_EVENTS is how many there are.
func TestEveryConsumerSeesEachEventOnceInOneOrder(t *testing.T) {
	total := 3_000
	if n, err := strconv.Atoi(os.Getenv("REEVE_EVENTS")); err == nil {
		total = n
	}
	const perWrite, writers = 10, 8
	servers := openServers(t, 4)
	slow, servers := servers[3], servers[:3]
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()

	var left, looks atomic.Int64
	left.Store(int64(total / perWrite))
	var wrote atomic.Int64
	var writing sync.WaitGroup
	for _, s := range servers {
		for range writers {
			writing.Go(func() {
				for left.Add(-1) >= 0 {
					err := s.Update(ctx, func(tx *store.Tx) error {
						for range perWrite {
							if err := tx.Emit(anEvent(tx.IDs)); err != nil {
								return err
							}
						}
						return nil
					})
					if err != nil {
						t.Error(err)
						return
					}
					wrote.Add(perWrite)
				}
			})
		}
	}
	writing.Go(func() {
		for range 5 {
			err := slow.Update(ctx, func(tx *store.Tx) error {
				if err := tx.Emit(anEvent(tx.IDs)); err != nil {
					return err
				}
				until := time.Now().Add(2 * time.Second) // less than the database lets a session do nothing
				for seen := looks.Load(); looks.Load() < seen+6 && time.Now().Before(until); {
					if err := tx.Ping(); err != nil {
						return err
					}
				}
				return tx.Emit(anEvent(tx.IDs))
			})
			if err != nil {
				t.Error(err)
				return
			}
			wrote.Add(2)
		}
	})
	done := make(chan struct{})
	go func() { writing.Wait(); close(done) }()

	seen := make([][]uuid.UUID, len(servers))
	var reading sync.WaitGroup
	for i, s := range servers {
		reading.Go(func() {
			after := int64(0)
			for last := false; ; {
				var page []*prefect.ReceivedEvent
				err := s.View(ctx, func(tx *store.Tx) (err error) {
					page, err = tx.ReadEventLog(after, 1<<62, "", 500)
					return err
				})
				if err != nil {
					t.Error(err)
					return
				}
				looks.Add(1)
				for _, e := range page {
					after = e.Sequence
					seen[i] = append(seen[i], e.ID)
				}
				if len(page) > 0 {
					continue
				}
				if last {
					return
				}
				select {
				case <-done:
					last = true // what was committed until now is read once more
				default:
				}
			}
		})
	}
	reading.Wait()
	<-done
	for i := range seen {
		if int64(len(seen[i])) != wrote.Load() {
			t.Errorf("consumer %d saw %d events of %d", i, len(seen[i]), wrote.Load())
		}
		if !slices.Equal(seen[i], seen[0]) {
			t.Errorf("consumer %d saw another order than the first", i)
		}
	}
	sorted := slices.Clone(seen[0])
	slices.SortFunc(sorted, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	if n := len(slices.Compact(sorted)); n != len(seen[0]) {
		t.Errorf("%d events were seen more than once", len(seen[0])-n)
	}
}
