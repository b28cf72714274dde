package store

import (
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// CountTaskRunsByState counts the task runs that meet the criteria, by the type
// of their state.
func (tx *Tx) CountTaskRunsByState(f *prefect.Filters) (map[prefect.StateType]int, error) {
	c := and(taskRunsWhere(f), when("task_run.state_type IS NOT NULL"))
	counts := map[prefect.StateType]int{}
	err := tx.conn.Query(`SELECT task_run.state_type, count(*) FROM task_run`+c.where()+` GROUP BY task_run.state_type`, c.args,
		func(r Row) error {
			var t prefect.StateType
			var n int
			if err := r.Scan(&t, &n); err != nil {
				return err
			}
			counts[t] = n
			return nil
		})
	return counts, err
}

// TaskRunOutcomes are the counts of task runs in a piece of time, those that
// failed or crashed apart.
type TaskRunOutcomes struct{ Completed, Failed int }

// CountTaskRunOutcomes cuts the time from start into pieces of a length and
// counts in each the task runs that meet the criteria, by when they started.
func (tx *Tx) CountTaskRunOutcomes(f *prefect.Filters, start time.Time, length time.Duration, pieces int) ([]TaskRunOutcomes, error) {
	c := and(taskRunsWhere(f), when("task_run.start_time IS NOT NULL"))
	out := make([]TaskRunOutcomes, pieces)
	step := max(1, length.Microseconds())
	args := append([]any{start, step}, c.args...)
	err := tx.conn.Query(`SELECT (task_run.start_time - ?) / ? AS piece, task_run.state_type IN ('FAILED', 'CRASHED') AS failed, count(*)
		FROM task_run`+c.where()+` GROUP BY piece, failed`, args,
		func(r Row) error {
			var piece, n int
			var failed bool
			if err := r.Scan(&piece, &failed, &n); err != nil {
				return err
			}
			if piece < 0 || piece >= pieces {
				return nil
			}
			if failed {
				out[piece].Failed += n
			} else {
				out[piece].Completed += n
			}
			return nil
		})
	return out, err
}

// CountTaskRunsOf counts, for each of some flow runs, the task runs that stand
// for no subflow. A flow run without any is left out.
func (tx *Tx) CountTaskRunsOf(flowRuns []uuid.UUID) (map[uuid.UUID]int, error) {
	c := criteria{when("NOT EXISTS (SELECT 1 FROM flow_run AS child WHERE child.parent_task_run_id = task_run.id)")}
	c.ids("task_run.flow_run_id", append([]uuid.UUID{}, flowRuns...))
	return tx.countBy("task_run.flow_run_id", "task_run", c.join(prefect.And))
}

// CountDeploymentsOf counts the deployments of each of some flows. A flow
// without any is left out.
func (tx *Tx) CountDeploymentsOf(flows []uuid.UUID) (map[uuid.UUID]int, error) {
	var c criteria
	c.ids("deployment.flow_id", append([]uuid.UUID{}, flows...))
	return tx.countBy("deployment.flow_id", "deployment", c.join(prefect.And))
}

func (tx *Tx) countBy(column, table string, c condition) (map[uuid.UUID]int, error) {
	counts := map[uuid.UUID]int{}
	err := tx.conn.Query(`SELECT `+column+`, count(*) FROM `+table+c.where()+` GROUP BY `+column, c.args,
		func(r Row) error {
			var id uuid.UUID
			var n int
			if err := r.Scan(&id, &n); err != nil {
				return err
			}
			counts[id] = n
			return nil
		})
	return counts, err
}

// NextRunsOf returns the scheduled run of each of some flows that is due first. A
// flow without any is left out.
func (tx *Tx) NextRunsOf(flows []uuid.UUID) (map[uuid.UUID]*prefect.NextFlowRun, error) {
	var c criteria
	c.ids("+flow_run.flow_id", append([]uuid.UUID{}, flows...)) // the plus keeps SQLite from reading all runs that flows ever had
	c.add(when("flow_run.state_type = 'SCHEDULED'"), when("flow_run.next_scheduled_start_time IS NOT NULL"))
	where := c.join(prefect.And)
	next := map[uuid.UUID]*prefect.NextFlowRun{}
	query := tx.either(`SELECT flow_run.id, flow_run.flow_id, flow_run.name, flow_run.state_name, flow_run.state_type,
			min(flow_run.next_scheduled_start_time) FROM flow_run`+where.where()+` GROUP BY +flow_run.flow_id`,
		`SELECT DISTINCT ON (flow_run.flow_id) flow_run.id, flow_run.flow_id, flow_run.name, flow_run.state_name, flow_run.state_type,
			flow_run.next_scheduled_start_time FROM flow_run`+where.where()+` ORDER BY flow_run.flow_id, flow_run.next_scheduled_start_time`)
	err := tx.conn.Query(query, where.args,
		func(r Row) error {
			var n prefect.NextFlowRun
			if err := r.Scan(&n.ID, &n.FlowID, &n.Name, &n.StateName, &n.StateType, &n.NextScheduledStartTime); err != nil {
				return err
			}
			next[n.FlowID] = &n
			return nil
		})
	return next, err
}

// FilterSimpleFlowRuns returns what the dashboard draws of the flow runs that
// meet the criteria, sorted.
func (tx *Tx) FilterSimpleFlowRuns(f *prefect.Filters, sort prefect.FlowRunSort, page prefect.Page) ([]prefect.SimpleFlowRun, error) {
	q, err := tx.flowRunPage(`flow_run.id, flow_run.state_type, flow_run.start_time, flow_run.expected_start_time,
		flow_run.total_run_time, flow_run.state_timestamp`, "", f, sort, page)
	if err != nil {
		return nil, err
	}
	return collect(tx, q.sql, q.args, func(r Row) (prefect.SimpleFlowRun, error) {
		var run prefect.SimpleFlowRun
		var start, expected, since *prefect.Time
		var total prefect.Seconds
		if err := r.Scan(&run.ID, &run.StateType, &start, &expected, &total, &since); err != nil {
			return run, err
		}
		run.Timestamp = start
		if start == nil {
			run.Timestamp = expected
		}
		state := prefect.NoState
		if run.StateType != nil {
			state = *run.StateType
		}
		run.Duration = prefect.RunTime(tx.Now, total, state, since)
		run.Lateness = prefect.Lateness(tx.Now, state, start, expected)
		return run, nil
	})
}
