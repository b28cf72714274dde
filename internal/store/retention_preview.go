package store

import "time"

// Outlived is how much has outlived a period: how many, up to most, and since when the
// oldest is there; nil for nothing.
type Outlived struct {
	Count  int
	Oldest *time.Time
}

const (
	runsEndedBefore = `SELECT count(*), min(end_time) FROM (SELECT end_time, parent_task_run_id, state_type FROM flow_run WHERE end_time < ? ORDER BY end_time LIMIT ?)
		WHERE ` + finishedRun
	eventsOlder = `SELECT count(*), min(occurred) FROM (SELECT occurred FROM event WHERE occurred < ? ORDER BY occurred LIMIT ?)`
)

// RunsEndedBefore counts the runs that retention may delete which ended before a moment.
// It looks at most runs, the oldest first.
func (tx *Tx) RunsEndedBefore(before time.Time, most int) (out Outlived, err error) {
	err = tx.one(runsEndedBefore, []any{before, most}, &out.Count, &out.Oldest)
	return out, err
}

// EventsBefore counts the events that occurred before a moment, up to most.
func (tx *Tx) EventsBefore(before time.Time, most int) (out Outlived, err error) {
	err = tx.one(eventsOlder, []any{before, most}, &out.Count, &out.Oldest)
	return out, err
}
