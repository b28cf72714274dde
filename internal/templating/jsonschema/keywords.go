package jsonschema

import (
	"fmt"
	"math"
	"math/big"
	"regexp"
	"slices"
	"sort"
	"strings"
	"sync"
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

func fault(format string, args ...any) []*Fault {
	return []*Fault{{Message: fmt.Sprintf(format, args...)}}
}

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
	return w.descend(value, schema, target)
}

// dynamicRef leads, in the schema of schemas, to its root: the only one whose
// dynamic anchor is outermost.
func dynamicRef(w *walker, want, value any, schema *Object, doc *document) []*Fault {
	if want == any("#meta") && metaschemas()[doc.id] == doc {
		meta := metaschemas()[metaID]
		return w.descend(value, meta.root, meta)
	}
	return ref(w, want, value, schema, doc)
}

func typed(_ *walker, want, value any, _ *Object, _ *document) []*Fault {
	types := list(want)
	if name, ok := want.(string); ok {
		types = List{name}
	}
	names := make([]string, len(types))
	for i, t := range types {
		name, _ := t.(string)
		if Is(value, name) {
			return nil
		}
		names[i] = Repr(t)
	}
	return fault("%s is not of type %s", Repr(value), strings.Join(names, ", "))
}

func properties(w *walker, want, value any, _ *Object, doc *document) (all []*Fault) {
	o, ok := value.(*Object)
	if !ok {
		return nil
	}
	for _, key := range object(want).keys {
		if v, there := o.values[key]; there {
			all = append(all, at(key, w.descend(v, object(want).values[key], doc))...)
		}
	}
	return all
}

func required(_ *walker, want, value any, _ *Object, _ *document) (all []*Fault) {
	o, ok := value.(*Object)
	if !ok {
		return nil
	}
	for _, key := range list(want) {
		name, _ := key.(string)
		if _, there := o.values[name]; !there {
			all = append(all, fault("%s is a required property", Repr(key))...)
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
			if search(text, key) {
				all = append(all, at(key, w.descend(o.values[key], object(want).values[text], doc))...)
			}
		}
	}
	return all
}

