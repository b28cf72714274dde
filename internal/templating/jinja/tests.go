package jinja

import (
	"math/big"
	"strings"
	"unicode"
)

// testOf reports whether a value meets a test.
type testOf func(e *evaluator, v any, a called) bool

func (e *evaluator) test(name string, v any, a called) any {
	test := testNamed(name)
	switch {
	case name == "filter":
		n, _ := asText(v)
		return e.filterNamed(n) != nil
	case test == nil:
		panic(raise("TemplateRuntimeError", "No test named %s found.", repr(name)))
	}
	return test(e, v, a)
}

func comparing(operator string) testOf {
	return func(e *evaluator, v any, a called) bool { return e.compare(operator, v, a.at(0, "other", nil)) }
}

// testNamed is the test of a name, nil when there is none.
func testNamed(name string) testOf {
	switch name {
	case "defined", "undefined":
		return func(_ *evaluator, v any, _ called) bool {
			_, is := v.(*undefined)
			return is == (name == "undefined")
		}
	case "none":
		return func(_ *evaluator, v any, _ called) bool { return v == nil }
	case "boolean":
		return func(_ *evaluator, v any, _ called) bool { _, is := v.(bool); return is }
	case "true", "false":
		return func(_ *evaluator, v any, _ called) bool { b, is := v.(bool); return is && b == (name == "true") }
	case "integer", "float", "number":
		return func(_ *evaluator, v any, _ called) bool {
			switch v.(type) {
			case int, *big.Int:
				return name != "float"
			case float64:
				return name != "integer"
			case bool:
				return name == "number"
			}
			return false
		}
	case "string":
		return func(_ *evaluator, v any, _ called) bool { _, is := asText(v); return is }
	case "escaped":
		return func(_ *evaluator, v any, _ called) bool { _, is := v.(markup); return is }
	case "mapping":
		return func(_ *evaluator, v any, _ called) bool { _, is := v.(*dict); return is }
	case "iterable", "sequence":
		return func(_ *evaluator, v any, _ called) bool {
			switch v := v.(type) {
			case *list, tuple, *dict, *span, string, markup, *undefined:
				return true
			case *sequence:
				return name == "iterable" || !v.once && v.name != "dict_items"
			case *loop:
				return name == "iterable"
			}
			return false
		}
	case "callable":
		return func(_ *evaluator, v any, _ called) bool { _, is := v.(*function); return is }
	case "lower", "upper":
		return func(e *evaluator, v any, _ called) bool {
			text := e.str(v)
			e.spend(len(text) / 16)
			return strings.ContainsFunc(text, unicode.IsLetter) && (name == "lower" && strings.ToLower(text) == text || name == "upper" && upper(text) == text)
		}
	case "odd", "even", "divisibleby":
		return func(e *evaluator, v any, a called) bool {
			by, want := any(2), name == "odd"
			if name == "divisibleby" {
				by = a.at(0, "num", nil)
			}
			return truth(e.binary("%", v, by)) == want
		}
	case "sameas":
		return func(_ *evaluator, v any, a called) bool {
			other := a.at(0, "other", nil)
			switch v.(type) {
			case tuple:
				return false
			}
			_, isTuple := other.(tuple)
			return !isTuple && v == other
		}
	case "in":
		return func(e *evaluator, v any, a called) bool { return e.contains(a.at(0, "seq", nil), v) }
	case "filter":
		return func(*evaluator, any, called) bool { return false }
	case "test":
		return func(_ *evaluator, v any, _ called) bool {
			n, _ := asText(v)
			return testNamed(n) != nil
		}
	}
	operators := map[string]string{"==": "==", "eq": "==", "equalto": "==", "!=": "!=", "ne": "!=", "<": "<", "lt": "<", "lessthan": "<",
		"<=": "<=", "le": "<=", ">": ">", "gt": ">", "greaterthan": ">", ">=": ">=", "ge": ">="}
	if operator, ok := operators[name]; ok {
		return comparing(operator)
	}
	return nil
}
