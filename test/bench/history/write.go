package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/store/migrations"
)

// grown are the tables that grow with the runs.
var grown = []string{"flow_run", "flow_run_state", "task_run", "task_run_state", "log", "event", "event_related"}

// table is a table that grows.
type table struct {
	name    string
	columns []string // but for what SQLite counts by itself
	insert  *sqlite.Stmt
}

func (t *table) list() string { return `"` + strings.Join(t.columns, `", "`) + `"` }

// writer writes a history.
type writer struct {
	conn   *sqlite.Conn
	tables map[string]*table
	draw   *rand.Rand
	rows   int
	event  int64 // the sequence of the newest
}

// open opens a database for writes that nobody has to survive.
func open(path string) (*writer, error) {
	conn, err := sqlite.OpenConn(path, sqlite.OpenReadWrite)
	if err != nil {
		return nil, err
	}
	w := &writer{conn: conn, tables: map[string]*table{}, draw: rand.New(rand.NewPCG(1, 2))}
	for _, setting := range []string{"journal_mode = OFF", "synchronous = OFF", "locking_mode = EXCLUSIVE", "cache_size = -400000", "foreign_keys = OFF"} {
		if err := w.run("PRAGMA " + setting); err != nil {
			return nil, errors.Join(err, conn.Close())
		}
	}
	for _, name := range grown {
		t := &table{name: name}
		err := w.query("SELECT name FROM pragma_table_info(?)", []any{name}, func(s *sqlite.Stmt) {
			if column := s.ColumnText(0); column != "sequence" || name == "event_related" {
				t.columns = append(t.columns, column)
			}
		})
		if err == nil {
			t.insert, err = conn.Prepare("INSERT INTO " + name + " (" + t.list() + ") VALUES (?" + strings.Repeat(", ?", len(t.columns)-1) + ")")
		}
		if err != nil {
			return nil, errors.Join(err, conn.Close())
		}
		w.tables[name] = t
	}
	return w, w.query("SELECT coalesce(max(sequence), 0) FROM event", nil, func(s *sqlite.Stmt) { w.event = s.ColumnInt64(0) })
}

func (w *writer) close() { _ = w.conn.Close() }

// write repeats lives until the plan is kept. The indexes, and what triggers keep, are made at the end, which
// takes a fraction of keeping them.
func (w *writer) write(lives []*life, p plan) error {
	for _, table := range []string{"flow_run_known_name", "task_run_known_name", "flow_task_name"} {
		if err := w.run("DELETE FROM " + table); err != nil {
			return err
		}
	}
	made, err := w.withoutIndexes()
	if err != nil {
		return err
	}
	if err := w.run("BEGIN"); err != nil {
		return err
	}
	now := time.Now()
	counted := map[string]*count{}
	full := slices.DeleteFunc(slices.Clone(lives), func(l *life) bool { return !slices.ContainsFunc(l.rows, func(r row) bool { return r.detail }) })
	for n := range p.runs {
		// Denser towards the end, as in an installation that grows.
		part := (float64(n) + w.draw.Float64()) / float64(p.runs)
		age := time.Duration((1 - part) * (1.5 - 0.5*part) / 1.5 * float64(p.long))
		detail := w.draw.Float64() < p.detail
		from := lives
		if detail && len(full) > 0 {
			from = full
		}
		l := from[w.draw.IntN(len(from))]
		if err := w.repeat(l, n, now.Add(-age).Sub(l.begin), detail, age < p.events); err != nil {
			return err
		}
		tally(counted, l)
	}
	if err := w.count(counted); err != nil {
		return err
	}
	if err := w.run("COMMIT"); err != nil {
		return err
	}
	filled, err := fill("flow_run_tag", "task_run_tag", "flow_run_sum")
	if err != nil {
		return err
	}
	for _, sql := range slices.Concat(made, filled, learned) {
		if err := w.run(sql); err != nil {
			return err
		}
	}
	return w.run("PRAGMA journal_mode = WAL")
}

// learned are the statements that learn all names, as the server does in the background.
var learned = []string{
	"INSERT INTO flow_run_known_name (name) SELECT DISTINCT name FROM flow_run WHERE length(name) <= 512 ORDER BY name",
	"INSERT INTO task_run_known_name (name) SELECT DISTINCT name FROM task_run WHERE length(name) <= 512 ORDER BY name",
	"INSERT INTO flow_task_name (name, flow_id) SELECT DISTINCT task_run.name, flow_run.flow_id FROM task_run JOIN flow_run ON flow_run.id = task_run.flow_run_id WHERE length(task_run.name) <= 512 ORDER BY 1, 2",
	"UPDATE name_cursor SET run_id = (SELECT id FROM flow_run ORDER BY rowid DESC LIMIT 1) WHERE of = 'flow_run'",
	"UPDATE name_cursor SET run_id = (SELECT id FROM task_run ORDER BY rowid DESC LIMIT 1) WHERE of = 'task_run'",
}

