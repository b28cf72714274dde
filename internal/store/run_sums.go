package store

import (
	"encoding/json"
	"math"
	"time"

	"github.com/reevehq/reeve/internal/prefect"
)

// Counts, histories and averages of flow runs are made of three parts: the sums of those that
// have ended (flow_run_sum), of days and of hours that lie within one piece, the runs of the
// hours that a bound cuts, and the runs that have not ended. What they read grows with the
// pieces, the days and the hours, not with the runs.

const (
	hour       = int64(time.Hour / time.Microsecond)
	day        = 24 * hour
	endedTypes = "('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED')"
	runEnded   = "flow_run.state_type IN " + endedTypes
	runUnended = "flow_run.state_type IN ('SCHEDULED', 'PENDING', 'RUNNING', 'CANCELLING', 'PAUSED')"
	// endedSums are the sums, under the names that conditions on runs know.
	endedSums = `(SELECT hours, at AS number, flow_id, nullif(deployment_id, x'') AS deployment_id, nullif(work_queue_id, x'') AS work_queue_id,
		nullif(called, 0) AS parent_task_run_id, state_type, state_name, runs, run_time, lateness, lateness_seconds FROM flow_run_sum) AS flow_run`
)

// inSums reports whether sums tell what a filter asks: they know flows, deployments, queues,
// states, and whether another run called a run. The window of the expected start that it
// names is given apart.
func inSums(f *prefect.Filters) (known *prefect.Filters, window prefect.Between, ok bool) {
	if f.TaskRuns != nil {
		return nil, window, false
	}
	if f.FlowRuns == nil {
		return f, window, true
	}
	rest, own := *f.FlowRuns, prefect.FlowRunFilter{Operator: f.FlowRuns.Operator, DeploymentID: f.FlowRuns.DeploymentID, State: f.FlowRuns.State}
	rest.DeploymentID, rest.State = nil, nil
	if rest.ExpectedStartTime != nil && rest.Operator != prefect.Or {
		window, rest.ExpectedStartTime = *rest.ExpectedStartTime, nil
	}
	if p := rest.ParentTaskRunID; p != nil && p.Any == nil {
		own.ParentTaskRunID, rest.ParentTaskRunID = p, nil
	}
	if flowRunCondition(&rest).sql != "" {
		return nil, window, false
	}
	summed := *f
	summed.FlowRuns = &own
	return &summed, window, true
}

// span is a range of time in microseconds, from the first up to before the second.
type span [2]int64

// farthest is beyond every moment that a run may bear, and far enough from where numbers end.
const farthest = math.MaxInt64 / 2

var always = span{-farthest, farthest}

// within narrows a span to a window.
func (s span) within(w prefect.Between) span {
	if w.After != nil {
		s[0] = max(s[0], w.After.UnixMicro())
	}
	if w.Before != nil {
		s[1] = min(s[1], w.Before.UnixMicro()+1)
	}
	return s
}

// spans are ranges of time, in microseconds or in numbers of days or hours.
type spans []span

// add adds a span after the others, unless it is empty.
func (all *spans) add(s span) {
	switch n := len(*all); {
	case s[0] >= s[1]:
	case n > 0 && (*all)[n-1][1] == s[0]:
		(*all)[n-1][1] = s[1]
	default:
		*all = append(*all, s)
	}
}

func (all spans) text() string {
	if len(all) == 0 {
		return "[]"
	}
	text, _ := json.Marshal(all) // numbers always marshal
	return string(text)
}

// cut is a span that is read in pieces, divided into days and hours, by their numbers, each
// within one piece, and the edges between.
type cut struct{ days, hours, edges spans }

// cut divides a span that is read in pieces of a length, counted from an origin.
func (s span) cut(origin, piece int64) (c cut) {
	if s[0] >= s[1] {
		return c
	}
	if piece < hour {
		c.edges.add(s)
		return c
	}
	for at := origin + floor(s[0]-origin, piece)*piece; at < s[1]; at += piece {
		c.take(span{max(at, s[0]), min(at+piece, s[1])})
	}
	return c
}

func (c *cut) take(s span) {
	first, last := ceiling(s[0], hour), floor(s[1], hour)
	if first >= last {
		c.edges.add(s)
		return
	}
	c.edges.add(span{s[0], first * hour})
	if from, to := ceiling(first, 24), floor(last, 24); from < to {
		c.hours.add(span{first, from * 24})
		c.days.add(span{from, to})
		c.hours.add(span{to * 24, last})
	} else {
		c.hours.add(span{first, last})
	}
	c.edges.add(span{last * hour, s[1]})
}

