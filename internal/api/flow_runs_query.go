package api

import (
	"math"
	"net/http"
	"time"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/store"
)

// queueQuery is a body of nothing but filters.
type queueQuery struct {
	decode.Embedded
	queueFilters
}

func (a *API) countFlowRuns(r *http.Request, in *queueQuery) (int, error) {
	return view(a, r, func(tx *store.Tx) (int, error) { return tx.CountFlowRuns(in.filters()) })
}

func (a *API) flowRunLateness(r *http.Request, in *queueQuery) (*prefect.Float, error) {
	return view(a, r, func(tx *store.Tx) (*prefect.Float, error) { return tx.AverageLateness(in.filters()) })
}

type filterFlowRuns struct {
	decode.Embedded
	rest.Sized
	Sort   prefect.FlowRunSort `json:"sort"`
	Offset int                 `json:"offset" rule:"ge=0"`
	queueFilters
}

func (f *filterFlowRuns) Defaults() { f.Sort = "ID_DESC" }

func (a *API) filterFlowRuns(r *http.Request, in *filterFlowRuns) ([]*prefect.FlowRun, error) {
	return view(a, r, func(tx *store.Tx) ([]*prefect.FlowRun, error) {
		return tx.FilterFlowRuns(in.filters(), in.Sort, in.From(in.Offset))
	})
}

type paginateFlowRuns struct {
	decode.Embedded
	rest.Sized
	Sort prefect.FlowRunSort `json:"sort"`
	Page int                 `json:"page" rule:"ge=1"`
	queueFilters
}

func (p *paginateFlowRuns) Defaults() { p.Sort, p.Page = "ID_DESC", 1 }

func (a *API) paginateFlowRuns(r *http.Request, in *paginateFlowRuns) (rest.Page[*prefect.FlowRun], error) {
	return view(a, r, func(tx *store.Tx) (rest.Page[*prefect.FlowRun], error) {
		runs, err := tx.FilterFlowRuns(in.filters(), in.Sort, rest.PageOf(in.Page, in.Size()))
		if err != nil {
			return rest.Page[*prefect.FlowRun]{}, err
		}
		count, err := tx.CountFlowRuns(in.filters())
		return rest.NewPage(runs, count, in.Size(), in.Page), err
	})
}

// history is the part that the history operations have in common.
type history struct {
	Start    prefect.Time `json:"history_start" rule:"required"`
	End      prefect.Time `json:"history_end" rule:"required"`
	Interval float64      `json:"history_interval_seconds" rule:"required"`
}

// longestInterval keeps an interval within a time.Duration.
const longestInterval = math.MaxInt64 / float64(time.Second) / 1000

// length is the length of an interval.
func (h *history) length() (time.Duration, error) {
	length := time.Duration(math.Round(min(h.Interval, longestInterval)*1e6)) * time.Microsecond
	if length < time.Second {
		return 0, fault.New(fault.Invalid, "History interval must not be less than 1 second.")
	}
	return length, nil
}

type flowRunHistory struct {
	decode.Embedded
	history
	poolFilters
	WorkQueues *prefect.WorkQueueFilter `json:"work_queues"`
}

func (a *API) flowRunHistory(r *http.Request, in *flowRunHistory) ([]prefect.History, error) {
	length, err := in.length()
	if err != nil {
		return nil, err
	}
	filters := in.filters()
	filters.WorkQueues = in.WorkQueues
	return view(a, r, func(tx *store.Tx) ([]prefect.History, error) {
		return tx.FlowRunHistory(filters, in.Start.Time, in.End.Time, length)
	})
}
