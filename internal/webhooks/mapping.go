package webhooks

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/reevehq/reeve/internal/budget"
	"github.com/reevehq/reeve/internal/templating"
	"github.com/reevehq/reeve/internal/templating/jinja"
)

// The bounds of what is kept of a request beside its body.
const (
	mostHeaders   = 64
	longestHeader = 4096
	mostQuery     = 64
	longestName   = 255 // of a delivery id or a key
	mostDepth     = 32  // of objects and lists in a mapping
)

// keptHeaders are the headers that templates see and `show` prints: first values
// in lower case, without those that hold secrets.
func keptHeaders(h http.Header, secrets []string) map[string]string {
	kept := map[string]string{}
	for name, values := range h {
		if len(kept) < mostHeaders && len(values) > 0 && len(values[0]) <= longestHeader {
			kept[strings.ToLower(name)] = values[0]
		}
	}
	for _, name := range secrets {
		delete(kept, strings.ToLower(name))
	}
	return kept
}

func keptQuery(q url.Values) map[string]string {
	kept := map[string]string{}
	for name, values := range q {
		if len(kept) < mostQuery {
			kept[name] = values[0]
		}
	}
	return kept
}

// values are what templates see: body (see content), text, headers (X-Git-Event as headers["x-git-event"] and
// headers.x_git_event) and query.
func (e *Entry) values(form string) (map[string]any, error) {
	headers := map[string]any{}
	for name, value := range e.Headers {
		headers[name] = value
		headers[strings.ReplaceAll(name, "-", "_")] = value
	}
	query := map[string]any{}
	for name, value := range e.Query {
		query[name] = value
	}
	all := map[string]any{"headers": headers, "query": query, "text": string(e.Body)}
	var err error
	all["body"], err = content(e.Body, e.Headers["content-type"], form)
	return all, err
}

// plain returns numbers the types that templates reckon with.
func plain(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, inner := range v {
			v[key] = plain(inner)
		}
	case []any:
		for i, inner := range v {
			v[i] = plain(inner)
		}
	case json.Number:
		if n, err := strconv.Atoi(v.String()); err == nil {
			return n
		}
		f, err := v.Float64()
		if err != nil {
			return v.String()
		}
		return f
	}
	return v
}

// scope is what templates are rendered with: values, and what that may take.
type scope struct {
	*budget.Budget
	values map[string]any
}

// strictly refuses to look into what a webhook does not have: its sender learns of it.
var strictly = jinja.Options{Strict: true}

// newScope makes the scope of one webhook's templates. Close ends it.
func newScope(ctx context.Context, values map[string]any) scope {
	return scope{budget.New(ctx, "rendering the webhook's templates", templating.Limits), values}
}

func (s scope) render(template string) (string, error) {
	return templating.Render(s.Budget, template, s.values, strictly)
}

// mapped renders the templates in a value of reeve.toml. A text that is one
// expression, "{{ body.id }}", gives the expression's own type.
func (s scope) mapped(v any, depth int) (any, error) {
	if depth > mostDepth {
		return nil, fmt.Errorf("it is deeper than %d", mostDepth)
	}
	switch v := v.(type) {
	case string:
		return templating.Value(s.Budget, v, s.values, strictly)
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, inner := range v {
			value, err := s.mapped(inner, depth+1)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", key, err)
			}
			out[key] = value
		}
		return out, nil
	case []any:
		out := make([]any, len(v))
		for i, inner := range v {
			value, err := s.mapped(inner, depth+1)
			if err != nil {
				return nil, fmt.Errorf("%d: %w", i, err)
			}
			out[i] = value
		}
		return out, nil
	}
	return v, nil
}

// checkTemplates refuses the templates in a value of reeve.toml that cannot be read.
func checkTemplates(v any) error {
	switch v := v.(type) {
	case string:
		b := budget.New(context.Background(), "reading the template", templating.Limits)
		defer b.Close()
		return templating.CheckTemplate(b, v)
	case map[string]any:
		for key, inner := range v {
			if err := checkTemplates(inner); err != nil {
				return fmt.Errorf("%s: %w", key, err)
			}
		}
	case []any:
		for _, inner := range v {
			if err := checkTemplates(inner); err != nil {
				return err
			}
		}
	}
	return nil
}

// kindMark is how the server's parameters mark an object that stands for
// another value, such as a variable's. What a sender wrote must stay what it is.
const kindMark = "__prefect_kind"

// inert keeps the server from taking objects that came with a webhook for
// templates or variables: they travel as the JSON text of themselves.
func inert(v any) any {
	if !marked(v) {
		return v
	}
	text, err := json.Marshal(v)
	if err != nil {
		return nil // a defect: the value came from JSON
	}
	return map[string]any{kindMark: "json", "value": string(text)}
}

func marked(v any) bool {
	switch v := v.(type) {
	case map[string]any:
		for key, inner := range v {
			if key == kindMark || marked(inner) {
				return true
			}
		}
	case []any:
		for _, inner := range v {
			if marked(inner) {
				return true
			}
		}
	}
	return false
}
