package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"zombiezen.com/go/sqlite"

	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/store/copying"
	"github.com/reevehq/reeve/internal/store/migrations"
)

// numbered are the tables whose rows are known by a number that is none of their columns.
var numbered = map[string]bool{"flow_run": true, "task_run": true}

// CopySource is a database that is copied elsewhere. No server can open it meanwhile, and
// it is only read. It implements copying.Source.
type CopySource struct{ copied }

// copied is a database that takes part in a copy.
type copied struct {
	path string
	lock *lockFile
	c    *conn
}

// OpenCopySource opens a database to be copied; ctx ends what is read. It fails with a fault
// when it is in use, or its schema is not this program's.
func OpenCopySource(ctx context.Context, path string) (*CopySource, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	path = real(path)
	if err := settle(path); err != nil {
		return nil, err
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, missing(path)
	}
	lock, err := takeLock(path)
	if err != nil {
		return nil, err
	}
	// Nobody else writes: without a log the file is all there is, and nothing is made beside it.
	c, err := openToLook(path, !wasKilled(path))
	if err != nil {
		lock.release()
		return nil, openFault(path, err)
	}
	s := &CopySource{copied{path, lock, c}}
	c.c.SetInterrupt(ctx.Done())
	steps, err := migrations.For("sqlite")
	if err == nil {
		err = s.checkSource(steps)
	}
	if err == nil {
		err = c.run("BEGIN")
	}
	if err != nil {
		return nil, errors.Join(openFault(path, err), s.Close())
	}
	return s, nil
}

// checkSource looks whether it is a database of this schema.
func (s *CopySource) checkSource(steps []migrations.Migration) error {
	at, err := schemaNumber(s.c)
	if err != nil {
		return err
	}
	if at == 0 {
		if err := refuseForeign(s.c, s.path); err != nil {
			return err
		}
		return refuseOther(s.c, steps)
	}
	return migrate(s.c, steps, Options{Path: s.path})
}

// Close implements copying.Reader.
func (d *copied) Close() error {
	d.c.c.SetInterrupt(nil)
	err := d.c.close()
	d.lock.release()
	return err
}

// Name implements copying.Reader: its path.
func (d *copied) Name() string { return d.path }

// Tables implements copying.Reader.
func (d *copied) Tables(context.Context) ([]copying.Table, error) {
	var tables []copying.Table
	err := d.c.Query(`SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY name`, nil, func(r store.Row) error {
		var name string
		err := r.Scan(&name)
		if !slices.Contains(copying.NameTables, name) && !slices.Contains(copying.MarkTables, name) {
			tables = append(tables, copying.Table{Name: name})
		}
		return err
	})
	for i := range tables {
		if err == nil {
			tables[i].Columns, err = d.columns(tables[i].Name)
		}
	}
	return copying.Sorted(tables), err
}

var kinds = map[string]copying.Kind{"INTEGER": copying.Whole, "REAL": copying.Float, "TEXT": copying.Text, "BLOB": copying.Bytes}

func (d *copied) columns(table string) (all []copying.Column, err error) {
	if numbered[table] {
		all = append(all, copying.Column{Name: "rowid", Kind: copying.Whole})
	}
	err = d.c.Query(`SELECT name, type FROM pragma_table_info(?)`, []any{table}, func(r store.Row) error {
		var name, declared string
		err := r.Scan(&name, &declared)
		kind, known := kinds[declared]
		if err == nil && !known {
			return fmt.Errorf("column %s of %s has the type %q", name, table, declared)
		}
		all = append(all, copying.Column{Name: name, Kind: kind})
		return err
	})
	return all, err
}

// Count implements copying.Source.
func (s *CopySource) Count(_ context.Context, table string) (n int64, err error) {
	err = s.c.Query(`SELECT count(*) FROM `+quoted(table), nil, func(r store.Row) error { return r.Scan(&n) })
	return n, err
}

// All implements copying.Reader.
func (d *copied) All(_ context.Context, table copying.Table, each func(copying.Row) error) error {
	return d.rows(`SELECT `+quotedColumns(table)+` FROM `+quoted(table.Name), nil, func(row copying.Row) error { return each(row) })
}

// After implements copying.Source. The key is the number of the row, where rows have one.
func (s *CopySource) After(_ context.Context, table copying.Table, key copying.Row, each func(key, row copying.Row) error) error {
	by, err := s.key(table.Name)
	if err != nil {
		return err
	}
	names := strings.Join(by, ", ")
	query := `SELECT ` + names + `, ` + quotedColumns(table) + ` FROM ` + quoted(table.Name)
	if key != nil {
		query += ` WHERE (` + names + `) > (` + strings.TrimSuffix(strings.Repeat("?, ", len(by)), ", ") + `)`
	}
	return s.rows(query+` ORDER BY `+names, key, func(row copying.Row) error { return each(row[:len(by):len(by)], row[len(by):]) })
}

func (s *CopySource) key(table string) (by []string, err error) {
	without := false
	err = s.c.Query(`SELECT wr FROM pragma_table_list WHERE schema = 'main' AND name = ?`, []any{table}, func(r store.Row) error { return r.Scan(&without) })
	if err != nil || !without {
		return []string{"rowid"}, err
	}
	err = s.c.Query(`SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk`, []any{table}, func(r store.Row) error {
		var name string
		err := r.Scan(&name)
		by = append(by, quoted(name))
		return err
	})
	return by, err
}

// rows hands over rows as they are kept, whatever their columns are declared to hold.
func (d *copied) rows(query string, args []any, each func(copying.Row) error) error {
	stmt, _, err := d.c.c.PrepareTransient(query)
	if err != nil {
		return err
	}
	defer func() { _ = stmt.Finalize() }()
	for i, arg := range args {
		if err := bind(stmt, i+1, arg); err != nil {
			return err
		}
	}
	for {
		more, err := stmt.Step()
		if err != nil || !more {
			return err
		}
		row := make(copying.Row, stmt.ColumnCount())
		for i := range row {
			switch stmt.ColumnType(i) {
			case sqlite.TypeInteger:
				row[i] = stmt.ColumnInt64(i)
			case sqlite.TypeFloat:
				row[i] = stmt.ColumnFloat(i)
			case sqlite.TypeText:
				row[i] = stmt.ColumnText(i)
			case sqlite.TypeBlob:
				bytes := make([]byte, stmt.ColumnLen(i))
				stmt.ColumnBytes(i, bytes)
				row[i] = bytes
			}
		}
		if err := each(row); err != nil {
			return err
		}
	}
}

// Sequences implements copying.Source.
func (s *CopySource) Sequences(context.Context) (map[string]int64, error) {
	last := map[string]int64{}
	var table string
	var n int64
	err := s.c.Query(`SELECT name, seq FROM sqlite_sequence`, nil, func(r store.Row) error {
		err := r.Scan(&table, &n)
		last[table] = n
		return err
	})
	return last, err
}

func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func quotedColumns(table copying.Table) string {
	names := make([]string, len(table.Columns))
	for i, c := range table.Columns {
		names[i] = quoted(c.Name)
		if c.Name == "rowid" {
			names[i] = "rowid" // in quotes it would be a text
		}
	}
	return strings.Join(names, ", ")
}
