package api

import (
	"net/http"
	"strings"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/concurrency"
	"github.com/reevehq/reeve/internal/metrics"
	"github.com/reevehq/reeve/internal/store"
)

func (a *API) reeveMetricRoutes() []rest.Route {
	return []rest.Route{rest.Get("/reeve/metrics", "reeve_read_metrics", a.readMetrics)}
}

func (a *API) measure(tx *store.Tx) (*metrics.Snapshot, error) {
	waiting := map[string]int{}
	for _, waiter := range a.waiting.Now(tx.Now) {
		waiting[kindOf(waiter.Names)]++
	}
	return metrics.Read(tx, metrics.Source{Meter: a.meter, Database: a.config.Database, Waiting: waiting, Undelivered: a.config.Undelivered})
}

// kindOf tells the limits of tags, which tasks name, from others.
func kindOf(limits []string) string {
	if len(limits) > 0 && strings.HasPrefix(limits[0], concurrency.TagPrefix) {
		return metrics.TagSlots
	}
	return metrics.GlobalSlots
}

func (a *API) readMetrics(r *http.Request) (*metrics.Snapshot, error) { return view(a, r, a.measure) }

// ServeMetrics answers with the same in the text format of Prometheus.
func (a *API) ServeMetrics(w http.ResponseWriter, r *http.Request) {
	found, err := a.readMetrics(r)
	if err != nil {
		a.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", metrics.ContentType)
	_, _ = w.Write(found.Text())
}

// counted counts a route's requests, but for those that ask what was counted.
func (a *API) counted(route rest.Route) rest.Handler {
	if route.Operation == "reeve_read_metrics" {
		return route.Handle
	}
	requests := a.meter.Requests(route.Method, route.Path)
	operation := route.Method + " " + route.Path
	return func(w http.ResponseWriter, r *http.Request) error {
		began := a.clock.Now()
		err := route.Handle(w, r.WithContext(store.WithOperation(r.Context(), operation)))
		requests.Answered(rest.StatusFor(err), a.clock.Now().Sub(began))
		return err
	}
}
