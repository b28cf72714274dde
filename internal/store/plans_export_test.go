package store

import (
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// PlanStep is a step of a query plan; those with a parent are below it.
type PlanStep struct {
	ID, Parent int
	Text       string
}

// Plan is how SQLite answers a query. Walks is set when it reads in an order until a page
// is full, instead of gathering what is known to be few.
type Plan struct {
	Query string
	Walks bool
	Steps []PlanStep
}

func (tx *Tx) plan(q condition, walks bool) (Plan, error) {
	p := Plan{Query: q.sql, Walks: walks}
	err := tx.conn.Query(`EXPLAIN QUERY PLAN `+q.sql, q.args, func(r Row) error {
		var s PlanStep
		var unused int
		err := r.Scan(&s.ID, &s.Parent, &unused, &s.Text)
		p.Steps = append(p.Steps, s)
		return err
	})
	return p, err
}

// plansOf are the plans of all ways in which a page of a search may be read, and its rows
// counted, whatever the database has.
func (tx *Tx) plansOf(s *search, order condition) (all []Plan, err error) {
	add := func(q condition, walks bool) {
		if err == nil {
			var p Plan
			p, err = tx.plan(q, walks)
			all = append(all, p)
		}
	}
	page := prefect.Page{Limit: 100, Offset: 1000}
	if order.sql != "" {
		add(s.page("1", "", s.walk(), order, page), s.ordered != "" || len(s.leads) == 0)
	}
	if s.ordered == s.named && s.ordered != "" && len(s.leads) > 0 {
		add(tx.near(s), true)
	}
	for _, l := range s.leads {
		add(l.rows, true)
		if found := s.by(l.index, l.only); order.sql != "" {
			add(s.page("1", "", found, order, page), false)
		} else {
			add(found.rows(), false)
		}
	}
	if s.like.sql != "" {
		add(s.rows(s.named, s.like), true)
	}
	if order.sql == "" && (s.counted != "" || len(s.leads) == 0) {
		add(s.by(s.counted, condition{}).rows(), true)
	}
	return all, err
}

// FlowRunPlans are the plans for a page of flow runs in an order, or for their count without one.
func (tx *Tx) FlowRunPlans(f *prefect.Filters, sort prefect.FlowRunSort) ([]Plan, error) {
	s, err := tx.searchFlowRuns(f, sort)
	if err != nil {
		return nil, err
	}
	return tx.plansOf(s, when(flowRunOrder[sort]))
}

// TaskRunPlans is FlowRunPlans for task runs.
func (tx *Tx) TaskRunPlans(f *prefect.Filters, sort prefect.TaskRunSort) ([]Plan, error) {
	s, err := tx.searchTaskRuns(f, sort)
	if err != nil {
		return nil, err
	}
	order := condition{}
	if sort != "" {
		order = taskRunsBy(sort, tx.Now)
	}
	return tx.plansOf(s, order)
}

// LogPlans are the plans for a page of logs.
func (tx *Tx) LogPlans(f *prefect.LogFilter, sort prefect.LogSort) ([]Plan, error) {
	p, err := tx.plan(logPage(f, sort, prefect.Page{Limit: 200}), true)
	return []Plan{p}, err
}

// EventPlans are the plans for the keys of a page of events, and for their count.
func (tx *Tx) EventPlans(f *prefect.EventFilter) (all []Plan, err error) {
	for _, q := range []condition{tx.eventPage(f, 100, 0, nil), {`SELECT count(*) FROM (` + tx.eventKeys(f).sql + `)`, tx.eventKeys(f).args}} {
		p, err := tx.plan(q, false)
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

// StuckPlans is the plan for the runs whose process neither starts nor ends.
func (tx *Tx) StuckPlans() ([]Plan, error) {
	p, err := tx.plan(stuckFlowRuns(tx.Now), false)
	return []Plan{p}, err
}

// RunEventPlans is the plan for the events of a run.
func (tx *Tx) RunEventPlans(flowRun uuid.UUID) ([]Plan, error) {
	p, err := tx.plan(runEvents(flowRun, 200), false)
	return []Plan{p}, err
}

// RetentionPlans are the plans by which retention finds what is old, and its preview counts it.
func (tx *Tx) RetentionPlans() (all []Plan, err error) {
	now := tx.Now
	for _, q := range []condition{
		{oldestFinishedRun, []any{now}}, {finishedRunsBefore, []any{now, now, 25}}, {runsEndedBefore, []any{now, 25}},
		{oldestEvent, []any{now}}, {oldestEventNamed, []any{"a", now}}, {eventsBefore, []any{now, now, 9, 25}}, {eventsNamedBefore, []any{"a", now, now, 9, 25}}, {eventsOlder, []any{now, 25}},
	} {
		p, err := tx.plan(q, true)
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

// FlowRunSorts and TaskRunSorts are all orders.
func FlowRunSorts() (all []prefect.FlowRunSort) {
	for sort := range flowRunOrder {
		all = append(all, sort)
	}
	return all
}

// TaskRunSorts are all orders of task runs.
func TaskRunSorts() (all []prefect.TaskRunSort) {
	for sort := range taskRunOrder {
		all = append(all, sort)
	}
	return all
}

// WalkedFlowRuns returns the names of a page of flow runs, sorted and by the walk of an index.
func (tx *Tx) WalkedFlowRuns(f *prefect.Filters, sort prefect.FlowRunSort, page prefect.Page) (want, got []string, err error) {
	s, err := tx.searchFlowRuns(f, sort)
	if err != nil {
		return nil, nil, err
	}
	for _, one := range []struct {
		found source
		into  *[]string
	}{{s.by("", condition{}), &want}, {s.walk(), &got}} {
		q := s.page("flow_run.name", "", one.found, when(flowRunOrder[sort]), page)
		if *one.into, err = column[string](tx, q.sql, q.args...); err != nil {
			return nil, nil, err
		}
	}
	return want, got, nil
}

// NarrowedPlans are the plans by which flow runs and task runs are narrowed and grouped, for all
// ways in which those that are looked at may be found.
func (tx *Tx) NarrowedPlans(f *prefect.Filters, orders []RunOrder) (all []Plan, err error) {
	flows, err := tx.searchFlowRuns(f, "START_TIME_DESC")
	if err != nil {
		return nil, err
	}
	tasks, err := tx.searchTaskRuns(f, "EXPECTED_START_TIME_DESC")
	if err != nil {
		return nil, err
	}
	n := &Narrowing{AtLeast: new(time.Duration), AtMost: new(time.Duration)}
	for _, kind := range []struct {
		narrowed
		s                 *search
		selected, grouped string
		by                []string
	}{
		{narrowedFlowRuns, flows, flowRunRowSelect, ` FROM flow_run` + groupJoins, []string{"flow", "deployment", "tag"}},
		{narrowedTaskRuns, tasks, taskRunRowSelect, fromTaskRunGroups, []string{"task", "flow", "deployment", "tag"}},
	} {
		sources := []source{}
		if kind.s.ordered != "" {
			sources = append(sources, kind.s.walk())
		}
		for _, l := range kind.s.leads {
			sources = append(sources, kind.s.by(l.index, l.only))
		}
		for i, found := range sources {
			looked := kind.newest(found)
			c := kind.where(n, looked, tx.Now)
			queries := []condition{{`SELECT count(*) FROM ` + kind.table + c.where(), c.args}}
			for _, order := range orders {
				o := kind.order(order, tx.Now)
				queries = append(queries, condition{kind.selected + c.where() + ` ORDER BY ` + o.sql + ` LIMIT ? OFFSET ?`, append(append(append([]any{}, c.args...), o.args...), 100, 0)})
			}
			for _, by := range kind.by {
				queries = append(queries, kind.groups(n, looked, kind.grouped, by, tx.Now))
			}
			for _, q := range queries {
				p, err := tx.plan(q, i == 0 && kind.s.ordered != "")
				if err != nil {
					return nil, err
				}
				all = append(all, p)
			}
		}
	}
	return all, nil
}

// EventCountPlans are the plans by which events are counted by time, name and resource.
func (tx *Tx) EventCountPlans(f *prefect.EventFilter) ([]Plan, error) {
	from := tx.eventsOf(f)
	p, err := tx.plan(condition{`SELECT count(*)` + from.sql + ` GROUP BY event.event`, from.args}, false)
	return []Plan{p}, err
}

// RunResultPlans are the plans for the results of a run.
func (tx *Tx) RunResultPlans(flowRun uuid.UUID) (all []Plan, err error) {
	for _, q := range []string{ownResults, toldResults} {
		p, err := tx.plan(when(q, RunResultData, flowRun, 100), false)
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

// NearFlowRuns returns the ids of a page of flow runs by name, found among the first names.
func (tx *Tx) NearFlowRuns(f *prefect.Filters, sort prefect.FlowRunSort, page prefect.Page) ([]uuid.UUID, error) {
	s, err := tx.searchFlowRuns(f, sort)
	if err != nil {
		return nil, err
	}
	found, ok, err := tx.nearest(s, page)
	if err != nil || !ok {
		return nil, err
	}
	q := s.page("flow_run.id", "", found, when(flowRunOrder[sort]), page)
	return column[uuid.UUID](tx, q.sql, q.args...)
}
