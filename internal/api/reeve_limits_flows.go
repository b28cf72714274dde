package api

import (
	"cmp"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

// flowLimitRows are the limits of flows, with the runs that hold their slots and, of
// those that are full, the runs that are due: one look at what is scheduled finds them
// for all.
func flowLimitRows(tx *store.Tx) ([]*limitRow, error) {
	limits, err := tx.FlowLimitRows(limitRows)
	rows, full := make([]*limitRow, 0, len(limits)), map[uuid.UUID]*limitRow{}
	for _, l := range limits {
		row := &limitRow{Kind: "flow", Title: l.Name, Configured: l.Configured, Holders: []*store.LimitHolder{}, Waiters: []limitWaiter{},
			GlobalConcurrencyLimit: prefect.GlobalConcurrencyLimit{ID: l.FlowID, Name: l.Name, Active: true, Limit: l.Max, ActiveSlots: l.Active}}
		if err := row.readHolders(tx); err != nil {
			return nil, err
		}
		if l.Full() {
			full[l.FlowID] = row
		}
		rows = append(rows, row)
	}
	if err != nil || len(full) == 0 {
		return rows, err
	}
	due, err := tx.WaitingRuns(countedRows)
	for _, run := range due {
		if row := full[run.FlowID]; row != nil {
			row.addWaiter(limitWaiter{Name: &run.Name, FlowRunID: &run.ID, FlowRunName: &run.Name, Slots: 1, Since: run.Since})
		}
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
