package jinja

import (
	"maps"
	"slices"
	"strings"
)

// subparse reads statements until one of the tags that end them, or to the end of
// the text when there are none.
func (p *parser) subparse(ends ...string) []statement {
	defer p.down()()
	if len(ends) > 0 {
		p.ends = append(p.ends, ends)
		defer func() { p.ends = p.ends[:len(p.ends)-1] }()
	}
	body := []statement{}
	for p.current().kind != "eof" {
		switch t := p.next(); t.kind {
		case "data":
			body = append(body, &data{t.text})
		case "variable_begin":
			body = append(body, &output{[]expression{p.tuple(tupleRules{conditions: true})}})
			p.expect("variable_end", "")
		default:
			if t := p.current(); t.kind == "name" && slices.Contains(ends, t.text) {
				return body
			}
			body = append(body, p.statement())
			p.expect("block_end", "")
		}
	}
	return body
}

// body reads the rest of a tag and the statements after it up to a tag that ends
// them, which is taken as well; it gives that tag.
func (p *parser) body(ends ...string) ([]statement, string) { return p.bodyWhere(false, ends...) }

// bodyWhere is body; conditional ones need not have all that they name.
func (p *parser) bodyWhere(conditional bool, ends ...string) ([]statement, string) {
	p.skip("operator", ":")
	p.expect("block_end", "")
	var body []statement
	p.within(conditional, func() { body = p.subparse(ends...) })
	if p.current().kind == "eof" {
		p.unknown("", append(p.ends, ends))
	}
	return body, p.next().text
}

func (p *parser) statement() statement {
	t := p.current()
	if t.kind != "name" {
		panic(syntaxError("tag name expected"))
	}
	p.tags = append(p.tags, t.text)
	s, known := p.read(t.text)
	p.tags = p.tags[:len(p.tags)-1]
	if !known {
		p.unknown(t.text, p.ends)
	}
	return s
}

// read reads what follows the name of a tag; false for one that is not known.
func (p *parser) read(tag string) (statement, bool) {
	known := map[string]func() statement{"for": p.forLoop, "if": p.branch, "set": p.set, "with": p.with, "block": p.block, "macro": p.macro,
		"call": p.callBlock, "filter": p.filterBlock, "autoescape": p.autoescape, "print": p.print,
		"extends": p.extends, "include": p.include, "import": p.imports, "from": p.from}
	read := known[tag]
	if read == nil {
		return nil, false
	}
	p.next()
	return read(), true
}

// unknown refuses a tag, or the end of the text, with what was looked for.
func (p *parser) unknown(name string, ends [][]string) {
	var looked []string
	for _, tags := range ends {
		quoted := make([]string, len(tags))
		for i, tag := range tags {
			quoted[i] = repr(tag)
		}
		looked = append(looked, strings.Join(quoted, " or "))
	}
	message := "Unexpected end of template."
	if name != "" {
		message = "Encountered unknown tag " + repr(name) + "."
	}
	if len(looked) > 0 {
		current := looked[len(looked)-1]
		if name != "" && slices.ContainsFunc(ends, func(tags []string) bool { return slices.Contains(tags, name) }) {
			message += " You probably made a nesting mistake. Jinja is expecting this tag, but currently looking for " + current + "."
		} else {
			message += " Jinja was looking for the following tags: " + current + "."
		}
	}
	if len(p.tags) > 0 {
		message += " The innermost block that needs to be closed is " + repr(p.tags[len(p.tags)-1]) + "."
	}
	panic(syntaxError("%s", message))
}

// target reads what is assigned to.
func (p *parser) target(end string, namespaces bool) expression {
	e := p.tuple(tupleRules{targets: true, end: end})
	p.assignable(e, namespaces)
	return e
}

func (p *parser) assignable(e expression, namespaces bool) {
	kind := ""
	switch e := e.(type) {
	case *nameOf:
		if strings.HasPrefix(e.name, "__jinja") {
			kind = "name"
		}
	case *nsref:
		if !namespaces {
			panic(syntaxError("expected token 'in', got '.'"))
		}
	case *tupleOf:
		for _, item := range e.items {
			p.assignable(item, namespaces)
		}
	case *constant:
		kind = "const"
	case *listOf:
		kind = "list"
	case *dictOf:
		kind = "dict"
	default:
		kind = "expr"
	}
	if kind != "" {
		panic(syntaxError("can't assign to %s", repr(kind)))
	}
}

func (p *parser) forLoop() statement {
	p.loops.Total++
	p.inFor++
	p.loops.Deepest = max(p.loops.Deepest, p.inFor)
	defer func() { p.inFor-- }()
	f := &forLoop{target: p.target("in", false)}
	if names(f.target, "loop") {
		p.needs = append(p.needs, need{"failure", "Can't assign to special loop variable in for-loop target"})
	}
	p.expect("name", "in")
	f.over = p.tuple(tupleRules{end: "recursive"})
	if p.keyword("if") {
		f.test = p.expression()
	}
	f.recursive = p.keyword("recursive")
	var end string
	if f.body, end = p.body("endfor", "else"); end == "else" {
		f.otherwise, _ = p.body("endfor")
	}
	return f
}

