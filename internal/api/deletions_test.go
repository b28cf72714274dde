package api

import (
	"net/http"
	"testing"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/store/storetest"
)

// TestADeletionIsAnsweredWhenAllIsGone deletes a flow with more runs than one transaction
// deletes: the answer is that of any deletion, and comes when nothing is left.
func TestADeletionIsAnsweredWhenAllIsGone(t *testing.T) {
	db := storetest.New(t, clock.System{})
	s := serve(t, db.Store, Config{})
	var flow *prefect.Flow
	err := db.Update(t.Context(), func(tx *store.Tx) (err error) {
		flow, _, err = tx.CreateFlow(&prefect.FlowCreate{Name: "long"})
		return err
	})
	if err == nil {
		err = db.Backend.Update(store.WithPatience(t.Context()), func(c store.Conn) error {
			_, err := c.Exec(`WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 3000)
				INSERT INTO flow_run (id, created, updated, name, flow_id) SELECT randomblob(16), 0, 0, 'r', ? FROM number`, flow.ID)
			return err
		})
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []int{http.StatusNoContent, http.StatusNotFound} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, s.URL+"/api/flows/"+flow.ID.String(), nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		if answer.StatusCode != want {
			t.Errorf("%d, want %d", answer.StatusCode, want)
		}
		err = db.View(t.Context(), func(tx *store.Tx) error {
			runs, err := tx.CountFlowRuns(&prefect.Filters{})
			if runs != 0 {
				t.Errorf("%d runs are left", runs)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
