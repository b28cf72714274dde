package store

import (
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// RecentRun is what a bar shows of a flow run. Start is when it started, or else
// should have.
type RecentRun struct {
	ID           uuid.UUID
	Name         string
	FlowID       uuid.UUID
	DeploymentID *uuid.UUID
	StateType    *prefect.StateType
	StateName    *string
	Start        prefect.Time
	TotalRunTime prefect.Seconds
}

// RecentRuns returns the flow runs that have started or should have by now, the
// newest first. It walks the index flow_run_start and takes as long as limit asks
// for, however many runs there are.
func (tx *Tx) RecentRuns(limit int) ([]RecentRun, error) {
	return collect(tx, `SELECT id, name, flow_id, deployment_id, state_type, state_name, `+flowRunStart+`, total_run_time, state_timestamp
		FROM flow_run WHERE `+flowRunStart+` <= ? ORDER BY `+flowRunStart+` DESC LIMIT ?`, []any{tx.Now, limit}, scanRecentRun(tx.Now))
}

func scanRecentRun(now time.Time) func(Row) (RecentRun, error) {
	return func(r Row) (run RecentRun, err error) {
		var since *prefect.Time
		err = r.Scan(&run.ID, &run.Name, &run.FlowID, &run.DeploymentID, &run.StateType, &run.StateName, &run.Start, &run.TotalRunTime, &since)
		if run.StateType != nil {
			run.TotalRunTime = prefect.RunTime(now, run.TotalRunTime, *run.StateType, since)
		}
		return run, err
	}
}

// NextRun is the run that is to start first.
type NextRun struct {
	ID   uuid.UUID    `json:"id"`
	Name string       `json:"name"`
	At   prefect.Time `json:"at"`
}

// NextRunsOfDeployments returns the run of the schedules of each of some deployments
// that is to start first; one that is late is not among them. A deployment without
// any is left out.
func (tx *Tx) NextRunsOfDeployments(ids []uuid.UUID) (map[uuid.UUID]*NextRun, error) {
	return tx.nextRuns("deployment_id", "deployment_id", `deployment_id IN (SELECT unhex(value) FROM json_each(?)) AND state_type = 'SCHEDULED' AND auto_scheduled = 1`, ids)
}

// NextRunsOfFlows is NextRunsOfDeployments for flows and all of their runs. It reads
// what is to come of the whole server, by the index flow_run_late: the pluses keep it
// from that of the flow, which has all the runs that ever were.
func (tx *Tx) NextRunsOfFlows(ids []uuid.UUID) (map[uuid.UUID]*NextRun, error) {
	return tx.nextRuns("flow_id", "+flow_id", `+flow_id IN (SELECT unhex(value) FROM json_each(?)) AND state_name = 'Scheduled'`, ids)
}

// nextRuns are the next runs of those that meet a condition on a list of ids, by what they are of: a
// column, and how SQLite groups by it.
func (tx *Tx) nextRuns(of, group, where string, ids []uuid.UUID) (map[uuid.UUID]*NextRun, error) {
	from := ` FROM flow_run WHERE ` + where + ` AND next_scheduled_start_time > ?`
	query := tx.either(`SELECT `+of+`, id, name, min(next_scheduled_start_time)`+from+` GROUP BY `+group,
		`SELECT DISTINCT ON (`+of+`) `+of+`, id, name, next_scheduled_start_time`+from+` ORDER BY `+of+`, next_scheduled_start_time`)
	next := make(map[uuid.UUID]*NextRun, len(ids))
	err := tx.conn.Query(query, []any{idList(ids), tx.Now}, func(r Row) error {
		var of uuid.UUID
		var run NextRun
		if err := r.Scan(&of, &run.ID, &run.Name, &run.At); err != nil {
			return err
		}
		next[of] = &run
		return nil
	})
	return next, err
}
