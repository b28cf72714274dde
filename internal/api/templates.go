package api

import (
	"errors"
	"net/http"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/budget"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/pyjson"
	"github.com/reevehq/reeve/internal/templating"
	"github.com/reevehq/reeve/internal/templating/jinja"
)

func (a *API) templateRoutes() []rest.Route {
	return []rest.Route{
		rest.Change(http.MethodPost, "/templates/validate", "validate_template_templates_validate_post", a.validateTemplate),
		rest.Change(http.MethodPost, "/automations/templates/validate", "validate_template_automations_templates_validate_post", a.validateTemplate),
	}
}

// templateText is a body that is a template: none is an empty one.
type templateText string

// ReadBody implements rest.Reader.
func (t *templateText) ReadBody(_ *http.Request, value *pyjson.Value, _ rest.Limits) (decode.Issues, error) {
	if value.IsNull() {
		return nil, nil
	}
	return rest.Decode(*value, t), nil
}

// templateFault is what is wrong with a template, as its editor is told.
type templateFault struct {
	Error struct {
		Line    int    `json:"line"`
		Message string `json:"message"`
		Source  string `json:"source"`
	} `json:"error"`
}

func (a *API) validateTemplate(r *http.Request, text *templateText) error {
	b := budget.New(r.Context(), "checking the template", templating.Limits)
	defer b.Close()
	err := templating.CheckTemplate(b, string(*text))
	var wrong *jinja.Error
	if !errors.As(err, &wrong) {
		return err
	}
	var found templateFault
	found.Error.Line, found.Error.Message, found.Error.Source = wrong.Line, wrong.Message, string(*text)
	return rest.Rejected{Body: found}
}
