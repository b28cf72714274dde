package jinja

import (
	"math"
	"math/big"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

func runes(text string) int { return utf8.RuneCountInString(text) }

// writer writes values as Python shows them; what it writes is drawn from the
// evaluator's budget.
type writer struct {
	e   *evaluator
	out strings.Builder
	// sorted has the keys of objects in order.
	sorted bool
}

func (w *writer) write(text string) {
	w.e.take(len(text))
	w.e.spend(1 + len(text)/64)
	w.out.WriteString(text)
}

// str is Python's str of a value.
func (e *evaluator) str(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case markup:
		return string(v)
	case *undefined:
		return ""
	case *object:
		return v.str(e)
	case moment:
		return v.String()
	case lapse:
		return v.String()
	}
	return e.repr(v)
}

// repr is Python's repr of a value.
func (e *evaluator) repr(v any) string {
	w := &writer{e: e}
	w.repr(v)
	return w.out.String()
}

func (w *writer) repr(v any) {
	defer w.e.down()()
	switch v := v.(type) {
	case nil:
		w.write("None")
	case bool:
		if v {
			w.write("True")
		} else {
			w.write("False")
		}
	case int:
		w.write(strconv.Itoa(v))
	case *big.Int:
		w.write(digits(v))
	case float64:
		w.write(floatText(v))
	case string:
		w.e.spend(len(v) / 16)
		w.write(repr(v))
	case markup:
		w.write("Markup(" + repr(string(v)) + ")")
	case moment:
		w.write(v.repr())
	case lapse:
		w.write(v.repr())
	case *object:
		w.write(v.Class + "(")
		w.fields(v, ", ")
		w.write(")")
	case *list:
		w.series("[", v.items, "]")
	case tuple:
		if len(v) == 1 {
			w.series("(", v, ",)")
		} else {
			w.series("(", v, ")")
		}
	case *dict:
		w.write("{")
		for i, key := range w.keys(v) {
			if i > 0 {
				w.write(", ")
			}
			w.repr(key)
			w.write(": ")
			w.repr(v.values[w.e.hash(key)])
		}
		w.write("}")
	case *span:
		text := "range(" + strconv.Itoa(v.start) + ", " + strconv.Itoa(v.stop)
		if v.step != 1 {
			text += ", " + strconv.Itoa(v.step)
		}
		w.write(text + ")")
	case *sequence:
		if v.once {
			w.write("<generator object " + v.name + " at 0x0>")
			return
		}
		w.write(v.name)
		w.series("([", v.items, "])")
	case *undefined:
		w.write("Undefined")
	case *namespace:
		w.write("<Namespace ")
		w.repr(v.attributes)
		w.write(">")
	case *loop:
		w.write("<LoopContext " + strconv.Itoa(v.at+1) + "/" + strconv.Itoa(len(v.items)) + ">")
	case *function:
		w.write("<" + v.name + ">")
	}
}

func (w *writer) keys(d *dict) []any {
	if !w.sorted {
		return d.keys
	}
	return w.e.sorted(d.keys, func(key any) any { return w.e.str(key) }, false)
}

func (w *writer) series(begin string, items []any, end string) {
	w.write(begin)
	for i, item := range items {
		if i > 0 {
			w.write(", ")
		}
		w.repr(item)
	}
	w.write(end)
}

// digits writes a large integer, which Python does only up to a length.
func digits(n *big.Int) string {
	if n.BitLen() > longestInt*3322/1000+4 {
		panic(tooLong())
	}
	text := n.String()
	if len(strings.TrimPrefix(text, "-")) > longestInt {
		panic(tooLong())
	}
	return text
}

func tooLong() stop {
	return raise("ValueError", "Exceeds the limit (%d digits) for integer string conversion; use sys.set_int_max_str_digits() to increase the limit", longestInt)
}

// floatText writes a float as Python does.
func floatText(f float64) string {
	switch {
	case math.IsInf(f, 1):
		return "inf"
	case math.IsInf(f, -1):
		return "-inf"
	case math.IsNaN(f):
		return "nan"
	}
	if a := math.Abs(f); a != 0 && (a < 1e-4 || a >= 1e16) {
		return strconv.FormatFloat(f, 'e', -1, 64)
	}
	text := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(text, ".") {
		text += ".0"
	}
	return text
}

// repr writes text as Python shows it: in single quotes unless it holds some and
// no double ones.
func repr(text string) string {
	quote := '\''
	if strings.Contains(text, "'") && !strings.Contains(text, `"`) {
		quote = '"'
	}
	var out strings.Builder
	out.Grow(len(text) + 2)
	out.WriteRune(quote)
	for _, c := range text {
		switch {
		case c == quote || c == '\\':
			out.WriteByte('\\')
			out.WriteRune(c)
		case c == '\n':
			out.WriteString(`\n`)
		case c == '\r':
			out.WriteString(`\r`)
		case c == '\t':
			out.WriteString(`\t`)
		case c < ' ' || c == 0x7f || c > 0x7f && c <= 0xff && !unicode.IsPrint(c):
			out.WriteString(`\x` + hex(c, 2))
		case c > 0xff && !unicode.IsPrint(c) && c <= 0xffff:
			out.WriteString(`\u` + hex(c, 4))
		case c > 0xffff && !unicode.IsPrint(c):
			out.WriteString(`\U` + hex(c, 8))
		default:
			out.WriteRune(c)
		}
	}
	out.WriteRune(quote)
	return out.String()
}

func hex(c rune, width int) string {
	var text [8]byte
	for i := width - 1; i >= 0; i-- {
		text[i] = "0123456789abcdef"[c&15]
		c >>= 4
	}
	return string(text[:width])
}

var escapes = strings.NewReplacer("&", "&amp;", ">", "&gt;", "<", "&lt;", "'", "&#39;", `"`, "&#34;")

// escape makes a value safe in HTML.
func (e *evaluator) escape(v any) markup {
	if m, ok := v.(markup); ok {
		return m
	}
	text := e.str(v)
	e.take(5 * len(text))
	e.spend(len(text) / 32)
	return markup(escapes.Replace(text))
}
