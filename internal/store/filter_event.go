package store

import (
	"sort"
	"strings"

	"github.com/reevehq/reeve/internal/events"
	"github.com/reevehq/reeve/internal/prefect"
)

// eventsWhere is the condition of an event filter, whose window must be
// resolved. Names, ids and label values are told apart by case, as the
// reference does on PostgreSQL.
func eventsWhere(f *prefect.EventFilter) condition {
	since, until := *f.Occurred.Since, *f.Occurred.Until
	all := criteria{when("event.occurred BETWEEN ? AND ?", since, until)}
	all.ids("event.id", notEmpty(f.ID.ID))
	if n := f.Event; n != nil {
		all.texts("event.event", n.Name)
		all.prefixes("event.event", n.Prefix)
		if len(n.ExcludeName) > 0 {
			all.add(when("event.event NOT IN (SELECT value FROM json_each(?))", textList(n.ExcludeName)))
		}
		for _, prefix := range n.ExcludePrefix {
			all.add(when("NOT (event.event >= ? AND event.event < ?)", prefix, prefixEnd(prefix)))
		}
	}
	if r := f.Resource; r != nil {
		all.texts("event.resource_id", r.ID)
		all.prefixes("event.resource_id", r.IDPrefix)
		all.add(labelsMatch("event.resource_id", "''", "event.resource", r.Labels))
	}
	for i := range f.Related {
		related := relatedMatch(&f.Related[i], since, until)
		if i >= mostJoined && related.sql != "" {
			related.sql = "(" + related.sql + " OR FALSE)"
		}
		all.add(related)
	}
	for i := range f.AnyResource {
		all.add(anyMatch(&f.AnyResource[i], since, until))
	}
	if f.Text != nil {
		all.add(searchMatch(events.ParseSearch(f.Text.Query)))
	}
	return and(all...)
}

// mostJoined is how many related resources a planner may join with events: PostgreSQL looks for the best order of a thousand
// for half a minute. The others, as one of two alternatives, are looked up for an event that has all before them.
const mostJoined = 4

// notEmpty turns an empty list, which restricts nothing here, into none.
func notEmpty[T any](list []T) []T {
	if len(list) == 0 {
		return nil
	}
	return list
}

// texts adds that a column is one of a list; an empty list adds nothing.
func (c *criteria) texts(column string, list []string) {
	switch len(list) {
	case 0:
	case 1:
		c.add(when(column+" = ?", list[0]))
	default:
		c.add(when(column+" IN (SELECT value FROM json_each(?))", textList(list)))
	}
}

// prefixes adds that a column starts with one of a list; an empty list adds nothing.
func (c *criteria) prefixes(column string, list []string) {
	var any criteria
	for _, prefix := range list {
		any.add(when("("+column+" >= ? AND "+column+" < ?)", prefix, prefixEnd(prefix)))
	}
	if len(any) > 0 {
		c.add(any.join(prefect.Or))
	}
}

// relatedMatch asks for a related resource. Where its id is known the index of
// related resources leads to the events; labels are looked up in the event.
func relatedMatch(f *prefect.EventRelatedFilter, since, until prefect.Time) condition {
	inner := relatedCriteria(f)
	if len(f.Labels) == 0 {
		if len(inner) == 0 {
			return condition{}
		}
		return relatedIn(inner, since, until)
	}
	labels := labelsMatch("(member.value ->> 'prefect.resource.id')", "(member.value ->> 'prefect.resource.role')", "member.value", f.Labels)
	if len(inner) > 0 {
		// The same resource must meet both, so they are asked of the same member.
		outer := relatedIn(inner, since, until)
		same := inner.of("event_related.resource_id", "(member.value ->> 'prefect.resource.id')",
			"event_related.resource_role", "(member.value ->> 'prefect.resource.role')")
		return and(outer, memberOf(and(same, labels)))
	}
	return memberOf(labels)
}

// relatedCriteria are those on the row of a related resource.
func relatedCriteria(f *prefect.EventRelatedFilter) criteria {
	var inner criteria
	inner.texts("event_related.resource_id", f.ID)
	inner.texts("event_related.resource_role", f.Role)
	var pairs criteria
	for _, pair := range f.ResourcesInRoles {
		pairs.add(when("(event_related.resource_id = ? AND event_related.resource_role = ?)", pair[0], pair[1]))
	}
	if len(pairs) > 0 {
		inner.add(pairs.join(prefect.Or))
	}
	return inner
}

