package store

import (
	"time"

	"github.com/google/uuid"
)

// Cancellation is a flow run that was broken off, by somebody or by a crash, whose
// task runs and subflows are looked after.
type Cancellation struct {
	FlowRunID uuid.UUID
	Cancelled time.Time
	// Due is when to look next.
	Due time.Time
}

// lastWords is how long what a crashed run has left may still say how it ended.
const lastWords = 10 * time.Second

// noteBrokenOff notes that a flow run was cancelled, or has crashed, now, and
// when to look after what it has left.
func (tx *Tx) noteBrokenOff(run uuid.UUID, due time.Time) error {
	return tx.SaveCancellation(&Cancellation{FlowRunID: run, Cancelled: tx.Now, Due: due})
}

// SaveCancellation stores when to look next after what a cancelled run has left.
func (tx *Tx) SaveCancellation(c *Cancellation) error {
	tx.Touch(Deadlines)
	_, err := tx.conn.Exec(`INSERT INTO flow_run_cancellation (flow_run_id, cancelled, due) VALUES (?, ?, ?)
		ON CONFLICT (flow_run_id) DO UPDATE SET cancelled = excluded.cancelled, due = excluded.due`,
		c.FlowRunID, c.Cancelled, c.Due)
	return err
}

// DeleteCancellation ends the looking after a cancelled run.
func (tx *Tx) DeleteCancellation(run uuid.UUID) error {
	_, err := tx.conn.Exec(`DELETE FROM flow_run_cancellation WHERE flow_run_id = ?`, run)
	return err
}

// NextCancellation is when to look next; false when there is nothing to look after.
func (tx *Tx) NextCancellation() (time.Time, bool, error) {
	return first(tx, `SELECT due FROM flow_run_cancellation ORDER BY due LIMIT 1`, nil, scanTime)
}

// ReadDueCancellations returns cancellations to look after by a time.
func (tx *Tx) ReadDueCancellations(by time.Time, limit int) ([]*Cancellation, error) {
	return collect(tx, `SELECT flow_run_id, cancelled, due FROM flow_run_cancellation WHERE due <= ? ORDER BY due LIMIT ?`,
		[]any{by, limit}, func(r Row) (*Cancellation, error) {
			var c Cancellation
			err := r.Scan(&c.FlowRunID, &c.Cancelled, &c.Due)
			return &c, err
		})
}

// ReadUnfinishedTaskRuns returns ids of a flow run's task runs that have not ended.
func (tx *Tx) ReadUnfinishedTaskRuns(flowRun uuid.UUID, limit int) ([]uuid.UUID, error) {
	return column[uuid.UUID](tx, `SELECT id FROM task_run WHERE flow_run_id = ?
		AND state_type IN ('SCHEDULED', 'PENDING', 'RUNNING', 'PAUSED', 'CANCELLING') LIMIT ?`, flowRun, limit)
}

// ReadUnfinishedSubflows returns ids of the flow runs that a flow run has started
// within itself and that have not ended.
func (tx *Tx) ReadUnfinishedSubflows(flowRun uuid.UUID) ([]uuid.UUID, error) {
	return column[uuid.UUID](tx, `SELECT child.id FROM task_run
			JOIN flow_run AS child ON child.parent_task_run_id = task_run.id
		WHERE task_run.flow_run_id = ?
			AND child.state_type IN ('SCHEDULED', 'PENDING', 'RUNNING', 'PAUSED', 'CANCELLING')`, flowRun)
}
