package postgres

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/reevehq/reeve/internal/prefect"
)

// listKind is what a list, which the store writes as JSON, holds: "" for what is none.
type listKind string

const (
	single listKind = ""
	ids    listKind = "bytea[]"  // texts of hexadecimal digits
	texts  listKind = "text[]"   // texts
	wholes listKind = "bigint[]" // whole numbers
)

// The terms of a prefect.TextSearch, one list each, as patterns of LIKE.
const (
	included listKind = "text[] included"
	required listKind = "text[] required"
	excluded listKind = "text[] excluded"
)

// sql is the type of a list.
func (k listKind) sql() string {
	name, _, _ := strings.Cut(string(k), " ")
	return name
}

// lists has what is one of a list read from an array, which PostgreSQL plans as a look-up.
func lists(all []token) (out []token) {
	for i := 0; i < len(all); i++ {
		list, length := single, 0
		switch {
		case follows(all, i, "IN", "(", "SELECT", "VALUE", "FROM", "JSON_EACH", "(", "?", ")", ")"):
			list, length = texts, 10
			if i > 0 && all[i-1].is("ROWID") || i > 1 && all[i-1].is("NOT") && all[i-2].is("ROWID") {
				list = wholes
			}
		case follows(all, i, "IN", "(", "SELECT", "UNHEX", "(", "VALUE", ")", "FROM", "JSON_EACH", "(", "?", ")", ")"):
			list, length = ids, 13
		default:
			out = append(out, all[i])
			continue
		}
		operator := "= ANY ("
		if n := len(out); n > 0 && out[n-1].is("NOT") {
			operator, out = "<> ALL (", out[:n-1]
		}
		argument := all[i+length-3]
		argument.text += " " + string(list)
		argument.blank = ""
		out = append(append(out, made(all[i].blank, operator)...), argument, token{kind: symbol, text: ")"})
		i += length - 1
	}
	return out
}

// searches has the terms of a text search be arrays: they are read once, and not for each text.
func searches(all []token) (out []token) {
	for i := 0; i < len(all); i++ {
		if !follows(all, i, "TEXT_SEARCH", "(", "?", ",") {
			out = append(out, all[i])
			continue
		}
		each, end, ok := arguments(all, i+1)
		if !ok || len(each) != 2 {
			out = append(out, all[i])
			continue
		}
		all[each[1][0]].blank = ""
		out = append(append(out, made(all[i].blank, "has_terms(")...), all[each[1][0]:each[1][1]]...)
		for _, kind := range []listKind{included, required, excluded} {
			terms := all[i+2]
			terms.text, terms.blank = terms.text+" "+string(kind), " "
			out = append(out, token{kind: symbol, text: ","}, terms)
		}
		out = append(out, token{kind: symbol, text: ")"})
		i = end
	}
	return out
}

// list reads a list that the store wrote as JSON.
func list(kind listKind, arg any) (any, error) {
	text, ok := arg.(string)
	if !ok {
		return nil, fmt.Errorf("a list is a text, not %T", arg)
	}
	switch kind {
	case texts:
		var all []string
		if err := json.Unmarshal([]byte(text), &all); err != nil {
			return nil, err
		}
		for i := range all {
			all[i] = storable(all[i])
		}
		return all, nil
	case included, required, excluded: // small, as has_terms makes texts
		var search prefect.TextSearch
		err := json.Unmarshal([]byte(text), &search)
		terms := map[listKind][]string{included: search.Include, required: search.Required, excluded: search.Exclude}[kind]
		all := make([]string, len(terms)) // no list is an empty one
		for i, term := range terms {
			all[i] = "%" + likeSpecial.Replace(prefect.LowerASCII(storable(term))) + "%"
		}
		return all, err
	case wholes:
		var all []int64
		err := json.Unmarshal([]byte(text), &all)
		return all, err
	default:
		var digits []string
		if err := json.Unmarshal([]byte(text), &digits); err != nil {
			return nil, err
		}
		all := make([][]byte, len(digits))
		for i, d := range digits {
			var err error
			if all[i], err = hex.DecodeString(d); err != nil {
				return nil, err
			}
		}
		return all, nil
	}
}

// likeSpecial are the characters that LIKE does not take for themselves.
var likeSpecial = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)
