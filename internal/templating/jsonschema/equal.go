package jsonschema

import (
	"math"
	"math/big"
	"sort"
	"strconv"
	"strings"
)

// longestInt bounds the digits of an integer that is reckoned with exactly; it is
// Python's own bound for reading one.
const longestInt = 4300

// equal reports whether two values are equal; true is not 1, and 1 is 1.0.
func (w *walker) equal(a, b any) bool {
	w.spend(1)
	switch a := a.(type) {
	case Number:
		other, ok := b.(Number)
		return ok && a.equals(other)
	case string:
		other, ok := b.(string)
		if !ok || len(a) != len(other) {
			return false
		}
		w.spend(len(a) / 256)
		return a == other
	case List:
		other, ok := b.(List)
		if !ok || len(a) != len(other) {
			return false
		}
		for i := range a {
			if !w.equal(a[i], other[i]) {
				return false
			}
		}
		return true
	case *Object:
		other, ok := b.(*Object)
		if !ok || a.Len() != other.Len() {
			return false
		}
		for _, key := range a.keys {
			if v, there := other.values[key]; !there || !w.equal(a.values[key], v) {
				return false
			}
		}
		return true
	case bool:
		return a == b
	case nil:
		return b == nil
	}
	return false // a placeholder is equal to nothing
}

func (n Number) equals(other Number) bool {
	if n.text == other.text {
		return true
	}
	if n.float != other.float {
		return false
	}
	return math.Abs(n.float) < 1<<53 || n.digits() == other.digits()
}

// digits writes a number so that equal ones are written alike.
func (n Number) digits() string {
	switch {
	case n.isInt:
		if n.text == "-0" {
			return "0"
		}
		return n.text
	case n.float == 0:
		return "0"
	case n.float == math.Trunc(n.float) && !math.IsInf(n.float, 0):
		whole, _ := big.NewFloat(n.float).Int(nil)
		return whole.String()
	}
	return "~" + strconv.FormatFloat(n.float, 'g', -1, 64)
}

// fingerprint writes a value so that equal ones, and no others, are written
// alike. n tells placeholders, which are equal to nothing, apart.
func (w *walker) fingerprint(to *strings.Builder, v any, n int) {
	w.spend(1)
	switch v := v.(type) {
	case nil:
		to.WriteString("null")
	case bool:
		to.WriteString(strconv.FormatBool(v))
	case Number:
		text := v.digits()
		w.take(len(text))
		to.WriteString(text)
	case string:
		w.take(2*len(v) + 2)
		to.WriteString(strconv.Quote(v))
	case List:
		to.WriteByte('[')
		for _, item := range v {
			w.fingerprint(to, item, n)
			to.WriteByte(',')
		}
		to.WriteByte(']')
	case *Object:
		keys := append([]string{}, v.keys...)
		w.spend(len(keys))
		sort.Strings(keys)
		to.WriteByte('{')
		for _, key := range keys {
			w.take(2*len(key) + 3)
			to.WriteString(strconv.Quote(key))
			w.fingerprint(to, v.values[key], n)
			to.WriteByte(',')
		}
		to.WriteByte('}')
	default:
		to.WriteString("?" + strconv.Itoa(n))
	}
}
