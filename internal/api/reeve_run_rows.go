package api

import (
	"net/http"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/store"
)

// The tables of runs: a page of rows with all the names that a table shows, and
// how many there are, in one answer.
func (a *API) reeveRunRowRoutes() []Route {
	return []Route{
		{http.MethodPost, "/reeve/flow_runs/rows", "reeve_flow_run_rows", a.flowRunRows},
		{http.MethodPost, "/reeve/task_runs/rows", "reeve_task_run_rows", a.taskRunRows},
	}
}

// countedRows is where counting stops: to count further takes longer than what it says is worth.
const countedRows = 10_000

// rows is a page of a table. Count is that of all rows, at most countedRows.
type rows[T any] struct {
	Rows  []T          `json:"rows"`
	Count int          `json:"count"`
	Most  int          `json:"most"`
	Now   prefect.Time `json:"now"`
}

func (a *API) flowRunRows(w http.ResponseWriter, r *http.Request) error {
	var in filterFlowRuns
	limit, err := a.pagedBody(r, &in)
	if err != nil {
		return err
	}
	return view(a, w, r, func(tx *store.Tx) (rows[*store.FlowRunRow], error) {
		found, err := tx.FilterFlowRunRows(in.filters(), in.Sort, prefect.Page{Limit: limit, Offset: in.Offset})
		if err != nil {
			return rows[*store.FlowRunRow]{}, err
		}
		count, err := tx.CountFlowRunsUpTo(in.filters(), countedRows)
		return rows[*store.FlowRunRow]{found, count, countedRows, prefect.At(tx.Now)}, err
	})
}

// taskRunRowQuery is a body of POST /reeve/task_runs/rows.
type taskRunRowQuery struct {
	decode.Embedded
	sized
	Sort   prefect.TaskRunSort `json:"sort"`
	Offset int                 `json:"offset" rule:"ge=0"`
	runFilters
}

// Defaults implements decode.Defaulter.
func (q *taskRunRowQuery) Defaults() { q.Sort = "ID_DESC" }

func (a *API) taskRunRows(w http.ResponseWriter, r *http.Request) error {
	var in taskRunRowQuery
	limit, err := a.pagedBody(r, &in)
	if err != nil {
		return err
	}
	return view(a, w, r, func(tx *store.Tx) (rows[*store.TaskRunRow], error) {
		found, err := tx.FilterTaskRunRows(in.filters(), in.Sort, prefect.Page{Limit: limit, Offset: in.Offset})
		if err != nil {
			return rows[*store.TaskRunRow]{}, err
		}
		count, err := tx.CountTaskRunsUpTo(in.filters(), countedRows)
		return rows[*store.TaskRunRow]{found, count, countedRows, prefect.At(tx.Now)}, err
	})
}
