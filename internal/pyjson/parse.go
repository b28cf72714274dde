package pyjson

import (
	"bytes"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"
)

// MaxDepth bounds nesting, so that hostile input cannot exhaust the stack: of the
// parser, and of all that walks over what was read.
const MaxDepth = 500

// SyntaxError is malformed JSON: the message and the position, in characters,
// that Python's json module gives for the same input.
type SyntaxError struct {
	Message  string
	Position int
}

// Error implements error.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("%s at character %d", e.Message, e.Position)
}

// Parse reads one JSON document. The result refers to data, which must not be
// changed afterwards. NaN and the infinities, which Python accepts, become null.
func Parse(data []byte) (Value, error) {
	if len(data) > mostValues && tooMany(data) {
		return Value{}, ErrTooMany
	}
	p := parser{data: data}
	p.space()
	v, err := p.value(0)
	if err != nil {
		return Value{}, err
	}
	p.space()
	if p.at < len(data) {
		return Value{}, p.fail("Extra data", p.at)
	}
	return v, nil
}

type parser struct {
	data []byte
	at   int
	// nonFinite counts the NaNs and infinities read so far: a container that
	// holds one cannot keep its own bytes.
	nonFinite int
	// values counts the values read so far.
	values int
}

// mostValues bounds the values of one text: each is kept with its place, which
// takes some fifty times the memory of the shortest. The largest parameters of a
// run (512 KB) hold fewer.
const mostValues = 300_000

// ErrTooMany says that a text holds more values than are read.
var ErrTooMany = fmt.Errorf("more than %d JSON values", mostValues)

// tooMany reports whether a text surely holds too many values, before any memory
// is taken for them: values are parted by commas. What is no JSON may be taken
// for too many.
func tooMany(data []byte) bool {
	commas := 0
	for at := 0; at < len(data); at++ {
		switch data[at] {
		case ',':
			if commas++; commas >= mostValues {
				return true
			}
		case '"':
			for at++; at < len(data) && data[at] != '"'; at++ {
				if data[at] == '\\' {
					at++
				}
			}
		}
	}
	return false
}

func (p *parser) fail(message string, at int) error {
	at = min(at, len(p.data))
	return &SyntaxError{Message: message, Position: utf8.RuneCount(p.data[:at])}
}

func (p *parser) space() {
	for p.at < len(p.data) {
		switch p.data[p.at] {
		case ' ', '\t', '\n', '\r':
			p.at++
		default:
			return
		}
	}
}

func (p *parser) peek() byte {
	if p.at < len(p.data) {
		return p.data[p.at]
	}
	return 0
}

func (p *parser) value(depth int) (Value, error) {
	if depth > MaxDepth {
		return Value{}, p.fail("Too deeply nested", p.at)
	}
	if p.values++; p.values > mostValues {
		return Value{}, ErrTooMany
	}
	start := p.at
	switch c := p.peek(); {
	case c == '"':
		text, err := p.str()
		return Value{kind: String, raw: p.data[start:p.at], text: text}, err
	case c == '{':
		return p.object(depth)
	case c == '[':
		return p.array(depth)
	case c == '-' || c >= '0' && c <= '9':
		return p.number()
	}
	for _, w := range words {
		if bytes.HasPrefix(p.data[p.at:], w.text) {
			p.at += len(w.text)
			if w.nonFinite {
				p.nonFinite++
			}
			return Value{kind: w.kind, raw: w.raw}, nil
		}
	}
	return Value{}, p.fail("Expecting value", start)
}

var words = []struct {
	text      []byte
	kind      Kind
	raw       []byte
	nonFinite bool
}{
	{[]byte("null"), Null, []byte("null"), false},
	{[]byte("true"), Bool, []byte("true"), false},
	{[]byte("false"), Bool, []byte("false"), false},
	{[]byte("NaN"), Null, []byte("null"), true},
	{[]byte("Infinity"), Null, []byte("null"), true},
}

func (p *parser) number() (Value, error) {
	start := p.at
	if p.peek() == '-' {
		p.at++
	}
	switch c := p.peek(); {
	case c == '0':
		p.at++
	case c >= '1' && c <= '9':
		p.digits()
	case bytes.HasPrefix(p.data[p.at:], []byte("Infinity")):
		p.at += len("Infinity")
		p.nonFinite++
		return Value{kind: Null, raw: []byte("null")}, nil
	default:
		return Value{}, p.fail("Expecting value", start)
	}
	kind := Int
	if p.peek() == '.' && p.digitAt(p.at+1) {
		kind = Float
		p.at++
		p.digits()
	}
	if c := p.peek(); c == 'e' || c == 'E' {
		next := p.at + 1
		if next < len(p.data) && (p.data[next] == '+' || p.data[next] == '-') {
			next++
		}
		if p.digitAt(next) {
			kind = Float
			p.at = next
			p.digits()
		}
	}
	return Value{kind: kind, raw: p.data[start:p.at]}, nil
}

func (p *parser) digitAt(i int) bool {
	return i < len(p.data) && p.data[i] >= '0' && p.data[i] <= '9'
}

func (p *parser) digits() {
	for p.digitAt(p.at) {
		p.at++
	}
}

