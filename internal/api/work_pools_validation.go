package api

import (
	"encoding/json"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/templating"
)

// checkJobDefaults checks the defaults of a job template's variables against
// the template's own schema. Variables without one are left to the runs.
func checkJobDefaults(tx *store.Tx, template prefect.Object) error {
	schema, ok := variablesSchema(template)
	if !ok || isEmpty(schema) {
		return nil
	}
	if err := templating.CheckSchema(json.RawMessage(schema)); err != nil {
		return fault.New(fault.Invalid, "Invalid schema: %s", err)
	}
	defaults, _, err := templating.Defaults(schema, func(id uuid.UUID) (json.RawMessage, error) { return blockData(tx, id) }, false)
	if err != nil {
		return err
	}
	err = templating.Validate(defaults, schema, templating.Check{Preprocess: true, IgnoreRequired: true, NoneWithDefault: true})
	switch {
	case err == templating.ErrCircular:
		return errCircularSchema
	case err != nil:
		return fault.New(fault.Invalid, "Validation failed for work pool's job variable defaults: %s", err)
	}
	return nil
}
