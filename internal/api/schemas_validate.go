package api

import (
	"net/http"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/templating"
)

func (a *API) schemaRoutes() []rest.Route {
	return []rest.Route{
		rest.Post("/ui/schemas/validate", "validate_obj_ui_schemas_validate_post", a.validateForm),
	}
}

// form is what was filled in, and the schema that it should meet.
type form struct {
	decode.Embedded
	Schema prefect.Object `json:"schema" rule:"required"`
	Values prefect.Object `json:"values" rule:"required"`
}

// validateForm checks the values of a form against a schema and answers with
// the faults, each at its field.
func (a *API) validateForm(r *http.Request, in *form) (*templating.Report, error) {
	var report *templating.Report
	_, err := a.compute(r.Context(), "checking the values of the form", func(p *premises) (err error) {
		report, err = templating.ValidateForm(p.Budget, in.Values, in.Schema, p.variable)
		return err
	})
	switch {
	case err == templating.ErrCircular:
		return nil, errCircularSchema
	case isRefusal(err):
		return nil, fault.New(fault.Invalid, "Invalid schema: %s", err)
	}
	return report, err
}
