package postgres

import "strings"

// kind is what a token is.
type kind uint8

const (
	word        kind = iota // a name or keyword, without quotes
	quoted                  // a name in double quotes
	text                    // 'text'
	blob                    // x'00'
	number                  // digits, with what belongs to them
	placeholder             // ? or ?1
	symbol                  // operators and punctuation
)

// token is a piece of a statement, with the blanks and comments before it.
type token struct {
	kind  kind
	blank string
	text  string
	// fold is the text of a word in capitals, by which keywords and functions are known.
	fold string
}

// is reports whether a token is a word, whatever its case, or a symbol.
func (t token) is(what string) bool {
	return t.kind == word && t.fold == what || t.kind == symbol && t.text == what
}

// symbols of more than one character, the longest first.
var symbols = []string{"->>", "->", "||", "<=", ">=", "<>", "!=", "==", "<<", ">>", "::"}

// tokens cuts a statement into pieces: put together again they are the statement. What is
// left open (a text without its end) reaches to the end. The second is blanks at the end.
func tokens(query string) (all []token, rest string) {
	for at := 0; ; {
		start := at
		at = skipBlank(query, at)
		if at == len(query) {
			return all, query[start:]
		}
		t := token{blank: query[start:at]}
		var end int
		t.kind, end = next(query, at)
		t.text = query[at:end]
		if t.kind == word {
			t.fold = strings.ToUpper(t.text)
		}
		all = append(all, t)
		at = end
	}
}

func skipBlank(query string, at int) int {
	for at < len(query) {
		switch rest := query[at:]; {
		case isBlank(rest[0]):
			at++
		case strings.HasPrefix(rest, "--"):
			end := strings.IndexByte(rest, '\n')
			if end < 0 {
				return len(query)
			}
			at += end + 1
		default:
			return at
		}
	}
	return at
}

// next is the token that begins at a place, and where it ends.
func next(query string, at int) (kind, int) {
	switch c := query[at]; {
	case c == '\'':
		return text, closing(query, at+1, '\'')
	case c == '"':
		return quoted, closing(query, at+1, '"')
	case (c == 'x' || c == 'X') && at+1 < len(query) && query[at+1] == '\'':
		return blob, closing(query, at+2, '\'')
	case c == '?':
		return placeholder, span(query, at+1, isDigit)
	case isDigit(c):
		return number, span(query, at+1, func(c byte) bool { return isDigit(c) || isLetter(c) || c == '.' })
	case isLetter(c):
		return word, span(query, at+1, func(c byte) bool { return isDigit(c) || isLetter(c) })
	}
	for _, s := range symbols {
		if strings.HasPrefix(query[at:], s) {
			return symbol, at + len(s)
		}
	}
	return symbol, at + 1
}

// closing is the place after the quote that ends what began before; a doubled one stands
// for itself.
func closing(query string, at int, quote byte) int {
	for ; at < len(query); at++ {
		if query[at] != quote {
			continue
		}
		if at+1 < len(query) && query[at+1] == quote {
			at++
			continue
		}
		return at + 1
	}
	return len(query)
}

func span(query string, at int, of func(byte) bool) int {
	for at < len(query) && of(query[at]) {
		at++
	}
	return at
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' }
func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// isLetter holds bytes of other alphabets for letters, as SQLite does.
func isLetter(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c >= 0x80
}
