package postgres_test

import (
	"testing"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/store/storetest"
)

// TestStore holds the backend to the rules of the store.
func TestStore(t *testing.T) {
	storetest.Run(t, func(t testing.TB, machine clock.Clock) store.Backend { return storetest.OpenPostgres(t, machine) })
}
