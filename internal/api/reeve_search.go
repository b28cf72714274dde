package api

import (
	"net/http"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/store"
)

func (a *API) reeveSearchRoutes() []rest.Route {
	return []rest.Route{rest.Ask("/reeve/search", "reeve_search", a.search)}
}

// What is searched for, in bytes, and how much of each kind is found.
const (
	searchText = 200
	searchHits = 6
)

// searchHit is something with a name.
type searchHit struct {
	Kind string    `json:"kind"` // run, flow, deployment or pool
	ID   uuid.UUID `json:"id"`
	Name string    `json:"name"`
	Run  *runLook  `json:"run"` // the state of a run
	Of   string    `json:"of"`  // the flow of a deployment
	// Paused is whether a deployment is, Deployed whether a run has one: then a worker can start it.
	Paused   bool `json:"paused"`
	Deployed bool `json:"deployed"`
}

// runLook is what shows the state of a run.
type runLook struct {
	StateType *prefect.StateType `json:"state_type"`
	StateName *string            `json:"state_name"`
}

// searchQuery asks for what has a text in its name.
type searchQuery struct {
	Text string `json:"q"`
}

// search finds flows, deployments and pools by a part of their name, and runs by
// their id or the beginning of their name, of which there is an index: the
// time it takes does not grow with the number of runs.
func (a *API) search(r *http.Request, in *searchQuery) ([]searchHit, error) {
	text := in.Text
	if len(text) > searchText {
		return nil, fault.New(fault.BadRequest, "q has %d bytes, more than %d", len(text), searchText)
	}
	return view(a, r, func(tx *store.Tx) ([]searchHit, error) {
		all := []searchHit{}
		if text == "" {
			return all, nil
		}
		named, err := tx.FindNamed(text, searchHits)
		for _, n := range named {
			all = append(all, searchHit{Kind: n.Kind, ID: n.ID, Name: n.Name, Of: n.Flow, Paused: n.Paused})
		}
		if err != nil {
			return nil, err
		}
		var runs []*store.FlowRunRow
		if id, reason := decode.ParseUUID(text); reason == "" {
			runs, err = tx.FilterFlowRunRows(&prefect.Filters{FlowRuns: &prefect.FlowRunFilter{
				ID: &prefect.AnyNotAnyID{Any: []uuid.UUID{id}}}}, "ID_DESC", prefect.Page{Limit: 1})
		} else {
			runs, err = tx.FindFlowRuns(text, searchHits)
		}
		for _, run := range runs {
			all = append(all, searchHit{Kind: "run", ID: run.ID, Name: run.Name, Run: &runLook{run.StateType, run.StateName}, Deployed: run.DeploymentID != nil})
		}
		return all, err
	})
}
