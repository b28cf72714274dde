package api

import (
	"net/http"
	"slices"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/store"
)

func (a *API) logRoutes() []rest.Route {
	return []rest.Route{
		rest.Post("/logs/", "create_logs_logs__post", a.createLogs).With(http.StatusCreated),
		rest.Post("/logs/filter", "read_logs_logs_filter_post", a.filterLogs),
	}
}

func (a *API) createLogs(r *http.Request, in *prefect.LogCreates) (rest.Null, error) {
	for batch := range slices.Chunk(*in, logsAtOnce) { // in pieces, as in the reference: others write too
		if err := a.store.Update(r.Context(), func(tx *store.Tx) error { return tx.CreateLogs(batch) }); err != nil {
			return rest.Null{}, err
		}
	}
	return rest.Null{}, nil
}

type logQuery struct {
	decode.Embedded
	rest.Sized
	Offset int                `json:"offset" rule:"ge=0"`
	Logs   *prefect.LogFilter `json:"logs"`
	Sort   prefect.LogSort    `json:"sort"`
}

// Defaults implements decode.Defaulter.
func (q *logQuery) Defaults() { q.Sort = prefect.LogTimestampAsc }

func (a *API) filterLogs(r *http.Request, in *logQuery) ([]*prefect.Log, error) {
	return view(a, r, func(tx *store.Tx) ([]*prefect.Log, error) {
		return tx.FilterLogs(in.Logs, in.Sort, in.From(in.Offset))
	})
}
