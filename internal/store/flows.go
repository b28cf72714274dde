package store

import (
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/events"
	"github.com/reevehq/reeve/internal/prefect"
)

const flowColumns = `flow.id, flow.created, flow.updated, flow.name, flow.tags, flow.labels`

func scanFlow(r Row) (*prefect.Flow, error) {
	var f prefect.Flow
	err := r.Scan(&f.ID, &f.Created, &f.Updated, &f.Name, JSON(&f.Tags), JSON(&f.Labels))
	return &f, err
}

// CreateFlow makes a flow unless one of that name exists; it returns the flow of
// that name and whether it was made.
func (tx *Tx) CreateFlow(c *prefect.FlowCreate) (flow *prefect.Flow, created bool, err error) {
	flow = &prefect.Flow{ID: tx.IDs.V4(), Created: prefect.AtPointer(tx.Now), Updated: prefect.AtPointer(tx.Now),
		Name: c.Name, Tags: c.Tags, Labels: c.Labels}
	n, err := tx.conn.Exec(`INSERT INTO flow (id, created, updated, name, tags, labels)
		VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO NOTHING`,
		flow.ID, tx.Now, tx.Now, flow.Name, JSON(flow.Tags), JSON(flow.Labels))
	if err != nil {
		return nil, false, err
	}
	if n == 0 {
		flow, err = tx.ReadFlowByName(c.Name)
		return flow, false, err
	}
	return flow, true, tx.tellFlow(events.FlowCreated, flow)
}

// tellFlow appends an event about a flow.
func (tx *Tx) tellFlow(event func(uuid.UUID, time.Time, *prefect.Flow) (*prefect.Event, error), flow *prefect.Flow) error {
	e, err := event(tx.IDs.V7(), tx.Now, flow)
	if err != nil {
		return err
	}
	return tx.Emit(e)
}

// ReadFlow returns a flow, nil when there is none with that id.
func (tx *Tx) ReadFlow(id uuid.UUID) (*prefect.Flow, error) {
	f, _, err := first(tx, `SELECT `+flowColumns+` FROM flow WHERE id = ?`, []any{id}, scanFlow)
	return f, err
}

// ReadFlowByName returns a flow, nil when there is none with that name.
func (tx *Tx) ReadFlowByName(name string) (*prefect.Flow, error) {
	f, _, err := first(tx, `SELECT `+flowColumns+` FROM flow WHERE name = ?`, []any{name}, scanFlow)
	return f, err
}

// FilterFlows returns the flows that meet the criteria, sorted.
func (tx *Tx) FilterFlows(f *prefect.Filters, sort prefect.FlowSort, page prefect.Page) ([]*prefect.Flow, error) {
	c := flowsWhere(f)
	return collect(tx, `SELECT `+flowColumns+` FROM flow`+c.where()+` ORDER BY `+flowOrder[sort]+` LIMIT ? OFFSET ?`,
		append(c.args, page.Limit, page.Offset), scanFlow)
}

// CountFlows counts the flows that meet the criteria.
func (tx *Tx) CountFlows(f *prefect.Filters) (int, error) {
	c := flowsWhere(f)
	return tx.count(`SELECT count(*) FROM flow`+c.where(), c.args...)
}

// UpdateFlow changes what was given; false when there is no such flow.
func (tx *Tx) UpdateFlow(id uuid.UUID, u *prefect.FlowUpdate) (bool, error) {
	set := assignments{}
	if u.Has("tags") {
		set.add("tags", JSON(u.Tags))
	}
	found, err := tx.update("flow", id, set)
	if err != nil || !found {
		return false, err
	}
	flow, err := tx.ReadFlow(id)
	if err != nil {
		return false, err
	}
	return true, tx.tellFlow(events.FlowUpdated, flow)
}

// DeleteFlow deletes a flow with its deployments and runs; false when there is
// no such flow.
func (tx *Tx) DeleteFlow(id uuid.UUID) (bool, error) {
	flow, err := tx.ReadFlow(id)
	if err != nil || flow == nil {
		return false, err
	}
	return true, tx.deleteFlow(flow)
}

// DeleteFlows deletes the flows that meet the filter with their deployments and
// runs, at most limit of them in the order of their names, and returns their ids.
func (tx *Tx) DeleteFlows(f *prefect.FlowFilter, limit int) ([]uuid.UUID, error) {
	flows, err := tx.FilterFlows(&prefect.Filters{Flows: f}, "NAME_ASC", prefect.Page{Limit: limit})
	if err != nil {
		return nil, err
	}
	ids := make([]uuid.UUID, len(flows))
	for i, flow := range flows {
		ids[i] = flow.ID
		if err := tx.deleteFlow(flow); err != nil {
			return nil, err
		}
	}
	return ids, nil
}

func (tx *Tx) deleteFlow(flow *prefect.Flow) error {
	done, err := tx.clearOut(deletableFlow, flow.ID, func() (bool, error) { return tx.clearFlow(flow.ID) })
	if err != nil || !done {
		return err
	}
	if err := tx.tellFlow(events.FlowDeleted, flow); err != nil {
		return err
	}
	_, err = tx.conn.Exec(`DELETE FROM flow WHERE id = ?`, flow.ID)
	return err
}

// FlowNames returns the names of some flows. One that is gone is left out.
func (tx *Tx) FlowNames(ids []uuid.UUID) (map[uuid.UUID]string, error) {
	names := make(map[uuid.UUID]string, len(ids))
	err := tx.conn.Query(`SELECT id, name FROM flow WHERE id IN (SELECT unhex(value) FROM json_each(?))`, []any{idList(ids)}, func(r Row) error {
		var id uuid.UUID
		var name string
		if err := r.Scan(&id, &name); err != nil {
			return err
		}
		names[id] = name
		return nil
	})
	return names, err
}
