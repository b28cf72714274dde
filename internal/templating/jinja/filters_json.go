package jinja

import (
	"fmt"
	"math/big"
	"sort"
	"strings"
	"time"
	"unicode/utf16"
)

// jsonWriter writes values as json.dumps does with sorted keys, in the form that
// is safe in HTML.
type jsonWriter struct {
	writer
	indent string // "" writes all in one line
	spaced bool
}

func toJSON(e *evaluator, v any, a called) any {
	w := &jsonWriter{writer: writer{e: e}}
	if by := a.at(0, "indent", nil); by != nil {
		w.spaced = true
		if text, ok := asText(by); ok {
			w.indent = text
		} else {
			width := max(a.integer(0, "indent", 0), 0)
			e.take(width)
			w.indent = strings.Repeat(" ", width)
		}
	}
	w.json(v, 0)
	return markup(w.out.String())
}

func (w *jsonWriter) line(level int) {
	if w.spaced {
		w.e.takeTimes(len(w.indent), level)
		w.write("\n")
		w.out.WriteString(strings.Repeat(w.indent, level))
	}
}

func (w *jsonWriter) json(v any, level int) {
	defer w.e.down()()
	switch v := v.(type) {
	case nil:
		w.write("null")
	case bool:
		w.write(fmt.Sprint(v))
	case int, *big.Int:
		w.write(w.e.str(v))
	case float64:
		text := floatText(v)
		if at, ok := map[string]string{"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}[text]; ok {
			text = at
		}
		w.write(text)
	case string:
		w.quoted(v)
	case markup:
		w.quoted(string(v))
	case moment: // where the reference refuses
		w.quoted(v.Format("2006-01-02T15:04:05.999999Z07:00"))
	case lapse:
		w.write(floatText(time.Duration(v).Seconds()))
	case *list:
		w.array(v.items, level)
	case tuple:
		w.array(v, level)
	case *dict:
		w.object(v, level)
	case *object:
		w.object(v.dict(w.e), level)
	default:
		panic(raise("TypeError", "Object of type %s is not JSON serializable", typeName(v)))
	}
}

func (w *jsonWriter) array(items []any, level int) {
	if len(items) == 0 {
		w.write("[]")
		return
	}
	w.write("[")
	for i, item := range items {
		w.comma(i)
		w.line(level + 1)
		w.json(item, level+1)
	}
	w.line(level)
	w.write("]")
}

func (w *jsonWriter) comma(i int) {
	if i > 0 && w.spaced {
		w.write(",")
	} else if i > 0 {
		w.write(", ")
	}
}

func (w *jsonWriter) object(d *dict, level int) {
	if len(d.keys) == 0 {
		w.write("{}")
		return
	}
	keys := append([]any{}, d.keys...)
	w.e.take(len(keys) * sizeOfItem)
	sort.SliceStable(keys, func(i, j int) bool { return w.e.order(keys[i], keys[j], "<") < 0 })
	w.write("{")
	for i, key := range keys {
		w.comma(i)
		w.line(level + 1)
		switch key := key.(type) {
		case string:
			w.quoted(key)
		case markup:
			w.quoted(string(key))
		case nil, bool, int, *big.Int, float64:
			w.write(`"`)
			w.json(key, level)
			w.write(`"`)
		default:
			panic(raise("TypeError", "keys must be str, int, float, bool or None, not %s", typeName(key)))
		}
		w.write(": ")
		w.json(d.values[w.e.hash(key)], level+1)
	}
	w.line(level)
	w.write("}")
}

func (w *jsonWriter) quoted(text string) {
	w.e.take(6 * len(text))
	w.e.spend(len(text) / 4)
	var out strings.Builder
	out.WriteByte('"')
	for _, c := range text {
		switch {
		case c == '"' || c == '\\':
			out.WriteByte('\\')
			out.WriteRune(c)
		case c == '\n':
			out.WriteString(`\n`)
		case c == '\r':
			out.WriteString(`\r`)
		case c == '\t':
			out.WriteString(`\t`)
		case c == '\b':
			out.WriteString(`\b`)
		case c == '\f':
			out.WriteString(`\f`)
		case c == '<' || c == '>' || c == '&' || c == '\'' || c < ' ' || c > '~' && c <= 0xffff:
			out.WriteString(`\u` + hex(c, 4))
		case c > 0xffff:
			high, low := utf16.EncodeRune(c)
			out.WriteString(`\u` + hex(high, 4) + `\u` + hex(low, 4))
		default:
			out.WriteRune(c)
		}
	}
	out.WriteByte('"')
	w.write(out.String())
}
