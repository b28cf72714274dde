// Package jinja renders templates of users in a sandbox: the language and the
// results are those of Python's jinja2 with an ImmutableSandboxedEnvironment and
// undefined values that may be looked into, as the contract's server has it.
//
// A template sees the values that it is given and nothing else: no files, no other
// templates, no clock. All that it does draws on a budget, at each node and before
// each allocation, so that it ends soon and small whatever it says; its depth is
// bounded while it is read. Values that it is given are not changed.
package jinja

import (
	"fmt"
	"strings"
	"time"

	"github.com/reevehq/reeve/internal/budget"
)

// The bounds of depth: of expressions and statements in each other while a template
// is read, of the tree that comes out, and of calls while it is rendered.
const (
	deepestText = 150
	deepestTree = 600
	deepestCall = 1500
)

// Error is a fault of a template: Python's class of the exception and its message.
type Error struct {
	Class, Message string
	// Line is where the template cannot be read, 0 for other faults.
	Line int
}

// Error implements error.
func (e *Error) Error() string { return e.Message }

// Repr writes the exception as Python shows it.
func (e *Error) Repr() string {
	if e.Class == "KeyError" { // its message is the key as it is shown
		return e.Class + "(" + e.Message + ")"
	}
	return e.Class + "(" + repr(e.Message) + ")"
}

// Loops are the for loops of a template.
type Loops struct {
	// Total is how many there are, Deepest how deep they nest.
	Total, Deepest int
}

// Template is a template that was read. It may be rendered many times at once.
type Template struct {
	body  []statement
	needs []need
	loops Loops
}

// Loops tells of the for loops in the template.
func (t *Template) Loops() Loops { return t.loops }

// Filter is a filter that is added to those of jinja2. Values are as in Render,
// and lists and objects are []any and map[string]any.
type Filter func(value any, args []any) (any, error)

// Options say how a template is rendered.
type Options struct {
	// Filters are added to those of the language.
	Filters map[string]Filter
	// Now is the time that filters such as humanize_naturaltime count from; without it
	// they refuse.
	Now time.Time
	// Strict refuses to look into a value that is not there, as jinja2 does of its
	// own accord: "{{ a.b }}" fails without an a.
	Strict bool
}

// stop ends reading or rendering.
type stop struct{ err error }

// guard turns a stop into an error.
func guard(err *error) {
	switch p := recover().(type) {
	case nil:
	case stop:
		*err = p.err
	default:
		panic(p)
	}
}

func raise(class, format string, args ...any) stop {
	return stop{&Error{Class: class, Message: fmt.Sprintf(format, args...)}}
}

func tooDeep(levels int) stop {
	return stop{&budget.Exhausted{What: "the template", Resource: "depth", Limit: fmt.Sprintf("%d levels", levels)}}
}

// Parse reads a template. It fails with an *Error or a budget.Exhausted.
func Parse(b *budget.Budget, text string) (t *Template, err error) {
	p := &parser{lexer: lexer{budget: b}}
	defer func() {
		if fault, ok := err.(*Error); ok && fault.Line == 0 {
			fault.Line = p.current().line
		}
	}()
	defer guard(&err)
	p.tokenize(text)
	body := p.subparse()
	return &Template{body, p.needs, p.loops}, nil
}

// Render renders the template with values: nil, bool, integers, float64, string,
// time.Time, time.Duration, []any, map[string]any, Ordered, or *Object. It fails with
// an *Error, a budget.Exhausted or the error of the budget's context.
func (t *Template) Render(b *budget.Budget, values map[string]any, o Options) (text string, err error) {
	defer guard(&err)
	e := t.evaluator(b, values, o)
	var out strings.Builder
	e.out = &out
	e.run(t.body, e.top)
	return out.String(), nil
}

// Value returns the value of a template that is nothing but an expression, with space
// around it at most; lone is false for any other. What is not there is nil.
func (t *Template) Value(b *budget.Budget, values map[string]any, o Options) (v any, lone bool, err error) {
	defer guard(&err)
	var expression expression
	for _, s := range t.body {
		switch s := s.(type) {
		case *output:
			if expression != nil || len(s.parts) != 1 {
				return nil, false, nil
			}
			expression = s.parts[0]
		case *data:
			if strings.TrimSpace(s.text) != "" {
				return nil, false, nil
			}
		default:
			return nil, false, nil
		}
	}
	if expression == nil {
		return nil, false, nil
	}
	e := t.evaluator(b, values, o)
	return e.plain(e.evaluate(expression, e.top)), true, nil
}

func (t *Template) evaluator(b *budget.Budget, values map[string]any, o Options) *evaluator {
	e := newEvaluator(b, values, o)
	for _, n := range t.needs {
		if n.kind == "failure" {
			panic(raise("TemplateAssertionError", "%s", n.name))
		}
		if n.kind == "filter" && e.filterNamed(n.name) == nil || n.kind == "test" && testNamed(n.name) == nil {
			panic(raise("TemplateAssertionError", "No %s named %s.", n.kind, repr(n.name)))
		}
	}
	return e
}
