package prefect

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"unicode/utf8"

	"github.com/google/uuid"
)

// object writes one JSON object by hand: encoding/json looks every field up by
// reflection and checks again what marshalers wrote, which costs a page of runs
// more than reading it. The types written so are tested to mean what
// encoding/json writes.
type object struct {
	b []byte
	// compact leaves null members out.
	compact bool
	members int
}

func newObject(b []byte, compact bool) object { return object{b: append(b, '{'), compact: compact} }

func (o *object) end() []byte { return append(o.b, '}') }

// key begins a member. Keys need no escapes.
func (o *object) key(name string) {
	if o.members++; o.members > 1 {
		o.b = append(o.b, ',')
	}
	o.b = append(append(append(o.b, '"'), name...), '"', ':')
}

func (o *object) null(name string) {
	if !o.compact {
		o.key(name)
		o.b = append(o.b, "null"...)
	}
}

func (o *object) raw(name string, value []byte) {
	if len(value) == 0 {
		o.null(name)
		return
	}
	o.key(name)
	o.b = append(o.b, value...)
}

// label writes a member whose key a client chose.
func (o *object) label(key string, value []byte) {
	if o.members++; o.members > 1 {
		o.b = append(o.b, ',')
	}
	o.b = append(appendText(o.b, key), ':')
	o.b = append(o.b, value...)
}

func (o *object) bool(name string, value bool) {
	o.key(name)
	o.b = strconv.AppendBool(o.b, value)
}

func (o *object) boolOrNull(name string, value *bool) {
	if value == nil {
		o.null(name)
		return
	}
	o.bool(name, *value)
}

func (o *object) int(name string, value int) {
	o.key(name)
	o.b = strconv.AppendInt(o.b, int64(value), 10)
}

func (o *object) intOrNull(name string, value *int) {
	if value == nil {
		o.null(name)
		return
	}
	o.int(name, *value)
}

func (o *object) float(name string, value float64) {
	o.key(name)
	o.b = appendFloat(o.b, value)
}

func (o *object) text(name, value string) {
	o.key(name)
	o.b = appendText(o.b, value)
}

func optional[T ~string](o *object, name string, value *T) {
	if value == nil {
		o.null(name)
		return
	}
	o.text(name, string(*value))
}

func (o *object) id(name string, value uuid.UUID) {
	o.key(name)
	b := append(o.b, '"')
	for i, part := range [...][]byte{value[:4], value[4:6], value[6:8], value[8:10], value[10:]} {
		if i > 0 {
			b = append(b, '-')
		}
		b = hex.AppendEncode(b, part)
	}
	o.b = append(b, '"')
}

func (o *object) idOrNull(name string, value *uuid.UUID) {
	if value == nil {
		o.null(name)
		return
	}
	o.id(name, *value)
}

func (o *object) time(name string, value Time) {
	o.key(name)
	o.b = append(value.appendText(append(o.b, '"')), '"')
}

func (o *object) timeOrNull(name string, value *Time) {
	if value == nil {
		o.null(name)
		return
	}
	o.time(name, *value)
}

func (o *object) texts(name string, values []string) {
	o.key(name)
	o.b = append(o.b, '[')
	for i, value := range values {
		if i > 0 {
			o.b = append(o.b, ',')
		}
		o.b = appendText(o.b, value)
	}
	o.b = append(o.b, ']')
}

// value writes what has no writer of its own.
func (o *object) value(name string, value any) {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		o.null(name) // only a defect gets here: every type of the contract can be encoded
		return
	}
	o.raw(name, bytes.TrimRight(buffer.Bytes(), "\n"))
}

func appendText(b []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			o := object{}
			o.value("", text)
			return append(b, o.b[len(`"":`):]...)
		}
	}
	return append(append(append(b, '"'), text...), '"')
}
