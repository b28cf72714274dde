package postgres

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/store/copying"
	"github.com/reevehq/reeve/internal/store/migrations"
)

// ownTables are not copied: they are about this database, not about what is kept in it.
var ownTables = slices.Concat([]string{"schema_migration", "replica", "leader", "task_run_offer", "task_worker_keys"}, copying.MarkTables, copying.NameTables)

// copied is a database that takes part in a copy. Its connection has the lock that keeps
// servers off, for as long as it lasts.
type copied struct {
	o Options
	c *pgx.Conn
}

// CopySource is a database that is copied elsewhere, read in one snapshot. It implements
// copying.Source.
type CopySource struct{ copied }

// openCopied opens a database of which this program is the only user.
func openCopied(ctx context.Context, url string) (copied, error) {
	o, err := Options{URL: url, Alone: true}.withDefaults()
	if err != nil {
		return copied{}, err
	}
	db := &DB{o: o, log: o.Logger}
	c, err := db.connect(ctx)
	if err != nil {
		return copied{}, openFault(o, err)
	}
	if err = db.check(ctx, c); err == nil {
		err = db.takeAlone(ctx, c)
	}
	if err == nil {
		// What is done takes as long as the database is large; the other end of the copy may keep
		// this one waiting as long.
		_, err = c.Exec(ctx, `SET statement_timeout = 0; SET lock_timeout = '30s'; SET idle_in_transaction_session_timeout = '1h'`, pgx.QueryExecModeSimpleProtocol)
	}
	if err != nil {
		closeCopied(c)
		return copied{}, openFault(o, err)
	}
	return copied{o, c}, nil
}

func closeCopied(c *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.Background(), closeTime)
	defer cancel()
	_ = c.Close(ctx)
}

// OpenCopySource opens a database to be copied. It fails with a fault when a server has it,
// or its schema is not this program's.
func OpenCopySource(ctx context.Context, url string) (*CopySource, error) {
	d, err := openCopied(ctx, url)
	if err != nil {
		return nil, err
	}
	schema, err := schemaNumber(ctx, d.c)
	if err == nil && schema == 0 {
		err = fault.New(fault.Invalid, "%s has nothing of Reeve's in it", d.o.name()).WithHint("reeve server database copy FROM TO: the database that has the data comes first")
	}
	if err == nil {
		err = migrate(ctx, d.c, d.o) // which only compares: Migrate is not set
	}
	if err == nil {
		_, err = d.c.Exec(ctx, `BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY`)
	}
	if err != nil {
		closeCopied(d.c)
		return nil, openFault(d.o, err)
	}
	return &CopySource{d}, nil
}

// Close implements copying.Reader.
func (d copied) Close() error {
	closeCopied(d.c)
	return nil
}

// Name implements copying.Reader.
func (d copied) Name() string { return d.o.name() }

var kinds = map[string]copying.Kind{"bigint": copying.Whole, "integer": copying.Whole, "double precision": copying.Float, "text": copying.Text, "bytea": copying.Bytes}

// Tables implements copying.Reader.
func (d copied) Tables(ctx context.Context) ([]copying.Table, error) {
	rows, err := d.c.Query(ctx, `SELECT relname::text, attname::text, format_type(atttypid, NULL) FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
		WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition AND attnum > 0 AND NOT attisdropped
			AND relname <> ALL ($1) ORDER BY relname, attname`, ownTables)
	if err != nil {
		return nil, err
	}
	var all []copying.Table
	var table, column, declared string
	_, err = pgx.ForEachRow(rows, []any{&table, &column, &declared}, func() error {
		kind, known := kinds[declared]
		if !known {
			return fmt.Errorf("column %s of %s has the type %s", column, table, declared)
		}
		if len(all) == 0 || all[len(all)-1].Name != table {
			all = append(all, copying.Table{Name: table})
		}
		last := &all[len(all)-1]
		last.Columns = append(last.Columns, copying.Column{Name: column, Kind: kind})
		return nil
	})
	return copying.Sorted(all), err
}

// Count implements copying.Source.
func (s *CopySource) Count(ctx context.Context, table string) (n int64, err error) {
	err = s.c.QueryRow(ctx, `SELECT count(*) FROM `+ident(table)).Scan(&n)
	return n, err
}

// All implements copying.Reader.
func (d copied) All(ctx context.Context, table copying.Table, each func(copying.Row) error) error {
	return d.rows(ctx, `SELECT `+strings.Join(identColumns(table), ", ")+` FROM `+ident(table.Name), nil, each)
}

