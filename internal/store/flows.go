package store

import (
	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

const flowColumns = `flow.id, flow.created, flow.updated, flow.name, flow.tags, flow.labels`

func scanFlow(r Row) (*prefect.Flow, error) {
	var f prefect.Flow
	err := r.Scan(&f.ID, &f.Created, &f.Updated, &f.Name, JSON(&f.Tags), JSON(&f.Labels))
	return &f, err
}

// CreateFlow makes a flow unless one of that name exists; it gives the flow of
// that name and whether it was made.
func (tx *Tx) CreateFlow(c *prefect.FlowCreate) (flow *prefect.Flow, created bool, err error) {
	n, err := tx.conn.Exec(`INSERT INTO flow (id, created, updated, name, tags, labels)
		VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO NOTHING`,
		tx.IDs.V4(), tx.Now, tx.Now, c.Name, JSON(c.Tags), JSON(c.Labels))
	if err != nil {
		return nil, false, err
	}
	flow, err = tx.ReadFlowByName(c.Name)
	return flow, n > 0, err
}

// ReadFlow gives a flow, nil when there is none with that id.
func (tx *Tx) ReadFlow(id uuid.UUID) (*prefect.Flow, error) {
	f, _, err := first(tx, `SELECT `+flowColumns+` FROM flow WHERE id = ?`, []any{id}, scanFlow)
	return f, err
}

// ReadFlowByName gives a flow, nil when there is none with that name.
func (tx *Tx) ReadFlowByName(name string) (*prefect.Flow, error) {
	f, _, err := first(tx, `SELECT `+flowColumns+` FROM flow WHERE name = ?`, []any{name}, scanFlow)
	return f, err
}

// FilterFlows gives the flows that meet the criteria, sorted.
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
	return tx.update("flow", id, set)
}

// DeleteFlow deletes a flow with its deployments and runs; false when there is
// no such flow.
func (tx *Tx) DeleteFlow(id uuid.UUID) (bool, error) {
	n, err := tx.conn.Exec(`DELETE FROM flow WHERE id = ?`, id)
	return n > 0, err
}
