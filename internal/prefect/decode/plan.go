package decode

import (
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// rules are the parsed rule tag of one field.
type rules struct {
	required, null       bool
	hidden, present      bool
	ge, le, gt           *float64
	minLength, maxLength *int
	pattern              *regexp.Regexp
	patternText          string
}

var noRules = &rules{}

// patterns are the named patterns of rule tags. The text is sent to clients as
// the reference writes it.
var patterns = map[string]string{
	"name":          `^[^/%&><]+$`,
	"name_or_empty": `^[^/%&><]*$`,
	"non_emptyish":  `^(\s*[^/%&><\s]+\s*)+$`,
}

type field struct {
	name  string
	index []int
	rules *rules
}

type plan struct {
	fields []field
	byName map[string]int
	forbid bool
	// embedded: see Embedded.
	embedded bool
	given    []int // index of the embedded Given, nil without
}

var plans sync.Map // reflect.Type -> *plan

func planOf(t reflect.Type) *plan {
	if p, ok := plans.Load(t); ok {
		return p.(*plan)
	}
	p := &plan{byName: map[string]int{}}
	p.collect(t, nil)
	actual, _ := plans.LoadOrStore(t, p)
	return actual.(*plan)
}

var (
	forbidType   = reflect.TypeFor[Forbid]()
	givenType    = reflect.TypeFor[Given]()
	embeddedType = reflect.TypeFor[Embedded]()
)

func (p *plan) collect(t reflect.Type, prefix []int) {
	for i := range t.NumField() {
		f := t.Field(i)
		index := append(append([]int{}, prefix...), i)
		switch {
		case f.Type == forbidType:
			p.forbid = true
			continue
		case f.Type == embeddedType:
			p.embedded = true
			continue
		case f.Type == givenType:
			p.given = index
			continue
		case f.Anonymous && f.Type.Kind() == reflect.Struct && f.Tag.Get("json") == "":
			p.collect(f.Type, index)
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" || name == "-" {
			continue
		}
		p.byName[name] = len(p.fields)
		p.fields = append(p.fields, field{name, index, parseRules(t, f)})
	}
}

// parseRules panics on a malformed tag: a defect of the program, found by the
// first test that touches the type.
func parseRules(t reflect.Type, f reflect.StructField) *rules {
	tag := f.Tag.Get("rule")
	if tag == "" {
		return noRules
	}
	r := &rules{}
	for _, part := range strings.Split(tag, ",") {
		key, value, _ := strings.Cut(part, "=")
		switch key {
		case "required":
			r.required = true
		case "null":
			r.null = true
		case "hidden":
			r.hidden = true
		case "present":
			r.present = true
		case "ge":
			r.ge = number(value)
		case "le":
			r.le = number(value)
		case "gt":
			r.gt = number(value)
		case "min":
			r.minLength = length(value)
		case "max":
			r.maxLength = length(value)
		case "pattern":
			r.patternText = patterns[value]
			r.pattern = regexp.MustCompile(r.patternText)
		default:
			panic(fmt.Sprintf("decode: unknown rule %q on %s.%s", part, t, f.Name))
		}
	}
	return r
}

func number(text string) *float64 {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		panic("decode: bad number in rule: " + text)
	}
	return &f
}

func length(text string) *int {
	n, err := strconv.Atoi(text)
	if err != nil {
		panic("decode: bad length in rule: " + text)
	}
	return &n
}