// After implements copying.Source. The key is the number of runs, else the primary key.
func (s *CopySource) After(ctx context.Context, table copying.Table, key copying.Row, each func(key, row copying.Row) error) error {
	by, err := s.key(ctx, table)
	if err != nil {
		return err
	}
	names := strings.Join(by, ", ")
	query := `SELECT ` + names + `, ` + strings.Join(identColumns(table), ", ") + ` FROM ` + ident(table.Name)
	if key != nil {
		places := make([]string, len(by))
		for i := range places {
			places[i] = fmt.Sprintf("$%d", i+1)
		}
		query += ` WHERE (` + names + `) > (` + strings.Join(places, ", ") + `)`
	}
	return s.rows(ctx, query+` ORDER BY `+names, key, func(row copying.Row) error { return each(row[:len(by):len(by)], row[len(by):]) })
}

func (s *CopySource) key(ctx context.Context, table copying.Table) ([]string, error) {
	for _, c := range table.Columns {
		if c.Name == "rowid" {
			return []string{c.Name}, nil
		}
	}
	rows, err := s.c.Query(ctx, `SELECT quote_ident(attname) FROM pg_index CROSS JOIN unnest(indkey) WITH ORDINALITY AS part (number, place)
		JOIN pg_attribute ON attrelid = indrelid AND attnum = part.number WHERE indrelid = to_regclass(quote_ident($1)) AND indisprimary ORDER BY place`, table.Name)
	if err != nil {
		return nil, err
	}
	by, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err == nil && len(by) == 0 {
		err = fmt.Errorf("table %s has no primary key", table.Name)
	}
	return by, err
}

// rows hands rows over as they come from the database.
func (d copied) rows(ctx context.Context, query string, args []any, each func(copying.Row) error) error {
	rows, err := d.c.Query(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		values, err := rows.Values()
		if err != nil {
			return err
		}
		for i, v := range values {
			if n, ok := v.(int32); ok {
				values[i] = int64(n)
			}
		}
		if err := each(values); err != nil {
			return err
		}
	}
	return rows.Err()
}

// identities are the columns that number rows by themselves.
const identities = `SELECT relname::text, attname::text, pg_get_serial_sequence(quote_ident(relname), attname) FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
	WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition AND attidentity <> '' AND NOT attisdropped ORDER BY relname`

type identity struct{ Table, Column, Sequence string }

func (d copied) identities(ctx context.Context) ([]identity, error) {
	rows, err := d.c.Query(ctx, identities)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[identity])
}

// Sequences implements copying.Source.
func (s *CopySource) Sequences(ctx context.Context) (map[string]int64, error) {
	all, err := s.identities(ctx)
	if err != nil {
		return nil, err
	}
	last := map[string]int64{}
	for _, i := range all {
		var n int64
		if err := s.c.QueryRow(ctx, `SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM `+i.Sequence).Scan(&n); err != nil {
			return nil, err
		}
		last[i.Table] = n
	}
	return last, nil
}

func ident(name string) string { return pgx.Identifier{name}.Sanitize() }

func identColumns(table copying.Table) []string {
	names := make([]string, len(table.Columns))
	for i, c := range table.Columns {
		names[i] = ident(c.Name)
	}
	return names
}

// mark tells of what a database is an unfinished copy, "" for none, and with which schema it
// was begun.
func mark(ctx context.Context, c *pgx.Conn) (source string, schema int, err error) {
	var there bool
	if err := c.QueryRow(ctx, `SELECT to_regclass('`+copying.MarkTable+`') IS NOT NULL`).Scan(&there); err != nil || !there {
		return "", 0, err
	}
	err = c.QueryRow(ctx, `SELECT source, schema FROM `+copying.MarkTable).Scan(&source, &schema)
	return source, schema, err
}

// refuseUnfinished keeps everything else off an unfinished copy.
func refuseUnfinished(ctx context.Context, c *pgx.Conn, o Options) error {
	source, _, err := mark(ctx, c)
	if err == nil && source != "" {
		return copying.Unfinished(o.name(), source)
	}
	return err
}

// newest is the number of this program's schema.
func newest() (int, error) {
	steps, err := migrations.For("postgres")
	if err != nil {
		return 0, err
	}
	return steps[len(steps)-1].Number, nil
}
