package jinja

// expression is a node that has a value; height is how deep its tree is.
type expression interface{ height() int }

// tall is embedded in expressions.
type tall int

func (t tall) height() int { return int(t) }

// above is the height of a node over others.
func above(inner ...expression) tall {
	most := 0
	for _, e := range inner {
		if e != nil {
			most = max(most, e.height())
		}
	}
	if most >= deepestTree {
		panic(tooDeep(deepestTree))
	}
	return tall(most + 1)
}

type (
	constant struct {
		tall
		value any
	}
	nameOf struct {
		tall
		name string
	}
	// nsref is a target: an attribute of a namespace.
	nsref struct {
		tall
		name, attribute string
	}
	tupleOf struct {
		tall
		items []expression
	}
	listOf struct {
		tall
		items []expression
	}
	dictOf struct {
		tall
		keys, values []expression
	}
	getattr struct {
		tall
		of   expression
		name string
	}
	getitem struct {
		tall
		of, key expression
	}
	sliceOf struct {
		tall
		start, stop, step expression
	}
	binary struct {
		tall
		operator    string
		left, right expression
	}
	unary struct {
		tall
		operator string
		of       expression
	}
	concat struct {
		tall
		parts []expression
	}
	comparison struct {
		tall
		first     expression
		operators []string
		rest      []expression
	}
	conditional struct {
		tall
		test, then, otherwise expression
	}
	call struct {
		tall
		of expression
		arguments
	}
	// filtered is a value in a filter; of is nil for a block's text.
	filtered struct {
		tall
		of   expression
		name string
		arguments
	}
	tested struct {
		tall
		of   expression
		name string
		arguments
	}
)

// arguments are those of a call, with *positional and **named.
type arguments struct {
	positional      []expression
	names           []string
	named           []expression
	more, moreNamed expression
}

func (a *arguments) all() []expression {
	all := append(append([]expression{}, a.positional...), a.named...)
	return append(all, a.more, a.moreNamed)
}

// statement is a node that writes or assigns.
type statement interface{}

type (
	output struct{ parts []expression }
	data   struct{ text string }
	assign struct{ target, value expression }
	// assignBlock assigns the text of its body.
	assignBlock struct {
		target expression
		filter expression
		body   []statement
	}
	forLoop struct {
		target, over, test expression
		recursive          bool
		body, otherwise    []statement
	}
	branch struct {
		tests     []expression
		bodies    [][]statement
		otherwise []statement
	}
	with struct {
		targets, values []expression
		body            []statement
	}
	block struct {
		name   string
		scoped bool
		body   []statement
	}
	macroOf struct {
		name string
		signature
		body []statement
	}
	callBlock struct {
		signature
		call *call
		body []statement
	}
	filterBlock struct {
		filter expression
		body   []statement
	}
	autoescape struct{ body []statement }
	// otherTemplate is a statement that needs another template.
	otherTemplate struct{}
)

// signature is what a macro takes; the last parameters have defaults.
type signature struct {
	parameters []string
	defaults   []expression
	uses       map[string]bool // which of caller, kwargs and varargs the body names
}

// need is a filter or test that a template names outside of conditions, which
// must be there whether or not it is used; or a failure that is found by then.
type need struct{ kind, name string }
