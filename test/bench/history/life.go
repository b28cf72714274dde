package main

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// times are the columns that hold moments.
var times = []string{"created", "updated", "timestamp", "state_timestamp", "expected_start_time", "start_time", "end_time", "occurred", "received"}

// life is a run with all that belongs to it, ready to be lived again.
type life struct {
	begin time.Time
	rows  []row
	ids   []uuid.UUID // those that a repeat has of its own

	flow    []byte // of the run's time that is counted
	outcome string
	took    int64
}

// row is a row of a table: what is the same each time, and what is not.
type row struct {
	table  *table
	detail bool // of task runs and logs
	event  bool
	values []value
}

// value is a column's value.
type value struct {
	plain any // nil, int64, float64, string or []byte when nothing below says otherwise
	id    int // an id of the life, from 1
	time  bool
	texts []string // what is between the ids that a text names
	named []int    // these
	own   bool     // a text that has to be another each time
	place bool     // the sequence of the event written last
}

// lives reads the runs that have ended.
func (w *writer) lives() ([]*life, error) {
	var all []*life
	var runs [][]byte
	err := w.query("SELECT id FROM flow_run WHERE end_time IS NOT NULL AND state_type IN ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED')", nil, func(s *sqlite.Stmt) {
		runs = append(runs, blob(s, 0))
	})
	if err != nil {
		return nil, err
	}
	for _, id := range runs {
		l := &life{}
		own := map[uuid.UUID]int{}
		for _, part := range []struct {
			table, where string
			detail       bool
		}{
			{"flow_run", "id = ?", false},
			{"flow_run_state", "flow_run_id = ?", false},
			{"task_run", "flow_run_id = ?", true},
			{"task_run_state", "task_run_id IN (SELECT id FROM task_run WHERE flow_run_id = ?)", true},
			{"log", "flow_run_id = ?", true},
			{"event", "resource_id = 'prefect.flow-run.' || ?", false},
		} {
			var about any = id
			if part.table == "event" {
				about = uuid.UUID(id).String()
			}
			if err := w.read(l, own, part.table, part.where, part.detail, about); err != nil {
				return nil, err
			}
		}
		all = append(all, l)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("the month has no run that has ended")
	}
	return all, nil
}

// read adds the rows of a table to a life, each event with the resources that it is related to.
func (w *writer) read(l *life, own map[uuid.UUID]int, name, where string, detail bool, args ...any) error {
	t := w.tables[name]
	var events []int64
	var rows []row
	err := w.query("SELECT "+t.list()+", rowid FROM "+name+" WHERE "+where+" ORDER BY rowid", args, func(s *sqlite.Stmt) {
		r := row{table: t, detail: detail, event: name == "event"}
		for i, column := range t.columns {
			r.values = append(r.values, l.value(own, s, i, name, column))
		}
		if name == "flow_run" {
			l.note(t, r)
		}
		rows, events = append(rows, r), append(events, s.ColumnInt64(len(t.columns)))
	})
	if err != nil {
		return err
	}
	for i, r := range rows {
		l.rows = append(l.rows, r)
		if name == "event" {
			if err := w.relate(l, own, events[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// relate adds the resources that an event is related to.
func (w *writer) relate(l *life, own map[uuid.UUID]int, sequence int64) error {
	t := w.tables["event_related"]
	return w.query("SELECT "+t.list()+" FROM event_related WHERE sequence = ?", []any{sequence}, func(s *sqlite.Stmt) {
		r := row{table: t, event: true}
		for i, column := range t.columns {
			v := l.value(own, s, i, t.name, column)
			v.place = column == "sequence"
			r.values = append(r.values, v)
		}
		l.rows = append(l.rows, r)
	})
}

// note keeps when the run began, and what is counted of it.
func (l *life) note(t *table, r row) {
	for i, column := range t.columns {
		v, _ := r.values[i].plain.(int64)
		switch column {
		case "created":
			l.begin = time.UnixMicro(v)
		case "total_run_time":
			l.took = v
		case "flow_id":
			l.flow, _ = r.values[i].plain.([]byte)
		case "state_type":
			l.outcome, _ = r.values[i].plain.(string)
		}
	}
}

// value reads a column's value, and finds what a repeat has of its own.
func (l *life) value(own map[uuid.UUID]int, s *sqlite.Stmt, i int, table, column string) value {
	switch s.ColumnType(i) {
	case sqlite.TypeNull:
		return value{}
	case sqlite.TypeInteger:
		return value{plain: s.ColumnInt64(i), time: slices.Contains(times, column)}
	case sqlite.TypeFloat:
		return value{plain: s.ColumnFloat(i)}
	case sqlite.TypeBlob:
		text := blob(s, i)
		if len(text) == 16 {
			id := uuid.UUID(text)
			if column == "id" || column == "state_id" {
				if own[id] == 0 {
					l.ids = append(l.ids, id)
					own[id] = len(l.ids)
				}
			}
			if n := own[id]; n > 0 {
				return value{id: n}
			}
		}
		return value{plain: text}
	}
	v := named(own, s.ColumnText(i))
	v.own = table == "flow_run" && (column == "name" || column == "idempotency_key")
	return v
}

// named finds the ids that a text names.
func named(own map[uuid.UUID]int, text string) value {
	v := value{plain: text}
	begin := 0
	for at := 0; at+36 <= len(text); at++ {
		if text[at+8] != '-' || text[at+13] != '-' {
			continue
		}
		id, err := uuid.Parse(text[at : at+36])
		if err != nil || own[id] == 0 {
			continue
		}
		v.texts, v.named = append(v.texts, text[begin:at]), append(v.named, own[id])
		begin = at + 36
		at = begin - 1
	}
	if v.named != nil {
		v.texts = append(v.texts, text[begin:])
	}
	return v
}

func blob(s *sqlite.Stmt, i int) []byte {
	text := make([]byte, s.ColumnLen(i))
	s.ColumnBytes(i, text)
	return text
}

func (w *writer) query(query string, args []any, each func(*sqlite.Stmt)) error {
	return sqlitex.Execute(w.conn, query, &sqlitex.ExecOptions{Args: args, ResultFunc: func(s *sqlite.Stmt) error {
		each(s)
		return nil
	}})
}
