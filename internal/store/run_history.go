package store

import (
	"time"

	"github.com/reevehq/reeve/internal/prefect"
)

// runTimeOf is how long a run of a table has run, in microseconds, of which prefect
// FlowRun.EstimatedRunTime is the other form. Its placeholder is the present moment.
func runTimeOf(table string) string {
	return table + `.total_run_time + CASE WHEN ` + table + `.state_type = 'RUNNING' THEN ? - ` + table + `.state_timestamp ELSE 0 END`
}

// latenessCases is how late a run was, in microseconds, of which prefect
// FlowRun.EstimatedStartTimeDelta is the other form. Its placeholders are the present moment.
const latenessCases = `WHEN start_time > expected_start_time THEN start_time - expected_start_time
		WHEN start_time IS NULL AND state_type NOT IN ('COMPLETED', 'CANCELLED', 'FAILED', 'CRASHED') AND expected_start_time < ?
			THEN ? - expected_start_time`

// FlowRunHistory counts the flow runs that meet the criteria by state in each
// interval, by the time they were expected to start.
func (tx *Tx) FlowRunHistory(f *prefect.Filters, start, end time.Time, length time.Duration) ([]prefect.History, error) {
	if known, window, ok := inSums(f); ok {
		intervals := prefect.Intervals(start, end, length)
		if len(intervals) == 0 {
			return intervals, nil
		}
		return intervals, tx.sumsHistory(known, window, intervals, start, length)
	}
	return tx.history("flow_run", flowRunsWhere(f), start, end, length)
}

// TaskRunHistory is FlowRunHistory for task runs.
func (tx *Tx) TaskRunHistory(f *prefect.Filters, start, end time.Time, length time.Duration) ([]prefect.History, error) {
	return tx.history("task_run", taskRunsWhere(f), start, end, length)
}

func (tx *Tx) history(table string, c condition, start, end time.Time, length time.Duration) ([]prefect.History, error) {
	intervals := prefect.Intervals(start, end, length)
	if len(intervals) == 0 {
		return intervals, nil
	}
	c = and(when(table+".expected_start_time >= ?", start), when(table+".expected_start_time < ?", intervals[len(intervals)-1].IntervalEnd),
		when(table+".state_type IS NOT NULL"), c)
	args := append([]any{tx.Now, tx.Now, tx.Now, start, length}, c.args...)
	err := tx.conn.Query(`SELECT bucket, state_type, state_name, count(*), sum(max(0, run_time)), sum(max(0, lateness))
		FROM (SELECT state_type, state_name, `+runTimeOf(table)+` AS run_time, CASE `+latenessCases+` ELSE 0 END AS lateness,
			(expected_start_time - ?) / ? AS bucket FROM `+table+c.where()+`)
		GROUP BY bucket, state_type, state_name ORDER BY bucket, state_type, state_name`, args, addHistory(intervals))
	return intervals, err
}

// addHistory adds the counts of a row to its interval.
func addHistory(intervals []prefect.History) func(Row) error {
	return func(r Row) error {
		var bucket int
		var s prefect.HistoryState
		if err := r.Scan(&bucket, &s.StateType, &s.StateName, &s.CountRuns, &s.SumEstimatedRunTime, &s.SumEstimatedLateness); err != nil {
			return err
		}
		intervals[bucket].States = append(intervals[bucket].States, s)
		return nil
	}
}

// AverageLateness is how late the flow runs that meet the criteria were on
// average, in seconds; nil when there are none. As in the reference on SQLite,
// moments are cut to whole seconds.
func (tx *Tx) AverageLateness(f *prefect.Filters) (*prefect.Float, error) {
	now := tx.Now.Truncate(time.Second)
	late := when(`CASE WHEN start_time > expected_start_time THEN start_time / 1000000 - expected_start_time / 1000000
			WHEN start_time IS NULL AND state_type NOT IN ('COMPLETED', 'CANCELLED', 'FAILED', 'CRASHED') AND expected_start_time < ?
				THEN ? / 1000000 - expected_start_time / 1000000
			ELSE 0 END`, now, now)
	var average *float64
	var err error
	if known, window, ok := inSums(f); ok {
		average, err = tx.sumsLateness(known, window, late)
	} else {
		c := flowRunsWhere(f)
		err = tx.one(`SELECT avg(`+late.sql+`) FROM flow_run`+c.where(), append(late.args, c.args...), &average)
	}
	if err != nil || average == nil {
		return nil, err
	}
	seconds := prefect.Float(*average)
	return &seconds, nil
}
