package store

import (
	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/dispatch"
	"github.com/reevehq/reeve/internal/events"
	"github.com/reevehq/reeve/internal/prefect"
)

// activeOfFlow selects the runs that count against the limit of a flow.
var activeOfFlow = `FROM flow_run WHERE flow_run.flow_id = flow.id AND ` + holdsFlow

// ReadFlowLimit returns a flow's limit with the number of its active runs, nil
// when it has none.
func (tx *Tx) ReadFlowLimit(flow uuid.UUID) (*dispatch.Limit, error) {
	var l dispatch.Limit
	err := tx.one(`SELECT flow.name, flow_limit.max_concurrent, (SELECT count(*) `+activeOfFlow+`)
		FROM flow CROSS JOIN flow_limit ON flow_limit.flow_name = flow.name WHERE flow.id = (SELECT ?)`,
		[]any{flow}, &l.Name, &l.Max, &l.Active)
	if err == ErrNoRows {
		return nil, nil
	}
	return &l, err
}

// SetFlowLimit returns a flow a limit and tells workers of it; false when there is
// no such flow.
func (tx *Tx) SetFlowLimit(id uuid.UUID, most int) (bool, error) {
	flow, err := tx.ReadFlow(id)
	if err != nil || flow == nil {
		return false, err
	}
	if err := tx.putFlowLimit(flow.Name, most, false); err != nil {
		return false, err
	}
	return true, tx.TellFlowSlotFreed(id)
}

func (tx *Tx) putFlowLimit(flow string, most int, configured bool) error {
	_, err := tx.conn.Exec(`INSERT INTO flow_limit (flow_name, max_concurrent, configured, updated) VALUES (?, ?, ?, ?)
		ON CONFLICT (flow_name) DO UPDATE SET max_concurrent = excluded.max_concurrent,
			configured = excluded.configured, updated = excluded.updated`, flow, most, configured, tx.Now)
	return err
}

// DeleteFlowLimit takes a flow's limit away; false when it has none.
func (tx *Tx) DeleteFlowLimit(id uuid.UUID) (bool, error) {
	n, err := tx.conn.Exec(`DELETE FROM flow_limit WHERE flow_name = (SELECT name FROM flow WHERE id = ?)`, id)
	if err != nil || n == 0 {
		return false, err
	}
	return true, tx.TellFlowSlotFreed(id)
}

// ConfigureFlowLimits sets the limits of the configuration file, by the names of
// flows, and takes away those that have left it.
func (tx *Tx) ConfigureFlowLimits(limits map[string]int) error {
	if _, err := tx.conn.Exec(`DELETE FROM flow_limit WHERE configured = 1`); err != nil {
		return err
	}
	for flow, most := range limits {
		if err := tx.putFlowLimit(flow, most, true); err != nil {
			return err
		}
	}
	return nil
}

// TellFlowSlotFreed tells the workers of the pools in which a flow is deployed
// that a run of it may start.
func (tx *Tx) TellFlowSlotFreed(flow uuid.UUID) error {
	pools, err := column[uuid.UUID](tx, `SELECT DISTINCT work_queue.work_pool_id FROM deployment
		CROSS JOIN work_queue ON work_queue.id = deployment.work_queue_id WHERE deployment.flow_id = ?`, flow)
	if err != nil || len(pools) == 0 {
		return err
	}
	return tx.Emit(events.FlowSlotFreed(tx.IDs.V7(), tx.Now, flow, pools))
}

// FlowLimits returns the limits of flows that have one.
func (tx *Tx) FlowLimits() (map[uuid.UUID]dispatch.Limit, error) {
	limits := map[uuid.UUID]dispatch.Limit{}
	err := tx.conn.Query(`SELECT flow.id, flow.name, flow_limit.max_concurrent, (SELECT count(*) `+activeOfFlow+`)
		FROM flow_limit CROSS JOIN flow ON flow.name = flow_limit.flow_name`, nil, func(r Row) error {
		var flow uuid.UUID
		var l dispatch.Limit
		if err := r.Scan(&flow, &l.Name, &l.Max, &l.Active); err != nil {
			return err
		}
		limits[flow] = l
		return nil
	})
	return limits, err
}

// FlowLimitRow is the limit of a flow. Configured says that it stands in the
// configuration file, from which it is set again at each start.
type FlowLimitRow struct {
	FlowID uuid.UUID
	dispatch.Limit
	Configured bool
}

// FlowLimitRows returns the limits of flows that are there, by name.
func (tx *Tx) FlowLimitRows(limit int) ([]*FlowLimitRow, error) {
	return collect(tx, `SELECT flow.id, flow.name, flow_limit.max_concurrent, (SELECT count(*) `+activeOfFlow+`), flow_limit.configured
		FROM flow_limit CROSS JOIN flow ON flow.name = flow_limit.flow_name ORDER BY flow_limit.flow_name LIMIT ?`, []any{limit}, func(r Row) (*FlowLimitRow, error) {
		var l FlowLimitRow
		return &l, r.Scan(&l.FlowID, &l.Name, &l.Max, &l.Active, &l.Configured)
	})
}

// WaitingRun is a run of a deployment that could start, were there a slot for it. Since is
// when it was to start.
type WaitingRun struct {
	ID, FlowID uuid.UUID
	Name       string
	Since      prefect.Time
}

// WaitingRuns returns the runs that are due, the earliest first, among the first most that
// are scheduled.
func (tx *Tx) WaitingRuns(most int) ([]*WaitingRun, error) {
	return collect(tx, `SELECT id, flow_id, name, next_scheduled_start_time FROM (
			SELECT id, flow_id, name, next_scheduled_start_time, deployment_id FROM flow_run
			WHERE state_type = 'SCHEDULED' ORDER BY coalesce(start_time, expected_start_time) LIMIT ?)
		WHERE next_scheduled_start_time <= ? AND deployment_id IS NOT NULL`, []any{most, tx.Now}, func(r Row) (*WaitingRun, error) {
		var d WaitingRun
		return &d, r.Scan(&d.ID, &d.FlowID, &d.Name, &d.Since)
	})
}

// FlowSlotHolders returns active runs of a flow, as its limit counts them.
func (tx *Tx) FlowSlotHolders(flow uuid.UUID, limit int) ([]*prefect.SlotHolder, error) {
	return collect(tx, `SELECT `+slotHolderColumns+` FROM flow CROSS JOIN flow_run ON flow_run.flow_id = flow.id AND `+holdsFlow+`
		WHERE flow.id = ? LIMIT ?`, []any{flow, limit}, scanSlotHolder(tx.Now))
}
