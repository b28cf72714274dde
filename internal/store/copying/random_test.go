//go:build !race

// Nothing here runs at once, and under the race detector it takes two minutes.

package copying_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/store/copying"
	"github.com/reevehq/reeve/internal/store/sqlite"
)

// structured are columns whose texts triggers and indexes read as JSON.
var structured = []string{"tags", "concurrency_options", "created_by"}

type filler struct {
	*rand.Rand
	c   store.Conn
	ids map[string][][]any // of a table and column, "flow.id": values that are there
}

// fill writes random rows into all tables that a copy has, so many each, in an order that
// references allow.
func fill(t *testing.T, path string, seed uint64, rows int) {
	t.Helper()
	db, err := sqlite.Open(context.Background(), sqlite.Options{Path: path, Migrate: true})
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(store.WithPatience(context.Background()), func(c store.Conn) error {
		f := &filler{rand.New(rand.NewPCG(seed, 0)), c, map[string][][]any{}}
		if err := f.all(rows); err != nil {
			return err
		}
		// The newest of what is numbered is gone: the numbers must go on behind it all the same.
		for _, table := range []string{"event", "log"} {
			if _, err := c.Exec(`DELETE FROM ` + table + ` WHERE sequence = (SELECT max(sequence) FROM ` + table + `)`); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func (f *filler) all(rows int) error {
	tables, err := tables(f.c)
	if err != nil {
		return err
	}
	for range 2 { // of two that refer to each other one comes first
		for _, table := range inOrder(f.c, tables) {
			for range rows/2 + 1 {
				if err := f.row(table); err != nil {
					return fmt.Errorf("%s: %w", table, err)
				}
			}
		}
	}
	return nil
}

// derived are filled by triggers.
var derived = []string{"flow_run_tag", "task_run_tag", "flow_run_sum"}

func tables(c store.Conn) (all []string, err error) {
	err = c.Query(`SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%'`, nil, func(r store.Row) error {
		var name string
		err := r.Scan(&name)
		if !slices.Contains(copying.NameTables, name) {
			all = append(all, name)
		}
		return err
	})
	slices.Sort(all)
	return all, err
}

// inOrder has tables after those that they refer to.
func inOrder(c store.Conn, tables []string) (order []string) {
	var add func(table string, on []string)
	add = func(table string, on []string) {
		if slices.Contains(order, table) || slices.Contains(on, table) || slices.Contains(derived, table) {
			return
		}
		for _, r := range references(c, table) {
			add(r.table, append(on, table))
		}
		order = append(order, table)
	}
	for _, table := range tables {
		add(table, nil)
	}
	return order
}

type reference struct{ from, table, to string }

func references(c store.Conn, table string) (all []reference) {
	err := c.Query(`SELECT "from", "table", "to" FROM pragma_foreign_key_list(?)`, []any{table}, func(r store.Row) error {
		var ref reference
		err := r.Scan(&ref.from, &ref.table, &ref.to)
		all = append(all, ref)
		return err
	})
	if err != nil {
		panic(err)
	}
	return all
}

// row writes one; what constraints do not allow is passed over.
func (f *filler) row(table string) error {
	type column struct {
		name, kind string
		needed     bool
	}
	var columns []column
	err := f.c.Query(`SELECT name, type, "notnull" OR pk > 0 FROM pragma_table_info(?)`, []any{table}, func(r store.Row) error {
		var c column
		err := r.Scan(&c.name, &c.kind, &c.needed)
		if c.name != "sequence" || table == "event_cursor" {
			columns = append(columns, c)
		}
		return err
	})
	if err != nil {
		return err
	}
	refs := references(f.c, table)
	var names []string
	var values []any
	for _, c := range columns {
		names = append(names, `"`+c.name+`"`)
		at := slices.IndexFunc(refs, func(r reference) bool { return r.from == c.name })
		switch {
		case !c.needed && f.IntN(4) == 0:
			values = append(values, nil)
		case at >= 0:
			var id any
			err := f.c.Query(`SELECT `+refs[at].to+` FROM `+refs[at].table+` ORDER BY random() LIMIT 1`, nil, func(r store.Row) error {
				var bytes []byte
				err := r.Scan(&bytes)
				id = bytes
				return err
			})
			if err != nil {
				return err
			}
			if id == nil && c.needed {
				return nil
			}
			values = append(values, id)
		default:
			values = append(values, f.value(c.name, c.kind))
		}
	}
	_, err = f.c.Exec(`INSERT OR IGNORE INTO `+table+` (`+strings.Join(names, ", ")+`) VALUES (`+strings.TrimSuffix(strings.Repeat("?, ", len(values)), ", ")+`)`, values...)
	return err
}

func (f *filler) value(name, kind string) any {
	switch kind {
	case "INTEGER":
		return []int64{0, 1, -1, f.Int64N(1 << 50), -f.Int64N(1 << 50)}[f.IntN(5)]
	case "REAL":
		return []float64{0, 1, -2.5, f.NormFloat64(), 1e300 * f.Float64()}[f.IntN(5)]
	case "BLOB":
		bytes := make([]byte, 16)
		for i := range bytes {
			bytes[i] = byte(f.Uint32())
		}
		return bytes
	}
	switch name {
	case "tags":
		text, _ := json.Marshal([]string{f.text(), "a"}[:f.IntN(3)])
		return string(text)
	case "state_type":
		return []string{"COMPLETED", "FAILED", "RUNNING", "SCHEDULED"}[f.IntN(4)]
	}
	if slices.Contains(structured, name) {
		text, _ := json.Marshal(map[string]string{"id": f.text(), "type": "DEPLOYMENT", "collision_strategy": "ENQUEUE"})
		return string(text)
	}
	return f.text()
}

func (f *filler) text() string {
	letters := []rune("abcXYZ012 \n\t\\\"'%_;\r\x01\u00e9\u4e16\U0001f600\ufffd\\.")
	var b strings.Builder
	for range f.IntN(20) {
		b.WriteRune(letters[f.IntN(len(letters))])
	}
	return b.String()
}
