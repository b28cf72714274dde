package api

import (
	"net/http"
	"time"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/cost"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/metrics"
	"github.com/reevehq/reeve/internal/store"
)

func (a *API) reeveUsageRoutes() []rest.Route {
	return []rest.Route{rest.Ask("/reeve/usage", "reeve_read_usage", a.readUsage)}
}

// monthForm is how a month is written.
const monthForm = "2006-01"

// usageQuery names a month, "" for this one.
type usageQuery struct {
	Month string `json:"month"`
}

// readUsage answers with what was used in the month that the query names, or in
// this one.
func (a *API) readUsage(r *http.Request, in *usageQuery) (*cost.Usage, error) {
	at := a.clock.Now()
	if text := in.Month; text != "" {
		month, err := time.Parse(monthForm, text)
		if err != nil {
			return nil, fault.New(fault.BadRequest, "month %q is not like 2026-11", text)
		}
		if month.After(at) {
			return nil, fault.New(fault.BadRequest, "month %s has not begun", text)
		}
		at = month
	}
	return view(a, r, func(tx *store.Tx) (*cost.Usage, error) { return a.usage(tx, cost.Month(at)) })
}

func (a *API) usage(tx *store.Tx, month cost.Span) (*cost.Usage, error) {
	bounds := month
	if tx.Now.Before(bounds.End) {
		bounds.End = tx.Now
	}
	entries, err := tx.ReadAwakenings(month.Start, bounds.End)
	if err != nil {
		return nil, err
	}
	first, found, err := tx.FirstAwake()
	if err != nil {
		return nil, err
	}
	switch { // nothing is known of what was before the ledger
	case !found || first.After(bounds.End):
		bounds.Start = bounds.End
	case first.After(bounds.Start):
		bounds.Start = first
	}
	awake := make([]cost.Awakening, len(entries))
	for i, e := range entries {
		awake[i] = cost.Awakening{Span: cost.Span{Start: e.Woke, End: e.Until(tx.Now)}, Reason: e.Reason}
	}
	spans, err := tx.ReadRunSpans(bounds.Start, bounds.End)
	if err != nil {
		return nil, err
	}
	runs := make([]cost.Run, len(spans))
	for i, s := range spans {
		end := tx.Now
		if s.End != nil {
			end = *s.End
		}
		runs[i] = cost.Run{Flow: s.Flow, Span: cost.Span{Start: s.Start, End: end}}
	}
	u := cost.Measure(month.Start.Format(monthForm), bounds, awake, runs)
	files := metrics.MeasureFiles(a.config.Database)
	u.Database, u.Volume = files.Database+files.Log, files.Volume
	return &u, nil
}
