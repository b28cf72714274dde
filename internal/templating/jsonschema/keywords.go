package jsonschema

import (
	"math"
	"math/big"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"
)

// rule is what a keyword demands: given its value, the instance, the schema it
// stands in and that schema's document, the faults.
type rule func(w *walker, want, value any, schema *Object, doc *document) []*Fault

// keyword is the rule of a keyword, nil for one that demands nothing.
func keyword(name string) rule {
	switch name {
	case "$dynamicRef":
		return dynamicRef
	case "$ref":
		return ref
	case "additionalProperties":
		return additionalProperties
	case "allOf":
		return allOf
	case "anyOf":
		return anyOf
	case "const":
		return constant
	case "contains":
		return contains
	case "dependentRequired":
		return dependentRequired
	case "dependentSchemas":
		return dependentSchemas
	case "enum":
		return enum
	case "exclusiveMaximum":
		return bound("is greater than or equal to the maximum of", func(a, b float64) bool { return a >= b })
	case "exclusiveMinimum":
		return bound("is less than or equal to the minimum of", func(a, b float64) bool { return a <= b })
	case "format":
		return format
	case "if":
		return ifThen
	case "items":
		return items
	case "maxItems":
		return size("array", over, "is expected to be empty", "is too long", 0)
	case "maxLength":
		return size("string", over, "is expected to be empty", "is too long", 0)
	case "maxProperties":
		return size("object", over, "is expected to be empty", "has too many properties", 0)
	case "maximum":
		return bound("is greater than the maximum of", func(a, b float64) bool { return a > b })
	case "minItems":
		return size("array", under, "should be non-empty", "is too short", 1)
	case "minLength":
		return size("string", under, "should be non-empty", "is too short", 1)
	case "minProperties":
		return size("object", under, "should be non-empty", "does not have enough properties", 1)
	case "minimum":
		return bound("is less than the minimum of", func(a, b float64) bool { return a < b })
	case "multipleOf":
		return multipleOf
	case "not":
		return not
	case "oneOf":
		return oneOf
	case "pattern":
		return pattern
	case "patternProperties":
		return patternProperties
	case "prefixItems":
		return prefixItems
	case "properties":
		return properties
	case "propertyNames":
		return propertyNames
	case "required":
		return required
	case "type":
		return typed
	case "unevaluatedItems":
		return unevaluatedItems
	case "unevaluatedProperties":
		return unevaluatedProperties
	case "uniqueItems":
		return uniqueItems
	}
	return nil
}

// fault is the fault whose sentence has these parts.
func fault(sentence ...any) []*Fault { return []*Fault{{sentence: sentence}} }

func object(v any) *Object {
	o, _ := v.(*Object)
	if o == nil {
		return NewObject()
	}
	return o
}

func list(v any) List {
	l, _ := v.(List)
	return l
}

func ref(w *walker, want, value any, _ *Object, doc *document) []*Fault {
	name, ok := want.(string)
	if !ok {
		return nil
	}
	schema, target := w.resolve(name, doc)
	return w.refer(value, schema, target)
}

// dynamicRef leads, in the schema of schemas, to its root: the only one whose
// dynamic anchor is outermost.
func dynamicRef(w *walker, want, value any, schema *Object, doc *document) []*Fault {
	if want == any("#meta") && metaschemas()[doc.id] == doc {
		meta := metaschemas()[metaID]
		return w.refer(value, meta.root, meta)
	}
	return ref(w, want, value, schema, doc)
}

func typed(w *walker, want, value any, _ *Object, _ *document) []*Fault {
	types := list(want)
	w.take(len(types) * sizeOfValue)
	if name, ok := want.(string); ok {
		types = List{name}
	}
	names := make([]shown, len(types))
	for i, t := range types {
		name, _ := t.(string)
		if Is(value, name) {
			return nil
		}
		names[i] = shown{t}
	}
	return fault(shown{value}, " is not of type ", names)
}

func properties(w *walker, want, value any, _ *Object, doc *document) (all []*Fault) {
	o, ok := value.(*Object)
	if !ok {
		return nil
	}
	for _, key := range object(want).keys {
		w.spend(1)
		if v, there := o.values[key]; there {
			all = append(all, w.inside(key, v, object(want).values[key], doc)...)
			if w.first && len(all) > 0 {
				return all
			}
		}
	}
	return all
}

