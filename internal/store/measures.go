package store

// PoolMeasure is what a work pool has to do and who does it.
type PoolMeasure struct {
	Pool string `json:"pool"`
	// Due are scheduled runs whose time has come; those waiting for a limit count.
	Due int `json:"runs_due"`
	// Active are pending, running and cancelling runs.
	Active int `json:"runs_active"`
	// Workers is the number of workers that are known, Online of those that live.
	Workers int `json:"workers"`
	Online  int `json:"workers_online"`
}

// MeasurePools measures every pool from the indexes flow_run_due and
// flow_run_slots: it reads no ended runs.
func (tx *Tx) MeasurePools() ([]PoolMeasure, error) {
	return collect(tx, `SELECT work_pool.name,
		(SELECT count(*) FROM work_queue CROSS JOIN flow_run ON flow_run.work_queue_id = work_queue.id
			AND flow_run.state_type = 'SCHEDULED' AND flow_run.next_scheduled_start_time <= ?
			WHERE work_queue.work_pool_id = work_pool.id),
		(SELECT count(*) FROM work_queue CROSS JOIN flow_run ON flow_run.work_queue_id = work_queue.id
			AND flow_run.state_type IN ('RUNNING', 'PENDING', 'CANCELLING')
			WHERE work_queue.work_pool_id = work_pool.id),
		(SELECT count(*) FROM worker WHERE worker.work_pool_id = work_pool.id),
		(SELECT count(*) FROM worker WHERE worker.work_pool_id = work_pool.id AND worker.status = 'ONLINE')
		FROM work_pool ORDER BY work_pool.name`, []any{tx.Now}, func(r Row) (m PoolMeasure, err error) {
		err = r.Scan(&m.Pool, &m.Due, &m.Active, &m.Workers, &m.Online)
		return m, err
	})
}

// FlowMeasure is the limit of a flow and how much of it is used.
type FlowMeasure struct {
	Flow   string `json:"flow"`
	Max    int    `json:"max_concurrent"`
	Active int    `json:"runs_active"`
}

// MeasureFlowLimits measures every flow that has a limit.
func (tx *Tx) MeasureFlowLimits() ([]FlowMeasure, error) {
	return collect(tx, `SELECT flow.name, flow_limit.max_concurrent, (SELECT count(*) `+activeOfFlow+`)
		FROM flow_limit CROSS JOIN flow ON flow.name = flow_limit.flow_name ORDER BY flow.name`, nil, func(r Row) (m FlowMeasure, err error) {
		err = r.Scan(&m.Flow, &m.Max, &m.Active)
		return m, err
	})
}
