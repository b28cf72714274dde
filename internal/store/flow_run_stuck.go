package store

import "time"

// mostStuck is how many runs of a type of state are looked at, those that were to start first.
const mostStuck = 1000

// StuckFlowRuns returns the runs whose process has been starting, or being ended, since before a
// time, the longest first, and how many there are among those that are looked at.
func (tx *Tx) StuckFlowRuns(before time.Time, limit int) ([]*FlowRunRow, int, error) {
	q := stuckFlowRuns(before)
	n, err := tx.count(`SELECT count(*) FROM (`+q.sql+`)`, q.args...)
	if err != nil || n == 0 {
		return []*FlowRunRow{}, n, err
	}
	all, err := collect(tx, flowRunRowSelect+` WHERE flow_run.id IN (`+q.sql+`) ORDER BY flow_run.state_timestamp LIMIT ?`, append(q.args, limit), scanFlowRunRow(tx.Now))
	return all, n, err
}

func stuckFlowRuns(before time.Time) condition {
	const oldest = `SELECT * FROM (SELECT id, state_timestamp FROM flow_run INDEXED BY flow_run_by_state WHERE state_type = ? ORDER BY ` + flowRunStart + ` LIMIT ?)`
	return when(`SELECT id FROM (`+oldest+` UNION ALL `+oldest+`) WHERE state_timestamp < ?`, "PENDING", mostStuck, "CANCELLING", mostStuck, before)
}