func required(w *walker, want, value any, _ *Object, _ *document) (all []*Fault) {
	o, ok := value.(*Object)
	if !ok {
		return nil
	}
	for _, key := range list(want) {
		w.spend(1)
		name, _ := key.(string)
		if _, there := o.values[name]; !there {
			all = append(all, fault(shown{key}, " is a required property")...)
		}
	}
	return all
}

func propertyNames(w *walker, want, value any, _ *Object, doc *document) (all []*Fault) {
	if o, ok := value.(*Object); ok {
		for _, key := range o.keys {
			all = append(all, w.descend(key, want, doc)...)
		}
	}
	return all
}

func patternProperties(w *walker, want, value any, _ *Object, doc *document) (all []*Fault) {
	o, ok := value.(*Object)
	if !ok {
		return nil
	}
	for _, text := range object(want).keys {
		for _, key := range o.keys {
			if w.search(text, key) {
				all = append(all, w.inside(key, o.values[key], object(want).values[text], doc)...)
			}
		}
	}
	return all
}

// extraKeys are the keys of an object that neither properties nor
// patternProperties speak of.
func (w *walker) extraKeys(o, schema *Object) (extras []string) {
	declared, _ := schema.Get("properties")
	patterns, _ := schema.Get("patternProperties")
	for _, key := range o.keys {
		w.spend(1)
		if _, there := object(declared).values[key]; there {
			continue
		}
		if slices.ContainsFunc(object(patterns).keys, func(text string) bool { return w.search(text, key) }) {
			continue
		}
		extras = append(extras, key)
	}
	return extras
}

func additionalProperties(w *walker, want, value any, schema *Object, doc *document) (all []*Fault) {
	o, ok := value.(*Object)
	if !ok {
		return nil
	}
	extras := w.extraKeys(o, schema)
	if _, isSchema := want.(*Object); isSchema {
		for _, key := range extras {
			all = append(all, w.inside(key, o.values[key], want, doc)...)
		}
		return all
	}
	if want == any(true) || len(extras) == 0 {
		return nil
	}
	sort.Strings(extras)
	if patterns, there := schema.Get("patternProperties"); there {
		verb := "do"
		if len(extras) == 1 {
			verb = "does"
		}
		texts := append([]string{}, object(patterns).keys...)
		sort.Strings(texts)
		return fault(extras, " "+verb+" not match any of the regexes: ", texts)
	}
	return fault("Additional properties are not allowed (", extras, wasOrWere(len(extras)), " unexpected)")
}

func wasOrWere(n int) string {
	if n == 1 {
		return " was"
	}
	return " were"
}

func prefixItems(w *walker, want, value any, _ *Object, doc *document) (all []*Fault) {
	for i, item := range list(value) {
		if i < len(list(want)) {
			all = append(all, w.inside(i, item, list(want)[i], doc)...)
		}
	}
	return all
}

func items(w *walker, want, value any, schema *Object, doc *document) (all []*Fault) {
	values, ok := value.(List)
	if !ok {
		return nil
	}
	given, _ := schema.Get("prefixItems")
	prefix := len(list(given))
	if len(values) <= prefix {
		return nil
	}
	if want == any(false) {
		noun, rest := "items", any(values[prefix:])
		if prefix == 1 {
			noun = "item"
		}
		if len(values)-prefix == 1 {
			rest = values[prefix]
		}
		return fault("Expected at most ", prefix, " "+noun+" but found ", len(values)-prefix, " extra: ", shown{rest})
	}
	for i := prefix; i < len(values); i++ {
		all = append(all, w.inside(i, values[i], want, doc)...)
		if w.first && len(all) > 0 {
			return all
		}
	}
	return all
}

func count(v any, otherwise int) int {
	if n, ok := v.(Number); ok {
		return int(max(min(n.float, math.MaxInt32), math.MinInt32))
	}
	return otherwise
}

func contains(w *walker, want, value any, schema *Object, doc *document) []*Fault {
	values, ok := value.(List)
	if !ok {
		return nil
	}
	least, hasLeast := schema.Get("minContains")
	most, hasMost := schema.Get("maxContains")
	leastN, mostN := 1, len(values)
	if hasLeast {
		leastN = count(least, 1)
	}
	if hasMost {
		mostN = count(most, len(values))
	}
	matches := 0
	for _, item := range values {
		if !w.valid(item, want, doc) {
			continue
		}
		if matches++; matches > mostN {
			return []*Fault{{sentence: []any{"Too many items match the given schema (expected at most ", mostN, ")"}, Keyword: "maxContains"}}
		}
	}
	switch {
	case matches >= leastN:
		return nil
	case matches == 0:
		return fault(shown{value}, " does not contain items matching the given schema")
	}
	return []*Fault{{sentence: []any{"Too few items match the given schema (expected at least ", leastN, " but only ", matches, " matched)"}, Keyword: "minContains"}}
}

