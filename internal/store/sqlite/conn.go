package sqlite

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"zombiezen.com/go/sqlite"

	"github.com/reevehq/reeve/internal/budget"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

// conn is a connection; statements are prepared once and kept by it, the ones
// used last if there are too many.
type conn struct {
	c        *sqlite.Conn
	prepared map[string]*prepared
	uses     uint64
	changes  uint64 // statements that have changed rows, or may have

	// claim is that of the read under way; nil has no bound. read counts the bytes
	// of texts read since something was taken of it.
	claim *budget.Claim
	read  int64
}

// prepared is a kept statement. One that is being stepped is never dropped.
type prepared struct {
	stmt *sqlite.Stmt
	used uint64
	busy bool
}

// mostPrepared bounds the statements that a connection keeps: the constant ones
// of the store, and room for those that filters make.
const mostPrepared = 400

func (c *conn) close() error { return c.c.Close() }

func (c *conn) run(query string) error {
	_, err := c.Exec(query)
	return err
}

// Exec implements store.Conn.
func (c *conn) Exec(query string, args ...any) (int64, error) {
	p, err := c.prepare(query, args)
	if err != nil {
		return 0, err
	}
	defer p.reset()
	for {
		more, err := p.stmt.Step()
		if err != nil {
			return 0, err
		}
		if !more {
			n := int64(c.c.Changes())
			if n > 0 {
				c.changes++
			}
			return n, nil
		}
	}
}

// Query implements store.Conn.
func (c *conn) Query(query string, args []any, each func(store.Row) error) error {
	p, err := c.prepare(query, args)
	if err != nil {
		return err
	}
	defer p.reset()
	if !strings.HasPrefix(query, "SELECT") {
		c.changes++
	}
	r := row{p.stmt, c}
	for {
		more, err := p.stmt.Step()
		if err != nil || !more {
			return err
		}
		if err := each(r); err != nil {
			return err
		}
		if c.read >= readPiece {
			if err := c.takeRead(); err != nil {
				return err
			}
		}
	}
}

// What is read takes memory as it is, as the answer that is made of it, and as
// what the collector has not collected of making it.
const (
	readShare = 3
	readPiece = 64 << 10
)

// takeRead takes memory for what was read.
func (c *conn) takeRead() error {
	n := c.read
	c.read = 0
	return c.claim.TakeNow(n * readShare)
}

// mostArguments bounds the conditions of a query; SQLite takes 32,766.
const mostArguments = 10_000

func (c *conn) prepare(query string, args []any) (*prepared, error) {
	if len(args) > mostArguments {
		return nil, fault.New(fault.Invalid, "The filter has more than %d conditions.", mostArguments)
	}
	p := c.prepared[query]
	if p == nil {
		stmt, err := c.c.Prepare(query)
		if err != nil {
			return nil, fmt.Errorf("prepare %s: %w", abridged(query), err)
		}
		if err := c.makeRoom(); err != nil {
			return nil, err
		}
		p = &prepared{stmt: stmt}
		if c.prepared == nil {
			c.prepared = map[string]*prepared{}
		}
		c.prepared[query] = p
	}
	if p.busy {
		return nil, fmt.Errorf("prepare %s: the query is running", abridged(query))
	}
	c.uses++
	p.used = c.uses
	if n := p.stmt.BindParamCount(); n != len(args) {
		return nil, fmt.Errorf("prepare %s: %d arguments for %d placeholders", abridged(query), len(args), n)
	}
	for i, arg := range args {
		if err := bind(p.stmt, i+1, arg); err != nil {
			return nil, fmt.Errorf("bind argument %d of %s: %w", i+1, abridged(query), err)
		}
	}
	p.busy = true
	return p, nil
}

// abridged is the beginning of a query, by which it is known: those of filters may
// have megabytes.
func abridged(query string) string {
	const most = 200
	if len(query) <= most {
		return strconv.Quote(query)
	}
	return fmt.Sprintf("%q... (%d bytes)", strings.ToValidUTF8(query[:most], ""), len(query))
}

// makeRoom drops the statement that has not been used for longest when too many
// are kept.
func (c *conn) makeRoom() error {
	if len(c.prepared) < mostPrepared {
		return nil
	}
	var oldest *prepared
	var query string
	for q, p := range c.prepared {
		if !p.busy && (oldest == nil || p.used < oldest.used) {
			oldest, query = p, q
		}
	}
	if oldest == nil {
		return nil
	}
	delete(c.prepared, query)
	return oldest.stmt.Finalize()
}

// reset frees the rows of a statement. What Reset returns repeats the error of
// the last step, which is already known; an interrupted connection refuses to
// clear the bindings, which the next use replaces anyway.
func (p *prepared) reset() {
	p.busy = false
	_ = p.stmt.Reset()
	_ = p.stmt.ClearBindings()
}

