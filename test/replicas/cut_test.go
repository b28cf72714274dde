package replicas

import (
	"bytes"
	"context"
	"sync"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/store/postgres"
	"github.com/reevehq/reeve/internal/store/storetest"
)

// longHeldUp is more than the database lets who has the lock do nothing (4 s), and less than it
// took before the one that takes the lead was bound by that (17 s).
const longHeldUp = 10 * time.Second

// TestWhoIsCutOffHoldsUpNobody: a server that is cut off from the database while it takes the lead, or
// within a write, has the lock for which all others wait. The database takes it away.
func TestWhoIsCutOffHoldsUpNobody(t *testing.T) {
	for name, said := range map[string]string{"while it takes the lead": "SET term = term + 1", "within a write": "INSERT INTO variable"} {
		t.Run(name, func(t *testing.T) {
			database := storetest.NewPostgres(t)
			other := newStore(t, database)
			link := linked(t, database, 0)
			var once sync.Once
			cut := make(chan struct{})
			link.heard = func(piece []byte) {
				if bytes.Contains(piece, []byte(said)) {
					once.Do(func() { link.become(silent); close(cut) })
				}
			}
			db, err := postgres.Open(context.Background(), postgres.Options{URL: link.url, Readers: 1, Replica: true})
			if err != nil {
				t.Fatal(err)
			}
			s := store.New(db, clock.System{}, clock.NewIDs(clock.System{}))
			var writing sync.WaitGroup
			writing.Go(func() { _ = s.Update(context.Background(), aVariable("cut-off")) })
			t.Cleanup(func() {
				link.become(severed)
				writing.Wait()
				_ = db.Close()
			})
			select {
			case <-cut:
			case <-time.After(patience):
				t.Fatal("it did not come to that")
			}
			began := time.Now()
			if err := other.Update(context.Background(), aVariable("other")); err != nil {
				t.Errorf("another's write, after %v: %v", time.Since(began), err)
			}
			if took := time.Since(began); took > longHeldUp {
				t.Errorf("another's write was held up for %v", took)
			}
		})
	}
}

func aVariable(name prefect.VariableName) func(tx *store.Tx) error {
	return func(tx *store.Tx) error {
		_, err := tx.CreateVariable(&prefect.VariableCreate{Name: name, Value: []byte("1")})
		return err
	}
}
