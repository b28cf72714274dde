package api

import (
	"cmp"
	"net/http"

	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/store"
)

// usualGraph is the most nodes and artifacts of a graph where nothing else is set.
const usualGraph = 10_000

func (a *API) flowRunGraph(w http.ResponseWriter, r *http.Request) error {
	id := pathID(r, "id")
	var since prefect.Time
	if query := r.URL.Query(); query.Has("since") {
		parsed, ok := decode.ParseTime(query.Get("since"))
		if !ok {
			const reason = "invalid character in year"
			return &invalidBody{decode.Issues{{Type: "datetime_from_date_parsing", Loc: []any{"query", "since"},
				Msg: "Input should be a valid datetime or date, " + reason, Input: query.Get("since"), Ctx: map[string]any{"error": reason}}}, nil}
		}
		since = prefect.At(parsed)
	}
	most := cmp.Or(a.config.MaxGraphNodes, usualGraph)
	return view(a, w, r, func(tx *store.Tx) (*prefect.Graph, error) {
		graph, err := tx.ReadFlowRunGraph(id, since, most, cmp.Or(a.config.MaxGraphArtifacts, usualGraph))
		switch {
		case err != nil:
			return nil, err
		case graph == nil:
			return nil, fault.New(fault.Absent, "Flow run %s not found", id)
		case len(graph.Nodes) > most:
			return nil, fault.New(fault.BadRequest, "The graph of flow run %s has more than %d nodes.", id, most)
		}
		return graph, nil
	})
}

func (a *API) flowRunDependencies(w http.ResponseWriter, r *http.Request) error {
	id := pathID(r, "id")
	return view(a, w, r, func(tx *store.Tx) ([]prefect.Dependency, error) {
		all, found, err := tx.ReadTaskRunDependencies(id)
		if err == nil && !found {
			return nil, fault.New(fault.Absent, "Flow run with id %s not found", id)
		}
		return all, err
	})
}
