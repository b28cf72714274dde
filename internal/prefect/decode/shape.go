package decode

import "reflect"

// Shaped is a type whose JSON does not follow from its Go type.
type Shaped interface{ Shape() Shape }

// Shape is the JSON that stands for a Shaped type.
type Shape struct {
	// Schema is its JSON schema, nil when it is one of several types.
	Schema map[string]any
	// OneOf are these types.
	OneOf []reflect.Type
	// Like is a struct of whose fields it has all but those Without.
	Like    reflect.Type
	Without []string
	// Variants are objects that their key "type" tells apart, when it is one of them.
	Variants []Variant
	// Pair are the types of a list's two items, when it is one.
	Pair []reflect.Type
}

// Variant is one of several kinds of objects: the fields of a struct and the key
// "type", whose value is the kind's.
type Variant struct {
	// Name is the kind's in the contract.
	Name, Kind string
	Like       reflect.Type
}

// Field is a field of a body, as its tags describe it.
type Field struct {
	Name string
	Type reflect.Type
	// Required reports whether a missing key is a fault, Null whether null is taken.
	Required, Null bool
	// AtLeast, AtMost and Above bound a number; nil is no bound.
	AtLeast, AtMost, Above *float64
	// Shortest and Longest bound the length of a text or list; nil is no bound.
	Shortest, Longest *int
	// Pattern is a regular expression that a text matches, "" for none.
	Pattern string
}

// Fields returns the fields, but for hidden ones, of the struct type t, and reports whether it refuses other keys.
func Fields(t reflect.Type) (fields []Field, forbid bool) {
	p := planOf(t)
	for _, f := range p.fields {
		r := f.rules
		if r.hidden {
			continue
		}
		of := t.FieldByIndex(f.index).Type
		fields = append(fields, Field{f.name, of, r.required, r.null || of.Kind() == reflect.Pointer && !r.present, r.ge, r.le, r.gt, r.minLength, r.maxLength, r.patternText})
	}
	return fields, p.forbid
}
