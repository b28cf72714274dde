package prefect

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode"
)

// TextSearch is a parsed search text. A text matches when it has any of Include
// (or Include is empty), all of Required and none of Exclude, as substrings
// without regard to case.
type TextSearch struct {
	Include, Exclude, Required []string
}

// ParseTextSearch reads the search grammar of logs and events: terms separated
// by blanks, phrases in double quotes (\" and \\ inside stand for themselves),
// a leading - or ! excludes and a leading + requires. A sign with nothing after
// it is dropped; a phrase without its closing quote reaches to the end.
func ParseTextSearch(query string) TextSearch {
	var search TextSearch
	text := []rune(query)
	for i := 0; i < len(text); {
		if unicode.IsSpace(text[i]) {
			i++
			continue
		}
		into := &search.Include
		switch text[i] {
		case '-', '!':
			into = &search.Exclude
			i++
		case '+':
			into = &search.Required
			i++
		}
		if i == len(text) || unicode.IsSpace(text[i]) {
			continue
		}
		var term string
		if text[i] == '"' {
			term, i = phrase(text, i+1)
			if strings.TrimSpace(term) == "" {
				continue
			}
		} else {
			start := i
			for i < len(text) && !unicode.IsSpace(text[i]) && text[i] != '"' {
				i++
			}
			term = string(text[start:i])
		}
		*into = append(*into, term)
	}
	return search
}

// phrase reads a phrase that starts at i; it gives the text and the place after
// the closing quote.
func phrase(text []rune, i int) (string, int) {
	var out []rune
	for i < len(text) && text[i] != '"' {
		if text[i] == '\\' && i+1 < len(text) {
			if text[i+1] != '"' && text[i+1] != '\\' {
				out = append(out, '\\')
			}
			i++
		}
		out = append(out, text[i])
		i++
	}
	return string(out), min(i+1, len(text))
}

// Matches reports whether the text passes the search.
func (s TextSearch) Matches(text string) bool {
	text = strings.ToLower(text)
	has := func(term string) bool { return strings.Contains(text, strings.ToLower(term)) }
	included := len(s.Include) == 0
	for _, term := range s.Include {
		included = included || has(term)
	}
	for _, term := range s.Required {
		included = included && has(term)
	}
	for _, term := range s.Exclude {
		included = included && !has(term)
	}
	return included
}

// String is the search as NewTextMatcher reads it.
func (s TextSearch) String() string {
	text, _ := json.Marshal(s) // lists of texts always marshal
	return string(text)
}

// TextMatcher tells texts that pass a search, as Matches does, but without regard
// to the case of letters of ASCII alone.
type TextMatcher struct{ search TextSearch }

// NewTextMatcher reads what TextSearch.String wrote.
func NewTextMatcher(search string) (*TextMatcher, error) {
	var m TextMatcher
	if err := json.Unmarshal([]byte(search), &m.search); err != nil {
		return nil, err
	}
	for _, terms := range [][]string{m.search.Include, m.search.Exclude, m.search.Required} {
		for i := range terms {
			terms[i] = LowerASCII(terms[i])
		}
	}
	return &m, nil
}

// Matches reports whether the text passes.
func (m *TextMatcher) Matches(text string) bool {
	text = LowerASCII(text)
	has := func(term string) bool { return strings.Contains(text, term) }
	return (len(m.search.Include) == 0 || slices.ContainsFunc(m.search.Include, has)) &&
		!slices.ContainsFunc(m.search.Exclude, has) &&
		!slices.ContainsFunc(m.search.Required, func(term string) bool { return !has(term) })
}

// LowerASCII makes the letters of ASCII small, as SQLite's lower does: others keep their case.
func LowerASCII(text string) string {
	for i := range len(text) {
		if c := text[i]; c >= 'A' && c <= 'Z' {
			lower := []byte(text)
			for ; i < len(lower); i++ {
				if c := lower[i]; c >= 'A' && c <= 'Z' {
					lower[i] = c + 'a' - 'A'
				}
			}
			return string(lower)
		}
	}
	return text
}
