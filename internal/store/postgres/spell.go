package postgres

import (
	"strconv"
	"strings"
)

// use is an argument of a statement as PostgreSQL is to have it.
type use struct {
	arg  int // which of the arguments
	list listKind
}

// spelled is a statement of the store as PostgreSQL reads it.
type spelled struct {
	sql  string
	uses []use
	way  way
}

// way is how a statement is to be planned.
type way byte

const (
	free    way = iota
	indexed     // by indexes: the store has said by which (INDEXED BY), and knows how many rows that leaves
	walked      // besides in the order of an index, until there are enough (WALKED)
)

// wayOf is what a statement says of how it is to be planned.
func wayOf(all []token) (w way) {
	for i, t := range all {
		switch {
		case t.is("WALKED"):
			return walked
		case t.is("INDEXED") && (i == 0 || !all[i-1].is("NOT")):
			w = indexed
		}
	}
	return w
}

// speller writes for PostgreSQL what the store writes for SQLite. It works on tokens: a
// text within a statement is never touched.
type speller struct {
	// nullable tells of the names of columns whether one, of any table, may be null: SQLite
	// has those first that are, PostgreSQL last.
	nullable map[string]bool
	// outer are what a statement joins from the left, whose columns are null where there is nothing.
	outer map[string]bool
}

// spell writes a statement whose arguments have types (see typeOf). It does not check it:
// what is wrong in it PostgreSQL says.
func (s *speller) spell(query string, types []byte) spelled {
	all, _ := tokens(query)
	all = number1(all)
	w := wayOf(all)
	s = &speller{s.nullable, outer(all)}
	for _, rule := range []func([]token) []token{
		lists, searches, withoutHints, joins, aliases, bare, distinctions, extracts, arrows, patterns, functions, casts, ignoring, s.nullsFirst,
	} {
		all = rule(all)
	}
	out := join(all, types)
	out.way = w
	return out
}

// number1 gives each placeholder the number of its argument.
func number1(all []token) []token {
	n := 0
	for i := range all {
		if t := &all[i]; t.kind == placeholder {
			if len(t.text) > 1 {
				n, _ = strconv.Atoi(t.text[1:])
			} else {
				n++
				t.text += strconv.Itoa(n)
			}
		}
	}
	return all
}

// join makes a statement of tokens, and writes each placeholder with the type of its argument: what
// PostgreSQL would otherwise guess, and differently where it is null.
func join(all []token, types []byte) spelled {
	var out strings.Builder
	var uses []use
	for _, t := range all {
		out.WriteString(t.blank)
		if t.kind != placeholder {
			out.WriteString(t.text)
			continue
		}
		digits, list, _ := strings.Cut(t.text[1:], " ")
		n, _ := strconv.Atoi(digits)
		u := use{n - 1, listKind(list)}
		at := 0
		for at < len(uses) && uses[at] != u {
			at++
		}
		if at == len(uses) {
			uses = append(uses, u)
		}
		out.WriteString("$" + strconv.Itoa(at+1))
		switch {
		case u.list != single:
			out.WriteString("::" + u.list.sql())
		case u.arg >= 0 && u.arg < len(types):
			out.WriteString(castTo(types[u.arg]))
		}
	}
	return spelled{sql: out.String(), uses: uses}
}

// follows reports whether tokens from a place on are these words and symbols; "?" is a placeholder.
func follows(all []token, at int, what ...string) bool {
	if at < 0 || at+len(what) > len(all) {
		return false
	}
	for i, w := range what {
		t := all[at+i]
		if w == "?" && t.kind == placeholder {
			continue
		}
		if !t.is(w) {
			return false
		}
	}
	return true
}

// made are the tokens of a text of ours, after blanks.
func made(blank, sql string) []token {
	all, _ := tokens(sql)
	if len(all) > 0 {
		all[0].blank = blank
	}
	return all
}

// withoutHints drops what tells planners which way to go: INDEXED BY, WALKED, a plus
// before a column, a limit that is none, and a query that is a value.
func withoutHints(all []token) (out []token) {
	for i := 0; i < len(all); i++ {
		switch {
		case follows(all, i, "INDEXED", "BY"):
			i += 2
		case follows(all, i, "NOT", "INDEXED"):
			i++
		case all[i].is("WALKED"):
		case follows(all, i, "LIMIT", "-") && i+2 < len(all) && all[i+2].text == "1":
			i += 2
		case all[i].is("+") && startsOperand(out) && i+1 < len(all) && all[i+1].kind == word:
			all[i+1].blank = all[i].blank
		case follows(all, i, "(", "SELECT", "?", ")"):
			all[i+2].blank = ""
			out = append(out, all[i], all[i+2], all[i+3])
			i += 3
		case follows(all, i, "LIMIT", "?"):
			// A negative limit is none.
			out = append(append(append(out, all[i]), made(" ", "nullif(")...), all[i+1])
			out = append(out, made("", ", -1)")...)
			i++
		default:
			out = append(out, all[i])
		}
	}
	return out
}

