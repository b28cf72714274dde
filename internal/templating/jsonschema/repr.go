package jsonschema

import (
	"math"
	"strconv"
	"strings"
	"unicode"

	"github.com/reevehq/reeve/internal/budget"
)

// shown is a value in a sentence, written as Python shows it.
type shown struct{ value any }

// writer writes text whose length is drawn from a budget.
type writer struct {
	budget *budget.Budget
	text   []byte
	err    error
}

// take reserves room for n more bytes; false ends the writing.
func (w *writer) take(n int) bool {
	if w.err == nil {
		w.err = w.budget.Take(int64(n))
	}
	if w.err == nil {
		w.err = w.budget.Step(1 + int64(n)/64)
	}
	return w.err == nil
}

func (w *writer) plain(text string) {
	if w.take(len(text)) {
		w.text = append(w.text, text...)
	}
}

// part writes one part of a sentence: text as it is, a number, a shown value, or
// several things with commas between.
func (w *writer) part(part any) {
	switch part := part.(type) {
	case string:
		w.plain(part)
	case int:
		w.plain(strconv.Itoa(part))
	case shown:
		w.value(part.value)
	case []string:
		for i, text := range part {
			if i > 0 {
				w.plain(", ")
			}
			w.quoted(text)
		}
	case []shown:
		for i, one := range part {
			if i > 0 {
				w.plain(", ")
			}
			w.value(one.value)
		}
	}
}

func (w *writer) value(v any) {
	if w.err != nil {
		return
	}
	switch v := v.(type) {
	case bool:
		if v {
			w.plain("True")
		} else {
			w.plain("False")
		}
	case Number:
		w.plain(v.repr())
	case string:
		w.quoted(v)
	case List:
		w.plain("[")
		for i, item := range v {
			if i > 0 {
				w.plain(", ")
			}
			if w.value(item); w.err != nil {
				return
			}
		}
		w.plain("]")
	case *Object:
		w.plain("{")
		for i, key := range v.keys {
			if i > 0 {
				w.plain(", ")
			}
			w.quoted(key)
			w.plain(": ")
			if w.value(v.values[key]); w.err != nil {
				return
			}
		}
		w.plain("}")
	default:
		w.plain("None")
	}
}

func (w *writer) quoted(text string) {
	if w.take(len(text) + 2) {
		w.text = appendQuoted(w.text, text)
	}
}

// Repr writes a value as Python shows it.
func Repr(b *budget.Budget, v any) (string, error) {
	w := &writer{budget: b}
	w.value(v)
	return string(w.text), w.err
}

func (n Number) repr() string {
	if n.isInt {
		return n.text
	}
	f := n.float
	if a := math.Abs(f); a != 0 && (a < 1e-4 || a >= 1e16) {
		if math.IsInf(f, 0) {
			return strings.ToLower(strings.TrimPrefix(strconv.FormatFloat(f, 'f', -1, 64), "+"))
		}
		return strconv.FormatFloat(f, 'e', -1, 64)
	}
	text := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(text, ".") {
		text += ".0"
	}
	return text
}

// Quote writes text as Python shows it: in single quotes unless it holds some
// and no double ones.
func Quote(text string) string { return string(appendQuoted(nil, text)) }

func appendQuoted(b []byte, text string) []byte {
	quote := byte('\'')
	if strings.Contains(text, "'") && !strings.Contains(text, `"`) {
		quote = '"'
	}
	b = append(b, quote)
	for _, c := range text {
		switch {
		case c == rune(quote) || c == '\\':
			b = append(b, '\\', byte(c))
		case c == '\n':
			b = append(b, `\n`...)
		case c == '\r':
			b = append(b, `\r`...)
		case c == '\t':
			b = append(b, `\t`...)
		case c < ' ' || c == 0x7f || c > 0x7f && c <= 0xff && !unicode.IsPrint(c):
			b = append(b, `\x`...)
			b = append(b, hexDigits(uint32(c), 2)...)
		case c > 0xff && !unicode.IsPrint(c):
			if c <= 0xffff {
				b = append(append(b, `\u`...), hexDigits(uint32(c), 4)...)
			} else {
				b = append(append(b, `\U`...), hexDigits(uint32(c), 8)...)
			}
		default:
			b = append(b, string(c)...)
		}
	}
	return append(b, quote)
}

func hexDigits(n uint32, width int) string {
	text := strconv.FormatUint(uint64(n), 16)
	return strings.Repeat("0", max(0, width-len(text))) + text
}
