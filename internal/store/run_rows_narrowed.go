package store

import (
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// Narrowing restricts and sorts flow runs by what no index has. It is applied to the
// newest of those that meet the criteria, at most MostNarrowed.
type Narrowing struct {
	AtLeast, AtMost *time.Duration // how long they took, or have run so far
	// Parameters is a part of their parameters as JSON, whose letters may be large or
	// small; parameters of more than 64 KiB are not looked through.
	Parameters string
	Order      RunOrder // "" for the newest first
}

// MostNarrowed is how many runs are looked at to narrow or to group them.
const MostNarrowed = 10_000

// RunOrder is an order of runs that were narrowed.
type RunOrder string

const (
	runTook       = `(flow_run.total_run_time + CASE WHEN flow_run.state_type = 'RUNNING' THEN max(0, ? - flow_run.state_timestamp) ELSE 0 END)`
	longestSearch = 64 << 10
)

// newest selects the ids of the runs that are looked at.
func (tx *Tx) newest(f *prefect.Filters) (condition, error) {
	found, err := tx.pageOf(tx.searchFlowRuns(f, "START_TIME_DESC"))
	return when(`SELECT flow_run.id FROM `+found.from+found.where.where()+` ORDER BY `+flowRunStart+` DESC LIMIT ?`, append(found.where.args, MostNarrowed)...), err
}

// where is what the narrowing wants of the runs that are looked at.
func (n *Narrowing) where(tx *Tx, f *prefect.Filters) (condition, error) {
	looked, err := tx.newest(f)
	if err != nil {
		return condition{}, err
	}
	all := criteria{when(`flow_run.id IN (SELECT id FROM (`+looked.sql+`))`, looked.args...)}
	if n.AtLeast != nil {
		all.add(when(runTook+` >= ?`, tx.Now, n.AtLeast.Microseconds()))
	}
	if n.AtMost != nil {
		all.add(when(runTook+` <= ?`, tx.Now, n.AtMost.Microseconds()))
	}
	if n.Parameters != "" {
		all.add(when(`CASE WHEN octet_length(flow_run.parameters) <= ? THEN instr(lower(flow_run.parameters), lower(?)) > 0 ELSE FALSE END`, longestSearch, n.Parameters))
	}
	return all.join(prefect.And), nil
}

// order is an order with the arguments of its placeholders.
func (n *Narrowing) order(now time.Time) condition {
	const newestFirst = flowRunStart + ` DESC, flow_run.id DESC`
	switch n.Order {
	case "DURATION_ASC":
		return when(runTook+` ASC, `+newestFirst, now)
	case "DURATION_DESC":
		return when(runTook+` DESC, `+newestFirst, now)
	case "FLOW_ASC":
		return when(`flow.name ASC, named.name ASC, ` + newestFirst)
	case "FLOW_DESC":
		return when(`flow.name DESC, named.name DESC, ` + newestFirst)
	case "STATE_ASC":
		return when(`flow_run.state_type ASC, flow_run.state_name ASC, ` + newestFirst)
	case "STATE_DESC":
		return when(`flow_run.state_type DESC, flow_run.state_name DESC, ` + newestFirst)
	case "NAME_ASC":
		return when(`flow_run.name ASC, ` + newestFirst)
	case "NAME_DESC":
		return when(`flow_run.name DESC, ` + newestFirst)
	case "START_TIME_ASC":
		return when(flowRunStart + ` ASC, flow_run.id ASC`)
	case "EXPECTED_START_TIME_ASC":
		return when(`flow_run.expected_start_time ASC, flow_run.id ASC`)
	case "EXPECTED_START_TIME_DESC":
		return when(`flow_run.expected_start_time DESC, flow_run.id DESC`)
	}
	return when(newestFirst)
}

// Values implements decode.Enum.
func (RunOrder) Values() []string {
	return []string{"START_TIME_DESC", "START_TIME_ASC", "EXPECTED_START_TIME_ASC", "EXPECTED_START_TIME_DESC", "NAME_ASC", "NAME_DESC",
		"DURATION_ASC", "DURATION_DESC", "FLOW_ASC", "FLOW_DESC", "STATE_ASC", "STATE_DESC"}
}

// NarrowedFlowRunRows returns rows of the flow runs that meet the criteria and the
// narrowing, and how many there are among those that are looked at.
func (tx *Tx) NarrowedFlowRunRows(f *prefect.Filters, n *Narrowing, page prefect.Page) ([]*FlowRunRow, int, error) {
	c, err := n.where(tx, f)
	if err != nil {
		return nil, 0, err
	}
	order := n.order(tx.Now)
	count, err := tx.count(`SELECT count(*) FROM flow_run`+c.where(), c.args...)
	if err != nil || count == 0 {
		return []*FlowRunRow{}, 0, err
	}
	args := append(append(append([]any{}, c.args...), order.args...), page.Limit, page.Offset)
	rows, err := collect(tx, flowRunRowSelect+c.where()+` ORDER BY `+order.sql+` LIMIT ? OFFSET ?`, args, scanFlowRunRow(tx.Now))
	return rows, count, err
}

// RunGrouping is what runs are grouped by.
type RunGrouping string

// Values implements decode.Enum.
func (RunGrouping) Values() []string { return []string{"flow", "deployment", "tag"} }

// RunGroupPart is how many runs of a group are of a type of state.
type RunGroupPart struct {
	ID        *uuid.UUID // of the flow or deployment; nil for a tag, and for runs without a deployment
	Name      string     // of the flow, "flow/deployment", or the tag; "" for runs without
	StateType prefect.StateType
	Runs      int
	Last      time.Time // when the newest of them started, or should have
	Took      time.Duration
}

var groupings = map[RunGrouping]string{
	"flow":       `flow.id, flow.name`,
	"deployment": `deployment.id, CASE WHEN deployment.id IS NULL THEN '' ELSE flow.name || '/' || deployment.name END`,
	"tag":        `NULL, coalesce(tag.value, '')`,
}

// GroupFlowRuns groups the flow runs that meet the criteria and the narrowing: a part
// for each group and type of state, in no order. A run with several tags is in the
// group of each.
func (tx *Tx) GroupFlowRuns(f *prefect.Filters, n *Narrowing, by RunGrouping) ([]*RunGroupPart, error) {
	c, err := n.where(tx, f)
	if err != nil {
		return nil, err
	}
	from := ` FROM flow_run JOIN flow ON flow.id = flow_run.flow_id LEFT JOIN deployment ON deployment.id = flow_run.deployment_id`
	if by == "tag" {
		from += ` LEFT JOIN json_each(flow_run.tags) AS tag`
	}
	return collect(tx, `SELECT `+groupings[by]+`, coalesce(flow_run.state_type, ''), count(*), max(`+flowRunStart+`), sum(`+runTook+`)`+from+c.where()+` GROUP BY 1, 2, 3`,
		append([]any{tx.Now}, c.args...), func(r Row) (*RunGroupPart, error) {
			var p RunGroupPart
			var last *time.Time
			var took int64
			err := r.Scan(&p.ID, &p.Name, &p.StateType, &p.Runs, &last, &took)
			p.Took = time.Duration(took) * time.Microsecond
			if last != nil {
				p.Last = *last
			}
			return &p, err
		})
}
