// Package metrics measures an installation and tells of it, as JSON and in the
// text format of Prometheus.
//
// What has to outlive a process is kept in the database by whoever changes it,
// in the same transaction: what runs took and how they ended is a few rows for
// each flow, and the ledger of when the server was awake bears its own sums. To
// read either costs the same after a day and after ten years. What concerns the
// process alone (requests, the writer's queue, waits for slots) is counted in
// memory and starts again at zero, as Prometheus expects of counters.
package metrics
