package store

import (
	"slices"
	"strings"

	"github.com/reevehq/reeve/internal/prefect"
)

const logColumns = `log.sequence, log.id, log.created, log.created, log.name, log.level, log.message, log.timestamp, log.flow_run_id, log.task_run_id`

func scanLog(r Row) (*prefect.Log, error) {
	var l prefect.Log
	err := r.Scan(&l.Sequence, &l.ID, &l.Created, &l.Updated, &l.Name, &l.Level, &l.Message, &l.Timestamp, &l.FlowRunID, &l.TaskRunID)
	return &l, err
}

// logsAtOnce is how many logs one statement adds.
const logsAtOnce = 16

// insertLogs are the statements that add a number of logs.
var insertLogs = inserts(logsAtOnce, `INSERT INTO log (id, created, name, level, message, timestamp, flow_run_id, task_run_id)`, 8, "")

// CreateLogs adds logs in the order given.
func (tx *Tx) CreateLogs(logs []prefect.LogCreate) error {
	if len(logs) == 0 {
		return nil
	}
	for some := range slices.Chunk(logs, logsAtOnce) {
		args := make([]any, 0, 8*logsAtOnce)
		for i := range some {
			l := &some[i]
			args = append(args, tx.IDs.V7(), tx.Now, l.Name, l.Level, l.Message, l.Timestamp, l.FlowRunID, l.TaskRunID)
		}
		if err := tx.exec(insertLogs[len(some)], args...); err != nil {
			return err
		}
	}
	tx.Touch(Logs)
	return nil
}

// LastLog is the place of the newest log that is there, 0 without any.
func (tx *Tx) LastLog() (int64, error) {
	var sequence int64
	err := tx.one(`SELECT coalesce(max(sequence), 0) FROM log`, nil, &sequence)
	return sequence, err
}

// LogsAfter returns the logs added after a place, oldest first, at most limit, and
// the place of the last of them. A place is never given to two logs, whatever was
// deleted between them.
func (tx *Tx) LogsAfter(place int64, limit int) ([]*prefect.Log, int64, error) {
	page, err := collect(tx, `SELECT `+logColumns+` FROM log WHERE sequence > ? ORDER BY sequence LIMIT ?`, []any{place, limit}, scanLog)
	if len(page) > 0 {
		place = page[len(page)-1].Sequence
	}
	return page, place, err
}

// FilterLogs lists logs; logs with the same timestamp are in the order they
// were added.
func (tx *Tx) FilterLogs(f *prefect.LogFilter, sort prefect.LogSort, page prefect.Page) ([]*prefect.Log, error) {
	q := logPage(f, sort, page)
	return collect(tx, q.sql, q.args, scanLog)
}

func logPage(f *prefect.LogFilter, sort prefect.LogSort, page prefect.Page) condition {
	order := "log.timestamp, log.sequence"
	if sort == prefect.LogTimestampDesc {
		order = "log.timestamp DESC, log.sequence DESC"
	}
	c := logCondition(f)
	return condition{`SELECT ` + logColumns + ` FROM log` + c.where() + ` ORDER BY ` + order + ` LIMIT ? OFFSET ?`,
		append(c.args, page.Limit, page.Offset)}
}

// logCondition restricts a row of log.
func logCondition(f *prefect.LogFilter) condition {
	if f == nil {
		return condition{}
	}
	var c criteria
	if f.Level != nil {
		c.add(atLeastAtMost("log.level", f.Level))
	}
	if f.Timestamp != nil {
		c.add(between("log.timestamp", f.Timestamp))
	}
	if f.FlowRunID != nil {
		c.add(anyID("log.flow_run_id", f.FlowRunID))
	}
	if f.TaskRunID != nil {
		var task criteria
		task.ids("log.task_run_id", f.TaskRunID.Any)
		task.null("log.task_run_id", f.TaskRunID.IsNull)
		c.add(task.join(prefect.And))
	}
	if f.Text != nil {
		c.textSearch("log.message || ' ' || log.name", f.Text.Query)
	}
	return c.join(f.Operator)
}

// textSearch adds what a search text asks of an expression: as up to three
// criteria, so that an operator "or" takes each for itself.
func (c *criteria) textSearch(expression, query string) {
	search := prefect.ParseTextSearch(strings.ToLower(query))
	for _, part := range []prefect.TextSearch{{Include: search.Include}, {Exclude: search.Exclude}, {Required: search.Required}} {
		if one := inText(expression, part); one.sql != "" {
			c.add(one)
		}
	}
}
