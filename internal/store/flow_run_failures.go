package store

import "time"

// FailedFlowRuns returns the runs that failed or crashed since a time, the newest
// end first, and how many there are; it stops counting at upTo. What it reads grows
// with those runs alone: they have an index of their own.
func (tx *Tx) FailedFlowRuns(since time.Time, limit, upTo int) (all []*FlowRunRow, n int, err error) {
	const failed = ` FROM flow_run INDEXED BY flow_run_failed WHERE state_type IN ('FAILED', 'CRASHED') AND end_time >= ?`
	all, err = collect(tx, flowRunRowSelect+` WHERE flow_run.id IN (SELECT id`+failed+` ORDER BY end_time DESC LIMIT ?) ORDER BY flow_run.end_time DESC`,
		[]any{since, limit}, scanFlowRunRow(tx.Now))
	if err != nil || len(all) < limit {
		return all, len(all), err
	}
	n, err = tx.countUpTo(when(`SELECT 1`+failed, since), upTo)
	return all, n, err
}
