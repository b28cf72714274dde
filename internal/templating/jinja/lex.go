package jinja

import (
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/reevehq/reeve/internal/budget"
)

// token is a token of jinja2: its type as there, and its value: text, an integer
// or a float.
type token struct {
	kind  string
	text  string
	value any
	line  int
}

func (t token) is(kind, text string) bool { return t.kind == kind && t.text == text }

// describe names a token in messages.
func (t token) describe() string {
	switch t.kind {
	case "name":
		return t.text
	case "operator":
		return t.text
	case "variable_begin":
		return "begin of print statement"
	case "variable_end":
		return "end of print statement"
	case "block_begin":
		return "begin of statement block"
	case "block_end":
		return "end of statement block"
	case "data":
		return "template data / text"
	case "eof":
		return "end of template"
	}
	return t.kind
}

var (
	numberText   = regexp.MustCompile(`^(?i:(?:\d+_)*\d+(?:(?:\.(?:\d+_)*\d+)?e[+-]?(?:\d+_)*\d+|\.(?:\d+_)*\d+))`)
	integerText  = regexp.MustCompile(`^(?i:0b(?:_?[01])+|0o(?:_?[0-7])+|0x(?:_?[\da-f])+|[1-9](?:_?\d)*|0(?:_?0)*)`)
	rawBegin     = regexp.MustCompile(`^\{%[-+]?\s*raw\s*(?:-%\}\s*|%\})`)
	rawEnd       = regexp.MustCompile(`\{%([-+]?)\s*endraw\s*(?:\+%\}|-%\}\s*|%\})`)
	blockEnd     = regexp.MustCompile(`^(?:\+%\}|-%\}\s*|%\})`)
	variableEnd  = regexp.MustCompile(`^(?:-\}\}\s*|\}\})`)
	commentEnd   = regexp.MustCompile(`\+#\}|-#\}\s*|#\}`)
	operatorsOf2 = []string{"//", "**", "==", "!=", ">=", "<="}
)

// sizeOfToken is what a token takes, in bytes.
const sizeOfToken = 80

type lexer struct {
	budget  *budget.Budget
	tokens  []token
	open    []byte // the brackets that are to be closed
	text    string
	line    int // that of the text which counted bytes of it reach
	counted int
}

// reach says that the text was read up to its rest.
func (l *lexer) reach(rest string) {
	if to := len(l.text) - len(rest); to > l.counted {
		l.line += strings.Count(l.text[l.counted:to], "\n")
		l.counted = to
	}
}

// unexpected refuses the character that the rest of the text begins with.
func (l *lexer) unexpected(c rune, rest string) stop {
	return syntaxError("unexpected char %s at %d", repr(string(c)), runes(l.text[:len(l.text)-len(rest)]))
}

func (l *lexer) add(t token) {
	if err := l.budget.Take(sizeOfToken); err != nil {
		panic(stop{err})
	}
	if err := l.budget.Step(3); err != nil {
		panic(stop{err})
	}
	t.line = l.line
	l.tokens = append(l.tokens, t)
}

func syntaxError(format string, args ...any) stop {
	return raise("TemplateSyntaxError", format, args...)
}

// lex reads a text into tokens.
func (l *lexer) lex(text string) {
	if err := l.budget.Step(int64(len(text)) / 16); err != nil {
		panic(stop{err})
	}
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
	text = strings.TrimSuffix(text, "\n")
	l.text, l.line = text, 1
	for text != "" {
		l.reach(text)
		at := beginning(text)
		if at < 0 {
			l.data(text)
			break
		}
		data, rest := text[:at], text[at:]
		sign := byte(0)
		if len(rest) > 2 && (rest[2] == '-' || rest[2] == '+') {
			sign = rest[2]
		}
		if sign == '-' {
			data = strings.TrimRightFunc(data, unicode.IsSpace)
		}
		l.data(data)
		l.reach(rest)
		if raw := rawBegin.FindString(rest); raw != "" {
			text = l.raw(rest[len(raw):])
			continue
		}
		kind := rest[1]
		rest = rest[2:]
		if sign != 0 {
			rest = rest[1:]
		}
		switch kind {
		case '#':
			end := commentEnd.FindStringIndex(rest)
			if end == nil && rest != "" {
				panic(syntaxError("Missing end of comment tag"))
			} else if end == nil {
				end = []int{0, 0}
			}
			text = rest[end[1]:]
		case '{':
			text = l.tag(rest, "variable", variableEnd)
		default:
			text = l.tag(rest, "block", blockEnd)
		}
	}
	if len(l.tokens) > 0 { // the end is on the line of what is last
		l.line = l.tokens[len(l.tokens)-1].line
	} else {
		l.line = 1
	}
	l.add(token{kind: "eof"})
}

// beginning is where the next tag begins, -1 without one.
func beginning(text string) int {
	for at := 0; ; at++ {
		next := strings.IndexByte(text[at:], '{')
		if next < 0 {
			return -1
		}
		at += next
		if at+1 < len(text) && strings.IndexByte("{%#", text[at+1]) >= 0 {
			return at
		}
	}
}

func (l *lexer) data(text string) {
	if text != "" {
		l.add(token{kind: "data", text: text})
	}
}

