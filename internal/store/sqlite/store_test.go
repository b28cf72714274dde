package sqlite_test

import (
	"path/filepath"
	"testing"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/store/storetest"
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(t testing.TB, machine clock.Clock) store.Backend {
		return storetest.OpenSQLite(t, filepath.Join(t.TempDir(), "test.db"), machine)
	})
}