// startsOperand reports whether what comes after some tokens begins an operand, so that a
// sign there belongs to it.
func startsOperand(before []token) bool {
	if len(before) == 0 {
		return true
	}
	switch t := before[len(before)-1]; t.kind {
	case symbol:
		return t.text != ")"
	case word:
		return operandAfter[t.fold]
	default:
		return false
	}
}

var operandAfter = set("SELECT WHERE AND OR NOT ON BY HAVING WHEN THEN ELSE IN BETWEEN LIKE IS SET VALUES LIMIT OFFSET RETURNING CASE DISTINCT")

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}

// endsJoin are the words that end what a join is on, or come instead of it.
var endsJoin = set("JOIN LEFT CROSS INNER WHERE GROUP ORDER LIMIT UNION ON USING RETURNING SET HAVING")

// joins has a CROSS JOIN with a condition, which is SQLite's for the order of tables, be a join.
func joins(all []token) (out []token) {
	for i := 0; i < len(all); i++ {
		if follows(all, i, "CROSS", "JOIN") && onFollows(all, i+2) {
			all[i+1].blank = all[i].blank
			continue
		}
		out = append(out, all[i])
	}
	return out
}

func onFollows(all []token, at int) bool {
	depth := 0
	for ; at < len(all); at++ {
		switch t := all[at]; {
		case t.is("("):
			depth++
		case t.is(")"):
			if depth--; depth < 0 {
				return false
			}
		case depth == 0 && (t.is(",") || t.kind == word && endsJoin[t.fold]):
			return t.is("ON")
		}
	}
	return false
}

// aliases gives a query that others select from a name, which PostgreSQL wanted until 16.
func aliases(all []token) (out []token) {
	var open []bool // for each parenthesis, whether a query to select from is in it
	n := 0
	for i, t := range all {
		out = append(out, t)
		switch {
		case t.is("("):
			query := follows(all, i+1, "SELECT") || follows(all, i+1, "WITH") || follows(all, i+1, "VALUES") || follows(all, i+1, "(")
			from := i > 0 && (all[i-1].is("FROM") || all[i-1].is("JOIN"))
			open = append(open, query && from)
		case t.is(")") && len(open) > 0:
			source := open[len(open)-1]
			open = open[:len(open)-1]
			if source && (i+1 == len(all) || all[i+1].kind != word && all[i+1].kind != quoted || afterSource[all[i+1].fold]) {
				n++
				out = append(out, made(" ", "AS source_"+strconv.Itoa(n))...)
			}
		}
	}
	return out
}

// afterSource are the words that may come after a query that others select from.
var afterSource = set("WHERE JOIN LEFT CROSS INNER GROUP ORDER LIMIT UNION ON EXCEPT INTERSECT OFFSET HAVING RETURNING")

// bare writes literals and operators that are spelled otherwise.
func bare(all []token) []token {
	for i := range all {
		switch t := &all[i]; {
		case t.kind == blob:
			t.kind, t.text = text, `'\x`+t.text[2:]+`::bytea`
		case t.is("=="):
			t.text = "="
		}
	}
	return all
}

// distinctions has IS compare values that may be null.
func distinctions(all []token) (out []token) {
	for i := 0; i < len(all); i++ {
		out = append(out, all[i])
		if !all[i].is("IS") {
			continue
		}
		at := i + 1
		not := at < len(all) && all[at].is("NOT")
		if not {
			at++
		}
		if at >= len(all) || all[at].is("NULL") || all[at].is("TRUE") || all[at].is("FALSE") || all[at].is("DISTINCT") {
			continue
		}
		if !not {
			out = append(out, made(" ", "NOT")...)
		} else {
			i++
		}
		out = append(out, made(" ", "DISTINCT FROM")...)
	}
	return out
}

// arrows has texts that are JSON read as such. What is asked for is a key, or a path.
func arrows(all []token) (out []token) {
	for i := range all {
		t := all[i]
		if t.is("->>") || t.is("->") {
			out = append(out, made("", "::json")...)
			if i+1 < len(all) && all[i+1].kind == text && strings.HasPrefix(all[i+1].text, "'$") {
				t.text = "#" + t.text[1:]
				all[i+1].text = pathOf(all[i+1].text) + "::text[]"
			}
		}
		out = append(out, t)
	}
	return out
}

