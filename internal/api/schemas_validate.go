package api

import (
	"net/http"

	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/templating"
)

func (a *API) schemaRoutes() []Route {
	return []Route{
		{http.MethodPost, "/ui/schemas/validate", "validate_obj_ui_schemas_validate_post", a.validateForm},
	}
}

// validateForm checks the values of a form against a schema and answers with
// the faults, each at its field.
func (a *API) validateForm(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		decode.Embedded
		Schema prefect.Object `json:"schema" rule:"required"`
		Values prefect.Object `json:"values" rule:"required"`
	}
	if err := body(r, &in); err != nil {
		return err
	}
	var report *templating.Report
	_, err := a.compute(r.Context(), "checking the values of the form", func(p *premises) (err error) {
		report, err = templating.ValidateForm(p.Budget, in.Values, in.Schema, p.variable)
		return err
	})
	switch {
	case err == templating.ErrCircular:
		return errCircularSchema
	case isRefusal(err):
		return fault.New(fault.Invalid, "Invalid schema: %s", err)
	case err != nil:
		return err
	}
	respond(w, http.StatusOK, report)
	return nil
}