func floor(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

func ceiling(a, b int64) int64 { return -floor(-a, b) }

// measured is what is summed up of runs: more columns, and how late they were, of a run with
// its arguments and of a sum.
type measured struct {
	columns string
	late    condition
	lateSum string
}

// summed is a query with the columns of what is measured, at, runs, run_time and late: a row
// for many runs that have ended, or for one. Those of a span are read in pieces.
func (tx *Tx) summed(m measured, known *prefect.Filters, s span, origin, piece int64) condition {
	wanted := flowRunsWhere(known)
	c := s.cut(origin, piece)
	const numbered = `json_each(?) AS part CROSS JOIN `
	return union(
		m.ofSums(condition{numbered, []any{c.days.text()}}, day, and(when("hours = 24 AND number >= CAST(part.value ->> 0 AS INTEGER) AND number < CAST(part.value ->> 1 AS INTEGER)"), wanted)),
		m.ofSums(condition{numbered, []any{c.hours.text()}}, hour, and(when("hours = 1 AND number >= CAST(part.value ->> 0 AS INTEGER) AND number < CAST(part.value ->> 1 AS INTEGER)"), wanted)),
		tx.ofRuns(m, condition{`json_each(?) AS edge CROSS JOIN flow_run INDEXED BY flow_run_expected_start
			ON flow_run.expected_start_time >= CAST(edge.value ->> 0 AS INTEGER) AND flow_run.expected_start_time < CAST(edge.value ->> 1 AS INTEGER)`, []any{c.edges.text()}},
			and(when(runEnded), wanted)),
		tx.ofRuns(m, when(`flow_run INDEXED BY flow_run_by_state`),
			and(when(runUnended), when("flow_run.expected_start_time >= ? AND flow_run.expected_start_time < ?", s[0], s[1]), wanted)))
}

// ofAll is summed for all runs that have a state, whenever they should have started.
func (tx *Tx) ofAll(m measured, known *prefect.Filters) condition {
	wanted := flowRunsWhere(known)
	return union(m.ofSums(condition{}, 0, and(when("hours = 0"), wanted)),
		tx.ofRuns(m, when(`flow_run INDEXED BY flow_run_by_state`), and(when(runUnended), wanted)))
}

func (m measured) ofSums(parts condition, long int64, c condition) condition {
	// A sum of no expected start stands where numbers end: it is of no moment.
	return condition{`SELECT ` + m.columns + `CASE WHEN number > -2562047788 THEN number * ? END AS at, runs, run_time, ` + m.lateSum + ` AS late FROM ` + parts.sql + endedSums + c.where(),
		append(append([]any{long}, parts.args...), c.args...)}
}

func (tx *Tx) ofRuns(m measured, from, c condition) condition {
	args := append(append([]any{tx.Now}, m.late.args...), from.args...)
	return condition{`SELECT ` + m.columns + `flow_run.expected_start_time AS at, 1 AS runs, max(0, ` + runTimeOf("flow_run") + `) AS run_time, max(0, ` + m.late.sql + `) AS late
		FROM ` + from.sql + c.where(), append(args, c.args...)}
}

func union(parts ...condition) (all condition) {
	for i, part := range parts {
		if i > 0 {
			all.sql += " UNION ALL "
		}
		all.sql, all.args = all.sql+part.sql, append(all.args, part.args...)
	}
	return all
}

// sumsHistory counts the runs of a filter in the pieces of a history.
func (tx *Tx) sumsHistory(known *prefect.Filters, window prefect.Between, intervals []prefect.History, start time.Time, length time.Duration) error {
	origin, piece := start.UnixMicro(), length.Microseconds()
	s := span{origin, intervals[len(intervals)-1].IntervalEnd.UnixMicro()}.within(window)
	runs := tx.summed(measured{"state_type, state_name, ", when("CASE "+latenessCases+" ELSE 0 END", tx.Now, tx.Now), "lateness"}, known, s, origin, piece)
	return tx.conn.Query(`SELECT (at - ?) / ? AS bucket, state_type, state_name, sum(runs), sum(run_time), sum(late)
		FROM (`+runs.sql+`) AS found GROUP BY bucket, state_type, state_name ORDER BY bucket, state_type, state_name`,
		append([]any{origin, piece}, runs.args...), addHistory(intervals))
}

// sumsLateness is how late the runs of a filter were on average, in seconds; late is how
// late one was.
func (tx *Tx) sumsLateness(known *prefect.Filters, window prefect.Between, late condition) (average *float64, err error) {
	m := measured{"", late, "lateness_seconds"}
	var in criteria // that of those without a state
	in.between("flow_run.expected_start_time", window.After, window.Before)
	stateless := tx.ofRuns(m, when(`flow_run INDEXED BY flow_run_by_state`), and(append(in, when("flow_run.state_type IS NULL"), flowRunsWhere(known))...))
	runs := tx.ofAll(m, known)
	if len(in) > 0 {
		runs = tx.summed(m, known, always.within(window), -farthest, 2*farthest)
	}
	runs = union(runs, stateless)
	err = tx.one(`SELECT CAST(sum(late) AS REAL) / sum(runs) FROM (`+runs.sql+`) AS found`, runs.args, &average)
	return average, err
}

// isLong reports whether the runs of a span are rather counted by their sums than one by one.
func (s span) isLong() bool { return s[1]-s[0] >= 3*day }

// sumsCount is how many runs meet a filter with a window of when they were expected to start.
func (tx *Tx) sumsCount(known *prefect.Filters, window prefect.Between) (int, error) {
	wanted := flowRunsWhere(known)
	if window.After != nil || window.Before != nil {
		m := measured{"", when("0"), "0"}
		var in criteria
		in.between("flow_run.expected_start_time", window.After, window.Before)
		runs := union(tx.summed(m, known, always.within(window), -farthest, 2*farthest),
			tx.ofRuns(m, when(`flow_run INDEXED BY flow_run_by_state`), and(append(in, when("flow_run.state_type IS NULL"), wanted)...)))
		return tx.count(`SELECT coalesce(sum(runs), 0) FROM (`+runs.sql+`) AS found`, runs.args...)
	}
	sums, others := and(when("hours = 0"), wanted), and(when("("+runUnended+" OR flow_run.state_type IS NULL)"), wanted)
	return tx.count(`SELECT (SELECT coalesce(sum(runs), 0) FROM `+endedSums+sums.where()+`) + (SELECT count(*) FROM flow_run INDEXED BY flow_run_by_state`+others.where()+`)`,
		append(sums.args, others.args...)...)
}
