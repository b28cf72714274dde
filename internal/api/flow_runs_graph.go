package api

import (
	"cmp"
	"net/http"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/pyjson"
	"github.com/reevehq/reeve/internal/store"
)

// usualGraph is the most nodes and artifacts of a graph where nothing else is set.
const usualGraph = 10_000

// sinceQuery asks for what has happened since a moment.
type sinceQuery struct {
	Since since `json:"since"`
}

// since is a moment whose faults are worded for a date or a moment.
type since struct{ prefect.Time }

// DecodeWire implements decode.Wire.
func (s *since) DecodeWire(in pyjson.Value, at *decode.At) {
	parsed, ok := decode.ParseTime(in.Text())
	if !ok {
		const reason = "invalid character in year"
		at.Fail("datetime_from_date_parsing", "Input should be a valid datetime or date, "+reason, in, map[string]any{"error": reason})
		return
	}
	s.Time = prefect.At(parsed)
}

func (a *API) flowRunGraph(r *http.Request, in *sinceQuery) (*prefect.Graph, error) {
	id := rest.ID(r, "id")
	most := cmp.Or(a.config.MaxGraphNodes, usualGraph)
	return view(a, r, func(tx *store.Tx) (*prefect.Graph, error) {
		graph, err := tx.ReadFlowRunGraph(id, in.Since.Time, most, cmp.Or(a.config.MaxGraphArtifacts, usualGraph))
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

func (a *API) flowRunDependencies(r *http.Request) ([]prefect.Dependency, error) {
	id := rest.ID(r, "id")
	return view(a, r, func(tx *store.Tx) ([]prefect.Dependency, error) {
		all, found, err := tx.ReadTaskRunDependencies(id)
		if err == nil && !found {
			return nil, fault.New(fault.Absent, "Flow run with id %s not found", id)
		}
		return all, err
	})
}
