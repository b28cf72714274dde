package pyjson

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
)

// AppendSorted appends the text that Python's json.dumps(v, sort_keys=True)
// gives: keys in order, ", " and ": " between, only ASCII. Checksums of the
// reference are taken of it.
func AppendSorted(dst []byte, v Value) []byte { return appendSorted(dst, v, "") }

// AppendSortedWithout is AppendSorted of v without a key, in v and in the objects
// in it; what is in lists stays.
func AppendSortedWithout(dst []byte, v Value, key string) []byte { return appendSorted(dst, v, key) }

func appendSorted(dst []byte, v Value, omit string) []byte {
	switch v.kind {
	case Object:
		members := slices.Clone(v.members)
		slices.SortFunc(members, func(a, b Member) int { return strings.Compare(a.Key, b.Key) })
		if omit != "" {
			members = slices.DeleteFunc(members, func(m Member) bool { return m.Key == omit })
		}
		dst = append(dst, '{')
		for i, m := range members {
			if i > 0 {
				dst = append(dst, ", "...)
			}
			dst = append(appendASCII(dst, m.Key), ": "...)
			dst = appendSorted(dst, m.Value, omit)
		}
		return append(dst, '}')
	case Array:
		dst = append(dst, '[')
		for i, item := range v.items {
			if i > 0 {
				dst = append(dst, ", "...)
			}
			dst = appendSorted(dst, item, "")
		}
		return append(dst, ']')
	case String:
		return appendASCII(dst, v.text)
	case Float:
		f, _ := v.Float64()
		return appendFloat(dst, f)
	case Int:
		if string(v.raw) == "-0" {
			return append(dst, '0')
		}
	}
	return append(dst, v.Raw()...)
}

const hexDigits = "0123456789abcdef"

func appendASCII(dst []byte, text string) []byte {
	dst = append(dst, '"')
	for _, r := range text {
		switch {
		case r == '"', r == '\\':
			dst = append(dst, '\\', byte(r))
		case r == '\n':
			dst = append(dst, '\\', 'n')
		case r == '\r':
			dst = append(dst, '\\', 'r')
		case r == '\t':
			dst = append(dst, '\\', 't')
		case r == '\b':
			dst = append(dst, '\\', 'b')
		case r == '\f':
			dst = append(dst, '\\', 'f')
		case r >= ' ' && r <= '~':
			dst = append(dst, byte(r))
		case r > math.MaxUint16:
			high, low := utf16.EncodeRune(r)
			dst = appendUnit(appendUnit(dst, high), low)
		default:
			dst = appendUnit(dst, r)
		}
	}
	return append(dst, '"')
}

func appendUnit(dst []byte, unit rune) []byte {
	return append(dst, '\\', 'u', hexDigits[unit>>12&15], hexDigits[unit>>8&15], hexDigits[unit>>4&15], hexDigits[unit&15])
}

// appendFloat writes a float as Python's repr does: the shortest digits that
// read back, with an exponent below 1e-4 and from 1e16 on.
func appendFloat(dst []byte, f float64) []byte {
	switch {
	case math.IsInf(f, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(f, -1):
		return append(dst, "-Infinity"...)
	case math.IsNaN(f):
		return append(dst, "NaN"...)
	}
	if size := math.Abs(f); size != 0 && (size < 1e-4 || size >= 1e16) {
		return strconv.AppendFloat(dst, f, 'e', -1, 64)
	}
	start := len(dst)
	dst = strconv.AppendFloat(dst, f, 'f', -1, 64)
	if !strings.Contains(string(dst[start:]), ".") {
		dst = append(dst, ".0"...)
	}
	return dst
}
