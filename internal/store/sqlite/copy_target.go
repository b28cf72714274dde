package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/store/copying"
	"github.com/reevehq/reeve/internal/store/migrations"
)

// CopyTarget is a database that a copy is made in. It implements copying.Target.
type CopyTarget struct {
	copied
	schema int
}

// OpenCopyTarget opens a new file, an empty database, or one that a copy was begun in; ctx
// ends what is done with it.
func OpenCopyTarget(ctx context.Context, path string) (*CopyTarget, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	path = real(path)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "the folder of database %s cannot be made", path).WithHint("choose a path that can be written")
	}
	lock, err := takeLock(path)
	if err != nil {
		return nil, err
	}
	if err := lock.hold(path); err != nil {
		lock.release()
		return nil, err
	}
	makePrivate(path)
	c, err := openConn(path, true)
	if err != nil {
		lock.release()
		return nil, openFault(path, err)
	}
	t := &CopyTarget{copied: copied{path, lock, c}}
	c.c.SetInterrupt(ctx.Done())
	if err := t.prepare(); err != nil {
		return nil, errors.Join(openFault(path, err), t.Close())
	}
	return t, nil
}

// prepare makes the schema in what has none. References are looked at when all is there, and
// what is sorted for an index may be larger than memory.
func (t *CopyTarget) prepare() error {
	steps, err := migrations.For("sqlite")
	if err != nil {
		return err
	}
	t.schema = len(steps)
	if err := checkVersion(t.c); err != nil {
		return err
	}
	source, begun, err := mark(t.c)
	switch {
	case err != nil:
		return err
	case source != "" && begun != t.schema:
		return copying.OfAnotherSchema(t.path, begun, t.schema)
	case source == "":
		if err := migrate(t.c, steps, Options{Path: t.path}); err != nil {
			return err
		}
	}
	for _, setting := range []string{"foreign_keys = OFF", "temp_store = FILE", "cache_size = -32000"} {
		if err := t.c.run("PRAGMA " + setting); err != nil {
			return err
		}
	}
	return nil
}

// mark tells of what a database is an unfinished copy, "" for none, and with which schema it
// was begun.
func mark(c *conn) (source string, schema int, err error) {
	there := false
	err = c.Query(`SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?`, []any{copying.MarkTable}, func(r store.Row) error { return r.Scan(&there) })
	if err != nil || !there {
		return "", 0, err
	}
	err = c.Query(`SELECT source, schema FROM `+copying.MarkTable, nil, func(r store.Row) error { return r.Scan(&source, &schema) })
	return source, schema, err
}

// refuseUnfinished keeps everything else off an unfinished copy.
func refuseUnfinished(c *conn, path string) error {
	source, _, err := mark(c)
	if err == nil && source != "" {
		return copying.Unfinished(path, source)
	}
	return err
}

