package jinja

import (
	"fmt"
	"strings"
)

// write writes rendered text.
func (e *evaluator) write(text string) {
	e.take(len(text))
	e.spend(len(text) / 64)
	e.out.WriteString(text)
}

// captured is the text that a body writes.
func (e *evaluator) captured(body []statement, s *scope) string {
	outer := e.out
	var inner strings.Builder
	e.out = &inner
	e.run(body, s)
	e.out = outer
	return inner.String()
}

func (e *evaluator) run(body []statement, s *scope) {
	defer e.down()()
	for _, st := range body {
		e.spend(1)
		e.one(st, s)
	}
}

func (e *evaluator) one(st statement, s *scope) {
	switch st := st.(type) {
	case *data:
		e.write(st.text)
	case *output:
		for _, part := range st.parts {
			e.write(e.str(e.evaluate(part, s)))
		}
	case *assign:
		e.assign(st.target, e.evaluate(st.value, s), s)
	case *assignBlock:
		var v any = e.captured(st.body, &scope{above: s})
		if st.filter != nil {
			v = e.filterText(st.filter, v, s)
		}
		e.assign(st.target, v, s)
	case *forLoop:
		e.loop(st, e.evaluate(st.over, s), s, 0)
	case *branch:
		for i, test := range st.tests {
			if truth(e.evaluate(test, s)) {
				e.run(st.bodies[i], s)
				return
			}
		}
		e.run(st.otherwise, s)
	case *with:
		inner := &scope{above: s}
		for i, value := range e.all(st.values, s) {
			e.assign(st.targets[i], value, inner)
		}
		e.run(st.body, inner)
	case *block:
		if st.scoped {
			e.run(st.body, &scope{above: s})
		} else {
			e.run(st.body, &scope{above: e.top})
		}
	case *macroOf:
		s.set(st.name, e.macro(st.name, &st.signature, st.body, s))
	case *callBlock:
		a := e.arguments(&st.call.arguments, s)
		if a.named == nil {
			a.named = map[string]any{}
		}
		a.names = append(a.names, "caller")
		a.named["caller"] = e.macro("caller", &st.signature, st.body, s)
		e.write(e.str(e.call(e.evaluate(st.call.of, s), a)))
	case *filterBlock:
		e.write(e.str(e.filterText(st.filter, e.captured(st.body, &scope{above: s}), s)))
	case *autoescape:
		e.run(st.body, &scope{above: s})
	case *otherTemplate:
		panic(raise("TypeError", "no loader for this environment specified"))
	default:
		panic(fmt.Sprintf("jinja: no statement %T", st)) // a defect
	}
}

// filterText puts the text of a body through filters, which end at no value.
func (e *evaluator) filterText(x expression, text any, s *scope) any {
	defer e.down()()
	f := x.(*filtered)
	if f.of != nil {
		text = e.filterText(f.of, text, s)
	}
	return e.filter(f.name, text, e.arguments(&f.arguments, s))
}

func (e *evaluator) assign(target expression, v any, s *scope) {
	switch t := target.(type) {
	case *nameOf:
		s.set(t.name, v)
	case *nsref:
		space, ok := e.lookup(s, t.name).(*namespace)
		if !ok {
			panic(raise("TemplateRuntimeError", "cannot assign attribute on non-namespace object"))
		}
		e.take(sizeOfEntry)
		space.attributes.set("s"+t.attribute, t.attribute, v)
	case *tupleOf:
		items := e.items(v)
		if len(items) > len(t.items) {
			panic(raise("ValueError", "too many values to unpack (expected %d)", len(t.items)))
		}
		if len(items) < len(t.items) {
			panic(raise("ValueError", "not enough values to unpack (expected %d, got %d)", len(t.items), len(items)))
		}
		for i, inner := range t.items {
			e.assign(inner, items[i], s)
		}
	}
}

// loop is what templates see as loop.
type loop struct {
	of      *forLoop
	items   []any
	at      int
	depth   int
	scope   *scope
	changed []any
	was     bool // changed holds what loop.changed was asked last
}

func (e *evaluator) loop(f *forLoop, over any, s *scope, depth int) {
	defer e.down()()
	items := e.items(over)
	if f.test != nil {
		kept := []any{}
		for _, item := range items {
			inner := &scope{above: s}
			inner.set("loop", &undefined{hint: "The 'loop' object is undefined in the filter section of a loop or in the 'else' section"})
			e.assign(f.target, item, inner)
			if truth(e.evaluate(f.test, inner)) {
				e.take(sizeOfItem)
				kept = append(kept, item)
			}
		}
		items = kept
	}
	l := &loop{of: f, items: items, depth: depth, scope: s}
	for l.at = range items {
		e.spend(1)
		inner := &scope{above: s}
		inner.set("loop", l)
		e.assign(f.target, items[l.at], inner)
		e.run(f.body, inner)
	}
	if len(items) == 0 {
		e.run(f.otherwise, &scope{above: s})
	}
}

