package jinja

import (
	"encoding/json"
	"math"
	"math/big"
	"sort"
	"strconv"
	"time"
)

// A value is nil, bool, int, *big.Int (what an int cannot hold), float64, string,
// moment, lapse, markup, *list, tuple, *dict, *span, *sequence, *undefined, *namespace, *loop,
// *object, or a *function.
type (
	// markup is text that is safe in HTML.
	markup string
	list   struct{ items []any }
	tuple  []any
	// span is a range.
	span struct{ start, stop, step, length int }
	// sequence is what Python goes through once (a generator) or sees through
	// (the items of an object): name is how it is shown.
	sequence struct {
		items []any
		name  string
		once  bool
	}
	// undefined is a value that is not there: hint says why, class is the error of
	// what uses it.
	undefined struct {
		hint  string
		class string
	}
	namespace struct{ attributes *dict }
	function  struct {
		name string
		call func(e *evaluator, a called) any
	}
)

// called are the arguments of a call.
type called struct {
	positional []any
	names      []string
	named      map[string]any
}

// longestInt is Python's bound for the digits of an integer that is read or written.
const longestInt = 4300

// What values take, in bytes.
const (
	sizeOfItem  = 16
	sizeOfEntry = 96
)

// dict is an object in the order of its keys.
type dict struct {
	keys   []any
	values map[string]any
	places map[string]int
}

func newDict() *dict { return &dict{values: map[string]any{}, places: map[string]int{}} }

func (d *dict) set(hash string, key, value any) {
	if _, there := d.values[hash]; !there {
		d.places[hash] = len(d.keys)
		d.keys = append(d.keys, key)
	}
	d.values[hash] = value
}

// text finds a key that is text.
func (d *dict) text(key string) (any, bool) {
	v, there := d.values["s"+key]
	return v, there
}

// normal is an integer as a value: an int when it fits.
func normal(n *big.Int) any {
	if n.IsInt64() {
		return int(n.Int64())
	}
	return n
}

// Ordered is an object whose keys have an order.
type Ordered struct {
	Keys   []string
	Values map[string]any
}

// value makes a value of what the caller gave.
func (e *evaluator) value(v any) any {
	defer e.down()()
	e.spend(1)
	switch v := v.(type) {
	case nil, bool, int, float64, *list, tuple, *dict, *object, *undefined, moment, lapse:
		return v
	case time.Time:
		return moment{v.UTC().Truncate(time.Microsecond)}
	case time.Duration:
		return lapse(v.Truncate(time.Microsecond))
	case *Object:
		return &object{v, map[string]any{}}
	case string:
		e.take(len(v))
		return v
	case int64:
		return int(v)
	case json.Number:
		if n, ok := new(big.Int).SetString(string(v[:min(len(v), longestInt)]), 10); ok {
			return normal(n)
		}
		f, _ := v.Float64()
		return f
	case []any:
		e.take(len(v) * sizeOfItem)
		l := &list{make([]any, len(v))}
		for i, item := range v {
			l.items[i] = e.value(item)
		}
		return l
	case map[string]string:
		values := make(map[string]any, len(v))
		for key, text := range v {
			values[key] = text
		}
		return e.value(values)
	case map[string]any:
		keys := make([]string, 0, len(v))
		for key := range v {
			keys = append(keys, key)
		}
		sort.Strings(keys)
		return e.value(Ordered{keys, v})
	case Ordered:
		d := newDict()
		e.take(len(v.Keys) * sizeOfEntry)
		for _, key := range v.Keys {
			d.set("s"+key, key, e.value(v.Values[key]))
		}
		return d
	}
	panic(raise("TypeError", "a template cannot hold a %T", v))
}

// plain is a value as filters of the caller see it.
func (e *evaluator) plain(v any) any {
	defer e.down()()
	e.spend(1)
	switch v := v.(type) {
	case markup:
		return string(v)
	case *dict:
		out := make(map[string]any, len(v.keys))
		e.take(len(v.keys) * sizeOfEntry)
		for _, key := range v.keys {
			out[e.str(key)] = e.plain(v.values[e.hash(key)])
		}
		return out
	case *list, tuple, *span, *sequence:
		items := e.items(v)
		out := make([]any, len(items))
		e.take(len(items) * sizeOfItem)
		for i, item := range items {
			out[i] = e.plain(item)
		}
		return out
	case *undefined:
		return nil
	case *object:
		return v.Object
	case moment:
		return v.Time
	case lapse:
		return time.Duration(v)
	case *function, *namespace, *loop:
		return e.str(v)
	}
	return v
}

