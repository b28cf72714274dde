package jinja

import (
	"fmt"
	"strings"

	"github.com/reevehq/reeve/internal/budget"
)

// evaluator renders one template once.
type evaluator struct {
	budget *budget.Budget
	top    *scope
	Options
	out   *strings.Builder
	depth int
}

// scope holds the names of a body; those that it does not hold are looked for above.
type scope struct {
	names map[string]any
	above *scope
}

func (s *scope) set(name string, v any) {
	if s.names == nil {
		s.names = map[string]any{}
	}
	s.names[name] = v
}

func newEvaluator(b *budget.Budget, values map[string]any, o Options) *evaluator {
	e := &evaluator{budget: b, Options: o}
	given := &scope{}
	for name, value := range values {
		given.set(name, e.value(value))
	}
	e.top = &scope{above: given}
	return e
}

func (e *evaluator) spend(n int) {
	if err := e.budget.Step(int64(n)); err != nil {
		panic(stop{err})
	}
}

func (e *evaluator) take(n int) {
	if err := e.budget.Take(int64(n)); err != nil {
		panic(stop{err})
	}
}

// down goes one level deeper; the function that it gives comes back.
func (e *evaluator) down() func() {
	if e.depth++; e.depth > deepestCall {
		panic(tooDeep(deepestCall))
	}
	return e.up
}

func (e *evaluator) up() { e.depth-- }

// identity tells values apart that are equal to nothing else.
func (e *evaluator) identity(v any) string { return fmt.Sprintf("%p", v) }

func (e *evaluator) lookup(s *scope, name string) any {
	for at := s; at != nil; at = at.above {
		if v, there := at.names[name]; there {
			return v
		}
	}
	if v := global(name); v != nil {
		return v
	}
	return missing(name)
}

func (e *evaluator) all(list []expression, s *scope) []any {
	e.take(len(list) * sizeOfItem)
	out := make([]any, len(list))
	for i, x := range list {
		out[i] = e.evaluate(x, s)
	}
	return out
}

func (e *evaluator) evaluate(x expression, s *scope) any {
	defer e.down()()
	e.spend(1)
	switch x := x.(type) {
	case *constant:
		return x.value
	case *nameOf:
		return e.lookup(s, x.name)
	case *listOf:
		return &list{e.all(x.items, s)}
	case *tupleOf:
		return tuple(e.all(x.items, s))
	case *dictOf:
		d := newDict()
		e.take(len(x.keys) * sizeOfEntry)
		for i := range x.keys {
			key := e.evaluate(x.keys[i], s)
			d.set(e.hash(key), key, e.evaluate(x.values[i], s))
		}
		return d
	case *getattr:
		return e.attribute(e.evaluate(x.of, s), x.name)
	case *getitem:
		of := e.evaluate(x.of, s)
		if cut, ok := x.key.(*sliceOf); ok {
			return e.slice(of, cut, s)
		}
		return e.item(of, e.evaluate(x.key, s))
	case *unary:
		return e.unary(x.operator, e.evaluate(x.of, s))
	case *concat:
		var out strings.Builder
		for _, part := range x.parts {
			text := e.str(e.evaluate(part, s))
			e.take(len(text))
			out.WriteString(text)
		}
		return out.String()
	case *conditional:
		if truth(e.evaluate(x.test, s)) {
			return e.evaluate(x.then, s)
		}
		if x.otherwise == nil {
			return &undefined{hint: "the inline if-expression on line 1 evaluated to false and no else section was defined."}
		}
		return e.evaluate(x.otherwise, s)
	case *call:
		return e.call(e.evaluate(x.of, s), e.arguments(&x.arguments, s))
	case *filtered:
		return e.filter(x.name, e.evaluate(x.of, s), e.arguments(&x.arguments, s))
	case *tested:
		return e.test(x.name, e.evaluate(x.of, s), e.arguments(&x.arguments, s))
	case *binary:
		return e.operate(x, s)
	case *comparison:
		left := e.evaluate(x.first, s)
		for i, operator := range x.operators {
			right := e.evaluate(x.rest[i], s)
			if !e.compare(operator, left, right) {
				return false
			}
			left = right
		}
		return true
	case *sliceOf:
		panic(raise("TypeError", "unhashable type: 'slice'"))
	}
	panic(fmt.Sprintf("jinja: no value of a %T", x)) // a defect
}

