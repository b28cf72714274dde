package events

import (
	"slices"
	"strings"

	"github.com/reevehq/reeve/internal/prefect"
)

// Matches reports whether an event meets a filter whose window is resolved. It
// agrees with the store's queries: one answers for what is in the log, the
// other for what is being added to it.
func Matches(f *prefect.EventFilter, e *prefect.Event) bool {
	if e.Occurred.Before(f.Occurred.Since.Time) || e.Occurred.After(f.Occurred.Until.Time) {
		return false
	}
	if len(f.ID.ID) > 0 && !slices.Contains(f.ID.ID, e.ID) {
		return false
	}
	if f.Event != nil && !nameMatches(f.Event, e.Event) {
		return false
	}
	if r := f.Resource; r != nil && !(among(r.ID, e.Resource.ID()) && startsWithOne(r.IDPrefix, e.Resource.ID()) && labelsMatch(r.Labels, e.Resource)) {
		return false
	}
	for i := range f.Related {
		if !relatedMatches(&f.Related[i], e) {
			return false
		}
	}
	for i := range f.AnyResource {
		if !anyMatches(&f.AnyResource[i], e) {
			return false
		}
	}
	return f.Text == nil || ParseSearch(f.Text.Query).matches(e)
}

func nameMatches(f *prefect.EventNameFilter, name string) bool {
	return among(f.Name, name) && startsWithOne(f.Prefix, name) && !slices.Contains(f.ExcludeName, name) &&
		!slices.ContainsFunc(f.ExcludePrefix, func(p string) bool { return strings.HasPrefix(name, p) })
}

// among is true of an empty list, which restricts nothing.
func among(list []string, value string) bool { return len(list) == 0 || slices.Contains(list, value) }

func startsWithOne(list []string, value string) bool {
	return len(list) == 0 || slices.ContainsFunc(list, func(p string) bool { return strings.HasPrefix(value, p) })
}

func relatedMatches(f *prefect.EventRelatedFilter, e *prefect.Event) bool {
	if len(f.ID)+len(f.Role)+len(f.ResourcesInRoles)+len(f.Labels) == 0 {
		return true
	}
	return slices.ContainsFunc(e.Related, func(r prefect.Resource) bool {
		return among(f.ID, r.ID()) && among(f.Role, r.Role()) && labelsMatch(f.Labels, r) &&
			(len(f.ResourcesInRoles) == 0 || slices.Contains(f.ResourcesInRoles, prefect.ResourceRoleOf{r.ID(), r.Role()}))
	})
}

func anyMatches(f *prefect.EventAnyFilter, e *prefect.Event) bool {
	if len(f.ID)+len(f.IDPrefix)+len(f.Labels) == 0 {
		return true
	}
	meets := func(r prefect.Resource) bool {
		return among(f.ID, r.ID()) && startsWithOne(f.IDPrefix, r.ID()) && labelsMatch(f.Labels, r)
	}
	return meets(e.Resource) || slices.ContainsFunc(e.Related, meets)
}

func labelsMatch(labels prefect.LabelPatterns, r prefect.Resource) bool {
	for name, patterns := range labels {
		value, known := r[name]
		switch {
		case len(patterns) == 0 && (name == prefect.ResourceID || name == prefect.ResourceRole):
			// No pattern for one of these restricts nothing, as in the queries.
		case name == prefect.ResourceRole:
			if !slices.Contains(patterns, value) {
				return false
			}
		case !known || !slices.ContainsFunc(patterns, func(p string) bool { return patternMatches(p, value) }):
			return false
		}
	}
	return true
}

func patternMatches(pattern, value string) bool {
	text, negated := strings.CutPrefix(pattern, "!")
	return glob([]rune(text), []rune(value)) != negated
}

// glob matches * and ?, without backtracking over more than the last star.
func glob(pattern, value []rune) bool {
	p, v, star, mark := 0, 0, -1, 0
	for v < len(value) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, v
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == value[v]):
			p, v = p+1, v+1
		case star >= 0:
			mark++
			p, v = star+1, mark
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}

func (s Search) matches(e *prefect.Event) bool {
	var text strings.Builder
	text.WriteString(e.Event)
	for _, r := range append([]prefect.Resource{e.Resource}, e.Related...) {
		for name, value := range r {
			text.WriteString(" " + name + " " + value)
		}
	}
	text.WriteByte(' ')
	text.Write(e.Payload)
	all := strings.ToLower(text.String())
	has := func(term string) bool { return strings.Contains(all, strings.ToLower(term)) }
	for _, term := range s.Require {
		if !has(term) {
			return false
		}
	}
	return (len(s.Include) == 0 || slices.ContainsFunc(s.Include, has)) && !slices.ContainsFunc(s.Exclude, has)
}
