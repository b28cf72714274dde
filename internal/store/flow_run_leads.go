package store

import (
	"slices"

	"github.com/reevehq/reeve/internal/prefect"
)

// The indexes of flow_run. Those by start and by state hold what else runs are most
// often restricted by, so that a walk reads a run only when it is wanted.
const (
	flowRunByID         = "sqlite_autoindex_flow_run_1" // the primary key
	flowRunByFlow       = "sqlite_autoindex_flow_run_2" // flow_id, idempotency_key
	flowRunByName       = "flow_run_name"
	flowRunByDeployment = "flow_run_deployment"
	flowRunUpcoming     = "flow_run_upcoming" // of a deployment, scheduled
	flowRunByQueue      = "flow_run_queue"
	flowRunByParent     = "flow_run_parent"
	flowRunByState      = "flow_run_by_state"
	flowRunByStart      = "flow_run_start"
	flowRunByExpected   = "flow_run_expected_start"
	flowRunByEnd        = "flow_run_end"
	flowRunByCreator    = "flow_run_creator"
)

// flowRunWalk is the index that has an order; nothing has that of the next scheduled
// time, which only runs that are scheduled have.
var flowRunWalk = map[prefect.FlowRunSort]string{
	"ID_DESC":                  flowRunByID,
	"START_TIME_ASC":           flowRunByStart,
	"START_TIME_DESC":          flowRunByStart,
	"EXPECTED_START_TIME_ASC":  flowRunByExpected,
	"EXPECTED_START_TIME_DESC": flowRunByExpected,
	"NAME_ASC":                 flowRunByName,
	"NAME_DESC":                flowRunByName,
	"END_TIME_DESC":            flowRunByEnd,
}

var flowRunTimes = timeIndexes{flowRunByEnd, flowRunByExpected, flowRunByStart, flowRunStart}

// searchFlowRuns is the question of a filter in an order, "" for one of a count.
func (tx *Tx) searchFlowRuns(f *prefect.Filters, sort prefect.FlowRunSort) (*search, error) {
	s := &search{table: "flow_run", where: flowRunsWhere(f), named: flowRunByName, ordered: flowRunWalk[sort], sort: string(sort), times: flowRunTimes, onPostgres: tx.onPostgres()}
	runs := f.FlowRuns
	if runs == nil || runs.Operator == prefect.Or {
		runs = &prefect.FlowRunFilter{}
	}
	if runs.ID != nil {
		s.ids(flowRunByID, "flow_run.id", runs.ID.Any)
	}
	s.name(runs.Name)
	s.parent(runs)
	s.creator(runs.CreatedBy)
	if p := runs.ParentTaskRunID; p != nil && p.IsNull != nil {
		s.counted = flowRunByStart
	}
	if t := runs.Tags; t != nil && t.Operator != prefect.Or {
		s.tags(flowRunByID, t.All, t.Any)
		s.onlyTag(t.All)
	}
	var deployments condition
	var covered criteria // what the index by state holds besides
	if d := runs.DeploymentID; d != nil && (d.Operator != prefect.Or || d.IsNull == nil) {
		deployments = anyID("flow_run.deployment_id", &prefect.AnyID{Any: d.Any})
		covered.add(deployments)
		s.lookup(flowRunByDeployment, deployments)
	}
	for _, other := range []struct {
		index string
		only  condition
	}{
		{flowRunByDeployment, ofDeployments(f.Deployments)},
		{flowRunByFlow, ofFlows(f.Flows)},
		{flowRunByQueue, ofPools(f.WorkPools)},
		{flowRunByQueue, ofQueues(f.WorkQueues)},
	} {
		covered.add(other.only)
		s.lookup(other.index, other.only)
	}
	if s.counted == "" {
		s.counted = s.only(flowRunByID)
	}
	if len(covered) > 0 && s.counted == "" {
		s.counted = flowRunByStart
	}
	tx.windows(s, runs.EndTime, runs.ExpectedStartTime, runs.StartTime, string(sort))
	if start := runs.StartTime; start != nil {
		covered.between(flowRunStart, start.After, start.Before)
	}
	return s, tx.state(s, runs.State, covered, and(ofDeployments(f.Deployments), deployments))
}

// parent adds that runs were called by others.
func (s *search) parent(runs *prefect.FlowRunFilter) {
	if p := runs.ParentFlowRunID; p != nil && p.Any != nil {
		of := anyID("parent.flow_run_id", &prefect.AnyID{Any: p.Any})
		s.lookup(flowRunByParent, when("flow_run.parent_task_run_id IN (SELECT parent.id FROM task_run AS parent"+of.where()+")", of.args...))
	}
	if p := runs.ParentTaskRunID; p != nil && p.Operator != prefect.Or {
		var of criteria
		of.ids("flow_run.parent_task_run_id", p.Any)
		if p.IsNull != nil && !*p.IsNull {
			of.null("flow_run.parent_task_run_id", p.IsNull)
		}
		s.lookup(flowRunByParent, and(of...))
	}
}