func (e *evaluator) operate(x *binary, s *scope) any {
	left := e.evaluate(x.left, s)
	switch x.operator {
	case "and":
		if !truth(left) {
			return left
		}
		return e.evaluate(x.right, s)
	case "or":
		if truth(left) {
			return left
		}
		return e.evaluate(x.right, s)
	}
	return e.binary(x.operator, left, e.evaluate(x.right, s))
}

func (e *evaluator) arguments(a *arguments, s *scope) called {
	c := called{positional: e.all(a.positional, s)}
	if a.more != nil {
		c.positional = e.joined(c.positional, e.items(e.evaluate(a.more, s)))
	}
	put := func(name string, v any) {
		if c.named == nil {
			c.named = map[string]any{}
		}
		if _, there := c.named[name]; there {
			panic(raise("TypeError", "got multiple values for keyword argument %s", repr(name)))
		}
		c.names = append(c.names, name)
		c.named[name] = v
	}
	for i, name := range a.names {
		put(name, e.evaluate(a.named[i], s))
	}
	if a.moreNamed != nil {
		of := e.evaluate(a.moreNamed, s)
		more, ok := of.(*dict)
		if !ok {
			panic(raise("TypeError", "jinja2.sandbox.SandboxedEnvironment.call() argument after ** must be a mapping, not %s", typeName(of)))
		}
		for _, key := range more.keys {
			name, ok := asText(key)
			if !ok {
				panic(raise("TypeError", "keywords must be strings"))
			}
			put(name, more.values[e.hash(key)])
		}
	}
	return c
}

func (e *evaluator) call(v any, a called) any {
	defer e.down()()
	switch f := v.(type) {
	case *function:
		return f.call(e, a)
	case *loop:
		return f.descend(e, a)
	case *undefined:
		panic(f.use())
	}
	panic(raise("TypeError", "'%s' object is not callable", typeName(v)))
}

// slice cuts text and lists, as Python does.
func (e *evaluator) slice(v any, cut *sliceOf, s *scope) any {
	bound := func(x expression) (int, bool) {
		if x == nil {
			return 0, false
		}
		of := e.evaluate(x, s)
		if of == nil {
			return 0, false
		}
		n, ok := integer(of)
		if !ok {
			panic(raise("TypeError", "slice indices must be integers or None or have an __index__ method"))
		}
		return clamp(n), true
	}
	start, hasStart := bound(cut.start)
	end, hasEnd := bound(cut.stop)
	step, hasStep := bound(cut.step)
	if u, ok := v.(*undefined); ok {
		return e.into(u)
	}
	if !hasStep {
		step = 1
	}
	if step == 0 {
		panic(raise("ValueError", "slice step cannot be zero"))
	}
	switch v.(type) {
	case string, markup, *list, tuple, *span:
	default:
		return &undefined{hint: typeName(v) + " object has no element slice"}
	}
	items := e.items(v)
	n := len(items)
	low, high := 0, n
	if step < 0 {
		low, high = -1, n-1
	}
	place := func(i int) int {
		if i < 0 {
			i += n
		}
		return min(max(i, low), high)
	}
	if hasStart {
		start = place(start)
	} else if start = low; step < 0 {
		start = high
	}
	if hasEnd {
		end = place(end)
	} else if end = high; step < 0 {
		end = low
	}
	var out []any
	for i := start; step > 0 && i < end || step < 0 && i > end; i += step {
		e.spend(1)
		e.take(sizeOfItem)
		out = append(out, items[i])
	}
	switch v.(type) {
	case string, markup:
		var text strings.Builder
		for _, c := range out {
			text.WriteString(c.(string))
		}
		return alike(v, text.String())
	case tuple:
		return tuple(out)
	}
	return &list{out}
}

// alike is text of the type of another.
func alike(v any, text string) any {
	if _, safe := v.(markup); safe {
		return markup(text)
	}
	return text
}
