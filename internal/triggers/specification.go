package triggers

import (
	"maps"
	"slices"
	"strings"

	"github.com/reevehq/reeve/internal/prefect"
)

// specification is a prefect.ResourceSpecification, compiled.
type specification []requirement

// requirement is what the value of a label has to be: one of the patterns.
type requirement struct {
	label    string
	patterns []pattern
}

func newSpecification(from prefect.ResourceSpecification) specification {
	var s specification
	for _, label := range slices.Sorted(maps.Keys(from)) {
		r := requirement{label: label}
		for _, text := range from[label].Any {
			r.patterns = append(r.patterns, parsePattern(text))
		}
		s = append(s, r)
	}
	return s
}

// includes reports whether one of the resources matches. A specification that asks
// for nothing includes whatever there is, and nothing at all.
func (s specification) includes(left *effort, resources ...prefect.Resource) bool {
	return len(s) == 0 || slices.ContainsFunc(resources, func(r prefect.Resource) bool { return s.matches(r, left) })
}

// matches asks for every label; one that is absent matches nothing, not even what is
// negated.
func (s specification) matches(r prefect.Resource, left *effort) bool {
	for _, required := range s {
		value, known := r[required.label]
		if *left--; !known || !anyMatches(required.patterns, value, left) {
			return false
		}
	}
	return true
}

// exact returns a label that has to have one of a few values, the one that tells
// most apart: a resource's id, rather than its role.
func (s specification) exact() (label string, values []string) {
	for _, required := range s {
		if required.label == prefect.ResourceRole || label == prefect.ResourceID {
			continue
		}
		var all []string
		for _, p := range required.patterns {
			if text, ok := p.exact(); ok {
				all = append(all, text)
			}
		}
		if len(all) > 0 && len(all) == len(required.patterns) {
			label, values = required.label, all
		}
	}
	return label, values
}

// findLabel is the value of a label of the event's resource, or, for
// related:<role>:<label>, of the first related resource in that role; "" without one.
func findLabel(e *prefect.ReceivedEvent, label string) string {
	if at := strings.LastIndex(label, ":"); at >= 0 {
		directive, role, _ := strings.Cut(label[:at], ":")
		if directive == "related" {
			for _, related := range e.Related {
				if related.Role() == role {
					return related[label[at+1:]]
				}
			}
		}
	}
	return e.Resource[label]
}
