package templating

import (
	"errors"
	"fmt"
	"strings"

	"github.com/reevehq/reeve/internal/budget"
	"github.com/reevehq/reeve/internal/templating/jinja"
)

// The bounds of a template of a user; those of loops are the contract's.
const (
	maxLoops     = 10
	maxLoopDepth = 2
	maxOutput    = 1 << 20 // bytes
)

// Template is a template that was read and does not loop too much.
type Template struct{ *jinja.Template }

// ParseTemplate reads a template. It fails with a *jinja.Error for one that cannot
// be read or loops too much, and with a budget.Exhausted.
func ParseTemplate(b *budget.Budget, text string) (*Template, error) {
	t, err := jinja.Parse(b, text)
	if err != nil {
		return nil, err
	}
	switch loops := t.Loops(); {
	case loops.Total > maxLoops:
		return nil, tooManyLoops("Contains %d for loops. Templates can contain no more than %d for loops.", loops.Total, maxLoops)
	case loops.Deepest > maxLoopDepth:
		return nil, tooManyLoops("Contains nested for loops at a depth of %d. Templates can nest for loops no more than %d loops deep.",
			loops.Deepest, maxLoopDepth)
	}
	return &Template{t}, nil
}

func tooManyLoops(format string, args ...any) error {
	return &jinja.Error{Class: "TemplateSecurityError", Message: fmt.Sprintf(format, args...)}
}

// Render renders the template: it sees the values and nothing else. An error of the
// template is worded as the contract does; others are of the budget.
func (t *Template) Render(b *budget.Budget, values map[string]any, o jinja.Options) (string, error) {
	text, err := t.Template.Render(b, values, o)
	if err != nil {
		return "", renderError(err)
	}
	if len(text) > maxOutput {
		return "", &budget.Exhausted{What: "the rendered text", Resource: "size", Limit: fmt.Sprintf("%d bytes", maxOutput)}
	}
	return text, nil
}

// CheckTemplate refuses a template that cannot be read or loops too much.
func CheckTemplate(b *budget.Budget, text string) error {
	_, err := ParseTemplate(b, text)
	return err
}

// IsTemplate reports whether a text has any mark of a template.
func IsTemplate(text string) bool {
	return strings.Contains(text, "{{") || strings.Contains(text, "{%")
}

// Render reads and renders a template. Text that is none is given as it is.
func Render(b *budget.Budget, text string, values map[string]any, o jinja.Options) (string, error) {
	if !IsTemplate(text) {
		return text, nil
	}
	t, err := ParseTemplate(b, text)
	if err != nil {
		return "", renderError(err)
	}
	return t.Render(b, values, o)
}

// Value returns the value of a text that is nothing but one expression, "{{ a.b }}",
// and the rendered text of any other.
func Value(b *budget.Budget, text string, values map[string]any, o jinja.Options) (any, error) {
	if !IsTemplate(text) {
		return text, nil
	}
	t, err := ParseTemplate(b, text)
	if err != nil {
		return nil, renderError(err)
	}
	v, lone, err := t.Template.Value(b, values, o)
	if err != nil {
		return nil, renderError(err)
	}
	if lone {
		return v, nil
	}
	return t.Render(b, values, o)
}

// renderFailure is a fault of a template in the contract's words.
type renderFailure struct{ cause string }

func (f *renderFailure) Error() string {
	return "Failed to render template due to the following error: " + f.cause
}

func renderError(err error) error {
	var fault *jinja.Error
	if !errors.As(err, &fault) {
		return err
	}
	return &renderFailure{fault.Repr()}
}

// RenderCause is what made rendering fail: Python's exception, as it is shown, or
// the error itself.
func RenderCause(err error) string {
	var failure *renderFailure
	if errors.As(err, &failure) {
		return failure.cause
	}
	return err.Error()
}
