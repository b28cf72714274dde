package pyjson

import (
	"bytes"
	"math"
	"math/big"
	"strconv"
	"unicode/utf8"
)

// AppendIndented appends a value as orjson writes it with an indent of two spaces.
func AppendIndented(dst []byte, v Value) []byte { return appendIndented(dst, v, 0) }

func appendIndented(dst []byte, v Value, level int) []byte {
	line := func(level int) {
		dst = append(dst, '\n')
		dst = append(dst, bytes.Repeat([]byte("  "), level)...)
	}
	switch v.kind {
	case String:
		return appendPlain(dst, v.text)
	case Int:
		if n, ok := new(big.Int).SetString(string(v.raw), 10); ok {
			return n.Append(dst, 10) // without the sign of -0
		}
		return append(dst, v.raw...)
	case Float:
		f, _ := v.Float64()
		return appendShortest(dst, f)
	case Array:
		if len(v.items) == 0 {
			return append(dst, "[]"...)
		}
		dst = append(dst, '[')
		for i, item := range v.items {
			if i > 0 {
				dst = append(dst, ',')
			}
			line(level + 1)
			dst = appendIndented(dst, item, level+1)
		}
		line(level)
		return append(dst, ']')
	case Object:
		if len(v.members) == 0 {
			return append(dst, "{}"...)
		}
		dst = append(dst, '{')
		for i, m := range v.members {
			if i > 0 {
				dst = append(dst, ',')
			}
			line(level + 1)
			dst = append(appendPlain(dst, m.Key), ": "...)
			dst = appendIndented(dst, m.Value, level+1)
		}
		line(level)
		return append(dst, '}')
	}
	return append(dst, v.Raw()...)
}

// appendShortest appends a float in as few digits as tell it from others; what is no
// number is null.
func appendShortest(dst []byte, f float64) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return append(dst, "null"...)
	}
	if size := math.Abs(f); size != 0 && (size < 1e-5 || size >= 1e16) {
		text := strconv.AppendFloat(nil, f, 'e', -1, 64)
		return append(dst, bytes.Replace(text, []byte("e-0"), []byte("e-"), 1)...)
	}
	before := len(dst)
	dst = strconv.AppendFloat(dst, f, 'f', -1, 64)
	if !bytes.ContainsRune(dst[before:], '.') {
		dst = append(dst, ".0"...)
	}
	return dst
}

// appendPlain appends a text in quotes, only what has to be escaped.
func appendPlain(dst []byte, text string) []byte {
	dst = append(dst, '"')
	for _, c := range text {
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', byte(c))
		case c == '\n':
			dst = append(dst, `\n`...)
		case c == '\r':
			dst = append(dst, `\r`...)
		case c == '\t':
			dst = append(dst, `\t`...)
		case c == '\b':
			dst = append(dst, `\b`...)
		case c == '\f':
			dst = append(dst, `\f`...)
		case c < ' ':
			const digits = "0123456789abcdef"
			dst = append(dst, `\u00`...)
			dst = append(dst, digits[c>>4], digits[c&15])
		default:
			dst = utf8.AppendRune(dst, c)
		}
	}
	return append(dst, '"')
}
