package architecture

import (
	"testing"

	"github.com/reevehq/reeve/internal/store/migrations"
)

// Two changes that were made side by side may both have taken the next number,
// and then no server starts.
func TestMigrationsAreNumberedInOrder(t *testing.T) {
	if _, err := migrations.For("sqlite"); err != nil {
		t.Error(err)
	}
	if _, err := migrations.Gateway("sqlite"); err != nil {
		t.Error(err)
	}
}
