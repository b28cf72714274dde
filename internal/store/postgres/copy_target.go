package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/store/copying"
)

// CopyTarget is a database that a copy is made in. It implements copying.Target.
type CopyTarget struct {
	copied
	schema int
}

// OpenCopyTarget opens an empty database, or one that a copy was begun in.
func OpenCopyTarget(ctx context.Context, url string) (*CopyTarget, error) {
	d, err := openCopied(ctx, url)
	if err != nil {
		return nil, err
	}
	t := &CopyTarget{copied: d}
	if err := t.prepare(ctx); err != nil {
		closeCopied(d.c)
		return nil, openFault(d.o, err)
	}
	return t, nil
}

// prepare makes the schema in what has none.
func (t *CopyTarget) prepare(ctx context.Context) (err error) {
	if t.schema, err = newest(); err != nil {
		return err
	}
	source, begun, err := mark(ctx, t.c)
	switch {
	case err != nil:
		return err
	case source == "":
		return migrate(ctx, t.c, t.o)
	case begun != t.schema:
		return copying.OfAnotherSchema(t.Name(), begun, t.schema)
	}
	return nil
}

// Begin implements copying.Target.
func (t *CopyTarget) Begin(ctx context.Context, source string) (map[string]copying.Progress, error) {
	was, _, err := mark(ctx, t.c)
	if err != nil {
		return nil, err
	}
	if was == "" {
		return nil, pgx.BeginFunc(ctx, t.c, func(tx pgx.Tx) error { return t.empty(ctx, tx, source) })
	}
	if was != source {
		return nil, copying.OfAnother(t.Name(), was, source)
	}
	rows, err := t.c.Query(ctx, `SELECT name, key, copied, checksum, replaced, done FROM `+copying.ProgressTable)
	if err != nil {
		return nil, err
	}
	all := map[string]copying.Progress{}
	var p copying.Progress
	var key string
	var sum int64
	_, err = pgx.ForEachRow(rows, []any{&p.Table, &key, &p.Rows, &sum, &p.Replaced, &p.Done}, func() (err error) {
		p.Sum = uint64(sum)
		p.Key, err = copying.ParseKey(key)
		all[p.Table] = p
		return err
	})
	return all, err
}

// toPutOff are the statements that take away what slows a copy down or keeps it from the order
// of tables, each with the one that makes it again: references, indexes, triggers.
const toPutOff = `
	SELECT format('ALTER TABLE %I DROP CONSTRAINT %I', relname, conname), format('ALTER TABLE %I ADD CONSTRAINT %I %s', relname, conname, pg_get_constraintdef(pg_constraint.oid)), 2, conname::text
		FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid
		WHERE relnamespace = current_schema()::regnamespace AND contype = 'f' AND conparentid = 0
	UNION ALL
	SELECT format('DROP INDEX %I', i.relname), pg_get_indexdef(indexrelid), 1, i.relname::text
		FROM pg_index JOIN pg_class AS i ON i.oid = indexrelid
		WHERE relnamespace = current_schema()::regnamespace AND NOT i.relispartition AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u', 'x'))
	UNION ALL
	SELECT DISTINCT format('ALTER TABLE %I DISABLE TRIGGER USER', relname), format('ALTER TABLE %I ENABLE TRIGGER USER', relname), 3, relname::text
		FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
		WHERE relnamespace = current_schema()::regnamespace AND NOT tgisinternal AND tgparentid = 0
	ORDER BY 3, 4`

// empty makes a database that nothing was kept in the target of a copy.
func (t *CopyTarget) empty(ctx context.Context, tx pgx.Tx, source string) error {
	tables, err := t.Tables(ctx)
	if err != nil {
		return err
	}
	err = copying.RefuseFilled(t.Name(), tables, func(table string, most int) (rows int, err error) {
		err = tx.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 FROM `+ident(table)+` LIMIT $1) AS found`, most).Scan(&rows)
		return rows, err
	})
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `
		CREATE TABLE `+copying.MarkTable+` (source text NOT NULL, schema bigint NOT NULL);
		CREATE TABLE `+copying.ProgressTable+` (name text PRIMARY KEY, key text NOT NULL, copied bigint NOT NULL, checksum bigint NOT NULL, replaced bigint NOT NULL, done boolean NOT NULL);
		CREATE TABLE `+copying.StatementTable+` (place bigint PRIMARY KEY, statement text NOT NULL);
		DELETE FROM `+strings.Join(copying.Prefilled, "; DELETE FROM "), pgx.QueryExecModeSimpleProtocol); err != nil {
		return err
	}
	if err := t.putOff(ctx, tx); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO `+copying.MarkTable+` (source, schema) VALUES ($1, $2)`, source, t.schema)
	return err
}

