package store

import (
	"time"

	"github.com/reevehq/reeve/internal/events"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/triggers"
)

// ReadMetricRuns returns the flow runs that were expected to start or have ended since
// a time, the newest first, at most limit of each.
func (tx *Tx) ReadMetricRuns(since time.Time, limit int) ([]triggers.MetricRun, error) {
	return collect(tx, `SELECT run.id, run.name, run.tags, run.created_by, run.state_type, run.expected_start_time, run.start_time, run.end_time, run.total_run_time,
			flow.id, flow.name, flow.tags, deployment.id, deployment.name, deployment.tags, queue.id, queue.name, pool.id, pool.name, pool.type
		FROM (SELECT * FROM (SELECT id FROM flow_run WHERE end_time >= ? AND end_time <= ? ORDER BY end_time DESC LIMIT ?)
				UNION SELECT * FROM (SELECT id FROM flow_run WHERE expected_start_time >= ? AND expected_start_time <= ? ORDER BY expected_start_time DESC LIMIT ?)) AS chosen
			JOIN flow_run AS run ON run.id = chosen.id
			JOIN flow ON flow.id = run.flow_id
			LEFT JOIN deployment ON deployment.id = run.deployment_id
			LEFT JOIN work_queue AS queue ON queue.id = run.work_queue_id
			LEFT JOIN work_pool AS pool ON pool.id = queue.work_pool_id`,
		[]any{since, tx.Now, limit, since, tx.Now, limit}, scanMetricRun)
}

func scanMetricRun(r Row) (m triggers.MetricRun, err error) {
	var run events.FlowRun
	var state *prefect.StateType
	var total prefect.Seconds
	var flow, deployment, queue, pool namedRow
	err = r.Scan(&run.ID, &run.Name, JSON(&run.Tags), JSON(&run.CreatedBy), &state, &m.Expected, &m.Start, &m.End, &total,
		&flow.id, &flow.name, JSON(&flow.tags), &deployment.id, &deployment.name, JSON(&deployment.tags),
		&queue.id, &queue.name, &pool.id, &pool.name, &pool.typ)
	if state != nil {
		m.State = *state
	}
	m.RunTime = time.Duration(total)
	m.Resource, m.Related = events.FlowRunResources(run, &events.FlowRunRelated{Flow: flow.named(), Deployment: deployment.named(),
		WorkQueue: queue.named(), WorkPool: pool.named()})
	return m, err
}
