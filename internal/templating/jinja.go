package templating

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/nikolalohinski/gonja/v2/builtins"
	"github.com/nikolalohinski/gonja/v2/config"
	"github.com/nikolalohinski/gonja/v2/exec"
	"github.com/nikolalohinski/gonja/v2/loaders"
	"github.com/nikolalohinski/gonja/v2/nodes"
	"github.com/nikolalohinski/gonja/v2/parser"

	"github.com/reevehq/reeve/internal/budget"
)

// The bounds of a template of a user.
const (
	maxLoops     = 10
	maxLoopDepth = 2
	maxRange     = 100
	maxOutput    = 1 << 20
)

// statements are the statements that a template may hold. None of them reads
// another template.
var statements = []string{"autoescape", "block", "call", "filter", "for", "if", "macro", "raw", "set", "with"}

// CheckTemplate refuses a template that cannot be read or loops too much.
func CheckTemplate(b *budget.Budget, text string) error {
	loops := &loopCount{}
	if _, err := compile(text, loops); err != nil {
		return err
	}
	switch {
	case loops.total > maxLoops:
		return fmt.Errorf("Contains %d for loops. Templates can contain no more than %d for loops.", loops.total, maxLoops) //nolint:staticcheck // the contract's words
	case loops.deepest > maxLoopDepth:
		return fmt.Errorf("Contains nested for loops at a depth of %d. Templates can nest for loops no more than %d loops deep.", //nolint:staticcheck // the contract's words
			loops.deepest, maxLoopDepth)
	}
	return nil
}

// Render renders a template in a sandbox: it sees the values and nothing else.
// Text without any mark of a template is given as it is.
func Render(b *budget.Budget, text string, values map[string]any) (out string, err error) {
	if !strings.Contains(text, "{{") && !strings.Contains(text, "{%") {
		return text, nil
	}
	defer func() {
		if p := recover(); p != nil {
			out, err = "", renderError(fmt.Errorf("%v", p))
		}
	}()
	if err := CheckTemplate(b, text); err != nil {
		return "", renderError(err)
	}
	template, err := compile(text, &loopCount{})
	if err != nil {
		return "", renderError(err)
	}
	var out2 limited
	if err := template.Execute(&out2, exec.NewContext(values)); err != nil {
		return "", renderError(err)
	}
	return out2.String(), nil
}

func renderError(err error) error {
	return fmt.Errorf("Failed to render template due to the following error: %s", Repr("TemplateError", err.Error())) //nolint:staticcheck // the contract's words
}

// limited is output of bounded length.
type limited struct{ strings.Builder }

func (l *limited) Write(p []byte) (int, error) {
	if l.Len()+len(p) > maxOutput {
		return 0, errors.New("the rendered text is too long")
	}
	return l.Builder.Write(p)
}

// loopCount counts the loops of a template while it is read.
type loopCount struct{ total, depth, deepest int }

func (c *loopCount) around(read parser.ControlStructureParser) parser.ControlStructureParser {
	return func(p, args *parser.Parser) (nodes.ControlStructure, error) {
		c.total++
		c.depth++
		c.deepest = max(c.deepest, c.depth)
		defer func() { c.depth-- }()
		return read(p, args)
	}
}

var sandboxContext = sync.OnceValue(func() *exec.Context {
	context := exec.EmptyContext()
	for _, name := range []string{"cycler", "dict", "joiner", "namespace"} {
		if f, ok := builtins.GlobalFunctions.Get(name); ok {
			context.Set(name, f)
		}
	}
	context.Set("range", boundedRange)
	return context
})

// boundedRange is range with at most maxRange steps.
func boundedRange(_ *exec.Evaluator, params *exec.VarArgs) ([]int, error) {
	n := make([]int, len(params.Args))
	for i, arg := range params.Args {
		if !arg.IsInteger() {
			return nil, errors.New("range takes integers")
		}
		n[i] = arg.Integer()
	}
	start, stop, step := 0, 0, 1
	switch len(n) {
	case 1:
		stop = n[0]
	case 2:
		start, stop = n[0], n[1]
	case 3:
		start, stop, step = n[0], n[1], n[2]
	default:
		return nil, errors.New("range takes one to three integers")
	}
	if step == 0 {
		return nil, errors.New("range() arg 3 must not be zero")
	}
	list := []int{}
	for i := start; step > 0 && i < stop || step < 0 && i > stop; i += step {
		if len(list) == maxRange {
			return nil, fmt.Errorf("Range too big. The sandbox blocks ranges larger than MAX_TEMPLATE_RANGE=%d.", maxRange) //nolint:staticcheck // the contract's words
		}
		list = append(list, i)
	}
	return list, nil
}

func compile(text string, loops *loopCount) (template *exec.Template, err error) {
	defer func() {
		if p := recover(); p != nil {
			template, err = nil, fmt.Errorf("%v", p)
		}
	}()
	known := map[string]parser.ControlStructureParser{}
	for _, name := range statements {
		read, ok := builtins.ControlStructures.Get(name)
		if !ok {
			continue
		}
		if name == "for" {
			read = loops.around(read)
		}
		known[name] = read
	}
	loader, err := loaders.NewMemoryLoader(map[string]string{"/template": text})
	if err != nil {
		return nil, err
	}
	template, err = exec.NewTemplate("/template", config.New(), onlyThis{loader}, &exec.Environment{
		Context: sandboxContext(), Filters: builtins.Filters, Tests: builtins.Tests,
		ControlStructures: exec.NewControlStructureSet(known), Methods: builtins.Methods,
	})
	if err != nil {
		return nil, shorter(err)
	}
	return template, nil
}

// shorter leaves out the text of the template, which the error repeats.
func shorter(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}

// onlyThis is a loader that finds the template itself and no other.
type onlyThis struct{ loaders.Loader }

// Read implements loaders.Loader.
func (l onlyThis) Read(path string) (io.Reader, error) {
	if path != "/template" {
		return nil, errors.New("a template cannot read another")
	}
	return l.Loader.Read(path)
}

// Inherit implements loaders.Loader.
func (l onlyThis) Inherit(string) (loaders.Loader, error) { return l, nil }
