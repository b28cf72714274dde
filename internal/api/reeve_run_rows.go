package api

import (
	"net/http"
	"time"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/store"
)

// The tables of runs: a page of rows with all the names that a table shows, and
// how many there are, in one answer.
func (a *API) reeveRunRowRoutes() []rest.Route {
	return []rest.Route{
		rest.Post("/reeve/flow_runs/rows", "reeve_flow_run_rows", a.flowRunRows),
		rest.Post("/reeve/flow_runs/groups", "reeve_flow_run_groups", a.flowRunGroups),
		rest.Post("/reeve/task_runs/rows", "reeve_task_run_rows", a.taskRunRows),
		rest.Post("/reeve/task_runs/groups", "reeve_task_run_groups", a.taskRunGroups),
	}
}

// countedRows is where counting stops: to count further takes longer than what it says is worth.
const countedRows = 10_000

// table is a page of a table. Count is that of all rows, at most Most.
type table[T any] struct {
	Rows  []T          `json:"rows"`
	Count int          `json:"count"`
	Most  int          `json:"most"`
	Now   prefect.Time `json:"now"`
}

// tableAt is a table without rows yet, at the time of a transaction.
func tableAt[T any](tx *store.Tx) table[T] {
	return table[T]{Rows: []T{}, Most: countedRows, Now: prefect.At(tx.Now)}
}

// flowRunRowQuery is a body of POST /reeve/flow_runs/rows. With Narrow it has the order
// that this names, and looks at the newest runs only (store.MostNarrowed).
type flowRunRowQuery struct {
	decode.Embedded
	rest.Sized
	Sort   prefect.FlowRunSort `json:"sort"`
	Offset int                 `json:"offset" rule:"ge=0"`
	Narrow *runNarrowing       `json:"narrow"`
	queueFilters
}

// Defaults implements decode.Defaulter.
func (q *flowRunRowQuery) Defaults() { q.Sort = "ID_DESC" }

// runNarrowing restricts and sorts flow runs by what no index has.
type runNarrowing struct {
	decode.Forbid
	AtLeast    *float64       `json:"at_least" rule:"ge=0"` // seconds that they took
	AtMost     *float64       `json:"at_most" rule:"ge=0"`
	Parameters string         `json:"parameters" rule:"max=200"` // a part of them as JSON
	Order      store.RunOrder `json:"order"`
}

// Defaults implements decode.Defaulter.
func (n *runNarrowing) Defaults() { n.Order = "START_TIME_DESC" }

// narrowing is that of the store; n may be nil.
func (n *runNarrowing) narrowing() *store.Narrowing {
	if n == nil {
		return &store.Narrowing{}
	}
	return &store.Narrowing{AtLeast: lengthOf(n.AtLeast), AtMost: lengthOf(n.AtMost), Parameters: n.Parameters, Order: n.Order}
}

// taskRunNarrowing restricts and sorts task runs by what no index has.
type taskRunNarrowing struct {
	decode.Forbid
	AtLeast *float64       `json:"at_least" rule:"ge=0"` // seconds that they took
	AtMost  *float64       `json:"at_most" rule:"ge=0"`
	Task    string         `json:"task" rule:"max=1000"` // its name, as a group has it
	Order   store.RunOrder `json:"order"`
}

// Defaults implements decode.Defaulter.
func (n *taskRunNarrowing) Defaults() { n.Order = "EXPECTED_START_TIME_DESC" }

// narrowing is that of the store; n may be nil.
func (n *taskRunNarrowing) narrowing() *store.Narrowing {
	if n == nil {
		return &store.Narrowing{}
	}
	return &store.Narrowing{AtLeast: lengthOf(n.AtLeast), AtMost: lengthOf(n.AtMost), Task: n.Task, Order: n.Order}
}

// longest bounds lengths of time that are asked for: no run takes as long.
const longest = 100 * 365 * 24 * time.Hour

func lengthOf(seconds *float64) *time.Duration {
	if seconds == nil {
		return nil
	}
	length := time.Duration(min(*seconds, longest.Seconds()) * float64(time.Second))
	return &length
}

func (a *API) flowRunRows(r *http.Request, in *flowRunRowQuery) (table[*store.FlowRunRow], error) {
	return view(a, r, func(tx *store.Tx) (out table[*store.FlowRunRow], err error) {
		out = tableAt[*store.FlowRunRow](tx)
		if in.Narrow != nil {
			out.Rows, out.Count, err = tx.NarrowedFlowRunRows(in.filters(), in.Narrow.narrowing(), in.From(in.Offset))
			return out, err
		}
		if out.Rows, err = tx.FilterFlowRunRows(in.filters(), in.Sort, in.From(in.Offset)); err != nil {
			return out, err
		}
		out.Count, err = tx.CountFlowRunsUpTo(in.filters(), countedRows)
		return out, err
	})
}

// taskRunRowQuery is a body of POST /reeve/task_runs/rows, as flowRunRowQuery is for flow runs.
type taskRunRowQuery struct {
	decode.Embedded
	rest.Sized
	Sort   prefect.TaskRunSort `json:"sort"`
	Offset int                 `json:"offset" rule:"ge=0"`
	Narrow *taskRunNarrowing   `json:"narrow"`
	runFilters
}

// Defaults implements decode.Defaulter.
func (q *taskRunRowQuery) Defaults() { q.Sort = "ID_DESC" }

func (a *API) taskRunRows(r *http.Request, in *taskRunRowQuery) (table[*store.TaskRunRow], error) {
	return view(a, r, func(tx *store.Tx) (out table[*store.TaskRunRow], err error) {
		out = tableAt[*store.TaskRunRow](tx)
		if in.Narrow != nil {
			out.Rows, out.Count, err = tx.NarrowedTaskRunRows(in.filters(), in.Narrow.narrowing(), in.From(in.Offset))
			return out, err
		}
		if out.Rows, err = tx.FilterTaskRunRows(in.filters(), in.Sort, in.From(in.Offset)); err != nil {
			return out, err
		}
		out.Count, err = tx.CountTaskRunsUpTo(in.filters(), countedRows)
		return out, err
	})
}