func constant(w *walker, want, value any, _ *Object, _ *document) []*Fault {
	if w.equal(value, want) {
		return nil
	}
	return fault(shown{want}, " was expected")
}

func enum(w *walker, want, value any, _ *Object, _ *document) []*Fault {
	for _, one := range list(want) {
		if w.equal(one, value) {
			return nil
		}
	}
	return fault(shown{value}, " is not one of ", shown{want})
}

func bound(words string, broken func(value, bound float64) bool) rule {
	return func(_ *walker, want, value any, _ *Object, _ *document) []*Fault {
		n, ok := value.(Number)
		limit, ok2 := want.(Number)
		if !ok || !ok2 || !broken(n.float, limit.float) {
			return nil
		}
		return fault(shown{value}, " "+words+" ", shown{want})
	}
}

func multipleOf(_ *walker, want, value any, _ *Object, _ *document) []*Fault {
	n, ok := value.(Number)
	divisor, ok2 := want.(Number)
	if !ok || !ok2 || divisor.float == 0 {
		return nil
	}
	failed := false
	quotient := n.float / divisor.float
	switch {
	case n.isInt && divisor.isInt:
		a, _ := new(big.Int).SetString(n.text[:min(len(n.text), longestInt)], 10)
		b, _ := new(big.Int).SetString(divisor.text[:min(len(divisor.text), longestInt)], 10)
		failed = a.Rem(a, b).Sign() != 0
	case divisor.isInt:
		failed = math.Mod(n.float, divisor.float) != 0
	case math.IsInf(quotient, 0) && !math.IsInf(n.float, 0):
		a, b := new(big.Rat).SetFloat64(n.float), new(big.Rat).SetFloat64(divisor.float)
		failed = !a.Quo(a, b).IsInt()
	default:
		failed = quotient != math.Trunc(quotient) || math.IsInf(quotient, 0)
	}
	if !failed {
		return nil
	}
	return fault(shown{value}, " is not a multiple of ", shown{want})
}

func over(n, limit float64) bool  { return n > limit }
func under(n, limit float64) bool { return n < limit }

// size is a rule on the length of a value of a type; one limit has a sentence
// of its own.
func size(typ string, broken func(n, limit float64) bool, special, plain string, specialLimit int) rule {
	return func(w *walker, want, value any, _ *Object, _ *document) []*Fault {
		limit, ok := want.(Number)
		if !ok || !Is(value, typ) {
			return nil
		}
		n := 0
		switch v := value.(type) {
		case string:
			w.spend(len(v) / 256)
			n = utf8.RuneCountInString(v)
		case List:
			n = len(v)
		case *Object:
			n = v.Len()
		}
		if !broken(float64(n), limit.float) {
			return nil
		}
		words := plain
		if limit.float == float64(specialLimit) {
			words = special
		}
		return fault(shown{value}, " "+words)
	}
}

func uniqueItems(w *walker, want, value any, _ *Object, _ *document) []*Fault {
	values, ok := value.(List)
	if !ok || want != any(true) {
		return nil
	}
	seen := make(map[string]bool)
	for i, item := range values {
		var text strings.Builder
		w.fingerprint(&text, item, i)
		w.take(text.Len() + sizeOfValue)
		if seen[text.String()] {
			return fault(shown{value}, " has non-unique elements")
		}
		seen[text.String()] = true
	}
	return nil
}

func pattern(w *walker, want, value any, _ *Object, _ *document) []*Fault {
	text, ok := value.(string)
	expression, ok2 := want.(string)
	if !ok || !ok2 || w.search(expression, text) {
		return nil
	}
	return fault(shown{value}, " does not match ", shown{want})
}

func format(w *walker, want, value any, _ *Object, _ *document) []*Fault {
	text, ok := value.(string)
	name, ok2 := want.(string)
	if !w.formats || !ok || !ok2 {
		return nil
	}
	if w.hasFormat(name, text) {
		return nil
	}
	return fault(shown{value}, " is not a ", shown{want})
}