func (p *parser) array(depth int) (Value, error) {
	start := p.at
	p.at++
	p.space()
	v := Value{kind: Array}
	if p.peek() == ']' && p.at < len(p.data) {
		p.at++
		v.raw = p.data[start:p.at]
		return v, nil
	}
	before := p.nonFinite
	for {
		item, err := p.value(depth + 1)
		if err != nil {
			return Value{}, err
		}
		v.items = append(v.items, item)
		p.space()
		switch p.peek() {
		case ']':
			p.at++
			v.raw = p.data[start:p.at]
			if p.nonFinite > before {
				v.raw = renderArray(v.items)
			}
			return v, nil
		case ',':
			p.at++
			p.space()
		default:
			return Value{}, p.fail("Expecting ',' delimiter", p.at)
		}
	}
}

func (p *parser) object(depth int) (Value, error) {
	start := p.at
	p.at++
	p.space()
	v := Value{kind: Object}
	var places map[string]int
	if p.peek() == '}' && p.at < len(p.data) {
		p.at++
		v.raw = p.data[start:p.at]
		return v, nil
	}
	before := p.nonFinite
	for {
		if p.peek() != '"' {
			return Value{}, p.fail("Expecting property name enclosed in double quotes", p.at)
		}
		key, err := p.str()
		if err != nil {
			return Value{}, err
		}
		p.space()
		if p.peek() != ':' {
			return Value{}, p.fail("Expecting ':' delimiter", p.at)
		}
		p.at++
		p.space()
		item, err := p.value(depth + 1)
		if err != nil {
			return Value{}, err
		}
		places = v.put(key, item, places)
		p.space()
		switch p.peek() {
		case '}':
			p.at++
			v.raw = p.data[start:p.at]
			if p.nonFinite > before {
				v.raw = renderObject(v.members)
			}
			return v, nil
		case ',':
			p.at++
			p.space()
		default:
			return Value{}, p.fail("Expecting ',' delimiter", p.at)
		}
	}
}

// searched is the most members that are searched one by one; larger objects keep
// the places of their keys in a map while they are read.
const searched = 32

// put sets a key. places is nil for a small object; it is given back for the
// next key.
func (v *Value) put(key string, item Value, places map[string]int) map[string]int {
	if places == nil && len(v.members) == searched {
		places = make(map[string]int, 2*searched)
		for i := range v.members {
			places[v.members[i].Key] = i
		}
	}
	if places != nil {
		if i, ok := places[key]; ok {
			v.members[i].Value = item
			return places
		}
		places[key] = len(v.members)
	} else {
		for i := range v.members {
			if v.members[i].Key == key {
				v.members[i].Value = item
				return nil
			}
		}
	}
	v.members = append(v.members, Member{key, item})
	return places
}

func (p *parser) str() (string, error) {
	start := p.at
	p.at++
	for i := p.at; i < len(p.data); i++ {
		switch c := p.data[i]; {
		case c == '"':
			text := p.data[p.at:i]
			p.at = i + 1
			if !utf8.Valid(text) {
				text = bytes.ToValidUTF8(text, []byte("\uFFFD"))
			}
			return string(text), nil
		case c == '\\':
			return p.escaped(start)
		case c < 0x20:
			return "", p.fail("Invalid control character at", i)
		}
	}
	return "", p.fail("Unterminated string starting at", start)
}

func (p *parser) escaped(start int) (string, error) {
	var out []byte
	for i := p.at; i < len(p.data); {
		c := p.data[i]
		switch {
		case c == '"':
			p.at = i + 1
			return string(bytes.ToValidUTF8(out, []byte("\uFFFD"))), nil
		case c < 0x20:
			return "", p.fail("Invalid control character at", i)
		case c != '\\':
			out = append(out, c)
			i++
			continue
		}
		if i+1 >= len(p.data) {
			break
		}
		if p.data[i+1] == 'u' {
			r, ok := p.hex(i + 2)
			if !ok {
				return "", p.fail("Invalid \\uXXXX escape", i+1)
			}
			i += 6
			if utf16.IsSurrogate(r) && i+1 < len(p.data) && p.data[i] == '\\' && p.data[i+1] == 'u' {
				if low, ok := p.hex(i + 2); ok {
					if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
						r = pair
						i += 6
					}
				}
			}
			out = utf8.AppendRune(out, r)
			continue
		}
		plain, ok := escapes[p.data[i+1]]
		if !ok {
			return "", p.fail("Invalid \\escape: ", i)
		}
		out = append(out, plain)
		i += 2
	}
	return "", p.fail("Unterminated string starting at", start)
}

var escapes = map[byte]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

func (p *parser) hex(at int) (rune, bool) {
	if at+4 > len(p.data) {
		return 0, false
	}
	var r rune
	for _, c := range p.data[at : at+4] {
		switch {
		case c >= '0' && c <= '9':
			r = r<<4 | rune(c-'0')
		case c >= 'a' && c <= 'f':
			r = r<<4 | rune(c-'a'+10)
		case c >= 'A' && c <= 'F':
			r = r<<4 | rune(c-'A'+10)
		default:
			return 0, false
		}
	}
	return r, true
}
