package jinja

import (
	"math/big"
	"strings"
)

// clamp is an integer as an index: those that are too far are as far as can be.
func clamp(n *big.Int) int {
	const far = 1 << 40
	if n.IsInt64() {
		return int(min(max(n.Int64(), -far), far))
	}
	return n.Sign() * far
}

// into looks into a value that is not there: it stays so, or that is refused.
func (e *evaluator) into(u *undefined) any {
	if e.Strict {
		panic(u.use())
	}
	return u
}

// noAttribute is the undefined value of an attribute or key that is not there.
func (e *evaluator) noAttribute(of, key any) any {
	switch of.(type) {
	case *undefined:
		return of
	}
	kind := typeName(of) + " object"
	if of == nil {
		kind = "None"
	}
	if name, ok := asText(key); ok {
		return &undefined{hint: repr(kind) + " has no attribute " + repr(name)}
	}
	return &undefined{hint: kind + " has no element " + e.repr(key)}
}

// attribute is what comes after a dot: a method or field, or else a key.
func (e *evaluator) attribute(of any, name string) any {
	if u, ok := of.(*undefined); ok {
		return e.into(u)
	}
	if strings.HasPrefix(name, "_") {
		if d, ok := of.(*dict); ok {
			if v, there := d.text(name); there && !strings.HasPrefix(name, "__") {
				return v
			}
		}
		if strings.HasPrefix(name, "__") {
			return &undefined{"access to attribute " + repr(name) + " of " + repr(typeName(of)) + " object is unsafe.", "SecurityError"}
		}
	}
	if v, ok := e.field(of, name); ok {
		return v
	}
	switch v := of.(type) {
	case *dict:
		if v, there := v.text(name); there {
			return v
		}
	case *object:
		if v, there := v.item(e, name); there {
			return v
		}
	}
	return e.noAttribute(of, name)
}

// item is what comes in brackets: a key or index, or else an attribute.
func (e *evaluator) item(of, key any) any {
	switch c := of.(type) {
	case *undefined:
		return e.into(c)
	case *dict:
		if _, isList := key.(*list); !isList {
			if _, isDict := key.(*dict); !isDict {
				if v, there := c.values[e.hash(key)]; there {
					return v
				}
			}
		}
	case *object:
		if name, ok := asText(key); ok {
			if v, there := c.item(e, name); there {
				return v
			}
		}
	case *list, tuple, *span, string, markup:
		if n, ok := integer(key); ok {
			items := e.items(of)
			i := clamp(n)
			if i < 0 {
				i += len(items)
			}
			if i < 0 || i >= len(items) {
				return e.noAttribute(of, key)
			}
			return items[i]
		}
	}
	if name, ok := asText(key); ok {
		if strings.HasPrefix(name, "_") {
			return e.noAttribute(of, key)
		}
		if v, ok := e.field(of, name); ok {
			return v
		}
	}
	return e.noAttribute(of, key)
}

// changing are the methods that would change what they are called on.
const changing = " append clear pop popitem setdefault update extend insert remove reverse sort "

// field is a method or field of a value.
func (e *evaluator) field(of any, name string) (any, bool) {
	method := func(call func(e *evaluator, a called) any) (any, bool) {
		return &function{"built-in method " + name, call}, true
	}
	switch v := of.(type) {
	case string, markup:
		text, _ := asText(v)
		if m := textMethod(name); m != nil {
			return method(func(e *evaluator, a called) any {
				out := m(e, text, of, a)
				if made, isText := out.(string); isText {
					return alike(of, made)
				}
				return out
			})
		}
	case *dict:
		switch name {
		case "items", "keys", "values", "get", "copy":
			return method(func(e *evaluator, a called) any { return e.dictMethod(v, name, a) })
		}
		if strings.Contains(" clear pop popitem setdefault update ", " "+name+" ") {
			return unsafe(name, of), true
		}
	case *list, tuple:
		switch name {
		case "count", "index", "copy":
			return method(func(e *evaluator, a called) any { return e.listMethod(of, name, a) })
		}
		if _, isList := v.(*list); isList && strings.Contains(changing, " "+name+" ") {
			return unsafe(name, of), true
		}
	case moment:
		return v.attribute(name)
	case lapse:
		return v.attribute(name)
	case *span:
		switch name {
		case "start":
			return v.start, true
		case "stop":
			return v.stop, true
		case "step":
			return v.step, true
		}
	case *namespace:
		return v.attributes.text(name)
	case *loop:
		return v.attribute(name)
	case *object:
		return v.attribute(e, name)
	case int, *big.Int, bool:
		n, _ := integer(v)
		switch name {
		case "real", "numerator":
			return normal(n), true
		case "imag":
			return 0, true
		case "denominator":
			return 1, true
		case "bit_length":
			return method(func(*evaluator, called) any { return n.BitLen() })
		}
	case float64:
		switch name {
		case "real":
			return v, true
		case "imag":
			return 0.0, true
		case "is_integer":
			return method(func(*evaluator, called) any { return v == float64(int(v)) })
		}
	}
	return nil, false
}

func unsafe(name string, of any) any {
	return &undefined{"access to attribute " + repr(name) + " of " + repr(typeName(of)) + " object is unsafe.", "SecurityError"}
}

func (e *evaluator) dictMethod(d *dict, name string, a called) any {
	switch name {
	case "get":
		key, otherwise := a.at(0, "key", nil), a.at(1, "default", nil)
		if v, there := d.values[e.hash(key)]; there {
			return v
		}
		return otherwise
	case "keys":
		return &sequence{items: d.keys, name: "dict_keys"}
	case "copy":
		e.take(len(d.keys) * sizeOfEntry)
		out := newDict()
		for _, key := range d.keys {
			hash := e.hash(key)
			out.set(hash, key, d.values[hash])
		}
		return out
	}
	e.take(len(d.keys) * 3 * sizeOfItem)
	items := make([]any, len(d.keys))
	for i, key := range d.keys {
		v := d.values[e.hash(key)]
		if items[i] = v; name == "items" {
			items[i] = tuple{key, v}
		}
	}
	return &sequence{items: items, name: "dict_" + name}
}

func (e *evaluator) listMethod(of any, name string, a called) any {
	items := e.items(of)
	if name == "copy" {
		return &list{e.joined(items, nil)}
	}
	want, n := a.at(0, "value", nil), 0
	for i, item := range items {
		if !e.equal(item, want) {
			continue
		}
		if n++; name == "index" {
			return i
		}
	}
	if name == "index" {
		panic(raise("ValueError", "%s is not in list", e.repr(want)))
	}
	return n
}

// at is the argument at a place or of a name, else otherwise.
func (a *called) at(i int, name string, otherwise any) any {
	if i < len(a.positional) {
		return a.positional[i]
	}
	if v, there := a.named[name]; there {
		return v
	}
	return otherwise
}

// integer is an argument that has to be an integer.
func (a *called) integer(i int, name string, otherwise int) int {
	v := a.at(i, name, otherwise)
	n, ok := integer(v)
	if !ok {
		panic(raise("TypeError", "'%s' object cannot be interpreted as an integer", typeName(v)))
	}
	return clamp(n)
}

// text is an argument that has to be text.
func (a *called) text(i int, name, otherwise string) string {
	v := a.at(i, name, otherwise)
	text, ok := asText(v)
	if !ok {
		panic(raise("TypeError", "expected str, got %s", typeName(v)))
	}
	return text
}

func (a *called) truth(i int, name string) bool { return truth(a.at(i, name, false)) }
