package api

import (
	"net/http"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/store"
)

func (a *API) reeveRunLogRoutes() []rest.Route {
	return []rest.Route{rest.Post("/reeve/flow_runs/{id}/logs", "reeve_flow_run_logs", a.runLogs)}
}

const (
	// mostLogs is how many logs of a run can be shown.
	mostLogs = 1_000_000
	// errorLevel is that of errors, as in Python's logging.
	errorLevel = 40
)

// runLogQuery asks for a page of a run's logs in the order of time, and for the
// place of one of them.
type runLogQuery struct {
	decode.Embedded
	Logs   *prefect.LogFilter `json:"logs"`
	Offset int                `json:"offset" rule:"ge=0,le=1000000"`
	Limit  int                `json:"limit" rule:"ge=1,le=1000"`
	Find   *uuid.UUID         `json:"find"`
}

// Defaults implements decode.Defaulter.
func (q *runLogQuery) Defaults() { q.Limit = 500 }

// runLogs is a page of logs with what finds one's way among all of them: Total
// is how many meet the filter, FirstError the place of the first error and At
// that of the log that was asked for; null when there is none.
type runLogs struct {
	Logs       []*prefect.Log `json:"logs"`
	Offset     int            `json:"offset"`
	Total      int            `json:"total"`
	FirstError *int           `json:"first_error"`
	At         *int           `json:"at"`
}

func (a *API) runLogs(r *http.Request, in *runLogQuery) (runLogs, error) {
	filter := in.Logs
	if filter == nil {
		filter = &prefect.LogFilter{}
	}
	filter.Operator = prefect.And
	filter.FlowRunID = &prefect.AnyID{Any: []uuid.UUID{rest.ID(r, "id")}}
	return view(a, r, func(tx *store.Tx) (out runLogs, err error) {
		if out.Total, err = tx.CountLogs(filter, mostLogs); err != nil {
			return out, err
		}
		found, err := tx.FirstLog(filter, errorLevel)
		if err != nil {
			return out, err
		}
		if out.FirstError, err = placeOf(tx, filter, found); err != nil {
			return out, err
		}
		out.Offset = in.Offset
		if in.Find != nil {
			if found, err = tx.ReadLogPlace(filter, *in.Find); err != nil {
				return out, err
			}
			if out.At, err = placeOf(tx, filter, found); err != nil {
				return out, err
			}
			if out.At != nil { // the page that has it
				out.Offset = *out.At / in.Limit * in.Limit
			}
		}
		out.Logs, err = tx.FilterLogs(filter, prefect.LogTimestampAsc, prefect.Page{Limit: in.Limit, Offset: out.Offset})
		return out, err
	})
}

func placeOf(tx *store.Tx, filter *prefect.LogFilter, found *store.LogPlace) (*int, error) {
	if found == nil {
		return nil, nil
	}
	n, err := tx.CountLogsBefore(filter, found, mostLogs)
	return &n, err
}
