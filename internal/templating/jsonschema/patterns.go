package jsonschema

import (
	"fmt"
	"regexp"
	"regexp/syntax"

	"github.com/reevehq/reeve/internal/budget"
)

// The bounds of one pattern. Go's expressions take time in proportion to text
// and pattern, but a repetition makes a pattern as large as its count.
const (
	longestPattern = 16 << 10 // bytes
	largestPattern = 20_000   // instructions
	perStep        = 64       // instructions for each of which one character is looked at, in a step
)

// pattern is a compiled pattern, re nil when Go cannot read it.
type compiledPattern struct {
	re   *regexp.Regexp
	size int // instructions
}

// search reports whether a pattern is found in text. A pattern that only Python
// understands counts as found.
func (w *walker) search(text, in string) bool {
	p := w.compile(text)
	if p.re == nil {
		return true
	}
	w.spend(1 + len(in)*(p.size+8)/perStep)
	return p.re.MatchString(in)
}

func (w *walker) compile(text string) compiledPattern {
	if known, ok := w.patterns[text]; ok {
		return known
	}
	if len(text) > longestPattern {
		panic(stop{patternLimit("bytes", longestPattern)})
	}
	w.spend(1 + len(text))
	var p compiledPattern
	if parsed, err := syntax.Parse(text, syntax.Perl); err == nil {
		if p.size = instructions(parsed); p.size > largestPattern {
			panic(stop{patternLimit("instructions", largestPattern)})
		}
		w.take(p.size * 64)
		w.spend(p.size)
		p.re, _ = regexp.Compile(text)
	}
	if w.patterns == nil {
		w.patterns = map[string]compiledPattern{}
	}
	w.patterns[text] = p
	return p
}

func patternLimit(unit string, limit int) error {
	return &budget.Exhausted{What: "a pattern of the schema", Resource: "size", Limit: fmt.Sprintf("%d %s", limit, unit)}
}

// instructions is about how many instructions an expression is compiled to. Its
// depth is bounded by the parser.
func instructions(e *syntax.Regexp) int {
	inner := 0
	for _, sub := range e.Sub {
		inner = min(inner+instructions(sub), 1<<30)
	}
	switch e.Op {
	case syntax.OpLiteral:
		return len(e.Rune) + 1
	case syntax.OpCharClass:
		return len(e.Rune)/8 + 1
	case syntax.OpRepeat:
		return min(inner*max(e.Max, e.Min, 1)+1, 1<<30)
	}
	return inner + 1
}