// typeName is what Python calls the type of a value.
func typeName(v any) string {
	switch v := v.(type) {
	case nil:
		return "NoneType"
	case bool:
		return "bool"
	case int, *big.Int:
		return "int"
	case float64:
		return "float"
	case string:
		return "str"
	case markup:
		return "Markup"
	case *list:
		return "list"
	case tuple:
		return "tuple"
	case *dict:
		return "dict"
	case *span:
		return "range"
	case *sequence:
		return v.name
	case *undefined:
		return "ChainableUndefined"
	case *namespace:
		return "Namespace"
	case *loop:
		return "LoopContext"
	case *object:
		return v.Class
	case moment:
		return "DateTime"
	case lapse:
		return "datetime.timedelta"
	}
	return "function"
}

// truth reports whether a value counts as true.
func truth(v any) bool {
	switch v := v.(type) {
	case nil, *undefined:
		return false
	case bool:
		return v
	case int:
		return v != 0
	case float64:
		return v != 0
	case string:
		return v != ""
	case markup:
		return v != ""
	case *list:
		return len(v.items) > 0
	case tuple:
		return len(v) > 0
	case *dict:
		return len(v.keys) > 0
	case *span:
		return v.length > 0
	case *sequence:
		return v.once || len(v.items) > 0
	case lapse:
		return v != 0
	case *object:
		return !v.Counted || len(v.Items.Keys) > 0
	}
	return true
}

// asText returns the text of a str or Markup.
func asText(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case markup:
		return string(v), true
	}
	return "", false
}

// items goes through a value.
func (e *evaluator) items(v any) []any {
	switch v := v.(type) {
	case *list:
		return v.items
	case tuple:
		return v
	case *dict:
		return v.keys
	case *span:
		items := make([]any, v.length)
		for i := range items {
			items[i] = v.start + i*v.step
		}
		return items
	case *sequence:
		items := v.items
		if v.once {
			v.items = nil
		}
		return items
	case string, markup:
		text, _ := asText(v)
		e.take(len(text) * 2 * sizeOfItem)
		e.spend(len(text) / 8)
		items := make([]any, 0, len(text))
		for _, c := range text {
			items = append(items, string(c))
		}
		return items
	case *undefined:
		return nil
	}
	panic(raise("TypeError", "'%s' object is not iterable", typeName(v)))
}

// use is the error of using an undefined value.
func (u *undefined) use() stop {
	class := u.class
	if class == "" {
		class = "UndefinedError"
	}
	return raise(class, "%s", u.hint)
}

func missing(name string) *undefined { return &undefined{hint: repr(name) + " is undefined"} }

// length is Python's len.
func (e *evaluator) length(v any) int {
	switch v := v.(type) {
	case *sequence:
		if !v.once {
			return len(v.items)
		}
	case *undefined:
		return 0
	case string, markup:
		text, _ := asText(v)
		e.spend(len(text) / 64)
		return runes(text)
	case *list, tuple, *dict, *span:
		return len(e.items(v))
	}
	panic(raise("TypeError", "object of type '%s' has no len()", typeName(v)))
}

// hash writes a key so that equal ones are written alike: 1, 1.0 and True are.
func (e *evaluator) hash(v any) string {
	defer e.down()()
	e.spend(1)
	switch v := v.(type) {
	case nil:
		return "N"
	case bool:
		if v {
			return "n1"
		}
		return "n0"
	case int:
		return "n" + strconv.Itoa(v)
	case *big.Int:
		e.take(v.BitLen() / 3)
		e.spend(v.BitLen() * v.BitLen() / 65536)
		return "n" + v.Text(16) + "x"
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1<<62 {
			return "n" + strconv.Itoa(int(v))
		}
		return "f" + strconv.FormatFloat(v, 'g', -1, 64)
	case string:
		e.spend(len(v) / 64)
		return "s" + v
	case markup:
		return "s" + string(v)
	case tuple:
		text := "t"
		for _, item := range v {
			inner := e.hash(item)
			e.take(len(text) + len(inner) + 8)
			text += strconv.Itoa(len(inner)) + ":" + inner
		}
		return text
	case moment:
		return "m" + v.String()
	case lapse:
		return "l" + v.String()
	case *list, *dict:
		panic(raise("TypeError", "unhashable type: '%s'", typeName(v)))
	}
	return "o" + e.identity(v)
}
