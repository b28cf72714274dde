package api

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/reevehq/reeve/internal/store"
)

func (a *API) reeveMetricRoutes() []Route {
	return []Route{{http.MethodGet, "/reeve/metrics", "reeve_read_metrics", a.readMetrics}}
}

// metrics is what is measured of the installation now.
type metrics struct {
	Pools []store.PoolMeasure `json:"pools"`
	Flows []store.FlowMeasure `json:"flow_limits"`
}

func measure(tx *store.Tx) (*metrics, error) {
	pools, err := tx.MeasurePools()
	if err != nil {
		return nil, err
	}
	flows, err := tx.MeasureFlowLimits()
	return &metrics{pools, flows}, err
}

func (a *API) readMetrics(w http.ResponseWriter, r *http.Request) error {
	return view(a, w, r, measure)
}

// ServeMetrics answers with the same in the text format of Prometheus.
func (a *API) ServeMetrics(w http.ResponseWriter, r *http.Request) {
	var found *metrics
	err := a.store.View(r.Context(), func(tx *store.Tx) (err error) {
		found, err = measure(tx)
		return err
	})
	if err != nil {
		a.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	_, _ = w.Write([]byte(found.text()))
}

func (m *metrics) text() string {
	var b strings.Builder
	gauge := func(name, help string, write func(line func(label, value string, n int))) {
		fmt.Fprintf(&b, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name)
		write(func(label, value string, n int) {
			fmt.Fprintf(&b, "%s{%s=\"%s\"} %d\n", name, label, escapeLabel.Replace(value), n)
		})
	}
	pools := func(of func(store.PoolMeasure) int) func(func(string, string, int)) {
		return func(line func(string, string, int)) {
			for _, p := range m.Pools {
				line("pool", p.Pool, of(p))
			}
		}
	}
	flows := func(of func(store.FlowMeasure) int) func(func(string, string, int)) {
		return func(line func(string, string, int)) {
			for _, f := range m.Flows {
				line("flow", f.Flow, of(f))
			}
		}
	}
	gauge("reeve_pool_runs_due", "Scheduled runs whose time has come.", pools(func(p store.PoolMeasure) int { return p.Due }))
	gauge("reeve_pool_runs_active", "Pending, running and cancelling runs.", pools(func(p store.PoolMeasure) int { return p.Active }))
	gauge("reeve_pool_workers", "Known workers.", pools(func(p store.PoolMeasure) int { return p.Workers }))
	gauge("reeve_pool_workers_online", "Workers that are online.", pools(func(p store.PoolMeasure) int { return p.Online }))
	gauge("reeve_flow_limit", "Runs of a flow that may be active at once.", flows(func(f store.FlowMeasure) int { return f.Max }))
	gauge("reeve_flow_limit_active", "Runs of a limited flow that are active.", flows(func(f store.FlowMeasure) int { return f.Active }))
	return b.String()
}

// escapeLabel writes a label's value as the text format wants it.
var escapeLabel = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)
