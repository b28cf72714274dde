package prefect

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/pyjson"
)

// Time is a moment in UTC with microseconds, written as
// 2006-01-02T15:04:05.000000Z (the fraction is left out when it is zero).
type Time struct{ time.Time }

// At makes a Time of t.
func At(t time.Time) Time { return Time{t.UTC().Truncate(time.Microsecond)} }

// AtPointer makes a *Time of t.
func AtPointer(t time.Time) *Time { at := At(t); return &at }

// String returns the wire form without quotes.
func (t Time) String() string { return string(t.appendText(nil)) }

// appendText writes the wire form without quotes. Digits are written here because a page
// of runs has thousands of times, and time.Format reads its layout anew for each.
func (t Time) appendText(b []byte) []byte {
	at := t.UTC()
	year, month, day := at.Date()
	if year < 0 || year > 9999 {
		return at.AppendFormat(b, "2006-01-02T15:04:05.000000Z")
	}
	hour, minute, second := at.Clock()
	b = append(digits(b, year, 4), '-')
	b = append(digits(b, int(month), 2), '-')
	b = append(digits(b, day, 2), 'T')
	b = append(digits(b, hour, 2), ':')
	b = append(digits(b, minute, 2), ':')
	b = digits(b, second, 2)
	if micros := at.Nanosecond() / 1000; micros > 0 {
		b = digits(append(b, '.'), micros, 6)
	}
	return append(b, 'Z')
}

// digits writes n with leading zeros as that many digits.
func digits(b []byte, n, width int) []byte {
	begin := len(b)
	b = append(b, "000000"[:width]...)
	for i := begin + width - 1; n > 0; i-- {
		b[i] = byte('0' + n%10)
		n /= 10
	}
	return b
}

// MarshalJSON implements json.Marshaler.
func (t Time) MarshalJSON() ([]byte, error) {
	return strconv.AppendQuote(nil, t.String()), nil
}

// UnmarshalJSON reads any form that decode.ParseTime knows.
func (t *Time) UnmarshalJSON(data []byte) error {
	text, err := strconv.Unquote(string(data))
	if err != nil {
		return err
	}
	parsed, ok := decode.ParseTime(text)
	if !ok {
		return &time.ParseError{Value: text, Message: ": not an ISO 8601 time"}
	}
	t.Time = parsed
	return nil
}

// DecodeWire implements decode.Wire.
func (t *Time) DecodeWire(in pyjson.Value, at *decode.At) {
	if parsed, ok := decode.Time(in, at); ok {
		t.Time = parsed
	}
}

// Seconds is a length of time, written as seconds with a fraction.
type Seconds time.Duration

// MarshalJSON implements json.Marshaler.
func (s Seconds) MarshalJSON() ([]byte, error) {
	return appendFloat(nil, time.Duration(s).Round(time.Microsecond).Seconds()), nil
}

// UnmarshalJSON implements json.Unmarshaler.
func (s *Seconds) UnmarshalJSON(data []byte) error {
	f, err := strconv.ParseFloat(string(data), 64)
	if err != nil {
		return err
	}
	*s = Seconds(math.Round(f*1e6)) * Seconds(time.Microsecond)
	return nil
}

// DecodeWire implements decode.Wire.
func (s *Seconds) DecodeWire(in pyjson.Value, at *decode.At) {
	if d, ok := decode.Duration(in, at); ok {
		*s = Seconds(d)
	}
}

// Short is the time as people write it: "4h", "1h30m", "90ms".
func (s Seconds) Short() string {
	text := time.Duration(s).String()
	for _, nothing := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(text, nothing) {
			text = text[:len(text)-2]
		}
	}
	return text
}

// Float is a number that keeps its fraction when written: 2.0, not 2.
type Float float64

// MarshalJSON implements json.Marshaler.
func (f Float) MarshalJSON() ([]byte, error) { return appendFloat(nil, float64(f)), nil }

