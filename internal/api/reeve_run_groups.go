package api

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/store"
)

// groupRows is how many groups an answer has at most, those with the most runs.
const groupRows = 200

// flowRunGroupQuery is a body of POST /reeve/flow_runs/groups. The newest runs are looked
// at only (store.MostNarrowed).
type flowRunGroupQuery struct {
	decode.Embedded
	By     store.RunGrouping `json:"by"`
	Narrow *runNarrowing     `json:"narrow"`
	queueFilters
}

// Defaults implements decode.Defaulter.
func (q *flowRunGroupQuery) Defaults() { q.By = "flow" }

// taskRunGroupQuery is flowRunGroupQuery for task runs.
type taskRunGroupQuery struct {
	decode.Embedded
	By     store.TaskRunGrouping `json:"by"`
	Narrow *taskRunNarrowing     `json:"narrow"`
	runFilters
}

// Defaults implements decode.Defaulter.
func (q *taskRunGroupQuery) Defaults() { q.By = "task" }

// groupRow is runs that have a flow, a deployment, a task or a tag in common. ID is that of
// the flow or deployment, null for others and for the runs without one; Name is "" for
// those without.
type groupRow struct {
	ID     *uuid.UUID      `json:"id"`
	Name   string          `json:"name"`
	Runs   int             `json:"runs"`
	States []groupState    `json:"states"`
	Last   *prefect.Time   `json:"last"` // when the newest started, or should have
	Mean   prefect.Seconds `json:"mean"` // of how long they took, or have run so far
	took   time.Duration
}

// groupState is how many runs of a group are of a type of state, null for those without one.
type groupState struct {
	StateType *prefect.StateType `json:"state_type"`
	Runs      int                `json:"runs"`
}

func (a *API) flowRunGroups(r *http.Request, in *flowRunGroupQuery) (table[*groupRow], error) {
	return a.groups(r, func(tx *store.Tx) ([]*store.RunGroupPart, error) {
		return tx.GroupFlowRuns(in.filters(), in.Narrow.narrowing(), in.By)
	})
}

func (a *API) taskRunGroups(r *http.Request, in *taskRunGroupQuery) (table[*groupRow], error) {
	return a.groups(r, func(tx *store.Tx) ([]*store.RunGroupPart, error) {
		return tx.GroupTaskRuns(in.filters(), in.Narrow.narrowing(), in.By)
	})
}

func (a *API) groups(r *http.Request, read func(*store.Tx) ([]*store.RunGroupPart, error)) (table[*groupRow], error) {
	return view(a, r, func(tx *store.Tx) (table[*groupRow], error) {
		out := tableAt[*groupRow](tx)
		parts, err := read(tx)
		out.Rows = groupsOf(parts)
		out.Count = len(out.Rows)
		out.Rows = out.Rows[:min(len(out.Rows), groupRows)]
		return out, err
	})
}

// groupsOf joins the parts of groups, those with the most runs first.
func groupsOf(parts []*store.RunGroupPart) []*groupRow {
	type key struct {
		id   uuid.UUID
		name string
	}
	rows, by := []*groupRow{}, map[key]*groupRow{}
	for _, part := range parts {
		k := key{name: part.Name}
		if part.ID != nil {
			k.id = *part.ID
		}
		row := by[k]
		if row == nil {
			row = &groupRow{ID: part.ID, Name: part.Name}
			by[k], rows = row, append(rows, row)
		}
		state := groupState{Runs: part.Runs}
		if part.StateType != "" {
			state.StateType = &part.StateType
		}
		row.States = append(row.States, state)
		row.Runs, row.took = row.Runs+part.Runs, row.took+part.Took
		if !part.Last.IsZero() && (row.Last == nil || part.Last.After(row.Last.Time)) {
			row.Last = prefect.AtPointer(part.Last)
		}
	}
	for _, row := range rows {
		row.Mean = prefect.Seconds(row.took / time.Duration(row.Runs))
		slices.SortFunc(row.States, func(a, b groupState) int { return cmp.Compare(b.Runs, a.Runs) })
	}
	slices.SortFunc(rows, func(a, b *groupRow) int { return cmp.Or(cmp.Compare(b.Runs, a.Runs), cmp.Compare(a.Name, b.Name)) })
	return rows
}
