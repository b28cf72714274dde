package api

import (
	"encoding/json"
	"errors"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/pyjson"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/templating"
)

var (
	errNoParameterSchema = fault.New(fault.Conflict, "Error updating deployment: Cannot update parameters because parameter schema"+
		" enforcement is enabled and the deployment does not have a valid parameter schema.")
	errCircularSchema = fault.New(fault.Invalid, "Invalid schema: Unable to validate schema with circular references.")
)

func sentenceOf(err error) string {
	var known *fault.Error
	if errors.As(err, &known) {
		return known.Sentence
	}
	return err.Error()
}

// parametersConform checks the parameters of a new deployment against its
// schema when the body itself asks for it.
func parametersConform(in pyjson.Value) decode.Issues {
	enforce, _ := in.Get("enforce_parameter_schema")
	schema, _ := in.Get("parameter_openapi_schema")
	if !enforce.Truthy() || schema.Kind() != pyjson.Object {
		return nil
	}
	parameters, given := in.Get("parameters")
	if !given {
		parameters, _ = pyjson.Parse([]byte("{}"))
	}
	if !parameters.IsNull() {
		if err := templating.CheckSchema(schema.Raw()); err != nil {
			return prefect.ValueIssue("The provided schema is not a valid json schema. Schema error: "+err.Error(), in)
		}
		if err := templating.Validate(prefect.Object(parameters.Raw()), prefect.Object(schema.Raw()), templating.Check{IgnoreRequired: true}); err != nil {
			return prefect.ValueIssue(err.Error(), in)
		}
	}
	return nil
}

// checkDeploymentUpdate makes sure of what an update refers to and that the
// parameters fit their schema; it renders the parameters in u.
func (a *API) checkDeploymentUpdate(tx *store.Tx, d *prefect.Deployment, u *prefect.DeploymentUpdate) error {
	if named(u.WorkPoolName) {
		pool, err := poolOfDeployment(tx, *u.WorkPoolName)
		if err != nil {
			return err
		}
		if schema, ok := variablesSchema(pool.BaseJobTemplate); ok && u.JobVariables != nil {
			faults, err := templating.Faults(*u.JobVariables, schema, templating.Check{Preprocess: true, IgnoreRequired: true})
			if err != nil {
				return fault.New(fault.Conflict, "Error creating deployment: %s", templating.Repr("ValidationError", err.Error()))
			}
			if len(faults) > 0 {
				return fault.New(fault.Conflict, "Error creating deployment: <ValidationError: %s>", templating.Quote(faults[0]))
			}
		}
	}
	parameters := d.Parameters
	if u.Parameters != nil {
		hydrated, err := templating.Hydrate(*u.Parameters, templating.Rendering{Jinja: true, Variables: tx.VariableValue})
		if problem := templating.Problem(err); problem != nil {
			return fault.New(fault.BadRequest, "Error hydrating deployment parameters: %s", problem)
		} else if err != nil {
			return err
		}
		u.Parameters, parameters = &hydrated, hydrated
	}
	enforce := d.EnforceParameterSchema
	if u.EnforceParameterSchema != nil {
		enforce = *u.EnforceParameterSchema
	}
	if enforce {
		schema := d.ParameterOpenAPISchema
		if u.ParameterOpenAPISchema != nil && !isEmpty(*u.ParameterOpenAPISchema) {
			schema = u.ParameterOpenAPISchema
		}
		if schema == nil {
			return errNoParameterSchema
		}
		err := templating.Validate(parameters, *schema, templating.Check{Preprocess: true, IgnoreRequired: true})
		switch {
		case err == templating.ErrCircular:
			return errCircularSchema
		case err != nil:
			return fault.New(fault.Conflict, "Error updating deployment: %s", err)
		}
	}
	return checkGlobalLimit(tx, u.GlobalConcurrencyLimitID)
}

// variablesSchema is the schema of a job template's variables, false without one.
func variablesSchema(template prefect.Object) (prefect.Object, bool) {
	var parts struct {
		Variables json.RawMessage `json:"variables"`
	}
	if json.Unmarshal(template, &parts) != nil || len(parts.Variables) == 0 || string(parts.Variables) == "null" {
		return nil, false
	}
	return prefect.Object(parts.Variables), true
}

// checkDeploymentJobVariables checks the variables of a run of a deployment: of
// its pool's template, the deployment and the run, each before the one ahead of it.
func checkDeploymentJobVariables(tx *store.Tx, d *prefect.Deployment, what string, own prefect.Object) error {
	if d.WorkPoolID == nil {
		return nil
	}
	pool, err := tx.ReadWorkPool(*d.WorkPoolID)
	if err != nil || pool == nil {
		return err
	}
	return checkJobVariables(tx, pool, false, what, d.JobVariables, own)
}

// checkJobVariables checks variables, with the defaults of a pool's template,
// against the template's schema. what begins the sentence of the refusal.
func checkJobVariables(tx *store.Tx, pool *prefect.WorkPool, ignoreRequired bool, what string, variables ...prefect.Object) error {
	schema, ok := variablesSchema(pool.BaseJobTemplate)
	if !ok || isEmpty(schema) {
		return nil
	}
	if err := templating.CheckSchema(json.RawMessage(schema)); err != nil {
		return fault.New(fault.Invalid, "Invalid schema: %s", err)
	}
	defaults, faulty, err := templating.Defaults(schema, func(id uuid.UUID) (json.RawMessage, error) { return blockData(tx, id) }, true)
	if err != nil {
		return err
	}
	all := defaults
	for _, v := range variables {
		if all, err = all.Merged(v); err != nil {
			return err
		}
	}
	err = templating.Validate(all, schema, templating.Check{Preprocess: true, IgnoreRequired: ignoreRequired || faulty, NoneWithDefault: true})
	switch {
	case err == templating.ErrCircular:
		return errCircularSchema
	case err != nil:
		return fault.New(fault.Invalid, "%s: %s", what, err)
	}
	return nil
}

// blockData gives the data of a block that a default of a template names.
func blockData(tx *store.Tx, id uuid.UUID) (json.RawMessage, error) {
	block, err := tx.ReadBlockDocument(id, false)
	if err != nil {
		return nil, err
	}
	if block == nil {
		return nil, fault.New(fault.NotFound, "Block not found.")
	}
	return json.Marshal(block.Data)
}
