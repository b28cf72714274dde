package store

import (
	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// Of a shared database, which is PostgreSQL: what only one server offers needs no row.
const (
	// databaseNow is the time of the database, by which servers are there or not.
	databaseNow = `(extract(epoch FROM clock_timestamp()) * 1000000)::bigint`
	// offersOutlive is for how long, in microseconds, the offers of a server stand that is
	// gone: it may only have been stopped for a moment, and what it offered be taken.
	offersOutlive = `10000000`
	unoffered     = ` AND NOT EXISTS (SELECT 1 FROM task_run_offer AS offer JOIN replica ON replica.session = offer.session
			WHERE offer.task_run_id = task_run.id AND offer.state_id = task_run.state_id AND replica.expires > ` + databaseNow + ` - ` + offersOutlive + `)`
)

// ReadUnofferedTaskRun returns the next background run of the tasks that waits for a task worker
// and that no server offers; nil when there is none.
func (tx *Tx) ReadUnofferedTaskRun(taskKeys []string) (*prefect.TaskRun, error) {
	runs, err := tx.readWaitingTaskRuns(taskKeys, unoffered, 1)
	if err != nil || len(runs) == 0 {
		return nil, err
	}
	return runs[0], nil
}

// OfferTaskRun has the next background run of the tasks be offered by this server alone, until
// TakeBackTaskRun or CreateTaskRunDelivery; nil when none waits.
func (tx *Tx) OfferTaskRun(taskKeys []string) (*prefect.TaskRun, error) {
	run, err := tx.ReadUnofferedTaskRun(taskKeys)
	if err != nil || run == nil {
		return nil, err
	}
	_, err = tx.conn.Exec(`INSERT INTO task_run_offer (task_run_id, state_id, session) VALUES (?, ?, ?)
		ON CONFLICT (task_run_id) DO UPDATE SET state_id = excluded.state_id, session = excluded.session`, run.ID, run.StateID, tx.session)
	return run, err
}

// TakeBackTaskRun ends this server's offer of a run. It is false when the offer did not stand any
// more and another server has offered the run since.
func (tx *Tx) TakeBackTaskRun(id uuid.UUID) (bool, error) {
	n, err := tx.conn.Exec(`DELETE FROM task_run_offer WHERE task_run_id = ? AND session = ?`, id, tx.session)
	tx.Touch(TaskRuns)
	if err != nil || n > 0 {
		return n > 0, err
	}
	others, err := tx.exists(`SELECT 1 FROM task_run_offer WHERE task_run_id = ?
		UNION ALL SELECT 1 FROM task_run JOIN task_run_delivery AS delivery ON delivery.task_run_id = task_run.id AND delivery.state_id = task_run.state_id
		WHERE task_run.id = ?`, id, id)
	return !others, err
}
