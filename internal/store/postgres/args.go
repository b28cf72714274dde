package postgres

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// The types of arguments, as a statement is spelled by.
const (
	ofNothing byte = '-' // null, of no type
	ofText    byte = 't'
	ofWhole   byte = 'w'
	ofFloat   byte = 'f'
	ofBytes   byte = 'b'
)

func castTo(t byte) string {
	switch t {
	case ofText:
		return "::text"
	case ofWhole:
		return "::bigint"
	case ofFloat:
		return "::double precision"
	case ofBytes:
		return "::bytea"
	}
	return ""
}

// marshaler and unmarshaler are what store.JSON gives.
type (
	marshaler   interface{ MarshalColumn() (string, error) }
	unmarshaler interface{ UnmarshalColumn(text string) error }
)

// value is an argument as it is sent, and its type.
func value(arg any) (any, byte, error) {
	switch v := arg.(type) {
	case nil:
		return nil, ofNothing, nil
	case string:
		return storable(v), ofText, nil
	case int:
		return int64(v), ofWhole, nil
	case int64:
		return v, ofWhole, nil
	case bool:
		if v {
			return int64(1), ofWhole, nil
		}
		return int64(0), ofWhole, nil
	case float64:
		return v, ofFloat, nil
	case uuid.UUID:
		return v[:], ofBytes, nil
	case []byte:
		if v == nil {
			v = []byte{}
		}
		return v, ofBytes, nil
	case time.Time:
		return v.UnixMicro(), ofWhole, nil
	case prefect.Time:
		return v.UnixMicro(), ofWhole, nil
	case time.Duration:
		return v.Microseconds(), ofWhole, nil
	case prefect.Seconds:
		return time.Duration(v).Microseconds(), ofWhole, nil
	case json.RawMessage:
		if v == nil {
			return nil, ofText, nil
		}
		return storable(string(v)), ofText, nil
	case prefect.Object:
		if v == nil {
			return "{}", ofText, nil
		}
		return storable(string(v)), ofText, nil
	case marshaler:
		text, err := v.MarshalColumn()
		return storable(text), ofText, err
	}
	return reflected(arg)
}

// reflected is the value of pointers, by what they point to, and of named types, by their kind.
func reflected(arg any) (any, byte, error) {
	v := reflect.ValueOf(arg)
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			_, t, err := value(reflect.Zero(v.Type().Elem()).Interface())
			return nil, t, err
		}
		return value(v.Elem().Interface())
	case reflect.String:
		return storable(v.String()), ofText, nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return v.Int(), ofWhole, nil
	case reflect.Float32, reflect.Float64:
		return v.Float(), ofFloat, nil
	}
	return nil, ofNothing, fmt.Errorf("type %T cannot be stored", arg)
}

// storable is a text as PostgreSQL takes it, which has neither the character NUL nor bytes that
// are no UTF-8: in their place is the one that says that something was there.
func storable(text string) string {
	if strings.IndexByte(text, 0) >= 0 {
		text = strings.ReplaceAll(text, "\x00", string(utf8.RuneError))
	}
	if !utf8.ValidString(text) {
		text = strings.ToValidUTF8(text, string(utf8.RuneError))
	}
	return text
}
