package store

import (
	"github.com/google/uuid"
)

// Named is a flow, a deployment or a pool.
type Named struct {
	Kind string
	ID   uuid.UUID
	Name string
	// Flow is the name of a deployment's flow, and Paused whether its schedules are; of nothing else.
	Flow   string
	Paused bool
}

// FindNamed returns the flows, deployments and pools whose name has a part, without
// regard to case, at most limit of each.
func (tx *Tx) FindNamed(part string, limit int) ([]Named, error) {
	return collect(tx, `WITH part (text) AS (SELECT lower(?))
		SELECT * FROM (SELECT 'flow', id, name, '', 0 FROM flow, part WHERE instr(lower(name), text) > 0 ORDER BY name LIMIT ?)
		UNION ALL SELECT * FROM (SELECT 'deployment', deployment.id, deployment.name, flow.name, paused FROM deployment JOIN flow ON flow.id = deployment.flow_id, part
			WHERE instr(lower(deployment.name), text) > 0 ORDER BY deployment.name LIMIT ?)
		UNION ALL SELECT * FROM (SELECT 'pool', id, name, '', 0 FROM work_pool, part WHERE instr(lower(name), text) > 0 ORDER BY name LIMIT ?)`,
		[]any{part, limit, limit, limit}, func(r Row) (n Named, err error) {
			err = r.Scan(&n.Kind, &n.ID, &n.Name, &n.Flow, &n.Paused)
			return n, err
		})
}

// afterAll is above every character that a name can have after its beginning.
const afterAll = "\U0010FFFF"

// FindFlowRuns returns runs whose name begins with a text, by the index of names:
// case counts.
func (tx *Tx) FindFlowRuns(start string, limit int) ([]*FlowRunRow, error) {
	return collect(tx, flowRunRowSelect+` WHERE flow_run.name >= ? AND flow_run.name < ? ORDER BY flow_run.name LIMIT ?`,
		[]any{start, start + afterAll, limit}, scanFlowRunRow(tx.Now))
}