// transaction runs body in one.
func (t *CopyTarget) transaction(body func() error) error {
	if err := t.c.run("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	err := body()
	if err == nil {
		err = t.c.run("COMMIT")
	}
	if err != nil && !t.c.c.AutocommitEnabled() {
		t.c.c.SetInterrupt(nil)
		err = errors.Join(err, t.c.run("ROLLBACK"))
	}
	return err
}

// Begin implements copying.Target.
func (t *CopyTarget) Begin(ctx context.Context, source string) (map[string]copying.Progress, error) {
	was, _, err := mark(t.c)
	if err != nil {
		return nil, err
	}
	if was == "" {
		return nil, t.transaction(func() error { return t.empty(ctx, source) })
	}
	if was != source {
		return nil, copying.OfAnother(t.path, was, source)
	}
	all := map[string]copying.Progress{}
	err = t.c.Query(`SELECT name, key, copied, checksum, replaced, done FROM `+copying.ProgressTable, nil, func(r store.Row) error {
		var p copying.Progress
		var key string
		var sum int64
		err := r.Scan(&p.Table, &key, &p.Rows, &sum, &p.Replaced, &p.Done)
		if err != nil {
			return err
		}
		p.Sum = uint64(sum)
		p.Key, err = copying.ParseKey(key)
		all[p.Table] = p
		return err
	})
	return all, err
}

// empty makes a database that nothing was kept in the target of a copy.
func (t *CopyTarget) empty(ctx context.Context, source string) error {
	tables, err := t.Tables(ctx)
	if err != nil {
		return err
	}
	err = copying.RefuseFilled(t.path, tables, func(table string, most int) (rows int, err error) {
		err = t.c.Query(`SELECT 1 FROM `+quoted(table)+` LIMIT ?`, []any{most}, func(store.Row) error { rows++; return nil })
		return rows, err
	})
	if err != nil {
		return err
	}
	for _, sql := range []string{
		`CREATE TABLE ` + copying.MarkTable + ` (source TEXT NOT NULL, schema INTEGER NOT NULL)`,
		`CREATE TABLE ` + copying.ProgressTable + ` (name TEXT PRIMARY KEY, key TEXT NOT NULL, copied INTEGER NOT NULL, checksum INTEGER NOT NULL, replaced INTEGER NOT NULL, done INTEGER NOT NULL) WITHOUT ROWID`,
		`CREATE TABLE ` + copying.StatementTable + ` (place INTEGER PRIMARY KEY, statement TEXT NOT NULL)`,
	} {
		if err := t.c.run(sql); err != nil {
			return err
		}
	}
	for _, table := range copying.Prefilled {
		if err := t.c.run(`DELETE FROM ` + quoted(table)); err != nil {
			return err
		}
	}
	if err := t.putOff(); err != nil {
		return err
	}
	_, err = t.c.Exec(`INSERT INTO `+copying.MarkTable+` (source, schema) VALUES (?, ?)`, source, t.schema)
	return err
}

// putOff takes indexes and triggers away, and keeps the statements that make them again, before
// those that are kept already.
func (t *CopyTarget) putOff() error {
	type object struct{ kind, name, sql string }
	var off []object
	err := t.c.Query(`SELECT type, name, sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql IS NOT NULL ORDER BY type, rowid`, nil, func(r store.Row) error {
		var o object
		err := r.Scan(&o.kind, &o.name, &o.sql)
		off = append(off, o)
		return err
	})
	if err != nil {
		return err
	}
	first := 0
	err = t.c.Query(`SELECT coalesce(min(place), 0) - ? FROM `+copying.StatementTable, []any{len(off)}, func(r store.Row) error { return r.Scan(&first) })
	if err != nil {
		return err
	}
	for i, o := range off {
		if err := t.c.run(`DROP ` + o.kind + ` ` + quoted(o.name)); err != nil {
			return err
		}
		if _, err := t.c.Exec(`INSERT INTO `+copying.StatementTable+` (place, statement) VALUES (?, ?)`, first+i, o.sql); err != nil {
			return err
		}
	}
	return nil
}

// Clear implements copying.Target.
func (t *CopyTarget) Clear(ctx context.Context) error {
	tables, err := t.Tables(ctx)
	if err != nil {
		return err
	}
	return t.transaction(func() error {
		if err := t.putOff(); err != nil {
			return err
		}
		for _, table := range append(tables, copying.Table{Name: copying.ProgressTable}) {
			if err := t.c.run(`DELETE FROM ` + quoted(table.Name)); err != nil {
				return err
			}
		}
		return nil
	})
}

// Fit implements copying.Target: SQLite holds whatever another database does.
func (*CopyTarget) Fit(value any, _ copying.Kind) (any, bool, error) { return value, false, nil }

// Write implements copying.Target.
func (t *CopyTarget) Write(_ context.Context, table copying.Table, rows []copying.Row, to copying.Progress) error {
	key, err := copying.FormatKey(to.Key)
	if err != nil {
		return err
	}
	insert := `INSERT INTO ` + quoted(table.Name) + ` (` + quotedColumns(table) + `) VALUES (` +
		strings.TrimSuffix(strings.Repeat("?, ", len(table.Columns)), ", ") + `)`
	return t.transaction(func() error {
		for _, row := range rows {
			if _, err := t.c.Exec(insert, row...); err != nil {
				return err
			}
		}
		_, err := t.c.Exec(`INSERT OR REPLACE INTO `+copying.ProgressTable+` (name, key, copied, checksum, replaced, done) VALUES (?, ?, ?, ?, ?, ?)`,
			to.Table, key, to.Rows, int64(to.Sum), to.Replaced, to.Done)
		return err
	})
}

// Finish implements copying.Target.
func (t *CopyTarget) Finish(_ context.Context, sequences map[string]int64, tell func(string)) error {
	type statement struct {
		place int64
		sql   string
	}
	var left []statement
	err := t.c.Query(`SELECT place, statement FROM `+copying.StatementTable+` ORDER BY place`, nil, func(r store.Row) error {
		var s statement
		err := r.Scan(&s.place, &s.sql)
		left = append(left, s)
		return err
	})
	if err != nil {
		return err
	}
	for i, s := range left {
		tell(fmt.Sprintf("index %d of %d", i+1, len(left)))
		err := t.transaction(func() error {
			if err := t.c.run(s.sql); err != nil {
				return fmt.Errorf("%s: %w", s.sql, err)
			}
			_, err := t.c.Exec(`DELETE FROM `+copying.StatementTable+` WHERE place = ?`, s.place)
			return err
		})
		if err != nil {
			return err
		}
	}
	tell("references")
	if err := brokenReferences(t.c, func(text string) error { return errors.New(text) }); err != nil {
		return err
	}
	return t.transaction(func() error {
		for table, last := range sequences {
			// Only some tables of SQLite's go on with numbers that were deleted.
			_, err := t.c.Exec(`DELETE FROM sqlite_sequence WHERE name = ?`, table)
			if err == nil {
				_, err = t.c.Exec(`INSERT INTO sqlite_sequence (name, seq) SELECT name, ? FROM sqlite_master WHERE type = 'table' AND name = ? AND sql LIKE '%AUTOINCREMENT%'`, last, table)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// End implements copying.Target.
func (t *CopyTarget) End(context.Context) error {
	return t.transaction(func() error {
		for _, table := range copying.MarkTables {
			if err := t.c.run(`DROP TABLE ` + table); err != nil {
				return err
			}
		}
		return nil
	})
}
