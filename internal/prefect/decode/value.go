package decode

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/pyjson"
)

var (
	wireType     = reflect.TypeFor[Wire]()
	enumType     = reflect.TypeFor[Enum]()
	literalType  = reflect.TypeFor[Literal]()
	uuidType     = reflect.TypeFor[uuid.UUID]()
	timeType     = reflect.TypeFor[time.Time]()
	durationType = reflect.TypeFor[time.Duration]()
	rawType      = reflect.TypeFor[json.RawMessage]()
	valueType    = reflect.TypeFor[pyjson.Value]()
)

func decodeValue(in pyjson.Value, out reflect.Value, r *rules, at *At) {
	t := out.Type()
	if t.Kind() == reflect.Pointer {
		if in.IsNull() && !reflect.PointerTo(t.Elem()).Implements(nullableWire) {
			out.SetZero()
			return
		}
		target := reflect.New(t.Elem())
		if !out.IsNil() {
			target.Elem().Set(out.Elem())
		}
		before := at.Count()
		decodeValue(in, target.Elem(), r, at)
		if at.Count() == before {
			out.Set(target)
		}
		return
	}
	if out.CanAddr() && reflect.PointerTo(t).Implements(wireType) {
		out.Addr().Interface().(Wire).DecodeWire(in, at)
		return
	}
	switch t {
	case uuidType:
		decodeUUID(in, out, at)
		return
	case timeType:
		if parsed, ok := Time(in, at); ok {
			out.Set(reflect.ValueOf(parsed))
		}
		return
	case durationType:
		if parsed, ok := Duration(in, at); ok {
			out.SetInt(int64(parsed))
		}
		return
	case rawType:
		out.SetBytes(in.Raw())
		return
	case valueType:
		out.Set(reflect.ValueOf(in))
		return
	}
	switch t.Kind() {
	case reflect.String:
		decodeString(in, out, r, at)
	case reflect.Bool:
		if b, ok := Bool(in, at); ok {
			out.SetBool(b)
		}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		if n, ok := Int(in, at); ok && r.inBounds(float64(n), in, at) {
			out.SetInt(n)
		}
	case reflect.Float64, reflect.Float32:
		if f, ok := Float(in, at); ok && r.inBounds(f, in, at) {
			out.SetFloat(f)
		}
	case reflect.Slice:
		decodeSlice(in, out, r, at)
	case reflect.Map:
		decodeMap(in, out, r, at)
	case reflect.Struct:
		decodeStruct(in, out, at)
	default:
		panic("decode: unsupported type " + t.String())
	}
}

// nullableWire is implemented by Wire types that want to see null themselves
// even behind a pointer.
var nullableWire = reflect.TypeFor[interface {
	Wire
	DecodesNull()
}]()

func decodeString(in pyjson.Value, out reflect.Value, r *rules, at *At) {
	t := out.Type()
	switch {
	case t.Implements(enumType):
		values := out.Interface().(Enum).Values()
		decodeChoice(in, out, values, "enum", at)
		return
	case t.Implements(literalType):
		values := out.Interface().(Literal).Literals()
		decodeChoice(in, out, values, "literal_error", at)
		return
	}
	if in.Kind() != pyjson.String {
		at.Fail("string_type", "Input should be a valid string", in, nil)
		return
	}
	text := in.Text()
	size := utf8.RuneCountInString(text)
	switch {
	case r.minLength != nil && size < *r.minLength:
		at.Fail("string_too_short", fmt.Sprintf("String should have at least %s", plural(*r.minLength, "character")),
			in, map[string]any{"min_length": *r.minLength})
		return
	case r.maxLength != nil && size > *r.maxLength:
		at.Fail("string_too_long", fmt.Sprintf("String should have at most %s", plural(*r.maxLength, "character")),
			in, map[string]any{"max_length": *r.maxLength})
		return
	case r.pattern != nil && !r.pattern.MatchString(text):
		at.Fail("string_pattern_mismatch", "String should match pattern '"+r.patternText+"'",
			in, map[string]any{"pattern": r.patternText})
		return
	}
	out.SetString(text)
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func decodeChoice(in pyjson.Value, out reflect.Value, values []string, typ string, at *At) {
	if in.Kind() == pyjson.String {
		for _, v := range values {
			if v == in.Text() {
				out.SetString(v)
				return
			}
		}
	}
	expected := Choices(values)
	at.Fail(typ, "Input should be "+expected, in, map[string]any{"expected": expected})
}

// Choices writes a list of values as issues name them: 'a', 'b' or 'c'.
func Choices(values []string) string {
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = "'" + v + "'"
	}
	if len(quoted) == 1 {
		return quoted[0]
	}
	return strings.Join(quoted[:len(quoted)-1], ", ") + " or " + quoted[len(quoted)-1]
}

