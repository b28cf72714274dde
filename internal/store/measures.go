package store

import "time"

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
		(SELECT count(*) FROM work_queue CROSS JOIN flow_run ON flow_run.work_queue_id = work_queue.id AND `+holdsClaim+`
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

// QueueMeasure is what a work queue has to do.
type QueueMeasure struct {
	Pool     string `json:"pool"`
	Queue    string `json:"queue"`
	Paused   bool   `json:"paused"` // it or its pool
	Limit    *int   `json:"concurrency_limit"`
	Priority int    `json:"priority"`
	Due      int    `json:"runs_due"`
	Active   int    `json:"runs_active"`
	// Waits is for how long the first due run has been due, in seconds.
	Waits float64 `json:"longest_wait_seconds"`
}

// MeasureQueues measures every queue from the indexes flow_run_due and
// flow_run_slots.
func (tx *Tx) MeasureQueues() ([]QueueMeasure, error) {
	const due = `FROM flow_run WHERE flow_run.work_queue_id = work_queue.id
		AND flow_run.state_type = 'SCHEDULED' AND flow_run.next_scheduled_start_time <= ?`
	return collect(tx, `SELECT work_pool.name, work_queue.name, work_pool.is_paused = 1 OR work_queue.is_paused = 1,
		work_queue.concurrency_limit, work_queue.priority, (SELECT count(*) `+due+`),
		(SELECT count(*) FROM flow_run WHERE flow_run.work_queue_id = work_queue.id AND `+holdsClaim+`),
		(SELECT min(flow_run.next_scheduled_start_time) `+due+`)
		FROM work_pool CROSS JOIN work_queue ON work_queue.work_pool_id = work_pool.id
		ORDER BY work_pool.name, work_queue.priority, work_queue.name`, []any{tx.Now, tx.Now}, func(r Row) (m QueueMeasure, err error) {
		var first *time.Time
		err = r.Scan(&m.Pool, &m.Queue, &m.Paused, &m.Limit, &m.Priority, &m.Due, &m.Active, &first)
		if first != nil {
			m.Waits = tx.Now.Sub(*first).Seconds()
		}
		return m, err
	})
}

// WorkerMeasure is how a worker fares.
type WorkerMeasure struct {
	Pool   string `json:"pool"`
	Worker string `json:"worker"`
	Online bool   `json:"online"`
	// LastHeartbeat is when it was heard of last, OnlineSince since when without a
	// break; the server's own sleep is none.
	LastHeartbeat *time.Time `json:"last_heartbeat"`
	OnlineSince   *time.Time `json:"online_since"`
}

// MeasureWorkers measures the workers that were heard of last, at most limit.
func (tx *Tx) MeasureWorkers(limit int) ([]WorkerMeasure, error) {
	return collect(tx, `SELECT work_pool.name, worker.name, worker.last_heartbeat_time, worker.heartbeat_interval_seconds,
			worker.online_since
		FROM worker JOIN work_pool ON work_pool.id = worker.work_pool_id
		ORDER BY worker.last_heartbeat_time DESC LIMIT ?`, []any{limit}, func(r Row) (m WorkerMeasure, err error) {
		var interval *int
		err = r.Scan(&m.Pool, &m.Worker, &m.LastHeartbeat, &interval, &m.OnlineSince)
		m.Online = m.LastHeartbeat != nil && m.LastHeartbeat.After(tx.Now.Add(-silence(interval)))
		if !m.Online {
			m.OnlineSince = nil
		}
		return m, err
	})
}
