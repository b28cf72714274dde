package api

import (
	"net/http"
	"slices"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/store"
)

func (a *API) logRoutes() []Route {
	return []Route{
		{http.MethodPost, "/logs/", "create_logs_logs__post", a.createLogs},
		{http.MethodPost, "/logs/filter", "read_logs_logs_filter_post", a.filterLogs},
	}
}

func (a *API) createLogs(w http.ResponseWriter, r *http.Request) error {
	var in prefect.LogCreates
	if err := body(r, &in); err != nil {
		return err
	}
	for batch := range slices.Chunk(in, logsAtOnce) { // in pieces, as in the reference: others write too
		if err := a.store.Update(r.Context(), func(tx *store.Tx) error { return tx.CreateLogs(batch) }); err != nil {
			return err
		}
	}
	respond(w, http.StatusCreated, nil)
	return nil
}

type logQuery struct {
	decode.Embedded
	sized
	Offset int                `json:"offset" rule:"ge=0"`
	Logs   *prefect.LogFilter `json:"logs"`
	Sort   prefect.LogSort    `json:"sort"`
}

// Defaults implements decode.Defaulter.
func (q *logQuery) Defaults() { q.Sort = prefect.LogTimestampAsc }

func (a *API) filterLogs(w http.ResponseWriter, r *http.Request) error {
	var in logQuery
	limit, err := a.pagedBody(r, &in)
	if err != nil {
		return err
	}
	return view(a, w, r, func(tx *store.Tx) ([]*prefect.Log, error) {
		return tx.FilterLogs(in.Logs, in.Sort, prefect.Page{Limit: limit, Offset: in.Offset})
	})
}
