package actions

import (
	"encoding/json"
	"net/url"

	"github.com/reevehq/reeve/internal/budget"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/pyjson"
	"github.com/reevehq/reeve/internal/templating"
)

// parameters are those of the run that the action asks for: templates rendered,
// variables put in. None are an empty object.
func (a *act) parameters(given *prefect.Object) (prefect.Object, error) {
	if given == nil || len(*given) == 0 {
		return prefect.Object("{}"), nil
	}
	b := budget.New(a.ctx, "rendering the action's parameters", templating.Limits)
	defer b.Close()
	value, err := pyjson.Parse(*given)
	if err != nil {
		return nil, err
	}
	return templating.Hydrate(b, prefect.Object(templating.Upgraded(value).Raw()), templating.Rendering{
		Jinja: true, Values: a.values, Options: a.options(), Variables: a.variable,
	})
}

// variable is the value of a variable, nil when there is none of that name.
func (a *act) variable(name string) (json.RawMessage, error) {
	answer, err := a.ask("GET", "/variables/name/"+url.PathEscape(name), nil)
	if err != nil || answer.Status >= 300 {
		return nil, err
	}
	var variable struct{ Value json.RawMessage }
	err = json.Unmarshal(answer.Body, &variable)
	return variable.Value, err
}