// MostIssues is how many issues of one body are of use to anybody: a list is
// not looked at further after that many.
const MostIssues = 1000

func decodeSlice(in pyjson.Value, out reflect.Value, r *rules, at *At) {
	if in.IsNull() && r.null {
		out.SetZero()
		return
	}
	if in.Kind() != pyjson.Array {
		at.Fail("list_type", "Input should be a valid list", in, nil)
		return
	}
	items := in.Items()
	// A list that is too long is not looked into; one that is too short is, first.
	if r.maxLength != nil && len(items) > *r.maxLength {
		at.Fail("too_long", fmt.Sprintf("List should have at most %s after validation, not %d", plural(*r.maxLength, "item"), len(items)),
			in, map[string]any{"field_type": "List", "max_length": *r.maxLength, "actual_length": len(items)})
		return
	}
	before := at.Count()
	list := reflect.MakeSlice(out.Type(), len(items), len(items))
	for i, item := range items {
		if at.Count() > MostIssues {
			return
		}
		element := list.Index(i)
		if element.Kind() == reflect.Pointer { // pointers save copies here; a list has no place for null
			element.Set(reflect.New(element.Type().Elem()))
			element = element.Elem()
		}
		decodeValue(item, element, noRules, at.Key(i))
	}
	if r.minLength != nil && len(items) < *r.minLength && at.Count() == before {
		at.Fail("too_short", fmt.Sprintf("List should have at least %s after validation, not %d", plural(*r.minLength, "item"), len(items)),
			in, map[string]any{"field_type": "List", "min_length": *r.minLength, "actual_length": len(items)})
		return
	}
	out.Set(list)
}

func decodeMap(in pyjson.Value, out reflect.Value, r *rules, at *At) {
	if in.IsNull() && r.null {
		out.SetZero()
		return
	}
	if in.Kind() != pyjson.Object {
		at.Fail("dict_type", "Input should be a valid dictionary", in, nil)
		return
	}
	m := reflect.MakeMapWithSize(out.Type(), len(in.Members()))
	for _, member := range in.Members() {
		value := reflect.New(out.Type().Elem()).Elem()
		decodeValue(member.Value, value, noRules, at.Key(member.Key))
		m.SetMapIndex(reflect.ValueOf(member.Key).Convert(out.Type().Key()), value)
	}
	out.Set(m)
}

func decodeStruct(in pyjson.Value, out reflect.Value, at *At) { decodeTagged(in, "", out, at) }

// decodeTagged decodes a struct. With a kind, the key "type" has to be that when it
// is given.
func decodeTagged(in pyjson.Value, kind string, out reflect.Value, at *At) {
	p := planOf(out.Type())
	if p.embedded && in.Kind() != pyjson.Object && !in.IsNull() {
		for _, f := range p.fields {
			at.Key(f.name).Fail("missing", "Field required", pyjson.Value{}, nil)
		}
		return
	}
	if in.Kind() != pyjson.Object && !p.embedded {
		at.Fail("model_attributes_type",
			"Input should be a valid dictionary or object to extract fields from", in, nil)
		return
	}
	if p, ok := out.Addr().Interface().(Prechecker); ok && !p.Precheck(in, at) {
		return
	}
	if d, ok := out.Addr().Interface().(Defaulter); ok {
		d.Defaults()
	}
	if w, ok := out.Addr().Interface().(Rewriter); ok {
		in = w.Rewrite(in)
	}
	var given *Given
	if p.given != nil {
		given = out.FieldByIndex(p.given).Addr().Interface().(*Given)
		given.keys = make(map[string]struct{}, len(in.Members()))
	}
	before := at.Count()
	if kind != "" {
		checkKind(in, kind, at)
	}
	for i := range p.fields {
		f := &p.fields[i]
		value, ok := in.Get(f.name)
		if !ok || p.embedded && value.IsNull() {
			if f.rules.required {
				at.Key(f.name).Fail("missing", "Field required", p.missingInput(in), nil)
			}
			continue
		}
		if given != nil {
			given.keys[f.name] = struct{}{}
		}
		*at.given++
		decodeValue(value, out.FieldByIndex(f.index), f.rules, at.Key(f.name))
	}
	if p.forbid {
		for _, m := range in.Members() {
			if _, known := p.byName[m.Key]; !known {
				at.Key(m.Key).Fail("extra_forbidden", "Extra inputs are not permitted", m.Value, nil)
			}
		}
	}
	if c, ok := out.Addr().Interface().(Checker); ok && at.Count() == before {
		c.Check(in, at)
	}
}

// missingInput is what an issue about a missing key shows as its input.
func (p *plan) missingInput(in pyjson.Value) pyjson.Value {
	if p.embedded {
		return pyjson.Value{}
	}
	return in
}
