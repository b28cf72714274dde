package api

import (
	"encoding/json"
	"net/http"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

// The page of runs that wait for somebody, in one answer.
func (a *API) reeveApprovalRoutes() []rest.Route {
	return []rest.Route{rest.Get("/reeve/approvals", "reeve_approvals", a.approvals)}
}

const (
	approvalRows = 50
	// longestSchema bounds the schema of an input that the page carries, in bytes: a
	// larger one is asked for on the run's own page.
	longestSchema = 64 << 10
)

// approvalRow is a paused run with what it asks for.
type approvalRow struct {
	store.FlowRunRow
	// Asks says that it waits for an input, Schema is that input's, null for none or for
	// one that is too large.
	Asks   bool            `json:"asks"`
	Schema *prefect.Object `json:"schema"`
	// Until is when it is given up, null for never.
	Until *prefect.Time `json:"until"`
}

func (a *API) approvals(r *http.Request) (table[*approvalRow], error) {
	return view(a, r, func(tx *store.Tx) (table[*approvalRow], error) {
		out := tableAt[*approvalRow](tx)
		group, err := readGroup(tx, approvalRows, "START_TIME_DESC", &prefect.FlowRunFilter{State: ofTypes(prefect.Paused)})
		out.Count = group.Count
		for _, run := range group.Rows {
			row := &approvalRow{FlowRunRow: *run}
			if err := row.readInput(tx); err != nil {
				return out, err
			}
			out.Rows = append(out.Rows, row)
		}
		return out, err
	})
}

// readInput finds out what the run asks for.
func (row *approvalRow) readInput(tx *store.Tx) error {
	run, err := tx.ReadFlowRun(row.ID)
	if err != nil || run == nil || run.State == nil {
		return err
	}
	row.Until = run.State.StateDetails.PauseTimeout
	waits, err := awaitedInput(tx, row.ID)
	if row.Asks = waits.keyset != nil; err != nil || waits.schema == nil || len(*waits.schema) > longestSchema || !json.Valid([]byte(*waits.schema)) {
		return err
	}
	schema := prefect.Object(*waits.schema)
	row.Schema = &schema
	return nil
}
