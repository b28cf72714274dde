package jinja

import "slices"

func (p *parser) expression() expression {
	defer p.down()()
	before := len(p.needs)
	first := p.or()
	for p.keyword("if") {
		p.needs = p.needs[:before]
		var test, otherwise expression
		p.within(true, func() {
			if test = p.or(); p.keyword("else") {
				otherwise = p.expression()
			}
		})
		first = &conditional{above(test, first, otherwise), test, first, otherwise}
	}
	return first
}

func (p *parser) or() expression {
	left := p.and()
	for p.keyword("or") {
		right := p.and()
		left = &binary{above(left, right), "or", left, right}
	}
	return left
}

func (p *parser) and() expression {
	left := p.not()
	for p.keyword("and") {
		right := p.not()
		left = &binary{above(left, right), "and", left, right}
	}
	return left
}

func (p *parser) not() expression {
	if p.keyword("not") {
		defer p.down()()
		of := p.not()
		return &unary{above(of), "not", of}
	}
	return p.compare()
}

func (p *parser) compare() expression {
	c := &comparison{first: p.sum()}
	for {
		t := p.current()
		switch {
		case t.kind == "operator" && slices.Contains([]string{"==", "!=", "<", "<=", ">", ">="}, t.text):
			p.next()
			c.operators = append(c.operators, t.text)
		case p.keyword("in"):
			c.operators = append(c.operators, "in")
		case t.is("name", "not") && p.look().is("name", "in"):
			p.next()
			p.next()
			c.operators = append(c.operators, "not in")
		default:
			if len(c.operators) == 0 {
				return c.first
			}
			c.tall = above(append([]expression{c.first}, c.rest...)...)
			return c
		}
		c.rest = append(c.rest, p.sum())
	}
}

// chain reads operands with operators between, from the left.
func (p *parser) chain(operand func() expression, operators ...string) expression {
	left := operand()
	for p.current().kind == "operator" && slices.Contains(operators, p.current().text) {
		operator := p.next().text
		right := operand()
		left = &binary{above(left, right), operator, left, right}
	}
	return left
}

func (p *parser) sum() expression { return p.chain(p.concat, "+", "-") }

