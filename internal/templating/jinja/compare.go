package jinja

import (
	"math"
	"math/big"
	"strings"
)

// equal is Python's ==.
func (e *evaluator) equal(a, b any) bool {
	defer e.down()()
	e.spend(1)
	if x, ok := integer(a); ok {
		if y, ok := integer(b); ok {
			return x.Cmp(y) == 0
		}
	}
	if x, ok := float(a); ok {
		y, ok := float(b)
		return ok && x == y
	}
	if x, ok := asText(a); ok {
		y, ok := asText(b)
		e.spend(min(len(x), len(y)) / 256)
		return ok && x == y
	}
	if order, ok := before(a, b); ok {
		return order == 0
	}
	same := func(x, y []any) bool {
		if len(x) != len(y) {
			return false
		}
		for i := range x {
			if !e.equal(x[i], y[i]) {
				return false
			}
		}
		return true
	}
	switch x := a.(type) {
	case nil:
		return b == nil
	case *list:
		y, ok := b.(*list)
		return ok && same(x.items, y.items)
	case tuple:
		y, ok := b.(tuple)
		return ok && same(x, y)
	case *span:
		y, ok := b.(*span)
		return ok && same(e.items(x), e.items(y))
	case *undefined:
		_, ok := b.(*undefined)
		return ok
	case *dict:
		y, ok := b.(*dict)
		if !ok || len(x.keys) != len(y.keys) {
			return false
		}
		for hash, value := range x.values {
			if other, there := y.values[hash]; !there || !e.equal(value, other) {
				return false
			}
		}
		return true
	}
	if _, ok := b.(tuple); ok {
		return false
	}
	return a == b
}

// order compares two values; what names the operator in the refusal.
func (e *evaluator) order(a, b any, what string) int {
	defer e.down()()
	e.spend(1)
	for _, v := range []any{a, b} {
		if u, ok := v.(*undefined); ok {
			panic(u.use())
		}
	}
	if x, ok := integer(a); ok {
		if y, ok := integer(b); ok {
			return x.Cmp(y)
		}
	}
	if x, ok := float(a); ok {
		if y, ok := float(b); ok {
			switch {
			case x < y:
				return -1
			case x > y:
				return 1
			}
			return 0
		}
	}
	if x, ok := asText(a); ok {
		if y, ok := asText(b); ok {
			e.spend(min(len(x), len(y)) / 256)
			return strings.Compare(x, y)
		}
	}
	if order, ok := before(a, b); ok {
		return order
	}
	var x, y []any
	switch l := a.(type) {
	case *list:
		if r, ok := b.(*list); ok {
			x, y = l.items, r.items
		}
	case tuple:
		if r, ok := b.(tuple); ok {
			x, y = l, r
		}
	}
	if x == nil && y == nil && !(isSequence(a) && typeName(a) == typeName(b)) {
		panic(raise("TypeError", "'%s' not supported between instances of '%s' and '%s'", what, typeName(a), typeName(b)))
	}
	for i := 0; i < len(x) && i < len(y); i++ {
		if !e.equal(x[i], y[i]) {
			return e.order(x[i], y[i], what)
		}
	}
	return len(x) - len(y)
}

func (e *evaluator) contains(container, v any) bool {
	if text, ok := asText(container); ok {
		part, ok := asText(v)
		if !ok {
			panic(raise("TypeError", "'in <string>' requires string as left operand, not %s", typeName(v)))
		}
		e.spend(1 + len(text)/64)
		return strings.Contains(text, part)
	}
	switch c := container.(type) {
	case *dict:
		_, there := c.values[e.hash(v)]
		return there
	case nil, bool, int, *big.Int, float64, *function, *namespace:
		panic(raise("TypeError", "argument of type '%s' is not iterable", typeName(c)))
	}
	for _, item := range e.items(container) {
		if e.equal(item, v) {
			return true
		}
	}
	return false
}

func (e *evaluator) compare(operator string, a, b any) bool {
	switch operator {
	case "==":
		return e.equal(a, b)
	case "!=":
		return !e.equal(a, b)
	case "in":
		return e.contains(b, a)
	case "not in":
		return !e.contains(b, a)
	}
	if isNaN(a) || isNaN(b) {
		return false
	}
	order := e.order(a, b, operator)
	switch operator {
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	}
	return order >= 0
}

func isNaN(v any) bool {
	f, ok := v.(float64)
	return ok && math.IsNaN(f)
}