func bind(stmt *sqlite.Stmt, i int, arg any) error {
	switch v := arg.(type) {
	case nil:
		stmt.BindNull(i)
	case string:
		stmt.BindText(i, v)
	case int:
		stmt.BindInt64(i, int64(v))
	case int64:
		stmt.BindInt64(i, v)
	case bool:
		stmt.BindBool(i, v)
	case float64:
		stmt.BindFloat(i, v)
	case uuid.UUID:
		stmt.BindBytes(i, v[:])
	case time.Time:
		stmt.BindInt64(i, v.UnixMicro())
	case prefect.Time:
		stmt.BindInt64(i, v.UnixMicro())
	case time.Duration:
		stmt.BindInt64(i, v.Microseconds())
	case prefect.Seconds:
		stmt.BindInt64(i, time.Duration(v).Microseconds())
	case json.RawMessage:
		bindJSON(stmt, i, v)
	case prefect.Object:
		if v == nil {
			v = prefect.Object("{}")
		}
		stmt.BindText(i, string(v))
	case []byte:
		stmt.BindBytes(i, v)
	case marshaler:
		text, err := v.MarshalColumn()
		if err != nil {
			return err
		}
		stmt.BindText(i, text)
	default:
		return bindReflected(stmt, i, arg)
	}
	return nil
}

// marshaler and unmarshaler are what store.JSON gives.
type (
	marshaler   interface{ MarshalColumn() (string, error) }
	unmarshaler interface{ UnmarshalColumn(text string) error }
)

func bindJSON(stmt *sqlite.Stmt, i int, v json.RawMessage) {
	if v == nil {
		stmt.BindNull(i)
		return
	}
	stmt.BindText(i, string(v))
}

// bindReflected binds pointers, by what they point to, and named types, by
// their kind.
func bindReflected(stmt *sqlite.Stmt, i int, arg any) error {
	v := reflect.ValueOf(arg)
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			stmt.BindNull(i)
			return nil
		}
		return bind(stmt, i, v.Elem().Interface())
	case reflect.String:
		stmt.BindText(i, v.String())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		stmt.BindInt64(i, v.Int())
	case reflect.Float32, reflect.Float64:
		stmt.BindFloat(i, v.Float())
	default:
		return fmt.Errorf("type %T cannot be stored", arg)
	}
	return nil
}

type row struct {
	stmt *sqlite.Stmt
	conn *conn
}

// text is a column's text.
func (r row) text(i int) string {
	text := r.stmt.ColumnText(i)
	r.conn.read += int64(len(text))
	return text
}

// Scan implements store.Row.
func (r row) Scan(dest ...any) error {
	if n := r.stmt.ColumnCount(); n != len(dest) {
		return fmt.Errorf("scan %d columns into %d destinations", n, len(dest))
	}
	for i, d := range dest {
		if err := r.scan(i, d); err != nil {
			return fmt.Errorf("scan column %s: %w", r.stmt.ColumnName(i), err)
		}
	}
	return nil
}

func (r row) isNull(i int) bool { return r.stmt.ColumnType(i) == sqlite.TypeNull }

func (r row) scan(i int, dest any) error {
	switch d := dest.(type) {
	case *string:
		*d = r.text(i)
	case *int:
		*d = int(r.stmt.ColumnInt64(i))
	case *int64:
		*d = r.stmt.ColumnInt64(i)
	case *bool:
		*d = r.stmt.ColumnInt64(i) != 0
	case *float64:
		*d = r.stmt.ColumnFloat(i)
	case *uuid.UUID:
		return r.scanID(i, d)
	case *time.Time:
		*d = time.UnixMicro(r.stmt.ColumnInt64(i)).UTC()
	case *prefect.Time:
		d.Time = time.UnixMicro(r.stmt.ColumnInt64(i)).UTC()
	case *time.Duration:
		*d = time.Duration(r.stmt.ColumnInt64(i)) * time.Microsecond
	case *prefect.Seconds:
		*d = prefect.Seconds(r.stmt.ColumnInt64(i)) * prefect.Seconds(time.Microsecond)
	case *[]byte:
		*d = make([]byte, r.stmt.ColumnLen(i))
		r.stmt.ColumnBytes(i, *d)
	case *json.RawMessage:
		*d = nil
		if !r.isNull(i) {
			*d = json.RawMessage(r.text(i))
		}
	case *prefect.Object:
		*d = nil
		if !r.isNull(i) {
			*d = prefect.Object(r.text(i))
		}
	case **string:
		*d = nil
		if !r.isNull(i) {
			s := r.text(i)
			*d = &s
		}
	case **uuid.UUID:
		*d = nil
		if !r.isNull(i) {
			*d = new(uuid.UUID)
			return r.scanID(i, *d)
		}
	case **prefect.Time:
		*d = nil
		if !r.isNull(i) {
			*d = prefect.AtPointer(time.UnixMicro(r.stmt.ColumnInt64(i)))
		}
	case unmarshaler:
		return d.UnmarshalColumn(r.text(i))
	default:
		return r.scanReflected(i, dest)
	}
	return nil
}

func (r row) scanID(i int, id *uuid.UUID) error {
	if n := r.stmt.ColumnLen(i); n != len(id) {
		return fmt.Errorf("an id of %d bytes", n)
	}
	r.stmt.ColumnBytes(i, id[:])
	return nil
}

func (r row) scanReflected(i int, dest any) error {
	v := reflect.ValueOf(dest).Elem()
	switch v.Kind() {
	case reflect.Pointer:
		if r.isNull(i) {
			v.SetZero()
			return nil
		}
		target := reflect.New(v.Type().Elem())
		if err := r.scan(i, target.Interface()); err != nil {
			return err
		}
		v.Set(target)
	case reflect.String:
		v.SetString(r.text(i))
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(r.stmt.ColumnInt64(i))
	case reflect.Float32, reflect.Float64:
		v.SetFloat(r.stmt.ColumnFloat(i))
	default:
		return fmt.Errorf("type %T cannot be read", dest)
	}
	return nil
}
