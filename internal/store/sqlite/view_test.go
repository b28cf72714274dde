package sqlite

import (
	"context"
	"errors"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/store"
)

// Requests end at any moment, since clients go: the next reader must not find a
// transaction that is still open.
func TestAReadThatIsGivenUpLeavesNoTransaction(t *testing.T) {
	db := openNotes(t, filepath.Join(t.TempDir(), "notes.db"), clock.System{})
	for range 50 {
		if err := execute(t.Context(), db, "INSERT INTO note (text) VALUES ('x')"); err != nil {
			t.Fatal(err)
		}
	}
	var readers sync.WaitGroup
	for range 8 {
		readers.Go(func() {
			for range 5000 {
				ctx, cancel := context.WithCancel(t.Context())
				timer := time.AfterFunc(time.Duration(rand.IntN(60))*time.Microsecond, cancel)
				err := db.View(ctx, func(c store.Conn) error {
					var n int
					return c.Query("SELECT a.id FROM note a, note b LIMIT ?", []any{1 + rand.IntN(200)}, func(r store.Row) error { return r.Scan(&n) })
				})
				timer.Stop()
				cancel()
				if err != nil && !errors.Is(err, context.Canceled) {
					t.Error(err)
					return
				}
			}
		})
	}
	readers.Wait()
}
