package store

import (
	"encoding/json"
	"math"
	"time"

	"github.com/reevehq/reeve/internal/prefect"
)

// Histories and averages of flow runs are made of three parts: the hours of those that have
// ended (flow_run_hour) which lie within one piece, the runs of the hours that a bound cuts,
// and the runs that have not ended. What they read grows with the pieces and the hours, not
// with the runs.

const (
	hour       = int64(time.Hour / time.Microsecond)
	endedTypes = "('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED')"
	runEnded   = "flow_run.state_type IN " + endedTypes
	runUnended = "flow_run.state_type IN ('SCHEDULED', 'PENDING', 'RUNNING', 'CANCELLING', 'PAUSED')"
	// endedHours are the hours, under the names that conditions on runs know.
	endedHours = `(SELECT hour, flow_id, nullif(deployment_id, x'') AS deployment_id, nullif(work_queue_id, x'') AS work_queue_id,
		state_type, state_name, runs, run_time, lateness, lateness_seconds FROM flow_run_hour)`
)

// inHours reports whether hours tell what a filter asks: they know flows, deployments, queues
// and states. The window of the expected start that it names is given apart.
func inHours(f *prefect.Filters) (hours *prefect.Filters, window prefect.Between, ok bool) {
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
	if flowRunCondition(&rest).sql != "" {
		return nil, window, false
	}
	known := *f
	known.FlowRuns = &own
	return &known, window, true
}

// span is a range of time in microseconds, from the first up to before the second.
type span [2]int64

// farthest is beyond every moment that a run may bear, and far enough from where numbers end.
const farthest = math.MaxInt64 / 2

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

// cut divides a span that is read in pieces of a length, counted from an origin: into whole
// hours, from the first up to before the last, and the spans between. Among the hours are
// those in which a piece ends; they are spans as well.
func (s span) cut(origin, piece int64) (first, last int64, edges []span) {
	if s[0] >= s[1] {
		return 0, 0, []span{}
	}
	first, last = -floor(-s[0], hour), floor(s[1], hour)
	if first >= last || piece < hour {
		return 0, 0, []span{s}
	}
	edges = []span{{s[0], first * hour}, {last * hour, s[1]}}
	for at := origin + floor(first*hour-origin, piece)*piece; at < last*hour; at += piece {
		if h := floor(at, hour); h >= first && h*hour != at {
			edges = append(edges, span{h * hour, (h + 1) * hour})
		}
	}
	return first, last, edges
}

func floor(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// measured is what is summed up of runs: more columns, and how late they were, of a run with
// its arguments and of an hour.
type measured struct {
	columns  string
	late     condition
	lateHour string
}

// summed is a query with the columns of what is measured, at, runs, run_time and late: a row
// for many runs that have ended, or for one. Those of a span are read in pieces.
func (tx *Tx) summed(m measured, hours *prefect.Filters, s span, origin, piece int64) condition {
	first, last, edges := s.cut(origin, piece)
	text, _ := json.Marshal(edges) // numbers always marshal
	wanted := flowRunsWhere(hours)
	whole := and(when("hour >= ? AND hour < ?", first, last),
		when("(hour * ? - ?) / ? = (hour * ? + ? - ?) / ?", hour, origin, piece, hour, hour-1, origin, piece), wanted)
	return union(
		m.ofHours(whole),
		tx.ofRuns(m, condition{`json_each(?) AS edge CROSS JOIN flow_run INDEXED BY flow_run_expected_start
			ON flow_run.expected_start_time >= edge.value ->> 0 AND flow_run.expected_start_time < edge.value ->> 1`, []any{string(text)}},
			and(when(runEnded), wanted)),
		tx.ofRuns(m, when(`flow_run INDEXED BY flow_run_by_state`),
			and(when(runUnended), when("flow_run.expected_start_time >= ? AND flow_run.expected_start_time < ?", s[0], s[1]), wanted)))
}

func (m measured) ofHours(c condition) condition {
	return condition{`SELECT ` + m.columns + `hour * 3600000000 AS at, runs, run_time, ` + m.lateHour + ` AS late FROM ` + endedHours + ` AS flow_run` + c.where(), c.args}
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

// hoursHistory counts the runs of a filter in the pieces of a history.
func (tx *Tx) hoursHistory(hours *prefect.Filters, window prefect.Between, intervals []prefect.History, start time.Time, length time.Duration) error {
	origin, piece := start.UnixMicro(), length.Microseconds()
	s := span{origin, intervals[len(intervals)-1].IntervalEnd.UnixMicro()}.within(window)
	runs := tx.summed(measured{"state_type, state_name, ", when("CASE "+latenessCases+" ELSE 0 END", tx.Now, tx.Now), "lateness"}, hours, s, origin, piece)
	return tx.conn.Query(`SELECT (at - ?) / ? AS bucket, state_type, state_name, sum(runs), sum(run_time), sum(late)
		FROM (`+runs.sql+`) GROUP BY bucket, state_type, state_name ORDER BY bucket, state_type, state_name`,
		append([]any{origin, piece}, runs.args...), addHistory(intervals))
}

// hoursLateness is how late the runs of a filter were on average, in seconds; late is how
// late one was.
func (tx *Tx) hoursLateness(hours *prefect.Filters, window prefect.Between, late condition) (average *float64, err error) {
	m := measured{"", late, "lateness_seconds"}
	s, wanted := span{-farthest, farthest}.within(window), flowRunsWhere(hours)
	var in criteria // that of those without a state
	in.between("flow_run.expected_start_time", window.After, window.Before)
	byState := when(`flow_run INDEXED BY flow_run_by_state`)
	runs := union(tx.summed(m, hours, s, -farthest, 2*farthest),
		tx.ofRuns(m, byState, and(append(in, when("flow_run.state_type IS NULL"), wanted)...)))
	if len(in) == 0 { // those that were never expected to start
		runs = union(runs, m.ofHours(and(when("hour < ?", -farthest), wanted)),
			tx.ofRuns(m, byState, and(when(runUnended), when("flow_run.expected_start_time IS NULL"), wanted)))
	}
	err = tx.one(`SELECT CAST(sum(late) AS REAL) / sum(runs) FROM (`+runs.sql+`)`, runs.args, &average)
	return average, err
}