// putOff carries them out, and keeps those that make again what is gone, before those that are
// kept already.
func (t *CopyTarget) putOff(ctx context.Context, tx pgx.Tx) error {
	rows, err := tx.Query(ctx, toPutOff)
	if err != nil {
		return err
	}
	type statement struct {
		Off, On string
		Order   int
		Name    string
	}
	off, err := pgx.CollectRows(rows, pgx.RowToStructByPos[statement])
	if err != nil {
		return err
	}
	first := 0
	if err := tx.QueryRow(ctx, `SELECT coalesce(min(place), 0) - $1::bigint FROM `+copying.StatementTable, len(off)).Scan(&first); err != nil {
		return err
	}
	for i, s := range off {
		if _, err := tx.Exec(ctx, s.Off); err != nil {
			return fmt.Errorf("%s: %w", s.Off, err)
		}
		if s.Order == 3 { // a table whose triggers rest already is among those that are kept
			if _, err := tx.Exec(ctx, `DELETE FROM `+copying.StatementTable+` WHERE statement = $1`, s.On); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, `INSERT INTO `+copying.StatementTable+` (place, statement) VALUES ($1, $2)`, first+i, s.On); err != nil {
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
	return pgx.BeginFunc(ctx, t.c, func(tx pgx.Tx) error {
		if err := t.putOff(ctx, tx); err != nil {
			return err
		}
		all := `TRUNCATE ` + copying.ProgressTable
		for _, table := range tables {
			all += `, ` + ident(table.Name)
		}
		_, err := tx.Exec(ctx, all)
		return err
	})
}

// Fit implements copying.Target: a column holds one kind of values, and texts are UTF-8
// without NUL.
func (*CopyTarget) Fit(value any, kind copying.Kind) (any, bool, error) {
	switch v := value.(type) {
	case int64:
		switch kind {
		case copying.Whole:
			return v, false, nil
		case copying.Float:
			return float64(v), false, nil
		}
	case float64:
		if kind == copying.Float {
			return v, false, nil
		}
	case string:
		switch kind {
		case copying.Text:
			text := storable(v)
			return text, text != v, nil
		case copying.Bytes:
			return []byte(v), false, nil
		}
	case []byte:
		switch kind {
		case copying.Bytes:
			return v, false, nil
		case copying.Text:
			text := storable(string(v))
			return text, text != string(v), nil
		}
	}
	return nil, false, fmt.Errorf("it has a value of type %T among its %s", value, kind)
}

// Write implements copying.Target.
func (t *CopyTarget) Write(ctx context.Context, table copying.Table, rows []copying.Row, to copying.Progress) error {
	key, err := copying.FormatKey(to.Key)
	if err != nil {
		return err
	}
	names := make([]string, len(table.Columns))
	for i, c := range table.Columns {
		names[i] = c.Name
	}
	return t.explain(pgx.BeginFunc(ctx, t.c, func(tx pgx.Tx) error {
		if len(rows) > 0 {
			if _, err := tx.CopyFrom(ctx, pgx.Identifier{table.Name}, names, pgx.CopyFromSlice(len(rows), func(i int) ([]any, error) { return rows[i], nil })); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, `INSERT INTO `+copying.ProgressTable+` (name, key, copied, checksum, replaced, done) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (name) DO UPDATE SET key = excluded.key, copied = excluded.copied, checksum = excluded.checksum, replaced = excluded.replaced, done = excluded.done`,
			to.Table, key, to.Rows, int64(to.Sum), to.Replaced, to.Done)
		return err
	}))
}

// explain makes a fault of what the data of the source are to blame for.
func (t *CopyTarget) explain(err error) error {
	var answer *pgconn.PgError
	if !errors.As(err, &answer) {
		return err
	}
	what := answer.TableName
	if what == "" {
		what = "a table"
	}
	switch answer.Code {
	case "54000":
		return fault.Wrap(fault.Invalid, err, "%s has a name or key that is too long: PostgreSQL keeps at most some 2,700 bytes in an index", what).
			WithHint("shorten it where it is, or delete what has it; then copy again")
	case "23505":
		return fault.Wrap(fault.Invalid, err, "%s has two rows that are one to PostgreSQL, which keeps no NUL and only UTF-8", what).
			WithHint("delete one of them where it is: %s; then copy again", answer.Detail)
	case "53100":
		return fault.Wrap(fault.Full, err, "the disk of %s is full", t.Name()).WithHint("make room there; the same command goes on where it was")
	}
	return err
}

// Finish implements copying.Target.
func (t *CopyTarget) Finish(ctx context.Context, sequences map[string]int64, tell func(string)) error {
	rows, err := t.c.Query(ctx, `SELECT place, statement FROM `+copying.StatementTable+` ORDER BY place`)
	if err != nil {
		return err
	}
	type statement struct {
		Place int64
		SQL   string
	}
	left, err := pgx.CollectRows(rows, pgx.RowToStructByPos[statement])
	if err != nil {
		return err
	}
	for i, s := range left {
		tell(fmt.Sprintf("index or reference %d of %d", i+1, len(left)))
		err := pgx.BeginFunc(ctx, t.c, func(tx pgx.Tx) error {
			if _, err := tx.Exec(ctx, s.SQL); err != nil {
				return fmt.Errorf("%s: %w", s.SQL, err)
			}
			_, err := tx.Exec(ctx, `DELETE FROM `+copying.StatementTable+` WHERE place = $1`, s.Place)
			return err
		})
		if err != nil {
			return t.explain(err)
		}
	}
	tell("sequences and statistics")
	all, err := t.identities(ctx)
	if err != nil {
		return err
	}
	for _, i := range all {
		// It goes on behind the largest number that is there in any case.
		_, err := t.c.Exec(ctx, `SELECT setval($1::regclass, last) FROM (SELECT greatest($2::bigint, max(`+ident(i.Column)+`)) AS last FROM `+ident(i.Table)+`) AS numbers WHERE last > 0`,
			i.Sequence, sequences[i.Table])
		if err != nil {
			return err
		}
	}
	tables, err := t.Tables(ctx)
	if err != nil {
		return err
	}
	for _, table := range tables {
		if _, err := t.c.Exec(ctx, `ANALYZE `+ident(table.Name)); err != nil {
			return err
		}
	}
	return nil
}

// End implements copying.Target.
func (t *CopyTarget) End(ctx context.Context) error {
	return pgx.BeginFunc(ctx, t.c, func(tx pgx.Tx) error {
		for _, table := range copying.MarkTables {
			if _, err := tx.Exec(ctx, `DROP TABLE `+table); err != nil {
				return err
			}
		}
		return nil
	})
}