// descend renders a recursive loop for inner items.
func (l *loop) descend(e *evaluator, a called) any {
	if !l.of.recursive {
		panic(raise("TypeError", "The loop must have the 'recursive' marker to be called recursively."))
	}
	if len(a.positional) != 1 {
		panic(raise("TypeError", "LoopContext.__call__() takes one argument"))
	}
	outer := e.out
	var inner strings.Builder
	e.out = &inner
	e.loop(l.of, a.positional[0], l.scope, l.depth+1)
	e.out = outer
	return inner.String()
}

// attribute is one of loop's attributes, nil and false when it has none of that name.
func (l *loop) attribute(name string) (any, bool) {
	switch name {
	case "index":
		return l.at + 1, true
	case "index0":
		return l.at, true
	case "revindex":
		return len(l.items) - l.at, true
	case "revindex0":
		return len(l.items) - l.at - 1, true
	case "first":
		return l.at == 0, true
	case "last":
		return l.at == len(l.items)-1, true
	case "length":
		return len(l.items), true
	case "depth":
		return l.depth + 1, true
	case "depth0":
		return l.depth, true
	case "previtem":
		if l.at > 0 {
			return l.items[l.at-1], true
		}
		return &undefined{hint: "there is no previous item"}, true
	case "nextitem":
		if l.at+1 < len(l.items) {
			return l.items[l.at+1], true
		}
		return &undefined{hint: "there is no next item"}, true
	case "cycle":
		return &function{"cycle", func(_ *evaluator, a called) any {
			if len(a.positional) == 0 {
				panic(raise("TypeError", "no items for cycling given"))
			}
			return a.positional[l.at%len(a.positional)]
		}}, true
	case "changed":
		return &function{"changed", func(e *evaluator, a called) any {
			if l.was && e.equal(tuple(l.changed), tuple(a.positional)) {
				return false
			}
			l.changed, l.was = a.positional, true
			return true
		}}, true
	}
	return nil, false
}

// macro makes a function of a body. Names are looked for where it was made.
func (e *evaluator) macro(name string, sig *signature, body []statement, s *scope) *function {
	return &function{"Macro " + repr(name), func(e *evaluator, a called) any {
		defer e.down()()
		inner := &scope{above: s}
		rest := a.positional
		named := map[string]any{}
		for key, v := range a.named {
			named[key] = v
		}
		first := len(sig.parameters) - len(sig.defaults)
		for i, parameter := range sig.parameters {
			given, isNamed := named[parameter]
			switch {
			case len(rest) > 0:
				inner.set(parameter, rest[0])
				rest = rest[1:]
			case isNamed:
				inner.set(parameter, given)
				delete(named, parameter)
			case i >= first:
				inner.set(parameter, e.evaluate(sig.defaults[i-first], inner))
			default:
				inner.set(parameter, &undefined{hint: "parameter " + repr(parameter) + " was not provided"})
			}
		}
		e.extras(name, sig, inner, rest, a.names, named)
		return e.captured(body, inner)
	}}
}

// extras returns a macro what its signature does not name, when its body uses it.
func (e *evaluator) extras(name string, sig *signature, inner *scope, rest []any, names []string, named map[string]any) {
	if caller, there := named["caller"]; there && sig.uses["caller"] {
		inner.set("caller", caller)
		delete(named, "caller")
	} else if sig.uses["caller"] {
		if _, is := inner.names["caller"]; !is {
			inner.set("caller", &undefined{hint: "No caller defined"})
		}
	}
	if sig.uses["kwargs"] {
		d := newDict()
		for _, key := range names {
			if v, there := named[key]; there {
				d.set("s"+key, key, v)
			}
		}
		inner.set("kwargs", d)
	} else if len(named) > 0 {
		for _, key := range names {
			if _, there := named[key]; there && key == "caller" {
				panic(raise("TypeError", "macro %s was invoked with two values for the special caller argument. This is most likely a bug.", repr(name)))
			} else if there {
				panic(raise("TypeError", "macro %s takes no keyword argument %s", repr(name), repr(key)))
			}
		}
	}
	if sig.uses["varargs"] {
		inner.set("varargs", tuple(rest))
	} else if len(rest) > 0 {
		panic(raise("TypeError", "macro %s takes not more than %d argument(s)", repr(name), len(sig.parameters)))
	}
}
