package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/store/migrations"
)

// The locks of a database that replicas take in turn, with the schema that they are for:
// the first number is ours, lest other programs meet us.
const (
	writeLock   = `SELECT pg_advisory_xact_lock(1382376822, hashtext(current_schema()))`
	migrateLock = `SELECT pg_advisory_xact_lock(1382376823, hashtext(current_schema()))`
)

// migrate brings the schema to the last step, all in one transaction, while no other replica
// does. Its number is kept in a table of its own.
func migrate(ctx context.Context, c *pgx.Conn, o Options) error {
	steps, err := migrations.For("postgres")
	if err != nil {
		return err
	}
	last := steps[len(steps)-1].Number
	if err := refuseUnfinished(ctx, c, o); err != nil {
		return err
	}
	at, err := schemaNumber(ctx, c)
	if err != nil {
		return err
	}
	if at == last {
		return nil
	}
	if at > last {
		return fault.New(fault.Conflict, "database %s has schema %d, newer than this program's %d", o.name(), at, last).
			WithHint("run the newer reeve that wrote it, or restore a copy from before with the tools of PostgreSQL")
	}
	if at > 0 && !o.Migrate {
		return fault.New(fault.Conflict, "database %s has schema %d, this program needs %d", o.name(), at, last).
			WithHint("run: reeve server database upgrade --database URL")
	}
	return pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error {
		// A migration may take as long as the history is long.
		if _, err := tx.Exec(ctx, `SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; `+migrateLock, pgx.QueryExecModeSimpleProtocol); err != nil {
			return err
		}
		at, err := schemaNumber(ctx, c) // another replica may have done it meanwhile
		if err != nil {
			return err
		}
		if at == 0 {
			if err := refuseForeign(ctx, tx, o); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `CREATE TABLE schema_migration (number bigint PRIMARY KEY, name text NOT NULL, applied timestamptz NOT NULL DEFAULT now())`); err != nil {
				return err
			}
		}
		for _, step := range steps {
			if step.Number <= at {
				continue
			}
			if _, err := tx.Exec(ctx, step.SQL, pgx.QueryExecModeSimpleProtocol); err != nil {
				return fmt.Errorf("migration %04d_%s: %w", step.Number, step.Name, err)
			}
			if _, err := tx.Exec(ctx, `INSERT INTO schema_migration (number, name) VALUES ($1, $2)`, step.Number, step.Name); err != nil {
				return err
			}
			if at > 0 {
				o.Logger.Info("migrated the database", "schema", step.Number, "name", step.Name)
			}
		}
		return nil
	})
}

// schemaNumber is that of the schema; 0 where there is none.
func schemaNumber(ctx context.Context, c *pgx.Conn) (n int, err error) {
	var there bool
	if err := c.QueryRow(ctx, `SELECT to_regclass('schema_migration') IS NOT NULL`).Scan(&there); err != nil || !there {
		return 0, err
	}
	err = c.QueryRow(ctx, `SELECT max(number) FROM schema_migration`).Scan(&n)
	return n, err
}

// refuseForeign keeps Reeve off a schema of the reference's own.
func refuseForeign(ctx context.Context, tx pgx.Tx, o Options) error {
	var there bool
	err := tx.QueryRow(ctx, `SELECT to_regclass('alembic_version') IS NOT NULL`).Scan(&there)
	if err == nil && there {
		return fault.New(fault.Conflict, "database %s was made by Prefect's own server, whose format Reeve does not write", o.name()).
			WithHint("choose a new database, or a schema of its own with ?search_path=reeve; the old one stays as it is")
	}
	return err
}

// nullableColumns tells of the names of columns whether one of the name may be null.
func nullableColumns(ctx context.Context, c *pgx.Conn) (map[string]bool, error) {
	rows, err := c.Query(ctx, `SELECT attname::text, bool_or(NOT attnotnull) FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
		WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') AND attnum > 0 AND NOT attisdropped GROUP BY attname`)
	if err != nil {
		return nil, err
	}
	all := map[string]bool{}
	var name string
	var null bool
	_, err = pgx.ForEachRow(rows, []any{&name, &null}, func() error { all[name] = null; return nil })
	if err == nil && len(all) == 0 {
		err = errors.New("the schema has no columns")
	}
	return all, err
}