func appendFloat(b []byte, f float64) []byte {
	start := len(b)
	b = strconv.AppendFloat(b, f, 'g', -1, 64)
	for _, c := range b[start:] {
		if c == '.' || c == 'e' || c == 'n' || c == 'I' {
			return b
		}
	}
	return append(b, '.', '0')
}

// Object is a JSON object kept as it was written. Its zero value is {}.
type Object json.RawMessage

// MarshalJSON implements json.Marshaler.
func (o Object) MarshalJSON() ([]byte, error) {
	if len(o) == 0 {
		return []byte("{}"), nil
	}
	return o, nil
}

// UnmarshalJSON implements json.Unmarshaler.
func (o *Object) UnmarshalJSON(data []byte) error {
	*o = append((*o)[:0], data...)
	return nil
}

// DecodeWire implements decode.Wire.
func (o *Object) DecodeWire(in pyjson.Value, at *decode.At) {
	if in.Kind() != pyjson.Object {
		at.Fail("dict_type", "Input should be a valid dictionary", in, nil)
		return
	}
	*o = Object(in.Raw())
}

// Merged is the object with the keys of another put in; those of the other count.
func (o Object) Merged(other Object) (Object, error) {
	if len(other) == 0 {
		return o, nil
	}
	base, err := o.value()
	if err != nil {
		return nil, err
	}
	more, err := other.value()
	if err != nil {
		return nil, err
	}
	return Object(base.Merge(more.Members()).Raw()), nil
}

func (o Object) value() (pyjson.Value, error) {
	if len(o) == 0 {
		return pyjson.Parse([]byte("{}"))
	}
	return pyjson.Parse(o)
}

// Labels are key-value labels: strings, integers, floats and booleans, each
// kept as it was written.
type Labels map[string]json.RawMessage

// MarshalJSON implements json.Marshaler: no labels are {}.
func (l Labels) MarshalJSON() ([]byte, error) {
	if l == nil {
		return []byte("{}"), nil
	}
	return json.Marshal(map[string]json.RawMessage(l))
}

// DecodeWire implements decode.Wire; null counts as no labels.
func (l *Labels) DecodeWire(in pyjson.Value, at *decode.At) {
	if in.IsNull() {
		*l = Labels{}
		return
	}
	if in.Kind() != pyjson.Object {
		at.Fail("dict_type", "Input should be a valid dictionary", in, nil)
		return
	}
	labels := make(Labels, len(in.Members()))
	for _, m := range in.Members() {
		switch m.Value.Kind() {
		case pyjson.Array, pyjson.Object, pyjson.Null:
			place := at.Key(m.Key)
			place.Key("bool").Fail("bool_type", "Input should be a valid boolean", m.Value, nil)
			place.Key("int").Fail("int_type", "Input should be a valid integer", m.Value, nil)
			place.Key("float").Fail("float_type", "Input should be a valid number", m.Value, nil)
			place.Key("str").Fail("string_type", "Input should be a valid string", m.Value, nil)
		default:
			labels[m.Key] = m.Value.Raw()
		}
	}
	*l = labels
}

// Text makes a label of a string.
func Text(s string) json.RawMessage {
	b, _ := json.Marshal(s) // a string always marshals
	return b
}

// Tags are a list of tags; no tags are written as [].
type Tags []string

// MarshalJSON implements json.Marshaler.
func (t Tags) MarshalJSON() ([]byte, error) {
	if t == nil {
		return []byte("[]"), nil
	}
	return json.Marshal([]string(t))
}

// Has reports whether tag is among them.
func (t Tags) Has(tag string) bool {
	for _, have := range t {
		if have == tag {
			return true
		}
	}
	return false
}

// Union is the tags with those of another list that they lack, sorted.
func (t Tags) Union(other Tags) Tags {
	all := slices.Concat(t, other)
	slices.Sort(all)
	return slices.Compact(all)
}
