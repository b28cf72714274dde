package store

import (
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// RunGrouping is what flow runs are grouped by.
type RunGrouping string

// Values implements decode.Enum.
func (RunGrouping) Values() []string { return []string{"flow", "deployment", "tag"} }

// TaskRunGrouping is what task runs are grouped by.
type TaskRunGrouping string

// Values implements decode.Enum.
func (TaskRunGrouping) Values() []string { return []string{"task", "flow", "deployment", "tag"} }

// RunGroupPart is how many runs of a group are of a type of state.
type RunGroupPart struct {
	ID        *uuid.UUID // of the flow or deployment; nil for others, and for runs without one
	Name      string     // of the flow, "flow/deployment", the task or the tag; "" for runs without
	StateType prefect.StateType
	Runs      int
	Last      time.Time // when the newest of them started, or should have
	Took      time.Duration
}

// taskName is the name of a task in its key, which the client makes of the name of a function
// and eight digits of a hash of its code.
const taskName = `CASE WHEN task_run.task_key GLOB '?*-[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]'
	THEN substr(task_run.task_key, 1, length(task_run.task_key) - 9) ELSE task_run.task_key END`

// groupings are the id and the name of the group of a run; tag is what a tag is.
var groupings = map[string]string{
	"flow":       `flow.id, coalesce(flow.name, '')`,
	"deployment": `deployment.id, CASE WHEN deployment.id IS NULL THEN '' ELSE flow.name || '/' || deployment.name END`,
	"tag":        `NULL, coalesce(tag.value, '')`,
	"task":       `NULL, ` + taskName,
}

const (
	groupJoins        = ` LEFT JOIN flow ON flow.id = flow_run.flow_id LEFT JOIN deployment ON deployment.id = flow_run.deployment_id`
	fromTaskRunGroups = ` FROM task_run LEFT JOIN flow_run ON flow_run.id = task_run.flow_run_id` + groupJoins
)

// GroupFlowRuns groups the flow runs that meet the criteria and the narrowing: a part
// for each group and type of state, in no order. A run with several tags is in the
// group of each.
func (tx *Tx) GroupFlowRuns(f *prefect.Filters, n *Narrowing, by RunGrouping) ([]*RunGroupPart, error) {
	looked, err := tx.newestFlowRuns(f)
	if err != nil {
		return nil, err
	}
	return tx.groupRuns(narrowedFlowRuns, n, looked, ` FROM flow_run`+groupJoins, string(by))
}

// GroupTaskRuns is GroupFlowRuns for task runs. Those of the background are of no flow.
func (tx *Tx) GroupTaskRuns(f *prefect.Filters, n *Narrowing, by TaskRunGrouping) ([]*RunGroupPart, error) {
	looked, err := tx.newestTaskRuns(f)
	if err != nil {
		return nil, err
	}
	return tx.groupRuns(narrowedTaskRuns, n, looked, fromTaskRunGroups, string(by))
}

func (tx *Tx) groupRuns(k narrowed, n *Narrowing, looked condition, from, by string) ([]*RunGroupPart, error) {
	q := k.groups(n, looked, from, by, tx.Now)
	return collect(tx, q.sql, q.args, func(r Row) (*RunGroupPart, error) {
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

// groups is a query for the parts of the groups of the runs that are looked at.
func (k narrowed) groups(n *Narrowing, looked condition, from, by string, now time.Time) condition {
	if by == "tag" {
		from += ` LEFT JOIN json_each(` + k.table + `.tags) AS tag ON TRUE`
	}
	c := k.where(n, looked, now)
	return condition{`SELECT ` + groupings[by] + `, coalesce(` + k.table + `.state_type, ''), count(*), max(` + k.start + `), sum(` + k.took() + `)` + from + c.where() + ` GROUP BY 1, 2, 3`,
		append([]any{now}, c.args...)}
}
