package api

import (
	"math"
	"slices"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

// What the lists of flows and deployments look at: among so many of the newest
// runs of the server those of each row, of which so many are measured and drawn.
// A row whose runs are all older has none here.
const (
	recentLooked   = 5000
	recentMeasured = 100
	recentDrawn    = 20
)

// recentRun is one bar: a run with its state and for how long it has run.
type recentRun struct {
	ID        uuid.UUID          `json:"id"`
	Name      string             `json:"name"`
	StateType *prefect.StateType `json:"state_type"`
	StateName *string            `json:"state_name"`
	Start     prefect.Time       `json:"start"`
	Seconds   prefect.Seconds    `json:"seconds"`
}

// recent are the last runs of a flow or a deployment, newest first, and what they
// tell together.
type recent struct {
	Runs []recentRun `json:"runs"`
	// Measured runs are what the figures below are of, at most recentMeasured.
	Measured int `json:"measured"`
	// Success is the part of those that ended well or badly which ended well, from
	// 0 to 1; null when none did.
	Success *float64 `json:"success"`
	// Median and P95 are of how long those took that completed; null without any.
	Median *prefect.Seconds `json:"median"`
	P95    *prefect.Seconds `json:"p95"`
}

// newRecent measures runs, which are sorted by their start, newest first.
func newRecent(runs []recentRun) recent {
	runs = runs[:min(len(runs), recentMeasured)]
	out := recent{Runs: runs[:min(len(runs), recentDrawn)], Measured: len(runs)}
	if len(runs) == 0 {
		out.Runs = []recentRun{}
	}
	var took []prefect.Seconds
	bad := 0
	for _, run := range runs {
		switch {
		case run.StateType == nil:
		case *run.StateType == prefect.Completed:
			took = append(took, run.Seconds)
		case *run.StateType == prefect.Failed || *run.StateType == prefect.Crashed:
			bad++
		}
	}
	if ended := len(took) + bad; ended > 0 {
		part := float64(len(took)) / float64(ended)
		out.Success = &part
	}
	if len(took) > 0 {
		slices.Sort(took)
		median, p95 := quantile(took, .5), quantile(took, .95)
		out.Median, out.P95 = &median, &p95
	}
	return out
}

// quantile is the least of the sorted values that a part of them does not exceed.
func quantile(sorted []prefect.Seconds, part float64) prefect.Seconds {
	return sorted[max(0, int(math.Ceil(part*float64(len(sorted))))-1)]
}

// recentBy returns the newest runs of each flow or deployment among those of the server.
func recentBy(all []store.RecentRun, of func(store.RecentRun) *uuid.UUID) map[uuid.UUID]recent {
	runs := map[uuid.UUID][]recentRun{}
	for _, run := range all {
		if id := of(run); id != nil && len(runs[*id]) < recentMeasured {
			runs[*id] = append(runs[*id], recentRun{run.ID, run.Name, run.StateType, run.StateName, run.Start, run.TotalRunTime})
		}
	}
	out := make(map[uuid.UUID]recent, len(runs))
	for id, list := range runs {
		out[id] = newRecent(list)
	}
	return out
}

// recentOf returns the recent runs of a key, none for one that has none.
func recentOf(by map[uuid.UUID]recent, id uuid.UUID) recent {
	if found, ok := by[id]; ok {
		return found
	}
	return newRecent(nil)
}

// ownRuns are the runs of one flow or deployment: the first rows of its table and
// what its newest runs tell.
type ownRuns struct {
	Rows   []*store.FlowRunRow `json:"rows"`
	Recent recent              `json:"recent"`
}

const ownRows = 25

// readOwnRuns reads the newest runs that meet the criteria, those that are to come
// apart.
func readOwnRuns(tx *store.Tx, flows *prefect.FlowFilter, runs prefect.FlowRunFilter) (ownRuns, error) {
	runs.StartTime = &prefect.BetweenOrNull{Before: prefect.AtPointer(tx.Now)}
	found, err := tx.FilterFlowRunRows(&prefect.Filters{Flows: flows, FlowRuns: &runs}, "START_TIME_DESC", prefect.Page{Limit: recentMeasured})
	if err != nil {
		return ownRuns{}, err
	}
	bars := make([]recentRun, len(found))
	for i, row := range found {
		start := row.StartTime
		if start == nil {
			start = row.ExpectedStartTime // the filter wants one of the two
		}
		bars[i] = recentRun{row.ID, row.Name, row.StateType, row.StateName, *start, row.TotalRunTime}
	}
	return ownRuns{found[:min(len(found), ownRows)], newRecent(bars)}, nil
}
