package events

import (
	"strings"
	"unicode"
)

// Search is a parsed text search. Terms are parts of words, or phrases;
// upper and lower case are the same.
type Search struct {
	// Include: one of these must be there, when there are any.
	Include []string
	// Exclude: none of these may be there.
	Exclude []string
	// Require: all of these must be there.
	Require []string
}

// ParseSearch reads a search: terms parted by spaces, "phrases" in quotes (with
// \" and \\ inside them), each with a leading - or ! to exclude it or + to
// require it. A sign that stands alone is ignored.
func ParseSearch(query string) Search {
	var s Search
	rest := []rune(query)
	for len(rest) > 0 {
		sign := rest[0]
		switch {
		case unicode.IsSpace(sign):
			rest = rest[1:]
			continue
		case sign != '-' && sign != '!' && sign != '+':
			sign = 0
		default:
			rest = rest[1:]
			if len(rest) == 0 || unicode.IsSpace(rest[0]) {
				continue
			}
		}
		var term string
		if rest[0] == '"' {
			term, rest = phrase(rest[1:])
			if strings.TrimSpace(term) == "" {
				continue
			}
		} else {
			term, rest = word(rest)
		}
		s.add(sign, term)
	}
	return s
}

func (s *Search) add(sign rune, term string) {
	list := &s.Include
	switch sign {
	case '-', '!':
		list = &s.Exclude
	case '+':
		list = &s.Require
	}
	*list = append(*list, term)
}

// phrase reads up to the closing quote, or to the end where there is none.
func phrase(in []rune) (text string, rest []rune) {
	var out strings.Builder
	for i := 0; i < len(in); i++ {
		switch {
		case in[i] == '"':
			return out.String(), in[i+1:]
		case in[i] == '\\' && i+1 < len(in) && (in[i+1] == '"' || in[i+1] == '\\'):
			i++
		case in[i] == '\\' && i+1 < len(in):
			// The backslash stays; what follows it ends nothing.
			out.WriteRune(in[i])
			i++
		}
		out.WriteRune(in[i])
	}
	return out.String(), nil
}

func word(in []rune) (text string, rest []rune) {
	for i, c := range in {
		if unicode.IsSpace(c) || c == '"' {
			return string(in[:i]), in[i:]
		}
	}
	return string(in), nil
}