// extraKeys are the keys of an object that neither properties nor
// patternProperties speak of.
func extraKeys(o, schema *Object) (extras []string) {
	declared, _ := schema.Get("properties")
	patterns, _ := schema.Get("patternProperties")
	for _, key := range o.keys {
		if _, there := object(declared).values[key]; there {
			continue
		}
		if slices.ContainsFunc(object(patterns).keys, func(text string) bool { return search(text, key) }) {
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
	extras := extraKeys(o, schema)
	if _, isSchema := want.(*Object); isSchema {
		for _, key := range extras {
			all = append(all, at(key, w.descend(o.values[key], want, doc))...)
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
		return fault("%s %s not match any of the regexes: %s", quoted(extras), verb, quoted(texts))
	}
	return fault("Additional properties are not allowed (%s unexpected)", extrasText(quoted(extras), len(extras)))
}

func quoted(texts []string) string {
	parts := make([]string, len(texts))
	for i, t := range texts {
		parts[i] = Quote(t)
	}
	return strings.Join(parts, ", ")
}

func extrasText(text string, n int) string {
	if n == 1 {
		return text + " was"
	}
	return text + " were"
}

func prefixItems(w *walker, want, value any, _ *Object, doc *document) (all []*Fault) {
	for i, item := range list(value) {
		if i < len(list(want)) {
			all = append(all, at(i, w.descend(item, list(want)[i], doc))...)
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
		return fault("Expected at most %d %s but found %d extra: %s", prefix, noun, len(values)-prefix, Repr(rest))
	}
	for i := prefix; i < len(values); i++ {
		all = append(all, at(i, w.descend(values[i], want, doc))...)
	}
	return all
}

func count(v any, otherwise int) int {
	if n, ok := v.(Number); ok {
		return int(n.float)
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
			return []*Fault{{Message: fmt.Sprintf("Too many items match the given schema (expected at most %d)", mostN), Keyword: "maxContains"}}
		}
	}
	switch {
	case matches >= leastN:
		return nil
	case matches == 0:
		return fault("%s does not contain items matching the given schema", Repr(value))
	}
	return []*Fault{{Message: fmt.Sprintf("Too few items match the given schema (expected at least %d but only %d matched)", leastN, matches), Keyword: "minContains"}}
}

func constant(_ *walker, want, value any, _ *Object, _ *document) []*Fault {
	if Equal(value, want) {
		return nil
	}
	return fault("%s was expected", Repr(want))
}

func enum(_ *walker, want, value any, _ *Object, _ *document) []*Fault {
	for _, one := range list(want) {
		if Equal(one, value) {
			return nil
		}
	}
	return fault("%s is not one of %s", Repr(value), Repr(want))
}

func bound(words string, broken func(value, bound float64) bool) rule {
	return func(_ *walker, want, value any, _ *Object, _ *document) []*Fault {
		n, ok := value.(Number)
		limit, ok2 := want.(Number)
		if !ok || !ok2 || !broken(n.float, limit.float) {
			return nil
		}
		return fault("%s %s %s", Repr(value), words, Repr(want))
	}
}

func multipleOf(_ *walker, want, value any, _ *Object, _ *document) []*Fault {
	n, ok := value.(Number)
	divisor, ok2 := want.(Number)
	if !ok || !ok2 || divisor.float == 0 {
		return nil
	}
	failed := false
	if divisor.isInt {
		failed = math.Mod(n.float, divisor.float) != 0
	} else if quotient := n.float / divisor.float; math.IsInf(quotient, 0) {
		a, _ := new(big.Rat).SetString(n.text)
		b, _ := new(big.Rat).SetString(divisor.text)
		failed = a != nil && b != nil && !new(big.Rat).Quo(a, b).IsInt()
	} else {
		failed = quotient != math.Trunc(quotient)
	}
	if !failed {
		return nil
	}
	return fault("%s is not a multiple of %s", Repr(value), Repr(want))
}

func over(n, limit int) bool  { return n > limit }
func under(n, limit int) bool { return n < limit }

// size is a rule on the length of a value of a type; one limit has a sentence
// of its own.
func size(typ string, broken func(n, limit int) bool, special, plain string, specialLimit int) rule {
	return func(_ *walker, want, value any, _ *Object, _ *document) []*Fault {
		limit, ok := want.(Number)
		if !ok || !Is(value, typ) {
			return nil
		}
		n := 0
		switch v := value.(type) {
		case string:
			n = utf8.RuneCountInString(v)
		case List:
			n = len(v)
		case *Object:
			n = v.Len()
		}
		if !broken(n, int(limit.float)) {
			return nil
		}
		words := plain
		if limit.float == float64(specialLimit) {
			words = special
		}
		return fault("%s %s", Repr(value), words)
	}
}

func uniqueItems(_ *walker, want, value any, _ *Object, _ *document) []*Fault {
	values, ok := value.(List)
	if !ok || want != any(true) {
		return nil
	}
	for i := range values {
		for j := range i {
			if Equal(values[i], values[j]) {
				return fault("%s has non-unique elements", Repr(value))
			}
		}
	}
	return nil
}

var compiled sync.Map // pattern -> *regexp.Regexp, nil for one that Go cannot read

// search tells whether a pattern is found in text. A pattern that only Python
// understands counts as found.
func search(pattern, text string) bool {
	known, ok := compiled.Load(pattern)
	if !ok {
		re, err := regexp.Compile(pattern)
		if err != nil {
			re = nil
		}
		known, _ = compiled.LoadOrStore(pattern, re)
	}
	re := known.(*regexp.Regexp)
	return re == nil || re.MatchString(text)
}

func pattern(_ *walker, want, value any, _ *Object, _ *document) []*Fault {
	text, ok := value.(string)
	expression, ok2 := want.(string)
	if !ok || !ok2 || search(expression, text) {
		return nil
	}
	return fault("%s does not match %s", Repr(value), Repr(want))
}

func format(w *walker, want, value any, _ *Object, _ *document) []*Fault {
	text, ok := value.(string)
	name, ok2 := want.(string)
	if !w.formats || !ok || !ok2 {
		return nil
	}
	if check := formats[name]; check == nil || check(text) {
		return nil
	}
	return fault("%s is not a %s", Repr(value), Repr(want))
}
