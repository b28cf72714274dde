package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/reevehq/reeve/internal/budget"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/store"
)

// conn is a connection within a transaction.
type conn struct {
	c     *pgx.Conn
	texts *book
	// ctx ends the work of the transaction under way; store.Conn has none of its own.
	ctx context.Context
	// changes are statements that have changed rows, or may have.
	changes uint64
	// later are statements that are sent with the next one; nil when there are none. See
	// ExecLater.
	later *pgx.Batch
	// told are the topics that were touched, for other servers.
	told uint
	// claim is that of the read under way; nil has no bound. read counts the bytes read
	// since something was taken of it.
	claim *budget.Claim
	read  int64
	// way is how the transaction plans as it stands, if it is one that reads: others plan freely, since
	// what a savepoint undoes would be settings too.
	way   way
	reads bool
}

// IsPostgres implements store.Postgres.
func (*conn) IsPostgres() {}

// Tell notes topics of which other servers are told when the transaction is committed.
func (c *conn) Tell(topics uint) { c.told |= topics }

// What is read takes memory as it is, as the answer that is made of it, and as
// what the collector has not collected of making it.
const (
	readShare = 3
	readPiece = 64 << 10
)

// mostArguments bounds the conditions of a query, as for the other database.
const mostArguments = 10_000

// bind gives a statement as PostgreSQL has it, and its arguments.
func (c *conn) bind(query string, args []any) (spelled, []any, error) {
	if len(args) > mostArguments {
		return spelled{}, nil, fault.New(fault.Invalid, "The filter has more than %d conditions.", mostArguments)
	}
	values, types := make([]any, len(args)), make([]byte, len(args))
	for i, arg := range args {
		var err error
		if values[i], types[i], err = value(arg); err != nil {
			return spelled{}, nil, fmt.Errorf("bind argument %d of %s: %w", i+1, abridged(query), err)
		}
	}
	s := c.texts.of(query, types)
	bound := make([]any, len(s.uses))
	for i, u := range s.uses {
		if u.arg < 0 || u.arg >= len(values) {
			return spelled{}, nil, fmt.Errorf("%s has no argument %d", abridged(query), u.arg+1)
		}
		bound[i] = values[u.arg]
		if u.list != single {
			var err error
			if bound[i], err = list(u.list, values[u.arg]); err != nil {
				return spelled{}, nil, fmt.Errorf("bind argument %d of %s: %w", u.arg+1, abridged(query), err)
			}
		}
	}
	return s, bound, nil
}

// plans is what a transaction is told for a way of planning. What is off is still done where there is no other way.
var plans = map[way]string{
	free:    `SELECT set_config('enable_seqscan', 'on', TRUE), set_config('enable_bitmapscan', 'on', TRUE), set_config('enable_sort', 'on', TRUE)`,
	indexed: `SELECT set_config('enable_seqscan', 'off', TRUE), set_config('enable_bitmapscan', 'on', TRUE), set_config('enable_sort', 'on', TRUE)`,
	walked:  `SELECT set_config('enable_seqscan', 'off', TRUE), set_config('enable_bitmapscan', 'off', TRUE), set_config('enable_sort', 'off', TRUE)`, // a bitmap is made of all first
}

// plan has what comes next be planned in a way: it is told with it.
func (c *conn) plan(w way) {
	if c.reads && w != c.way {
		c.put(plans[w], nil)
		c.way = w
	}
}

// abridged is the beginning of a query, by which it is known.
func abridged(query string) string {
	const most = 300
	if len(query) <= most {
		return query
	}
	return strings.ToValidUTF8(query[:most], "") + "..."
}

// Exec implements store.Conn.
func (c *conn) Exec(query string, args ...any) (int64, error) {
	s, bound, err := c.bind(query, args)
	if err != nil {
		return 0, err
	}
	var tag pgconn.CommandTag
	if c.later == nil {
		if tag, err = c.c.Exec(c.ctx, s.sql, bound...); err != nil {
			return 0, c.explain(err, s.sql)
		}
	} else if err = c.with(s.sql, bound, func(answers pgx.BatchResults) (err error) {
		tag, err = answers.Exec()
		return c.explain(err, s.sql)
	}); err != nil {
		return 0, err
	}
	n := tag.RowsAffected()
	if n > 0 && !tag.Select() {
		c.changes++
	}
	return n, nil
}

// explain says which statement failed, unless it is the data that did.
func (c *conn) explain(err error, sql string) error {
	if err == nil {
		return nil
	}
	if ended := c.ctx.Err(); ended != nil && !errors.Is(err, ended) {
		err = errors.Join(ended, err)
	}
	return fmt.Errorf("%w (in %s)", err, abridged(sql))
}

// Query implements store.Conn. All rows are read before the first is handed over: each may
// ask the database something else, and PostgreSQL answers one question at a time.
func (c *conn) Query(query string, args []any, each func(store.Row) error) error {
	s, bound, err := c.bind(query, args)
	if err != nil {
		return err
	}
	c.plan(s.way)
	if !strings.HasPrefix(query, "SELECT") {
		c.changes++
	}
	columns, all, err := c.rows(s.sql, bound)
	if err != nil {
		return err
	}
	types := c.c.TypeMap()
	for _, values := range all {
		if err := each(row{columns, values, types}); err != nil {
			return err
		}
	}
	return nil
}

func (c *conn) rows(sql string, bound []any) (columns []column, all [][][]byte, err error) {
	if c.later != nil {
		err = c.with(sql, bound, func(answers pgx.BatchResults) (err error) {
			rows, err := answers.Query()
			columns, all, err = c.collect(rows, err, sql)
			return err
		})
		return columns, all, err
	}
	rows, err := c.c.Query(c.ctx, sql, bound...)
	return c.collect(rows, err, sql)
}

// collect reads all rows of an answer, or its error.
func (c *conn) collect(rows pgx.Rows, err error, sql string) (columns []column, all [][][]byte, _ error) {
	if err != nil {
		return nil, nil, c.explain(err, sql)
	}
	defer rows.Close()
	for rows.Next() {
		if columns == nil {
			for _, f := range rows.FieldDescriptions() {
				columns = append(columns, column{f.Name, f.DataTypeOID, f.Format == pgtype.BinaryFormatCode})
			}
		}
		all = append(all, c.keep(rows.RawValues()))
		if c.read >= readPiece {
			if err := c.takeRead(); err != nil {
				return nil, nil, err
			}
		}
	}
	if err := rows.Err(); err != nil {
		return nil, nil, c.explain(err, sql)
	}
	return columns, all, nil
}

// keep copies the values of a row, which are the connection's.
func (c *conn) keep(raw [][]byte) [][]byte {
	size := 0
	for _, v := range raw {
		size += len(v)
	}
	kept, values := make([]byte, 0, size), make([][]byte, len(raw))
	for i, v := range raw {
		if v != nil {
			start := len(kept)
			kept = append(kept, v...)
			values[i] = kept[start:len(kept):len(kept)]
		}
	}
	c.read += int64(size)
	return values
}

// takeRead takes memory for what was read.
func (c *conn) takeRead() error {
	n := c.read
	c.read = 0
	return c.claim.TakeNow(n * readShare)
}

// aborted reports whether the transaction can only be undone: one of its statements failed.
func (c *conn) aborted() bool { return c.c.PgConn().TxStatus() != 'T' }
