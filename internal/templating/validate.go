package templating

import (
	"encoding/json"
	"errors"
	"strings"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/budget"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/templating/jsonschema"
)

// ErrCircular says that a schema refers to itself without end.
var ErrCircular = jsonschema.ErrCircular

// ErrSchema is the reason for which a schema is none: a sentence.
type ErrSchema struct{ message string }

// Error implements error.
func (e *ErrSchema) Error() string { return e.message }

// ValidationError says what is wrong with a value, and where: a sentence.
type ValidationError struct{ message string }

// Error implements error.
func (e *ValidationError) Error() string { return e.message }

// Check says how a value is checked.
type Check struct {
	// Preprocess mends what older generators of schemas get wrong.
	Preprocess bool
	// IgnoreRequired leaves out which keys must be there, at any depth.
	IgnoreRequired bool
	// NoneWithDefault lets null stand for optional fields that have a default.
	NoneWithDefault bool
}

// CheckSchema refuses what is no schema with an ErrSchema.
func CheckSchema(b *budget.Budget, schema json.RawMessage) error {
	v, err := jsonschema.Parse(b, schema)
	if err != nil {
		return err
	}
	return checkSchema(b, v)
}

func checkSchema(b *budget.Budget, schema any) error {
	fault, err := jsonschema.CheckSchema(b, schema)
	if err != nil {
		return err
	}
	if fault == nil {
		return nil
	}
	message, err := fault.Message(b)
	if err != nil {
		return err
	}
	return &ErrSchema{message}
}

// Validate refuses a value that does not fit with a ValidationError that names
// the one fault that matters most, or with ErrCircular.
func Validate(b *budget.Budget, values, schema prefect.Object, c Check) error {
	prepared, value, err := c.prepare(b, values, schema)
	if err != nil {
		return err
	}
	if err := checkSchema(b, prepared); errors.As(err, new(*ErrSchema)) {
		return &ValidationError{"Validation failed. Failure reason: " + err.Error()}
	} else if err != nil {
		return err
	}
	faults, err := jsonschema.Validate(b, value, prepared, false)
	if err != nil {
		return asValidation(err)
	}
	best := jsonschema.Best(faults)
	if best == nil {
		return nil
	}
	place := "Validation failed."
	if path := best.JSONPath(); path != "$" {
		place = "Validation failed for field " + jsonschema.Quote(strings.ReplaceAll(path, "$.", "")) + "."
	}
	message, err := best.Message(b)
	if err != nil {
		return err
	}
	return &ValidationError{place + " Failure reason: " + message}
}

func asValidation(err error) error {
	var lost *jsonschema.UnresolvableError
	if errors.As(err, &lost) {
		return &ValidationError{"Validation failed. Failure reason: " + lost.Error()}
	}
	return err
}

// FirstFault returns the sentence of the first fault in the schema's order, "" without one.
func FirstFault(b *budget.Budget, values, schema prefect.Object, c Check) (string, error) {
	prepared, value, err := c.prepare(b, values, schema)
	if err != nil {
		return "", err
	}
	faults, err := jsonschema.Validate(b, value, prepared, true)
	if err != nil {
		return "", asValidation(err)
	}
	if len(faults) == 0 {
		return "", nil
	}
	return faults[0].Message(b)
}

func (c Check) prepare(b *budget.Budget, values, schema prefect.Object) (prepared, value any, err error) {
	if prepared, err = parseObject(b, schema); err != nil {
		return nil, nil, err
	}
	if value, err = parseObject(b, values); err != nil {
		return nil, nil, err
	}
	if c.Preprocess {
		preprocess(prepared, c.NoneWithDefault)
	}
	if c.IgnoreRequired {
		dropRequired(prepared)
	}
	return prepared, value, nil
}

func parseObject(b *budget.Budget, o prefect.Object) (any, error) {
	if len(o) == 0 {
		return jsonschema.NewObject(), nil
	}
	return jsonschema.Parse(b, o)
}

// Quote writes text as Python shows it.
func Quote(text string) string { return jsonschema.Quote(text) }

// Repr writes an exception as Python shows it.
func Repr(class, message string) string { return class + "(" + Quote(message) + ")" }

// Defaults returns the defaults of a schema's properties; those that name a block
// have its data. With drop set those that do not fit are left out, and faulty
// reports whether there were any.
func Defaults(b *budget.Budget, schema prefect.Object, block func(uuid.UUID) (json.RawMessage, error), drop bool) (defaults prefect.Object, faulty bool, err error) {
	parsed, err := parseObject(b, schema)
	if err != nil {
		return nil, false, err
	}
	out := jsonschema.NewObject()
	declared, _ := asObject(parsed).Get("properties")
	lenient := jsonschema.Copy(parsed)
	dropRequired(lenient)
	for _, name := range asObject(declared).Keys() {
		field, _ := asObject(declared).Get(name)
		value, there := asObject(field).Get("default")
		if !there {
			continue
		}
		if err := b.Step(1); err != nil {
			return nil, false, err
		}
		if reference, isReference := asObject(value).Get("$ref"); isReference {
			if value, there, err = blockDefault(b, reference, block); err != nil {
				return nil, false, err
			} else if !there {
				continue
			}
		}
		if drop {
			one := jsonschema.NewObject()
			one.Set(name, value)
			faults, err := jsonschema.Validate(b, one, lenient, true)
			if err != nil {
				return nil, false, asValidation(err)
			}
			if len(faults) > 0 {
				faulty = true
				continue
			}
		}
		out.Set(name, value)
	}
	return prefect.Object(jsonschema.Marshal(out)), faulty, nil
}

func blockDefault(b *budget.Budget, reference any, block func(uuid.UUID) (json.RawMessage, error)) (value any, there bool, err error) {
	given, ok := asObject(reference).Get("block_document_id")
	if !ok || given == nil {
		return nil, false, nil
	}
	text, _ := given.(string)
	id, err := uuid.Parse(text)
	if err != nil {
		id = uuid.Nil // no block has this id
	}
	data, err := block(id)
	if err != nil {
		return nil, false, err
	}
	value, err = jsonschema.Parse(b, data)
	return value, true, err
}

func asObject(v any) *jsonschema.Object {
	if o, ok := v.(*jsonschema.Object); ok {
		return o
	}
	return jsonschema.NewObject()
}
