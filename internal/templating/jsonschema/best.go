package jsonschema

import (
	"regexp"
	"strconv"
	"strings"
)

// Best is the fault to show when only one is shown, nil without faults: the one
// nearest to the root, and among the causes of an anyOf or oneOf the deepest
// one, unless two are alike.
func Best(faults []*Fault) *Fault {
	var best *Fault
	for _, f := range faults {
		if best == nil || compare(f, best) > 0 {
			best = f
		}
	}
	if best == nil {
		return nil
	}
	prefix := []any{}
	for len(best.context) > 0 {
		least, second := twoLeast(best.context)
		if second != nil && compare(least, second) == 0 {
			break
		}
		prefix = append(prefix, best.Path...)
		best = least
	}
	if len(prefix) == 0 {
		return best
	}
	whole := *best
	whole.Path = append(prefix, best.Path...)
	return &whole
}

func twoLeast(faults []*Fault) (least, second *Fault) {
	for _, f := range faults {
		switch {
		case least == nil || compare(f, least) < 0:
			least, second = f, least
		case second == nil || compare(f, second) < 0:
			second = f
		}
	}
	return least, second
}

// compare orders faults by relevance.
func compare(a, b *Fault) int {
	if d := len(b.Path) - len(a.Path); d != 0 {
		return d
	}
	for i := range a.Path {
		if d := compareSteps(a.Path[i], b.Path[i]); d != 0 {
			return d
		}
	}
	if d := compareBools(!weak(a), !weak(b)); d != 0 {
		return d
	}
	return compareBools(!a.matchesType(), !b.matchesType())
}

func compareSteps(a, b any) int {
	i, isInt := a.(int)
	j, isIntToo := b.(int)
	if isInt && isIntToo {
		return i - j
	}
	x, _ := a.(string)
	y, _ := b.(string)
	return strings.Compare(x, y)
}

func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

func weak(f *Fault) bool { return f.Keyword == "anyOf" || f.Keyword == "oneOf" }

// matchesType reports whether the value has the type that the schema which found
// the fault names.
func (f *Fault) matchesType() bool {
	o, ok := f.schema.(*Object)
	if !ok {
		return false
	}
	switch t, _ := o.Get("type"); t := t.(type) {
	case string:
		return Is(f.Instance, t)
	case List:
		for _, one := range t {
			if name, ok := one.(string); ok && Is(f.Instance, name) {
				return true
			}
		}
	}
	return false
}

var plainKey = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9_]*$`)

// JSONPath writes the fault's path: $.a[0]['b c'].
func (f *Fault) JSONPath() string {
	var path strings.Builder
	path.WriteString("$")
	for _, step := range f.Path {
		switch s := step.(type) {
		case int:
			path.WriteString("[" + strconv.Itoa(s) + "]")
		case string:
			if plainKey.MatchString(s) {
				path.WriteString("." + s)
			} else {
				path.WriteString("['" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(s) + "']")
			}
		}
	}
	return path.String()
}
