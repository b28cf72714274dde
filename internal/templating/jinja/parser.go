package jinja

type parser struct {
	lexer
	fault stop // of the text, where the token of that kind is
	at    int
	depth int
	ends  [][]string // the tags that end the open bodies
	tags  []string   // the open tags
	loops Loops
	inFor int
	needs []need
	// conditional is set where filters and tests need not be there.
	conditional bool
	special     map[string]int // how often caller, kwargs and varargs were named
}

// needed notes a filter or test.
func (p *parser) needed(kind, name string) {
	if !p.conditional {
		p.needs = append(p.needs, need{kind, name})
	}
}

// within runs read where conditions count or do not.
func (p *parser) within(conditional bool, read func()) {
	before := p.conditional
	p.conditional = conditional
	read()
	p.conditional = before
}

// tokenize reads the text. As in jinja2, a fault in it counts once the parser gets there.
func (p *parser) tokenize(text string) {
	defer func() {
		switch s := recover().(type) {
		case nil:
		case stop:
			fault, ofText := s.err.(*Error)
			if !ofText {
				panic(s)
			}
			fault.Line = p.line
			if p.fault = s; len(p.tokens) == 0 {
				panic(s)
			}
			p.tokens = append(p.tokens, token{kind: "fault"})
		default:
			panic(s)
		}
	}()
	p.lex(text)
}

func (p *parser) current() token { return p.tokens[p.at] }

func (p *parser) look() token { return p.tokens[min(p.at+1, len(p.tokens)-1)] }

// next takes a token. A fault of the text is found when the token before it is taken.
func (p *parser) next() token {
	t := p.tokens[p.at]
	if p.at < len(p.tokens)-1 {
		p.at++
	}
	if p.tokens[p.at].kind == "fault" {
		panic(p.fault)
	}
	return t
}

func (p *parser) skip(kind, text string) bool {
	if p.current().is(kind, text) {
		p.next()
		return true
	}
	return false
}

func (p *parser) operator(text string) bool { return p.current().is("operator", text) }

func (p *parser) keyword(text string) bool { return p.skip("name", text) }

// expect takes a token of a kind, with a text unless that is "".
func (p *parser) expect(kind, text string) token {
	t := p.current()
	if t.kind == kind && (text == "" || t.text == text) {
		return p.next()
	}
	want := text
	if want == "" {
		want = token{kind: kind}.describe()
		if kind == "name" {
			want = kind
		}
	}
	if t.kind == "eof" {
		panic(syntaxError("unexpected end of template, expected %s.", repr(want)))
	}
	panic(syntaxError("expected token %s, got %s", repr(want), repr(t.describe())))
}

// down goes one level deeper; the function that it gives comes back.
func (p *parser) down() func() {
	if p.depth++; p.depth > deepestText {
		panic(tooDeep(deepestText))
	}
	return func() { p.depth-- }
}
