package api

import (
	"net/http"
	"strings"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/concurrency"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/store"
)

// The page of concurrency limits: the limits with who holds their slots and who
// waits for one, in one answer.
func (a *API) reeveLimitRoutes() []rest.Route {
	return []rest.Route{rest.Get("/reeve/concurrency_limits", "reeve_concurrency_limits", a.limitRows)}
}

// What the page holds at most.
const (
	limitRows    = 200 // of limits of flows, and of others
	limitHolders = 20  // of each
	limitWaiters = 20  // of each that are named
)

// limitRow is a limit. Title is what people call it: the tag, the deployment, the flow
// or its own name. That of a flow has the flow's id and name.
type limitRow struct {
	prefect.GlobalConcurrencyLimit
	Kind  string `json:"kind"` // global, tag, deployment or flow
	Title string `json:"title"`
	// Configured says that it stands in the configuration file, from which it is set
	// again at each start.
	Configured bool `json:"configured"`

	Holders []*store.LimitHolder `json:"holders"`
	Waiters []limitWaiter        `json:"waiters"`
	// WaiterCount counts those who are not named too.
	WaiterCount int `json:"waiter_count"`
}

// limitWaiter is somebody who was refused slots and asks again, or a run that is due and
// starts when there is one. Those who do not say who they are have no name.
type limitWaiter struct {
	Name        *string      `json:"name"`
	FlowRunID   *uuid.UUID   `json:"flow_run_id"`
	FlowRunName *string      `json:"flow_run_name"`
	Slots       int          `json:"slots"`
	Since       prefect.Time `json:"since"`
	// Again is when it asks again, null for one that is told.
	Again *prefect.Time `json:"again"`
}

func (a *API) limitRows(r *http.Request) (table[*limitRow], error) {
	return view(a, r, func(tx *store.Tx) (table[*limitRow], error) {
		out := tableAt[*limitRow](tx)
		out.Most = limitRows
		limits, err := tx.FilterConcurrencyLimits("", prefect.Page{Limit: limitRows})
		if err != nil {
			return out, err
		}
		waiting := a.waiting.Now(tx.Now)
		for _, l := range limits {
			row, err := readLimitRow(tx, l, waiting)
			if err != nil {
				return out, err
			}
			out.Rows = append(out.Rows, row)
		}
		flows, err := flowLimitRows(tx)
		out.Rows = append(out.Rows, flows...)
		out.Count = len(out.Rows)
		return out, err
	})
}

func readLimitRow(tx *store.Tx, l *concurrency.Limit, waiting []concurrency.Waiter) (row *limitRow, err error) {
	row = &limitRow{GlobalConcurrencyLimit: *globalLimit(l, tx.Now), Kind: "global", Title: l.Name, Waiters: []limitWaiter{}}
	if l.IsTag() {
		row.Kind, row.Title = "tag", l.Tag()
	} else if text, found := strings.CutPrefix(l.Name, concurrency.DeploymentPrefix); found {
		if id, reason := decode.ParseUUID(text); reason == "" {
			title, err := tx.DeploymentTitle(id)
			if err != nil {
				return nil, err
			}
			if title != "" {
				row.Kind, row.Title = "deployment", title
			}
		}
	}
	if row.Holders, err = tx.LimitHolders(l.ID, limitHolders); err != nil {
		return nil, err
	}
	for _, waiter := range waiting {
		if !waiter.Wants(l.Name) {
			continue
		}
		named := limitWaiter{}
		if row.WaiterCount < limitWaiters {
			if named, err = nameWaiter(tx, waiter); err != nil {
				return nil, err
			}
		}
		row.addWaiter(named)
	}
	return row, nil
}

// addWaiter counts a waiter, and keeps it when it is among those that are named.
func (row *limitRow) addWaiter(waiter limitWaiter) {
	if row.WaiterCount++; row.WaiterCount <= limitWaiters {
		row.Waiters = append(row.Waiters, waiter)
	}
}

// nameWaiter finds out whose a waiter is.
func nameWaiter(tx *store.Tx, waiter concurrency.Waiter) (limitWaiter, error) {
	out := limitWaiter{Slots: waiter.Slots, Since: prefect.At(waiter.Since), Again: prefect.AtPointer(waiter.Again)}
	h := waiter.Holder
	if h == nil {
		return out, nil
	}
	run := &h.ID
	if h.Type == concurrency.TaskRunHolder {
		task, err := tx.ReadTaskRun(h.ID)
		if err != nil || task == nil {
			return out, err
		}
		out.Name, run = &task.Name, task.FlowRunID
	}
	if run == nil {
		return out, nil
	}
	found, err := tx.ReadFlowRun(*run)
	if err != nil || found == nil {
		return out, err
	}
	out.FlowRunID, out.FlowRunName = run, &found.Name
	if out.Name == nil {
		out.Name = &found.Name
	}
	return out, nil
}
