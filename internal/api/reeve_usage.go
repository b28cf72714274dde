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
	return []rest.Route{
		rest.Ask("/reeve/usage", "reeve_read_usage", a.readUsage),
		rest.Ask("/reeve/cost", "reeve_read_cost", a.readCost),
	}
}

// monthForm is how a month is written.
const monthForm = "2006-01"

// usageQuery names a month, "" for this one.
type usageQuery struct {
	Month string `json:"month"`
}

// mostSpans is how many runs the usage of a month looks at: where more have ended it is
// measured from the end of the oldest of them.
const mostSpans = 100_000

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
	read, err := view(a, r, func(tx *store.Tx) (monthRead, error) { return readMonth(tx, cost.Month(at), mostSpans) })
	if err != nil {
		return nil, err
	}
	u := read.usage()
	files := metrics.MeasureFiles(a.config.Database)
	u.Database, u.Volume = files.Database+files.Log, files.Volume
	return &u, nil
}

// monthRead is what the usage of a month is measured from.
type monthRead struct {
	month      cost.Span
	bounds     cost.Span // what is known of it
	now        time.Time
	awakenings []*store.Awakening
	spans      []store.RunSpan
}

func readMonth(tx *store.Tx, month cost.Span, most int) (m monthRead, err error) {
	m.month, m.bounds, m.now = month, month, tx.Now
	if tx.Now.Before(month.End) {
		m.bounds.End = tx.Now
	}
	first, found, err := tx.FirstAwake()
	if err != nil {
		return m, err
	}
	switch { // nothing is known of what was before the ledger
	case !found || first.After(m.bounds.End):
		m.bounds.Start = m.bounds.End
	case first.After(m.bounds.Start):
		m.bounds.Start = first
	}
	if m.spans, m.bounds.Start, err = tx.ReadRunSpans(m.bounds.Start, m.bounds.End, most); err != nil {
		return m, err
	}
	if m.bounds.Start.After(m.bounds.End) { // all of them ended after the month
		m.bounds.Start = m.bounds.End
	}
	m.awakenings, err = tx.ReadAwakenings(m.bounds.Start, m.bounds.End)
	return m, err
}

// usage measures what was read, which takes longer than a transaction should.
func (m monthRead) usage() cost.Usage {
	awake := make([]cost.Awakening, len(m.awakenings))
	for i, e := range m.awakenings {
		awake[i] = cost.Awakening{Span: cost.Span{Start: e.Woke, End: e.Until(m.now)}, Reason: e.Reason}
	}
	runs := make([]cost.Run, len(m.spans))
	for i, s := range m.spans {
		end := m.now
		if s.End != nil {
			end = *s.End
		}
		runs[i] = cost.Run{Flow: s.Flow, Span: cost.Span{Start: s.Start, End: end}}
	}
	return cost.Measure(m.month.Start.Format(monthForm), m.bounds, awake, runs)
}
