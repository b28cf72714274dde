package sqlite

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"zombiezen.com/go/sqlite/sqlitex"

	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/store/migrations"
)

// migrate brings the schema to the last of steps, each in a transaction of its
// own. The schema's number is the database's user_version.
func migrate(c *conn, steps []migrations.Migration, o Options) error {
	at, err := schemaNumber(c)
	if err != nil {
		return err
	}
	if at == 0 {
		if err := refuseForeign(c, o.Path); err != nil {
			return err
		}
	}
	if err := refuseUnfinished(c, o.Path); err != nil {
		return err
	}
	switch {
	case at > len(steps):
		return newerSchema(o.Path, at, len(steps))
	case at < len(steps) && !o.Migrate && at > 0:
		return fault.New(fault.Conflict, "database %s has schema %d, this program needs %d", o.Path, at, len(steps)).
			WithHint("run: %s", cmp.Or(o.Upgrade, "reeve server database upgrade --database "+o.Path))
	}
	if at > 0 && at < len(steps) {
		kept, err := snapshot(c, o, at)
		if err != nil {
			return fmt.Errorf("keep a copy of the database before its migration: %w", err)
		}
		o.Logger.Info("kept a copy of the database before its migration", "path", kept)
	}
	for _, step := range steps[at:] {
		if err := apply(c, step); err != nil {
			return fmt.Errorf("migration %04d_%s: %w", step.Number, step.Name, err)
		}
		if at > 0 {
			o.Logger.Info("migrated the database", "schema", step.Number, "name", step.Name)
		}
	}
	return nil
}

func newerSchema(path string, at, known int) error {
	return fault.New(fault.Conflict, "database %s has schema %d, newer than this program's %d", path, at, known).
		WithHint("%s", goBack(path, known))
}

// snapshot copies a database as it is before a migration.
func snapshot(c *conn, o Options, schema int) (path string, err error) {
	path = snapshotPath(o.Path, schema, o.Clock.Now())
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return path, err
	}
	work, err := newWork(filepath.Dir(path))
	if err != nil {
		return path, err
	}
	defer work.remove()
	if err := c.copyTo(work.file("part.db")); err != nil {
		return path, err
	}
	if err := publish(work.file("part.db"), path); err != nil {
		return path, err
	}
	return path, prune(o.Path, o.KeepSnapshots)
}

// goBack is the next step for an older program on a newer schema: the command
// that restores the copy from before the migration.
func goBack(path string, schema int) string {
	all, err := Snapshots(path)
	if err == nil {
		for _, s := range all {
			if s.Schema == schema {
				return fmt.Sprintf("run the newer reeve, or go back to the copy of %s, without what was written since: reeve server database restore %s --database %s",
					s.Time.Format(time.RFC3339), s.Path, path)
			}
		}
	}
	return "run the newer reeve that wrote it; no snapshot of the older schema is there"
}

// publish returns a finished file its name: it is there whole and on disk, or not
// at all.
func publish(part, path string) error {
	if err := syncFile(part); err != nil {
		return err
	}
	if err := os.Rename(part, path); err != nil {
		return err
	}
	return syncFile(filepath.Dir(path))
}

func syncFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// refuseForeign keeps Reeve off a database that another program made: above all
// the reference's own, which users may have at the same path.
func refuseForeign(c *conn, path string) error {
	tables, prefect := 0, false
	err := c.Query("SELECT name FROM sqlite_master WHERE type = 'table'", nil, func(r store.Row) error {
		var name string
		tables++
		err := r.Scan(&name)
		prefect = prefect || name == "alembic_version"
		return err
	})
	switch {
	case err != nil || tables == 0:
		return err
	case prefect:
		return fault.New(fault.Conflict, "database %s was made by Prefect's own server, whose format Reeve does not write", path).
			WithHint("choose a new path with --database; the old file stays as it is")
	}
	return fault.New(fault.Conflict, "database %s was made by another program", path).
		WithHint("choose a new path with --database")
}

func schemaNumber(c *conn) (int, error) {
	var n int
	err := c.Query("PRAGMA user_version", nil, func(r store.Row) error { return r.Scan(&n) })
	return n, err
}

// apply carries out a step. References are checked at its end and not enforced
// on the way: SQLite takes a dropped table for the deletion of its rows, which
// would take along what refers to them.
func apply(c *conn, step migrations.Migration) (err error) {
	if err := sqlitex.ExecuteTransient(c.c, "PRAGMA foreign_keys = OFF", nil); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, sqlitex.ExecuteTransient(c.c, "PRAGMA foreign_keys = ON", nil)) }()
	end, err := sqlitex.ImmediateTransaction(c.c)
	if err != nil {
		return err
	}
	defer end(&err)
	if err := sqlitex.ExecuteScript(c.c, step.SQL, nil); err != nil {
		return err
	}
	var broken int
	err = c.Query("PRAGMA foreign_key_check", nil, func(store.Row) error { broken++; return nil })
	if err != nil {
		return err
	}
	if broken > 0 {
		return fmt.Errorf("%d rows refer to rows that do not exist", broken)
	}
	return sqlitex.ExecuteTransient(c.c, fmt.Sprintf("PRAGMA user_version = %d", step.Number), nil)
}