func (p *parser) concat() expression {
	parts := []expression{p.product()}
	for p.operator("~") {
		p.next()
		parts = append(parts, p.product())
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return &concat{above(parts...), parts}
}

func (p *parser) product() expression { return p.chain(p.power, "*", "/", "//", "%") }

func (p *parser) power() expression {
	return p.chain(func() expression { return p.unary(true) }, "**")
}

func (p *parser) unary(filters bool) expression {
	var e expression
	if t := p.current(); t.is("operator", "-") || t.is("operator", "+") {
		defer p.down()()
		p.next()
		of := p.unary(false)
		e = &unary{above(of), t.text, of}
	} else {
		e = p.primary(false)
	}
	e = p.postfix(e)
	if filters {
		e = p.filters(e)
	}
	return e
}

func (p *parser) primary(namespaces bool) expression {
	t := p.next()
	switch {
	case t.kind == "name":
		switch t.text {
		case "true", "True":
			return &constant{1, true}
		case "false", "False":
			return &constant{1, false}
		case "none", "None":
			return &constant{1, nil}
		}
		if namespaces && p.operator(".") {
			p.next()
			return &nsref{1, t.text, p.expect("name", "").text}
		}
		switch t.text {
		case "caller", "kwargs", "varargs":
			if p.special == nil {
				p.special = map[string]int{}
			}
			p.special[t.text]++
		}
		return &nameOf{1, t.text}
	case t.kind == "string":
		text := t.text
		for p.current().kind == "string" {
			text += p.next().text
			p.spend(len(text) / 16)
		}
		return &constant{1, text}
	case t.kind == "integer" || t.kind == "float":
		return &constant{1, t.value}
	case t.is("operator", "("):
		e := p.tuple(tupleRules{parentheses: true, conditions: true})
		p.expect("operator", ")")
		return e
	case t.is("operator", "["):
		items := p.items("]")
		return &listOf{above(items...), items}
	case t.is("operator", "{"):
		return p.dict()
	}
	panic(syntaxError("unexpected %s", repr(t.describe())))
}

func (p *parser) spend(n int) {
	if err := p.budget.Step(int64(n)); err != nil {
		panic(stop{err})
	}
}

func (p *parser) items(end string) []expression {
	items := []expression{}
	for !p.operator(end) {
		if len(items) > 0 {
			p.expect("operator", ",")
			if p.operator(end) {
				break
			}
		}
		items = append(items, p.expression())
	}
	p.expect("operator", end)
	return items
}

func (p *parser) dict() expression {
	d := &dictOf{}
	for !p.operator("}") {
		if len(d.keys) > 0 {
			p.expect("operator", ",")
			if p.operator("}") {
				break
			}
		}
		d.keys = append(d.keys, p.expression())
		p.expect("operator", ":")
		d.values = append(d.values, p.expression())
	}
	p.expect("operator", "}")
	d.tall = above(append(append([]expression{}, d.keys...), d.values...)...)
	return d
}

// tupleRules say how a tuple is read: targets are names only, conditions may be
// in it, parentheses are around it, and a word may end it.
type tupleRules struct {
	targets, conditions, parentheses bool
	end                              string
}

func (p *parser) tuple(rules tupleRules) expression {
	defer p.down()()
	var items []expression
	isTuple := false
	for {
		if len(items) > 0 {
			p.expect("operator", ",")
		}
		t := p.current()
		if t.kind == "variable_end" || t.kind == "block_end" || t.is("operator", ")") || rules.end != "" && t.is("name", rules.end) {
			break
		}
		switch {
		case rules.targets:
			items = append(items, p.primary(true))
		case rules.conditions:
			items = append(items, p.expression())
		default:
			items = append(items, p.or())
		}
		if !p.operator(",") {
			break
		}
		isTuple = true
	}
	if !isTuple {
		if len(items) > 0 {
			return items[0]
		}
		if !rules.parentheses {
			panic(syntaxError("Expected an expression, got %s", repr(p.current().describe())))
		}
	}
	return &tupleOf{above(items...), items}
}

func (p *parser) postfix(e expression) expression {
	for {
		switch {
		case p.operator(".") || p.operator("["):
			e = p.subscript(e)
		case p.operator("("):
			e = p.call(e)
		default:
			return e
		}
	}
}

func (p *parser) filters(e expression) expression {
	for {
		switch {
		case p.operator("|"):
			e = p.filter(e, false)
		case p.current().is("name", "is"):
			e = p.test(e)
		case p.operator("("):
			e = p.call(e)
		default:
			return e
		}
	}
}

func (p *parser) subscript(e expression) expression {
	if p.next().text == "." {
		t := p.next()
		if t.kind == "name" {
			return &getattr{above(e), e, t.text}
		}
		if t.kind != "integer" {
			panic(syntaxError("expected name or number"))
		}
		return &getitem{above(e), e, &constant{1, t.value}}
	}
	var keys []expression
	for !p.operator("]") {
		if len(keys) > 0 {
			p.expect("operator", ",")
		}
		keys = append(keys, p.subscribed())
	}
	p.expect("operator", "]")
	if len(keys) == 1 {
		return &getitem{above(e, keys[0]), e, keys[0]}
	}
	key := &tupleOf{above(keys...), keys}
	return &getitem{above(e, key), e, key}
}

func (p *parser) subscribed() expression {
	s := &sliceOf{}
	if !p.operator(":") {
		e := p.expression()
		if !p.operator(":") {
			return e
		}
		s.start = e
	}
	p.next()
	ends := func() bool { return p.operator("]") || p.operator(",") }
	if !p.operator(":") && !ends() {
		s.stop = p.expression()
	}
	if p.operator(":") {
		p.next()
		if !ends() {
			s.step = p.expression()
		}
	}
	s.tall = above(s.start, s.stop, s.step)
	return s
}

func (p *parser) call(e expression) expression {
	c := &call{of: e, arguments: p.arguments()}
	c.tall = above(append(c.all(), e)...)
	return c
}

func (p *parser) arguments() arguments {
	p.expect("operator", "(")
	var a arguments
	ensure := func(ok bool) {
		if !ok {
			panic(syntaxError("invalid syntax for function call expression"))
		}
	}
	for first := true; !p.operator(")"); first = false {
		if !first {
			p.expect("operator", ",")
			if p.operator(")") {
				break
			}
		}
		switch {
		case p.operator("*"):
			ensure(a.more == nil && a.moreNamed == nil)
			p.next()
			a.more = p.expression()
		case p.operator("**"):
			ensure(a.moreNamed == nil)
			p.next()
			a.moreNamed = p.expression()
		case p.current().kind == "name" && p.look().is("operator", "="):
			ensure(a.moreNamed == nil)
			a.names = append(a.names, p.next().text)
			p.next()
			a.named = append(a.named, p.expression())
		default:
			ensure(a.more == nil && a.moreNamed == nil && len(a.named) == 0)
			a.positional = append(a.positional, p.expression())
		}
	}
	p.expect("operator", ")")
	return a
}

func (p *parser) dotted() string {
	name := p.expect("name", "").text
	for p.operator(".") {
		p.next()
		name += "." + p.expect("name", "").text
	}
	return name
}

// filter reads filters one after the other; inline ones have no bar before the first.
func (p *parser) filter(e expression, inline bool) expression {
	for inline || p.operator("|") {
		if !inline {
			p.next()
		}
		inline = false
		f := &filtered{of: e, name: p.dotted()}
		p.needed("filter", f.name)
		if p.operator("(") {
			f.arguments = p.arguments()
		}
		f.tall = above(append(f.all(), e)...)
		e = f
	}
	return e
}

func (p *parser) test(e expression) expression {
	p.next()
	negated := p.keyword("not")
	test := &tested{of: e, name: p.dotted()}
	p.needed("test", test.name)
	t := p.current()
	switch {
	case p.operator("("):
		test.arguments = p.arguments()
	case t.is("name", "else") || t.is("name", "or") || t.is("name", "and"):
	case t.kind == "name" || t.kind == "string" || t.kind == "integer" || t.kind == "float" || p.operator("[") || p.operator("{"):
		if t.is("name", "is") {
			panic(syntaxError("You cannot chain multiple tests with is"))
		}
		test.positional = []expression{p.postfix(p.primary(false))}
	}
	test.tall = above(append(test.all(), e)...)
	if negated {
		return &unary{above(test), "not", test}
	}
	return test
}
