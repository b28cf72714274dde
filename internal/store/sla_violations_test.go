package store_test

import (
	"strings"
	"testing"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/store/storetest"
)

// TestViolationsAreFoundByIndex: whatever the history, no query reads all runs, or all
// runs of a deployment.
func TestViolationsAreFoundByIndex(t *testing.T) {
	s := storetest.New(t, clock.System{})
	var plans []string
	if err := s.View(t.Context(), func(tx *store.Tx) (err error) {
		plans, err = tx.ViolationPlans()
		return err
	}); err != nil {
		t.Fatal(err)
	}
	all := strings.Join(plans, "\n")
	if strings.Contains(all, "SCAN run") || strings.Contains(all, "flow_run_deployment") || !strings.Contains(all, "flow_run_by_state") || !strings.Contains(all, "flow_run_upcoming") {
		t.Errorf("runs are found by\n%s", all)
	}
}
