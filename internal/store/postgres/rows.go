package postgres

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/reevehq/reeve/internal/prefect"
)

// column is what a column of a result is.
type column struct {
	name   string
	oid    uint32
	binary bool
}

// row is one row of a result: the bytes of each column, nil for null.
type row struct {
	columns []column
	values  [][]byte
	types   *pgtype.Map
}

// Scan implements store.Row. What is null is read as nothing into what cannot be nil.
func (r row) Scan(dest ...any) error {
	if len(r.columns) != len(dest) {
		return fmt.Errorf("scan %d columns into %d destinations", len(r.columns), len(dest))
	}
	for i, d := range dest {
		if err := r.scan(i, d); err != nil {
			return fmt.Errorf("scan column %s: %w", r.columns[i].name, err)
		}
	}
	return nil
}

func (r row) isNull(i int) bool { return r.values[i] == nil }

// whole is a column's whole number; what a number has behind the point is left away.
func (r row) whole(i int) (int64, error) {
	v, c := r.values[i], r.columns[i]
	if v == nil {
		return 0, nil
	}
	if c.binary {
		switch {
		case c.oid == pgtype.Int8OID && len(v) == 8:
			return int64(binary.BigEndian.Uint64(v)), nil
		case c.oid == pgtype.Int4OID && len(v) == 4:
			return int64(int32(binary.BigEndian.Uint32(v))), nil
		case c.oid == pgtype.BoolOID && len(v) == 1:
			return int64(v[0]), nil
		}
	}
	f, err := r.float(i)
	return int64(f), err
}

func (r row) float(i int) (float64, error) {
	v, c := r.values[i], r.columns[i]
	switch {
	case v == nil:
		return 0, nil
	case c.binary && c.oid == pgtype.Float8OID && len(v) == 8:
		return math.Float64frombits(binary.BigEndian.Uint64(v)), nil
	case c.binary && (c.oid == pgtype.Int8OID || c.oid == pgtype.Int4OID || c.oid == pgtype.BoolOID):
		n, err := r.whole(i)
		return float64(n), err
	case c.oid == pgtype.TextOID:
		return strconv.ParseFloat(string(v), 64)
	}
	var f float64
	err := r.types.Scan(c.oid, r.format(i), v, &f)
	return f, err
}

func (r row) format(i int) int16 {
	if r.columns[i].binary {
		return pgtype.BinaryFormatCode
	}
	return pgtype.TextFormatCode
}

// text is a column's text; of a number, its digits.
func (r row) text(i int) (string, error) {
	v, c := r.values[i], r.columns[i]
	switch c.oid {
	case pgtype.Int8OID, pgtype.Int4OID:
		if v != nil && c.binary {
			n, err := r.whole(i)
			return strconv.FormatInt(n, 10), err
		}
	case pgtype.Float8OID, pgtype.NumericOID, pgtype.BoolOID:
		if v != nil && c.binary {
			return "", fmt.Errorf("type %d is no text", c.oid)
		}
	}
	return string(v), nil
}

func (r row) moment(i int) (time.Time, error) {
	n, err := r.whole(i)
	return time.UnixMicro(n).UTC(), err
}

func (r row) scan(i int, dest any) (err error) {
	switch d := dest.(type) {
	case *string:
		*d, err = r.text(i)
	case *int:
		var n int64
		n, err = r.whole(i)
		*d = int(n)
	case *int64:
		*d, err = r.whole(i)
	case *bool:
		var n int64
		n, err = r.whole(i)
		*d = n != 0
	case *float64:
		*d, err = r.float(i)
	case *uuid.UUID:
		return r.id(i, d)
	case *time.Time:
		*d, err = r.moment(i)
	case *prefect.Time:
		d.Time, err = r.moment(i)
	case *time.Duration:
		var n int64
		n, err = r.whole(i)
		*d = time.Duration(n) * time.Microsecond
	case *prefect.Seconds:
		var n int64
		n, err = r.whole(i)
		*d = prefect.Seconds(n) * prefect.Seconds(time.Microsecond)
	case *[]byte:
		*d = append([]byte{}, r.values[i]...)
	case *json.RawMessage:
		*d = nil
		if !r.isNull(i) {
			*d = append(json.RawMessage{}, r.values[i]...)
		}
	case *prefect.Object:
		*d = nil
		if !r.isNull(i) {
			*d = append(prefect.Object{}, r.values[i]...)
		}
	case unmarshaler:
		var text string
		if text, err = r.text(i); err == nil {
			err = d.UnmarshalColumn(text)
		}
	default:
		return r.reflected(i, dest)
	}
	return err
}

func (r row) id(i int, id *uuid.UUID) error {
	if n := len(r.values[i]); n != len(id) {
		return fmt.Errorf("an id of %d bytes", n)
	}
	copy(id[:], r.values[i])
	return nil
}

func (r row) reflected(i int, dest any) error {
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
		s, err := r.text(i)
		if err != nil {
			return err
		}
		v.SetString(s)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		n, err := r.whole(i)
		if err != nil {
			return err
		}
		v.SetInt(n)
	case reflect.Float32, reflect.Float64:
		f, err := r.float(i)
		if err != nil {
			return err
		}
		v.SetFloat(f)
	default:
		return fmt.Errorf("type %T cannot be read", dest)
	}
	return nil
}
