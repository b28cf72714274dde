package api

import (
	"cmp"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

// flowLimitRows are the limits of flows, with the runs that hold their slots and, of
// those that are full, the runs that are due.
func flowLimitRows(tx *store.Tx) ([]*limitRow, error) {
	limits, err := tx.FlowLimitRows(limitRows)
	rows := make([]*limitRow, 0, len(limits))
	for _, l := range limits {
		row := &limitRow{Kind: "flow", Title: l.Name, Configured: l.Configured, Holders: []*store.LimitHolder{}, Waiters: []limitWaiter{},
			GlobalConcurrencyLimit: prefect.GlobalConcurrencyLimit{ID: l.FlowID, Name: l.Name, Active: true, Limit: l.Max, ActiveSlots: l.Active}}
		if err := row.readHolders(tx); err != nil {
			return nil, err
		}
		if l.Full() {
			if err := row.readDue(tx); err != nil {
				return nil, err
			}
		}
		rows = append(rows, row)
	}
	return rows, err
}

// readHolders reads the active runs of the flow.
func (row *limitRow) readHolders(tx *store.Tx) error {
	runs, err := tx.FlowSlotHolders(row.ID, limitHolders)
	kind := "flow_run"
	for _, run := range runs {
		since := cmp.Or(run.StateTimestamp, run.StartTime)
		holder := &store.LimitHolder{Kind: &kind, Name: &run.Name, FlowRunID: &run.ID, FlowRunName: &run.Name, Slots: 1}
		if since != nil {
			holder.Since = *since
		}
		row.Holders = append(row.Holders, holder)
	}
	return err
}

// readDue reads the runs of the flow that could start, were there a slot.
func (row *limitRow) readDue(tx *store.Tx) error {
	none := false
	group, err := groupOf(tx, limitWaiters, "NEXT_SCHEDULED_START_TIME_ASC", &prefect.Filters{
		Flows: &prefect.FlowFilter{ID: &prefect.AnyNotAnyID{Any: []uuid.UUID{row.ID}}},
		FlowRuns: &prefect.FlowRunFilter{State: ofTypes(prefect.Scheduled), NextScheduledStartTime: &prefect.Between{Before: prefect.AtPointer(tx.Now)},
			DeploymentID: &prefect.AnyIDOrNull{IsNull: &none}}})
	row.WaiterCount = group.Count
	for _, run := range group.Rows {
		waiter := limitWaiter{Name: &run.Name, FlowRunID: &run.ID, FlowRunName: &run.Name, Slots: 1}
		if run.ExpectedStartTime != nil {
			waiter.Since = *run.ExpectedStartTime
		}
		row.Waiters = append(row.Waiters, waiter)
	}
	return err
}
