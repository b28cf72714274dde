package postgres

import "strings"

// endsOrder are the words that end a list of what is sorted by, besides a parenthesis.
var endsOrder = set("LIMIT OFFSET RETURNING UNION ROWS RANGE GROUPS FETCH FOR EXCEPT INTERSECT WALKED")

// nullsFirst has what is null come first, and last where the order is descending.
func (s *speller) nullsFirst(all []token) (out []token) {
	for i := 0; i < len(all); i++ {
		out = append(out, all[i])
		if !follows(all, i, "ORDER", "BY") {
			continue
		}
		i++
		out = append(out, all[i])
		for {
			item, end := s.term(all, i+1)
			out = append(out, item...)
			i = end
			if i >= len(all) || !all[i].is(",") {
				break
			}
			out = append(out, all[i])
		}
		i--
	}
	return out
}

// term is one of what is sorted by, from a place on, and where it ends.
func (s *speller) term(all []token, start int) (out []token, end int) {
	depth := 0
	for end = start; end < len(all); end++ {
		t := all[end]
		if depth == 0 && (t.is(",") || t.is(")") || t.kind == word && endsOrder[t.fold]) {
			break
		}
		switch {
		case t.is("("):
			depth++
		case t.is(")"):
			depth--
		}
	}
	item := all[start:end]
	if len(item) == 0 {
		return nil, end
	}
	last := item[len(item)-1]
	order := " NULLS FIRST"
	operand := item
	switch {
	case last.is("FIRST") || last.is("LAST"):
		return s.nullsFirst(item), end
	case last.is("DESC"):
		order, operand = " NULLS LAST", item[:len(item)-1]
	case last.is("ASC"):
		operand = item[:len(item)-1]
	}
	out = s.nullsFirst(item)
	if s.mayBeNull(operand) {
		out = append(out, made(" ", order[1:])...)
	}
	return out, end
}

// mayBeNull reports whether an expression may be null, as far as can be told: a name of
// columns that never are is not.
func (s *speller) mayBeNull(expression []token) bool {
	last := len(expression) - 1
	if named := last == 0 || last == 2 && expression[1].is("."); !named || expression[last].kind != word {
		return true
	}
	if last == 2 && s.outer[strings.ToLower(expression[0].text)] {
		return true
	}
	null, known := s.nullable[strings.ToLower(expression[last].text)]
	return null || !known
}

// outer are the names of what is joined from the left.
func outer(all []token) map[string]bool {
	names := map[string]bool{}
	for i := range all {
		if !follows(all, i, "LEFT", "JOIN") {
			continue
		}
		at := i + 2
		for depth := 0; at < len(all); at++ { // a table, or a query
			if all[at].is("(") {
				depth++
			} else if all[at].is(")") {
				depth--
			}
			if depth == 0 {
				break
			}
		}
		if follows(all, at+1, "AS") {
			at += 2
		}
		if at < len(all) {
			names[strings.ToLower(all[at].text)] = true
		}
	}
	return names
}
