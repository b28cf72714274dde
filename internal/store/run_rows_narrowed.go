package store

import (
	"strings"
	"time"

	"github.com/reevehq/reeve/internal/prefect"
)

// Narrowing restricts and sorts runs by what no index has. It is applied to the newest of
// those that meet the criteria, at most MostNarrowed.
type Narrowing struct {
	AtLeast, AtMost *time.Duration // how long they took, or have run so far
	// Parameters is a part of their parameters as JSON, whose letters may be large or
	// small; parameters of more than 64 KiB are not looked through. Of flow runs alone.
	Parameters string
	Task       string   // the name of the task, as groups have it; of task runs alone
	Order      RunOrder // "" for the newest first
}

// MostNarrowed is how many runs are looked at to narrow or to group them.
const MostNarrowed = 10_000

// RunOrder is an order of runs that were narrowed.
type RunOrder string

// Values implements decode.Enum.
func (RunOrder) Values() []string {
	return []string{"START_TIME_DESC", "START_TIME_ASC", "EXPECTED_START_TIME_ASC", "EXPECTED_START_TIME_DESC", "NAME_ASC", "NAME_DESC",
		"DURATION_ASC", "DURATION_DESC", "FLOW_ASC", "FLOW_DESC", "STATE_ASC", "STATE_DESC"}
}

const longestSearch = 64 << 10

// narrowed is a kind of runs that can be narrowed: its table, when its runs start, and the
// names, most important first, by which they are in the order of flows.
type narrowed struct {
	table, start string
	flow         []string
}

var (
	narrowedFlowRuns = narrowed{"flow_run", flowRunStart, []string{"flow.name", "named.name"}}
	narrowedTaskRuns = narrowed{"task_run", "task_run.expected_start_time", []string{"parent.name"}}
)

// took is how long a run took, or has run so far. Its placeholder is the present moment.
func (k narrowed) took() string {
	return `(` + k.table + `.total_run_time + CASE WHEN ` + k.table + `.state_type = 'RUNNING' THEN max(0, ? - ` + k.table + `.state_timestamp) ELSE 0 END)`
}

// newest selects the rows of the runs that are looked at, of those that were found.
func (k narrowed) newest(found source) condition {
	return found.keys(k.table, when(k.start+" DESC"), prefect.Page{Limit: MostNarrowed})
}

// where is what a narrowing wants of the runs that are looked at.
func (k narrowed) where(n *Narrowing, looked condition, now time.Time) condition {
	all := criteria{when(k.table+`.rowid IN (SELECT wanted FROM (`+looked.sql+`) AS looked)`, looked.args...)}
	if n.AtLeast != nil {
		all.add(when(k.took()+` >= ?`, now, n.AtLeast.Microseconds()))
	}
	if n.AtMost != nil {
		all.add(when(k.took()+` <= ?`, now, n.AtMost.Microseconds()))
	}
	if n.Parameters != "" {
		all.add(when(`CASE WHEN octet_length(flow_run.parameters) <= ? THEN instr(lower(flow_run.parameters), lower(?)) > 0 ELSE FALSE END`, longestSearch, n.Parameters))
	}
	if n.Task != "" {
		all.add(when(taskName+` = ?`, n.Task))
	}
	return all.join(prefect.And)
}

// order is an order with the arguments of its placeholders.
func (k narrowed) order(order RunOrder, now time.Time) condition {
	cut := max(0, strings.LastIndexByte(string(order), '_'))
	by, direction := string(order)[:cut], " ASC"
	if strings.HasSuffix(string(order), "_DESC") {
		direction = " DESC"
	}
	then := `, ` + k.start + ` DESC, ` + k.table + `.id DESC`
	switch by {
	case "DURATION":
		return when(k.took()+direction+then, now)
	case "FLOW":
		return when(strings.Join(k.flow, direction+`, `) + direction + then)
	case "STATE":
		return when(k.table + `.state_type` + direction + `, ` + k.table + `.state_name` + direction + then)
	case "NAME":
		return when(k.table + `.name` + direction + then)
	case "EXPECTED_START_TIME":
		return when(k.table + `.expected_start_time` + direction + `, ` + k.table + `.id` + direction)
	case "START_TIME":
		return when(k.start + direction + `, ` + k.table + `.id` + direction)
	}
	return when(k.start + ` DESC, ` + k.table + `.id DESC`)
}

// newestFlowRuns selects the newest flow runs that meet the criteria.
func (tx *Tx) newestFlowRuns(f *prefect.Filters) (condition, error) {
	s, err := tx.searchFlowRuns(f, "START_TIME_DESC")
	if err != nil {
		return condition{}, err
	}
	found, err := tx.pageOf(s, prefect.Page{Limit: MostNarrowed})
	return narrowedFlowRuns.newest(found), err
}

// newestTaskRuns selects the newest task runs that meet the criteria.
func (tx *Tx) newestTaskRuns(f *prefect.Filters) (condition, error) {
	s, err := tx.searchTaskRuns(f, "EXPECTED_START_TIME_DESC")
	if err != nil {
		return condition{}, err
	}
	found, err := tx.pageOf(s, prefect.Page{Limit: MostNarrowed})
	return narrowedTaskRuns.newest(found), err
}

// NarrowedFlowRunRows returns rows of the flow runs that meet the criteria and the
// narrowing, and how many there are among those that are looked at.
func (tx *Tx) NarrowedFlowRunRows(f *prefect.Filters, n *Narrowing, page prefect.Page) ([]*FlowRunRow, int, error) {
	looked, err := tx.newestFlowRuns(f)
	if err != nil {
		return nil, 0, err
	}
	return narrowedRows(tx, narrowedFlowRuns, n, looked, flowRunRowSelect, page, scanFlowRunRow(tx.Now))
}

// NarrowedTaskRunRows is NarrowedFlowRunRows for task runs.
func (tx *Tx) NarrowedTaskRunRows(f *prefect.Filters, n *Narrowing, page prefect.Page) ([]*TaskRunRow, int, error) {
	looked, err := tx.newestTaskRuns(f)
	if err != nil {
		return nil, 0, err
	}
	return narrowedRows(tx, narrowedTaskRuns, n, looked, taskRunRowSelect, page, scanTaskRunRow(tx.Now))
}

func narrowedRows[T any](tx *Tx, k narrowed, n *Narrowing, looked condition, selected string, page prefect.Page, scan func(Row) (*T, error)) ([]*T, int, error) {
	c, order := k.where(n, looked, tx.Now), k.order(n.Order, tx.Now)
	count, err := tx.count(`SELECT count(*) FROM `+k.table+c.where(), c.args...)
	if err != nil || count == 0 {
		return []*T{}, 0, err
	}
	args := append(append(append([]any{}, c.args...), order.args...), page.Limit, page.Offset)
	rows, err := collect(tx, selected+c.where()+` ORDER BY `+order.sql+` LIMIT ? OFFSET ?`, args, scan)
	return rows, count, err
}
