package api

import (
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/templating"
)

// checkJobDefaults checks the defaults of a job template's variables against
// the template's own schema. Variables without one are left to the runs.
func checkJobDefaults(p *premises, template prefect.Object) error {
	schema, ok := variablesSchema(template)
	if !ok || isEmpty(schema) {
		return nil
	}
	if err := checkTemplateSchema(p, schema); err != nil {
		return err
	}
	defaults, _, err := templating.Defaults(p.Budget, schema, p.block, false)
	if err != nil {
		return err
	}
	err = templating.Validate(p.Budget, defaults, schema, templating.Check{Preprocess: true, IgnoreRequired: true, NoneWithDefault: true})
	switch {
	case err == templating.ErrCircular:
		return errCircularSchema
	case isRefusal(err):
		return fault.New(fault.Invalid, "Validation failed for work pool's job variable defaults: %s", err)
	}
	return err
}