// withoutIndexes drops the indexes and triggers of the tables that grow, and returns how they are made.
func (w *writer) withoutIndexes() (all []string, err error) {
	var drops []string
	for _, name := range grown {
		err = errors.Join(err, w.query("SELECT type, name, sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND tbl_name = ? AND sql IS NOT NULL", []any{name}, func(s *sqlite.Stmt) {
			drops, all = append(drops, "DROP "+s.ColumnText(0)+" "+s.ColumnText(1)), append(all, s.ColumnText(2))
		}))
	}
	for _, drop := range drops {
		err = errors.Join(err, w.run(drop))
	}
	return all, err
}

// fill returns the statements that make tables anew of the runs, as a migration did.
func fill(tables ...string) (all []string, err error) {
	steps, err := migrations.For("sqlite")
	if err != nil {
		return nil, err
	}
	for _, table := range tables {
		all = append(all, "DELETE FROM "+table)
		found := false
		for _, step := range steps {
			for _, begin := range []string{"\nINSERT INTO " + table + " (", "\nINSERT OR IGNORE INTO " + table + " ("} {
				for _, part := range strings.Split(step.SQL, begin)[1:] {
					statement, _, _ := strings.Cut(part, ";\n")
					all, found = append(all, begin+statement), true
				}
			}
		}
		if !found {
			return nil, fmt.Errorf("no migration fills %s", table)
		}
	}
	return all, nil
}

func (w *writer) run(statement string) error { return sqlitex.ExecuteTransient(w.conn, statement, nil) }

// repeat writes a life once more, shifted in time.
func (w *writer) repeat(l *life, n int, shift time.Duration, detail, events bool) error {
	ids := make([]uuid.UUID, len(l.ids))
	for i, id := range l.ids {
		ids[i] = w.another(id, shift)
	}
	for i := range l.rows {
		r := &l.rows[i]
		if r.detail && !detail || r.event && !events {
			continue
		}
		if r.table.name == "event" {
			w.event++
		}
		for column, v := range r.values {
			w.bind(r.table.insert, column+1, v, ids, n, shift)
		}
		if _, err := r.table.insert.Step(); err != nil {
			return fmt.Errorf("%s: %w", r.table.name, err)
		}
		if err := r.table.insert.Reset(); err != nil {
			return fmt.Errorf("%s: %w", r.table.name, err)
		}
		w.rows++
	}
	return nil
}

// another is an id of the same kind: one of version 7 says when it was drawn.
func (w *writer) another(id uuid.UUID, shift time.Duration) uuid.UUID {
	version, at := id.Version(), binary.BigEndian.Uint64(append([]byte{0, 0}, id[:6]...))
	binary.BigEndian.PutUint64(id[8:], w.draw.Uint64())
	binary.BigEndian.PutUint64(id[:8], w.draw.Uint64())
	if version == 7 {
		var moment [8]byte
		binary.BigEndian.PutUint64(moment[:], at+uint64(shift.Milliseconds()))
		copy(id[:6], moment[2:])
	}
	id[6], id[8] = id[6]&0x0f|byte(version)<<4, id[8]&0x3f|0x80
	return id
}

func (w *writer) bind(s *sqlite.Stmt, i int, v value, ids []uuid.UUID, n int, shift time.Duration) {
	switch {
	case v.place:
		s.BindInt64(i, w.event)
	case v.id > 0:
		s.BindBytes(i, ids[v.id-1][:])
	case v.named != nil:
		s.BindText(i, v.naming(ids))
	default:
		switch plain := v.plain.(type) {
		case nil:
			s.BindNull(i)
		case int64:
			if v.time {
				plain += shift.Microseconds()
			}
			s.BindInt64(i, plain)
		case float64:
			s.BindFloat(i, plain)
		case []byte:
			s.BindBytes(i, plain)
		case string:
			if v.own {
				plain += "-" + strconv.FormatInt(int64(n), 36)
			}
			s.BindText(i, plain)
		}
	}
}

// naming is the text with the ids of a repeat.
func (v value) naming(ids []uuid.UUID) string {
	var out strings.Builder
	for i, text := range v.texts {
		out.WriteString(text)
		if i < len(v.named) {
			out.WriteString(ids[v.named[i]-1].String())
		}
	}
	return out.String()
}

// count is what the server counts of runs that have ended.
type count struct {
	flow       []byte
	outcome    string
	bucket     int64
	runs, took int64
}

func tally(counted map[string]*count, l *life) {
	bucket := store.LongestRunTime.Microseconds()
	for _, bound := range store.RunTimeBounds() {
		if b := int64(bound * 1e6); l.took <= b {
			bucket = b
			break
		}
	}
	key := string(l.flow) + l.outcome + strconv.FormatInt(bucket, 10)
	c := counted[key]
	if c == nil {
		c = &count{flow: l.flow, outcome: l.outcome, bucket: bucket}
		counted[key] = c
	}
	c.runs, c.took = c.runs+1, c.took+l.took
}

func (w *writer) count(counted map[string]*count) error {
	for _, c := range counted {
		err := w.query(`INSERT INTO flow_run_time (flow_id, outcome, bucket, runs, took) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (flow_id, outcome, bucket) DO UPDATE SET runs = runs + excluded.runs, took = took + excluded.took`,
			[]any{c.flow, c.outcome, c.bucket, c.runs, c.took}, func(*sqlite.Stmt) {})
		if err != nil {
			return err
		}
	}
	return nil
}