// resourceCriteria are those on the id of a resource.
func resourceCriteria(column string, ids, prefixes []string) criteria {
	var c criteria
	c.texts(column, ids)
	c.prefixes(column, prefixes)
	return c
}

// relatedIn is true of events that have a related resource of these criteria.
func relatedIn(inner criteria, since, until prefect.Time) condition {
	within := append(criteria{when("event_related.occurred BETWEEN ? AND ?", since, until)}, inner...)
	c := and(within...)
	return condition{"event.sequence IN (SELECT event_related.sequence FROM event_related WHERE " + c.sql + ")", c.args}
}

// memberOf is true of events with a related resource of which inner, in terms
// of member.value, is true.
func memberOf(inner condition) condition {
	return having("json_each(event.related) AS member", "TRUE", inner)
}

// of is the criteria with columns under other names, given in pairs.
func (c criteria) of(names ...string) condition {
	joined := and(c...)
	return condition{strings.NewReplacer(names...).Replace(joined.sql), joined.args}
}

// anyMatch asks for a resource, primary or related.
func anyMatch(f *prefect.EventAnyFilter, since, until prefect.Time) condition {
	primary := resourceCriteria("event.resource_id", f.ID, f.IDPrefix)
	related := resourceCriteria("event_related.resource_id", f.ID, f.IDPrefix)
	if len(f.Labels) == 0 {
		if len(primary) == 0 {
			return condition{}
		}
		return criteria{and(primary...), relatedIn(related, since, until)}.join(prefect.Or)
	}
	member := related.of("event_related.resource_id", "(member.value ->> 'prefect.resource.id')")
	return criteria{
		and(and(primary...), labelsMatch("event.resource_id", "''", "event.resource", f.Labels)),
		memberOf(and(member, labelsMatch("(member.value ->> 'prefect.resource.id')", "(member.value ->> 'prefect.resource.role')", "member.value", f.Labels))),
	}.join(prefect.Or)
}

// labelsMatch is true of a resource all of whose named labels have a value that
// matches one of their patterns. id and role are expressions for those two.
func labelsMatch(id, role, resource string, labels prefect.LabelPatterns) condition {
	names := make([]string, 0, len(labels))
	for name := range labels {
		names = append(names, name)
	}
	sort.Strings(names) // so that equal filters are equal texts
	var all criteria
	for _, name := range names {
		patterns := labels[name]
		switch {
		case name == prefect.ResourceID:
			if len(patterns) > 0 {
				all.add(patternsMatch(id, patterns))
			}
		case name == prefect.ResourceRole && role != "''":
			all.texts(role, patterns)
		case len(patterns) == 0:
			all.add(never)
		default:
			value := patternsMatch("label.value", patterns)
			all.add(condition{"EXISTS (SELECT 1 FROM json_each(" + resource + ") AS label WHERE label.key = ? AND " + value.sql + ")",
				append([]any{name}, value.args...)})
		}
	}
	return and(all...)
}

// globSpecial are the characters of a pattern that GLOB would read as a class.
var globSpecial = strings.NewReplacer("[", "[[]")

func patternsMatch(value string, patterns []string) condition {
	var any criteria
	for _, pattern := range patterns {
		text, negated := strings.CutPrefix(pattern, "!")
		not := ""
		if negated {
			not = "NOT "
		}
		head, tail, wild := strings.Cut(text, "*")
		switch {
		case strings.Contains(text, "?") || wild && tail != "":
			any.add(when(value+" "+not+"GLOB ?", globSpecial.Replace(text)))
		case wild:
			any.add(when(not+"("+value+" >= ? AND "+value+" < ?)", head, prefixEnd(head)))
		case negated:
			any.add(when(value+" <> ?", text))
		default:
			any.add(when(value+" = ?", text))
		}
	}
	return any.join(prefect.Or)
}

// searchMatch looks for terms in the text of an event. Letters beyond ASCII
// are told apart by case, as the reference does.
func searchMatch(s events.Search) condition {
	return inText("event.event || ' ' || event.resource || ' ' || event.related || ' ' || event.payload",
		prefect.TextSearch{Include: s.Include, Exclude: s.Exclude, Required: s.Require})
}

// inText asks whether a text passes a search, without regard to the case of
// letters of ASCII; the zero search asks nothing. text_search is a function of the
// driver's, so that the text is made once and not for each term.
func inText(expression string, search prefect.TextSearch) condition {
	if len(search.Include)+len(search.Exclude)+len(search.Required) == 0 {
		return condition{}
	}
	return when("text_search(?, "+expression+")", search.String())
}
