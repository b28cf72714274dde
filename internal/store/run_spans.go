package store

import (
	"time"

	"github.com/reevehq/reeve/internal/prefect"
)

// RunSpan is when a run of a flow ran.
type RunSpan struct {
	Flow  string
	Start time.Time
	// End is nil while the run runs.
	End *time.Time
}

// lateEnd is how long after a range a run may end that began in it or before.
const lateEnd = 24 * time.Hour

// ReadRunSpans returns the runs that ran in a range, but for those that other
// runs started inside their own process, and since when they are all of them: from,
// unless more than most ended in the range, of which the latest are read. It reads the runs
// that ended in the range and those that have not ended, by their indexes.
func (tx *Tx) ReadRunSpans(from, to time.Time, most int) ([]RunSpan, time.Time, error) {
	const columns = `SELECT flow.name, flow_run.start_time, flow_run.end_time FROM flow_run CROSS JOIN flow ON flow.id = flow_run.flow_id
		WHERE flow_run.parent_task_run_id IS NULL AND flow_run.start_time < ? AND `
	scan := func(r Row) (s RunSpan, err error) {
		err = r.Scan(&s.Flow, &s.Start, &s.End)
		return s, err
	}
	ended, err := collect(tx, columns+`flow_run.end_time >= ? AND flow_run.end_time < ? ORDER BY flow_run.end_time DESC LIMIT ?`, []any{to, from, to.Add(lateEnd), most}, scan)
	if err != nil {
		return nil, from, err
	}
	if len(ended) == most {
		from = *ended[most-1].End
	}
	running, err := collect(tx, columns+`flow_run.end_time IS NULL AND flow_run.state_type IN (?, ?) LIMIT ?`,
		[]any{to, prefect.Running, prefect.Cancelling, most}, scan)
	return append(ended, running...), from, err
}
