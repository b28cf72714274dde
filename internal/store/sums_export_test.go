package store

import (
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// Execute runs a statement of a test.
func (tx *Tx) Execute(query string, args ...any) error {
	_, err := tx.conn.Exec(query, args...)
	return err
}

// HistoryOfRuns is FlowRunHistory, counted run by run.
func (tx *Tx) HistoryOfRuns(f *prefect.Filters, start, end time.Time, length time.Duration) ([]prefect.History, error) {
	return tx.history("flow_run", flowRunsWhere(f), start, end, length)
}

// LatenessOfRuns is AverageLateness, of all runs one by one.
func (tx *Tx) LatenessOfRuns(f *prefect.Filters) (average *float64, err error) {
	c := flowRunsWhere(f)
	now := tx.Now.Truncate(time.Second)
	err = tx.one(`SELECT avg(CASE WHEN start_time > expected_start_time THEN start_time / 1000000 - expected_start_time / 1000000
			WHEN start_time IS NULL AND state_type NOT IN ('COMPLETED', 'CANCELLED', 'FAILED', 'CRASHED') AND expected_start_time < ?
				THEN ? / 1000000 - expected_start_time / 1000000
			ELSE 0 END) FROM flow_run`+c.where(), append([]any{now, now}, c.args...), &average)
	return average, err
}

// CountOfRuns is CountFlowRuns, counted run by run.
func (tx *Tx) CountOfRuns(f *prefect.Filters) (int, error) {
	c := flowRunsWhere(f)
	return tx.count(`SELECT count(*) FROM flow_run`+c.where(), c.args...)
}

// Sums counts the rows that sum up runs.
func (tx *Tx) Sums() (int, error) { return tx.count(`SELECT count(*) FROM flow_run_sum`) }

// AllSums are all rows that sum up runs, as text.
func (tx *Tx) AllSums() (text string, err error) {
	err = tx.one(`SELECT coalesce(json_group_array(json_array(hours, at, hex(flow_id), hex(deployment_id), hex(work_queue_id), called, state_type, state_name,
		runs, run_time, lateness, lateness_seconds)), '') FROM (SELECT * FROM flow_run_sum ORDER BY 1, 2, 3, 4, 5, 6, 7, 8)`, nil, &text)
	return text, err
}

// TagsOf counts the rows that a run has in the table of tags.
func (tx *Tx) TagsOf(run uuid.UUID) (int, error) {
	return tx.count(`SELECT count(*) FROM flow_run_tag WHERE run_id = ?`, run)
}