// creator adds who made runs.
func (s *search) creator(f *prefect.FlowRunFilterCreatedBy) {
	if f == nil || f.Operator == prefect.Or {
		return
	}
	var c criteria
	texts(&c, creatorType, f.Type)
	if f.IsNull != nil && *f.IsNull {
		c.add(when(creatorType + " IS NULL"))
	}
	if len(c) > 0 { // an id alone is not looked up: authors have a type
		s.lookup(flowRunByCreator, and(append(c, flowRunCreatedBy(&prefect.FlowRunFilterCreatedBy{Operator: prefect.And, ID: f.ID}))...))
	}
}

// state adds the states that runs are in, by their types: a name is one of those types
// whose runs have had it. The rest is held by the same index.
func (tx *Tx) state(s *search, f *prefect.FlowRunFilterState, covered criteria, deployments condition) error {
	if f == nil {
		return nil
	}
	var typed []prefect.StateType
	var named []string
	if f.Type != nil {
		typed = f.Type.Any
	}
	if f.Name != nil {
		named = f.Name.Any
	}
	types := s.typesOf("flow_run", "flow_run.state_type", f.Operator, f.Type != nil, typed, f.Name != nil, named)
	if types.sql == "" {
		return nil
	}
	only := criteria{types}
	if f.Name != nil {
		only.add(flowRunState(f))
	}
	s.lookup(flowRunByState, and(append(only, covered...)...))
	s.countByState(flowRunByState)
	if f.Type != nil && len(f.Type.Any) == 1 && f.Type.Any[0] == prefect.Scheduled && f.Operator != prefect.Or && deployments.sql != "" {
		s.lookup(flowRunUpcoming, and(when("flow_run.state_type = 'SCHEDULED'"), deployments))
	}
	if f.Operator != prefect.Or {
		s.failedByName(f.Type)
	}
	if s.ordered != flowRunByStart {
		return nil
	}
	// The index by state has the runs of one type in this order; those of several are merged.
	if f.Name != nil {
		each := s.typesOf("flow_run", "one.value", f.Operator, f.Type != nil, typed, true, named)
		var err error
		if typed, err = column[prefect.StateType](tx, `SELECT one.value FROM json_each(?) AS one`+each.where(), append([]any{everyStateType}, each.args...)...); err != nil {
			return err
		}
	}
	typed = slices.Compact(slices.Sorted(slices.Values(typed)))
	for _, one := range typed {
		s.each = append(s.each, when("flow_run.state_type = ?", string(one)))
	}
	if len(s.each) > 0 {
		s.ordered = flowRunByState
	}
	return nil
}

// typesOf restricts a column to the types of state that a filter by types and by names may mean,
// as one list. The index by type, name and time tells by a seek for each pair of which types
// there was a state of some names. PostgreSQL looks an array up in an index, and joins a list.
func (s *search) typesOf(table, column string, operator prefect.Operator, byType bool, types []prefect.StateType, byName bool, names []string) condition {
	var parts criteria
	if byType {
		var c criteria
		texts(&c, "every.value", types)
		parts.add(and(c...))
	}
	if byName {
		var c criteria
		if texts(&c, "had.name", names); names != nil {
			c = criteria{having(table+"_state AS had", "had.type = every.value", and(c...))}
		}
		parts.add(and(c...))
	}
	switch wanted := parts.join(operator); {
	case wanted.sql == "":
		return condition{}
	case !byName:
		var c criteria
		texts(&c, column, types)
		return and(c...)
	default:
		list := "SELECT every.value FROM json_each(?) AS every WHERE " + wanted.sql
		in := column + " IN (" + list + ")"
		if s.onPostgres {
			in = column + " = ANY (ARRAY(" + list + "))"
		}
		return when(in, append([]any{everyStateType}, wanted.args...)...)
	}
}

var everyStateType = textList(prefect.StateTypes())

// The flows, deployments, pools and queues of a filter, as lists of ids that are made once.
// An empty filter restricts runs to those that have one at all, which is not rare.

func ofFlows(f *prefect.FlowFilter) condition {
	return idOf("flow_run.flow_id IN (SELECT flow.id FROM flow", f, flowCondition)
}

func ofDeployments(f *prefect.DeploymentFilter) condition {
	return idOf("flow_run.deployment_id IN (SELECT deployment.id FROM deployment", f, deploymentCondition)
}

func ofPools(f *prefect.WorkPoolFilter) condition {
	return idOf("flow_run.work_queue_id IN (SELECT of_pool.id FROM work_pool CROSS JOIN work_queue AS of_pool ON of_pool.work_pool_id = work_pool.id", f, workPoolCondition)
}

func ofQueues(f *prefect.WorkQueueFilter) condition {
	return idOf("flow_run.work_queue_id IN (SELECT work_queue.id FROM work_queue", f, workQueueCondition)
}

// idOf ends a list of ids with what a filter asks; nil asks nothing.
func idOf[F any](list string, f *F, of func(*F) condition) condition {
	if f == nil {
		return condition{}
	}
	c := of(f)
	return condition{list + c.where() + ")", c.args}
}
