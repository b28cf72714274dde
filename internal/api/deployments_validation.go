package api

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/budget"
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
func parametersConform(ctx context.Context, in pyjson.Value) (decode.Issues, error) {
	enforce, _ := in.Get("enforce_parameter_schema")
	schema, _ := in.Get("parameter_openapi_schema")
	if !enforce.Truthy() || schema.Kind() != pyjson.Object {
		return nil, nil
	}
	parameters, given := in.Get("parameters")
	if !given {
		parameters = pyjson.NewObject(nil)
	}
	if parameters.IsNull() {
		return nil, nil
	}
	b := budget.New(ctx, checkingParameters, templating.Limits)
	defer b.Close()
	if err := templating.CheckSchema(b, schema.Raw()); b.Err() != nil {
		return nil, b.Err()
	} else if err != nil {
		return prefect.ValueIssue("The provided schema is not a valid json schema. Schema error: "+err.Error(), in), nil
	}
	err := templating.Validate(b, prefect.Object(parameters.Raw()), prefect.Object(schema.Raw()), templating.Check{IgnoreRequired: true})
	if b.Err() != nil {
		return nil, b.Err()
	}
	if err != nil {
		return prefect.ValueIssue(err.Error(), in), nil
	}
	return nil, nil
}

// The works that a budget is for, as a refusal names them.
const (
	checkingParameters = "rendering and checking the parameters"
	checkingVariables  = "checking the job variables"
)

// deploymentFields are what an update of a deployment is checked against.
type deploymentFields struct {
	parameters prefect.Object
	schema     *prefect.Object
	enforce    bool
}

// checkDeploymentUpdate makes sure that the job variables and parameters of an
// update fit their schemas; it renders the parameters in u.
func checkDeploymentUpdate(p *premises, id uuid.UUID, u *prefect.DeploymentUpdate) error {
	d, err := assume(p, func(tx *store.Tx) (*deploymentFields, error) {
		d, err := tx.ReadDeployment(id)
		if err != nil || d == nil {
			return nil, err
		}
		return &deploymentFields{d.Parameters, d.ParameterOpenAPISchema, d.EnforceParameterSchema}, nil
	})
	if err == nil && d == nil {
		err = noDeployment
	}
	if err != nil {
		return err
	}
	if named(u.WorkPoolName) {
		if err := checkUpdatedJobVariables(p, u); err != nil {
			return err
		}
	}
	parameters := d.parameters
	if u.Parameters != nil {
		hydrated, err := templating.Hydrate(p.Budget, *u.Parameters, templating.Rendering{Jinja: true, Variables: p.variable})
		if problem := templating.Problem(err); problem != nil {
			return fault.New(fault.BadRequest, "Error hydrating deployment parameters: %s", problem)
		} else if err != nil {
			return err
		}
		u.Parameters, parameters = &hydrated, hydrated
	}
	enforce := d.enforce
	if u.EnforceParameterSchema != nil {
		enforce = *u.EnforceParameterSchema
	}
	if !enforce {
		return nil
	}
	schema := d.schema
	if u.ParameterOpenAPISchema != nil && !isEmpty(*u.ParameterOpenAPISchema) {
		schema = u.ParameterOpenAPISchema
	}
	if schema == nil {
		return errNoParameterSchema
	}
	err = templating.Validate(p.Budget, parameters, *schema, templating.Check{Preprocess: true, IgnoreRequired: true})
	switch {
	case err == templating.ErrCircular:
		return errCircularSchema
	case isRefusal(err):
		return fault.New(fault.Conflict, "Error updating deployment: %s", err)
	}
	return err
}

// isRefusal reports whether a check has found a value or its schema wanting, as
// against having been given up.
func isRefusal(err error) bool {
	var invalid *templating.ValidationError
	var schema *templating.ErrSchema
	return errors.As(err, &invalid) || errors.As(err, &schema)
}

func checkUpdatedJobVariables(p *premises, u *prefect.DeploymentUpdate) error {
	pool, err := assume(p, func(tx *store.Tx) (jobTemplate, error) { return templateOf(poolOfDeployment(tx, *u.WorkPoolName)) })
	if err != nil {
		return err
	}
	schema, ok := variablesSchema(pool.text)
	if !ok || u.JobVariables == nil {
		return nil
	}
	first, err := templating.FirstFault(p.Budget, *u.JobVariables, schema, templating.Check{Preprocess: true, IgnoreRequired: true})
	switch {
	case p.Err() != nil:
		return p.Err()
	case err != nil:
		return fault.New(fault.Conflict, "Error creating deployment: %s", templating.Repr("ValidationError", err.Error()))
	case first != "":
		return fault.New(fault.Conflict, "Error creating deployment: <ValidationError: %s>", templating.Quote(first))
	}
	return nil
}

// jobTemplate is what job variables are checked against: the template of a pool,
// none without a pool.
type jobTemplate struct{ text prefect.Object }

func templateOf(pool *prefect.WorkPool, err error) (jobTemplate, error) {
	if err != nil || pool == nil {
		return jobTemplate{}, err
	}
	return jobTemplate{pool.BaseJobTemplate}, nil
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

// checkJobVariables checks variables, with the defaults of a pool's template,
// against the template's schema. what begins the sentence of the refusal.
func checkJobVariables(p *premises, template jobTemplate, ignoreRequired bool, what string, variables ...prefect.Object) error {
	err := validateJobVariables(p, template, ignoreRequired, variables...)
	switch {
	case err == templating.ErrCircular:
		return errCircularSchema
	case isRefusal(err):
		return fault.New(fault.Invalid, "%s: %s", what, err)
	}
	return err
}

// validateJobVariables is checkJobVariables with the refusals of templating.Validate.
func validateJobVariables(p *premises, template jobTemplate, ignoreRequired bool, variables ...prefect.Object) error {
	schema, ok := variablesSchema(template.text)
	if !ok || isEmpty(schema) {
		return nil
	}
	if err := checkTemplateSchema(p, schema); err != nil {
		return err
	}
	defaults, faulty, err := templating.Defaults(p.Budget, schema, p.block, true)
	if err != nil {
		return err
	}
	all := defaults
	for _, v := range variables {
		if all, err = all.Merged(v); err != nil {
			return err
		}
	}
	return templating.Validate(p.Budget, all, schema, templating.Check{Preprocess: true, IgnoreRequired: ignoreRequired || faulty, NoneWithDefault: true})
}

func checkTemplateSchema(p *premises, schema prefect.Object) error {
	err := templating.CheckSchema(p.Budget, json.RawMessage(schema))
	if isRefusal(err) {
		return fault.New(fault.Invalid, "Invalid schema: %s", err)
	}
	return err
}