func (l *lexer) raw(text string) string {
	end := rawEnd.FindStringSubmatchIndex(text)
	if end == nil {
		panic(syntaxError("Missing end of raw directive"))
	}
	data := text[:end[0]]
	if text[end[2]:end[3]] == "-" {
		data = strings.TrimRightFunc(data, unicode.IsSpace)
	}
	l.data(data)
	return text[end[1]:]
}

// tag reads what is between the marks of a tag and gives the text after it.
func (l *lexer) tag(text, kind string, end *regexp.Regexp) string {
	l.add(token{kind: kind + "_begin"})
	for {
		text = strings.TrimLeftFunc(text, unicode.IsSpace)
		l.reach(text)
		if text == "" {
			return ""
		}
		mark := ""
		if len(l.open) == 0 && strings.IndexByte("-+%}", text[0]) >= 0 {
			mark = end.FindString(text)
		}
		if mark != "" {
			l.add(token{kind: kind + "_end"})
			return text[len(mark):]
		}
		text = l.one(text)
	}
}

func (l *lexer) one(text string) string {
	c, size := utf8.DecodeRuneInString(text)
	switch {
	case c >= '0' && c <= '9':
		return l.number(text)
	case c == '\'' || c == '"':
		return l.quoted(text)
	case c == '_' || unicode.IsLetter(c):
		end := strings.IndexFunc(text, func(c rune) bool {
			return c != '_' && !unicode.IsLetter(c) && !unicode.IsDigit(c) && !unicode.IsMark(c)
		})
		if end < 0 {
			end = len(text)
		}
		l.add(token{kind: "name", text: text[:end]})
		return text[end:]
	}
	for _, operator := range operatorsOf2 {
		if strings.HasPrefix(text, operator) {
			l.add(token{kind: "operator", text: operator})
			return text[2:]
		}
	}
	if !strings.ContainsRune("+-/*%~[](){}><=.:|,;", c) {
		panic(l.unexpected(c, text))
	}
	l.balance(byte(c))
	l.add(token{kind: "operator", text: text[:1]})
	return text[size:]
}

var closing = map[byte]byte{'(': ')', '[': ']', '{': '}'}

func (l *lexer) balance(c byte) {
	if end, opens := closing[c]; opens {
		if l.open = append(l.open, end); len(l.open) > deepestText {
			panic(tooDeep(deepestText))
		}
	}
	if c != ')' && c != ']' && c != '}' {
		return
	}
	if len(l.open) == 0 {
		panic(syntaxError("unexpected '%c'", c))
	}
	want := l.open[len(l.open)-1]
	l.open = l.open[:len(l.open)-1]
	if want != c {
		panic(syntaxError("unexpected '%c', expected '%c'", c, want))
	}
}

func (l *lexer) number(text string) string {
	after := len(l.tokens) > 0 && l.tokens[len(l.tokens)-1].is("operator", ".")
	if m := numberText.FindString(text); m != "" && !after {
		f, _ := strconv.ParseFloat(strings.ReplaceAll(m, "_", ""), 64)
		l.add(token{kind: "float", value: f})
		return text[len(m):]
	}
	m := integerText.FindString(text)
	n, ok := new(big.Int).SetString(m[:min(len(m), longestInt+1)], 0)
	if len(m) > longestInt || !ok {
		panic(syntaxError("Exceeds the limit (%d digits) for integer string conversion", longestInt))
	}
	l.add(token{kind: "integer", value: normal(n)})
	return text[len(m):]
}

func (l *lexer) quoted(text string) string {
	quote := text[0]
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case quote:
			l.add(token{kind: "string", text: unescape(text[1:i])})
			return text[i+1:]
		}
	}
	panic(l.unexpected(rune(quote), text))
}

// unescape returns the meaning of Python's escapes in a string.
func unescape(text string) string {
	if !strings.Contains(text, `\`) {
		return text
	}
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' || i+1 == len(text) {
			out.WriteByte(text[i])
			continue
		}
		i++
		switch c := text[i]; c {
		case '\n':
		case 'n':
			out.WriteByte('\n')
		case 't':
			out.WriteByte('\t')
		case 'r':
			out.WriteByte('\r')
		case 'a':
			out.WriteByte('\a')
		case 'b':
			out.WriteByte('\b')
		case 'f':
			out.WriteByte('\f')
		case 'v':
			out.WriteByte('\v')
		case '\\', '\'', '"':
			out.WriteByte(c)
		case 'x', 'u', 'U':
			width := map[byte]int{'x': 2, 'u': 4, 'U': 8}[c]
			n, err := strconv.ParseUint(text[i+1:min(i+1+width, len(text))], 16, 32)
			if err != nil || i+1+width > len(text) || n > unicode.MaxRune {
				panic(syntaxError("truncated \\%c%s escape", c, strings.Repeat("X", width)))
			}
			out.WriteRune(rune(n))
			i += width
		case '0', '1', '2', '3', '4', '5', '6', '7':
			end := i + 1
			for end < len(text) && end < i+3 && text[end] >= '0' && text[end] <= '7' {
				end++
			}
			n, _ := strconv.ParseUint(text[i:end], 8, 32)
			out.WriteRune(rune(n))
			i = end - 1
		default:
			out.WriteByte('\\')
			out.WriteByte(c)
		}
	}
	return out.String()
}