// arguments are the arguments of a function whose parenthesis opens at a place: where each
// begins and ends, and where the parenthesis closes; false when it does not.
func arguments(all []token, open int) (each [][2]int, end int, ok bool) {
	depth, start := 0, open+1
	for i := open; i < len(all); i++ {
		switch {
		case all[i].is("("):
			depth++
		case all[i].is(")"):
			if depth--; depth == 0 {
				if i > start || len(each) > 0 {
					each = append(each, [2]int{start, i})
				}
				return each, i, true
			}
		case all[i].is(",") && depth == 1:
			each = append(each, [2]int{start, i})
			start = i + 1
		}
	}
	return nil, 0, false
}

// extracts writes json_extract(json, '$.a."b"') by the path's keys.
func extracts(all []token) (out []token) {
	for i := 0; i < len(all); i++ {
		if follows(all, i, "JSON_EXTRACT", "(") {
			each, end, ok := arguments(all, i+1)
			if ok && len(each) == 2 && each[1][1]-each[1][0] == 1 && all[each[1][0]].kind == text {
				out = append(out, made(all[i].blank, "((")...)
				out = append(out, extracts(all[each[0][0]:each[0][1]])...)
				out = append(out, made("", ")::json #>> ")...)
				out = append(out, token{kind: text, blank: " ", text: pathOf(all[each[1][0]].text) + "::text[]"}, token{kind: symbol, text: ")"})
				i = end
				continue
			}
		}
		out = append(out, all[i])
	}
	return out
}

// pathOf makes '{"a","b"}' of '$.a."b"'.
func pathOf(literal string) string {
	path := strings.TrimPrefix(strings.Trim(literal, "'"), "$")
	var keys []string
	for path != "" {
		path = strings.TrimPrefix(path, ".")
		var key string
		if strings.HasPrefix(path, `"`) {
			key, path, _ = strings.Cut(path[1:], `"`)
		} else if key, path, _ = strings.Cut(path, "."); path != "" {
			path = "." + path
		}
		keys = append(keys, `"`+key+`"`)
	}
	return "'{" + strings.Join(keys, ",") + "}'"
}

// patterns has LIKE ignore case and know no escape, as SQLite has it, and GLOB be read as
// a regular expression.
func patterns(all []token) (out []token) {
	for i := 0; i < len(all); i++ {
		switch {
		case all[i].is("LIKE") && i+1 < len(all):
			out = append(out, made(all[i].blank, "ILIKE")...)
			i++
			out = append(out, all[i])
			if i+1 == len(all) || !all[i+1].is("ESCAPE") {
				out = append(out, made(" ", "ESCAPE ''")...)
			}
		case all[i].is("GLOB") && i+1 < len(all):
			operator := "~"
			if n := len(out); n > 0 && out[n-1].is("NOT") {
				operator, out = "!~", out[:n-1]
			}
			out = append(out, made(all[i].blank, operator+" glob_pattern(")...)
			i++
			out = append(out, all[i], token{kind: symbol, text: ")"})
		default:
			out = append(out, all[i])
		}
	}
	return out
}

// names are functions that exist in PostgreSQL with another meaning: what ours are called.
var names = map[string]string{"SUM": "sum_whole", "LOWER": "lower_ascii", "IFNULL": "coalesce"}

// ofTwo are aggregates that, with more than one argument, are not.
var ofTwo = map[string]string{"MAX": "larger", "MIN": "smaller"}

func functions(all []token) []token {
	for i := range all {
		t := &all[i]
		if t.kind != word || i+1 == len(all) || !all[i+1].is("(") || i > 0 && all[i-1].is(".") {
			continue
		}
		if other := names[t.fold]; other != "" {
			t.text, t.fold = other, strings.ToUpper(other)
		} else if other := ofTwo[t.fold]; other != "" {
			if each, _, ok := arguments(all, i+1); ok && len(each) > 1 {
				t.text, t.fold = other, strings.ToUpper(other)
			}
		}
	}
	return all
}

var columnTypes = map[string]string{"INTEGER": "bigint", "REAL": "double precision", "BLOB": "bytea"}

func casts(all []token) []token {
	for i := range all {
		if follows(all, i, "CAST", "(") {
			if _, end, ok := arguments(all, i+1); ok && end > 2 && all[end-2].is("AS") {
				if other := columnTypes[all[end-1].fold]; other != "" {
					all[end-1].text = other
				}
			}
		}
	}
	return all
}

// ignoring writes INSERT OR IGNORE.
func ignoring(all []token) (out []token) {
	ignored := false
	for i := 0; i < len(all); i++ {
		switch {
		case follows(all, i, "INSERT", "OR", "IGNORE"):
			out = append(out, all[i])
			i += 2
			ignored = true
		case ignored && all[i].is("RETURNING"):
			out = append(append(out, made(" ", "ON CONFLICT DO NOTHING")...), all[i])
			ignored = false
		default:
			out = append(out, all[i])
		}
	}
	if ignored {
		out = append(out, made(" ", "ON CONFLICT DO NOTHING")...)
	}
	return out
}