// names reports whether a target names something.
func names(target expression, name string) bool {
	switch t := target.(type) {
	case *nameOf:
		return t.name == name
	case *tupleOf:
		return slices.ContainsFunc(t.items, func(item expression) bool { return names(item, name) })
	}
	return false
}

func (p *parser) branch() statement {
	b := &branch{}
	for {
		p.within(true, func() { b.tests = append(b.tests, p.tuple(tupleRules{})) })
		body, end := p.bodyWhere(true, "elif", "else", "endif")
		b.bodies = append(b.bodies, body)
		switch end {
		case "elif":
			continue
		case "else":
			b.otherwise, _ = p.bodyWhere(true, "endif")
		}
		return b
	}
}

func (p *parser) set() statement {
	target := p.target("", true)
	if p.skip("operator", "=") {
		return &assign{target, p.tuple(tupleRules{conditions: true})}
	}
	filter := p.filter(nil, false)
	body, _ := p.body("endset")
	return &assignBlock{target, filter, body}
}

func (p *parser) with() statement {
	w := &with{}
	for p.current().kind != "block_end" {
		if len(w.targets) > 0 {
			p.expect("operator", ",")
		}
		target := p.primary(false)
		p.assignable(target, false)
		w.targets = append(w.targets, target)
		p.expect("operator", "=")
		w.values = append(w.values, p.expression())
	}
	w.body, _ = p.body("endwith")
	return w
}

func (p *parser) block() statement {
	b := &block{name: p.expect("name", "").text}
	b.scoped = p.keyword("scoped")
	p.keyword("required")
	if p.operator("-") {
		panic(syntaxError("Block names in Jinja have to be valid Python identifiers and may not contain hyphens, use an underscore instead."))
	}
	b.body, _ = p.body("endblock")
	p.keyword(b.name)
	return b
}

func (p *parser) signature() (s signature) {
	p.expect("operator", "(")
	for !p.operator(")") {
		if len(s.parameters) > 0 {
			p.expect("operator", ",")
		}
		name := p.expect("name", "").text
		if p.skip("operator", "=") {
			s.defaults = append(s.defaults, p.expression())
		} else if len(s.defaults) > 0 {
			panic(syntaxError("non-default argument follows default argument"))
		}
		s.parameters = append(s.parameters, name)
	}
	p.expect("operator", ")")
	return s
}

func (p *parser) macro() statement {
	m := &macroOf{name: p.expect("name", "").text}
	m.signature = p.signature()
	m.body, m.uses = p.macroBody("endmacro")
	return m
}

// macroBody reads a body, and which of the names that macros are given it uses.
func (p *parser) macroBody(end string) ([]statement, map[string]bool) {
	before := maps.Clone(p.special)
	body, _ := p.body(end)
	uses := map[string]bool{}
	for name, times := range p.special {
		uses[name] = times > before[name]
	}
	return body, uses
}

func (p *parser) callBlock() statement {
	c := &callBlock{}
	if p.operator("(") {
		c.signature = p.signature()
	}
	called, ok := p.expression().(*call)
	if !ok {
		panic(syntaxError("expected call"))
	}
	c.call = called
	c.body, c.uses = p.macroBody("endcall")
	return c
}

func (p *parser) filterBlock() statement {
	f := &filterBlock{filter: p.filter(nil, true)}
	f.body, _ = p.body("endfilter")
	return f
}

func (p *parser) autoescape() statement {
	p.expression()
	body, _ := p.body("endautoescape")
	return &autoescape{body}
}

func (p *parser) print() statement {
	o := &output{}
	for p.current().kind != "block_end" {
		if len(o.parts) > 0 {
			p.expect("operator", ",")
		}
		o.parts = append(o.parts, p.expression())
	}
	return o
}

func (p *parser) extends() statement {
	p.expression()
	return &otherTemplate{}
}

func (p *parser) include() statement {
	p.expression()
	if p.current().is("name", "ignore") && p.look().is("name", "missing") {
		p.next()
		p.next()
	}
	p.context()
	return &otherTemplate{}
}

// context reads "with context" and "without context".
func (p *parser) context() bool {
	t := p.current()
	if (t.is("name", "with") || t.is("name", "without")) && p.look().is("name", "context") {
		p.next()
		p.next()
		return true
	}
	return false
}

func (p *parser) imports() statement {
	p.expression()
	p.expect("name", "as")
	p.expect("name", "")
	p.context()
	return &otherTemplate{}
}

func (p *parser) from() statement {
	p.expression()
	p.expect("name", "import")
	for !p.context() {
		if name := p.expect("name", "").text; strings.HasPrefix(name, "_") {
			panic(raise("TemplateAssertionError", "names starting with an underline can not be imported"))
		}
		if p.keyword("as") {
			p.expect("name", "")
		}
		if p.context() || !p.skip("operator", ",") {
			break
		}
	}
	return &otherTemplate{}
}
