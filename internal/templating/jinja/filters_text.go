package jinja

import (
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

var (
	wordBeginnings = regexp.MustCompile(`[-\s({\[<]+`)
	htmlTags       = regexp.MustCompile(`(?s)<!--.*?-->|<[^>]*>`)
	words          = regexp.MustCompile(`[\p{L}\p{N}_]+`)
)

// textFilter is a filter about text.
func textFilter(name string) filterOf {
	switch name {
	case "upper", "lower", "capitalize":
		return method(name)
	case "title":
		return func(e *evaluator, v any, _ called) any {
			text, _ := e.soft(v)
			e.spend(len(text) / 4)
			e.take(2 * len(text))
			return titled(text)
		}
	case "trim":
		return func(e *evaluator, v any, a called) any {
			text, of := e.soft(v)
			return alike(of, strip(text, "strip", a.at(0, "chars", nil)))
		}
	case "center":
		return func(e *evaluator, v any, a called) any {
			text, of := e.soft(v)
			return alike(of, e.padded(text, "center", a.integer(0, "width", 80), " "))
		}
	case "replace":
		return func(e *evaluator, v any, a called) any {
			most := -1
			if a.at(2, "count", nil) != nil {
				most = a.integer(2, "count", -1)
			}
			return e.replace(e.str(v), e.str(a.at(0, "old", nil)), e.str(a.at(1, "new", nil)), most)
		}
	case "indent":
		return indent
	case "truncate":
		return truncate
	case "wordwrap":
		return wordWrap
	case "wordcount":
		return func(e *evaluator, v any, _ called) any {
			text, _ := e.soft(v)
			e.spend(len(text) / 4)
			e.take(len(text) * 16)
			return len(words.FindAllStringIndex(text, -1))
		}
	case "format":
		return func(e *evaluator, v any, a called) any {
			text, of := e.soft(v)
			if len(a.named) == 0 {
				return alike(of, e.percent(text, tuple(a.positional)))
			}
			if len(a.positional) > 0 {
				panic(argumentError("can't handle positional and keyword arguments at the same time"))
			}
			return alike(of, e.percent(text, e.newDict(a)))
		}
	case "string":
		return func(e *evaluator, v any, _ called) any {
			text, of := e.soft(v)
			return alike(of, text)
		}
	case "escape", "e":
		return func(e *evaluator, v any, _ called) any { return e.escape(v) }
	case "forceescape":
		return func(e *evaluator, v any, _ called) any { return e.escape(e.str(v)) }
	case "safe":
		return func(e *evaluator, v any, _ called) any { return markup(e.str(v)) }
	case "striptags":
		return func(e *evaluator, v any, _ called) any {
			text := e.str(v)
			e.spend(len(text) / 4)
			e.take(2 * len(text))
			return strings.Join(strings.Fields(unescapeHTML(htmlTags.ReplaceAllString(text, ""))), " ")
		}
	case "urlencode":
		return urlEncode
	case "xmlattr":
		return xmlAttributes
	case "tojson":
		return toJSON
	case "pprint":
		return func(e *evaluator, v any, _ called) any {
			w := &writer{e: e, sorted: true}
			w.repr(v)
			return w.out.String()
		}
	}
	return nil
}

func titled(text string) string {
	var out strings.Builder
	part := func(text string) {
		if text != "" {
			_, size := utf8.DecodeRuneInString(text)
			out.WriteString(upper(text[:size]) + strings.ToLower(text[size:]))
		}
	}
	at := 0
	for _, between := range wordBeginnings.FindAllStringIndex(text, -1) {
		part(text[at:between[0]])
		out.WriteString(text[between[0]:between[1]])
		at = between[1]
	}
	part(text[at:])
	return out.String()
}

func unescapeHTML(text string) string {
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&#39;", "'", "&#34;", `"`, "&quot;", `"`, "&amp;", "&").Replace(text)
}

func indent(e *evaluator, v any, a called) any {
	text, ok := asText(v)
	if !ok {
		panic(raise("TypeError", `unsupported operand type(s) for +=: '%s' and 'str'`, typeName(v)))
	}
	by, isText := asText(a.at(0, "width", 4))
	if !isText {
		width := max(a.integer(0, "width", 4), 0)
		e.take(width)
		by = strings.Repeat(" ", width)
	}
	first, blank := a.truth(1, "first"), a.truth(2, "blank")
	e.spend(len(text) / 16)
	e.take(len(text) * 2)
	parts := lines(text + "\n")
	var out strings.Builder
	for i, line := range parts {
		e.spend(1)
		if i > 0 {
			out.WriteByte('\n')
		}
		if i == 0 && first || i > 0 && (blank || line != "") {
			e.take(len(by))
			out.WriteString(by)
		}
		out.WriteString(line)
	}
	return alike(v, out.String())
}

func truncate(e *evaluator, v any, a called) any {
	text, ok := asText(v)
	if !ok {
		panic(raise("TypeError", "object of type '%s' has no len()", typeName(v)))
	}
	length, end, leeway := a.integer(0, "length", 255), a.text(2, "end", "..."), 5
	if a.at(3, "leeway", nil) != nil {
		leeway = a.integer(3, "leeway", 5)
	}
	if length < runes(end) {
		panic(raise("AssertionError", "expected length >= %d, got %d", runes(end), length))
	}
	if leeway < 0 {
		panic(raise("AssertionError", "expected leeway >= 0, got %d", leeway))
	}
	e.spend(len(text) / 16)
	if runes(text) <= length+leeway {
		return v
	}
	s := spec{precision: length - runes(end), hasPrecision: true}
	cut := e.cut(&s, text)
	if !a.truth(1, "killwords") {
		if at := strings.LastIndexByte(cut, ' '); at >= 0 {
			cut = cut[:at]
		}
	}
	return alike(v, cut+end)
}

// wordWrap breaks lines as Python's textwrap does, without hyphens in words being
// taken apart unless they have letters around.
func wordWrap(e *evaluator, v any, a called) any {
	text, ok := asText(v)
	if !ok {
		panic(raise("AttributeError", "'%s' object has no attribute 'splitlines'", typeName(v)))
	}
	width, breakLong := a.integer(0, "width", 79), truth(a.at(1, "break_long_words", true))
	with, hyphens := "\n", truth(a.at(3, "break_on_hyphens", true))
	if a.at(2, "wrapstring", nil) != nil {
		with = a.text(2, "wrapstring", "\n")
	}
	if width <= 0 {
		panic(raise("ValueError", "invalid width %d (must be > 0)", width))
	}
	e.take(len(text) * 8)
	e.spend(len(text) / 2)
	var wrapped []string
	for _, line := range lines(text) {
		w := wrap(line, width, breakLong, hyphens)
		if len(w) == 0 {
			w = []string{""}
		}
		wrapped = append(wrapped, w...)
	}
	e.takeTimes(len(with), len(wrapped))
	return strings.Join(wrapped, with)
}

// chunks parts a line into words and the space between; a hyphen between letters ends one.
func chunks(line string, hyphens bool) []string {
	var parts []string
	runes := []rune(line)
	from := 0
	for i := 1; i <= len(runes); i++ {
		ends := i == len(runes) || unicode.IsSpace(runes[i]) != unicode.IsSpace(runes[i-1])
		if !ends && hyphens && runes[i-1] == '-' && i >= 3 && unicode.IsLetter(runes[i]) && unicode.IsLetter(runes[i-2]) && unicode.IsLetter(runes[i-3]) {
			ends = i+1 < len(runes) && unicode.IsLetter(runes[i+1])
		}
		if ends {
			parts = append(parts, string(runes[from:i]))
			from = i
		}
	}
	return parts
}

func wrap(line string, width int, breakLong, hyphens bool) (out []string) {
	parts := chunks(line, hyphens)
	for len(parts) > 0 {
		if len(out) > 0 && strings.TrimSpace(parts[0]) == "" {
			if parts = parts[1:]; len(parts) == 0 {
				break
			}
		}
		var current []string
		length := 0
		for len(parts) > 0 && length+runes(parts[0]) <= width {
			length += runes(parts[0])
			current = append(current, parts[0])
			parts = parts[1:]
		}
		if len(parts) > 0 && runes(parts[0]) > width {
			room := width - length
			switch {
			case breakLong:
				word := []rune(parts[0])
				at := breakAt(word, room, hyphens)
				current = append(current, string(word[:at]))
				parts[0] = string(word[at:])
			case len(current) == 0:
				current, parts = append(current, parts[0]), parts[1:]
			}
		}
		if n := len(current); n > 0 && strings.TrimSpace(current[n-1]) == "" {
			current = current[:n-1]
		}
		if len(current) > 0 {
			out = append(out, strings.Join(current, ""))
		}
	}
	return out
}

// breakAt is where a word that is too long is broken: after a hyphen, if there is room.
func breakAt(word []rune, room int, hyphens bool) int {
	if !hyphens {
		return room
	}
	for i := room - 1; i > 0; i-- {
		if word[i] == '-' && strings.Trim(string(word[:i]), "-") != "" {
			return i + 1
		}
	}
	return room
}

func urlEncode(e *evaluator, v any, _ called) any {
	quote := func(v any, query bool) string {
		text := e.str(v)
		e.take(3 * len(text))
		e.spend(len(text) / 16)
		out := strings.ReplaceAll(url.QueryEscape(text), "%7E", "~")
		if query {
			return out
		}
		return strings.ReplaceAll(strings.ReplaceAll(out, "+", "%20"), "%2F", "/")
	}
	var pairs []any
	switch v := v.(type) {
	case *dict:
		pairs = e.dictMethod(v, "items", called{}).(*sequence).items
	case *list, tuple, *sequence:
		pairs = e.items(v)
	default:
		return quote(v, false)
	}
	parts := make([]any, len(pairs))
	for i, pair := range pairs {
		two := e.items(pair)
		if len(two) != 2 {
			panic(raise("ValueError", "not enough values to unpack (expected 2, got %d)", len(two)))
		}
		parts[i] = quote(two[0], true) + "=" + quote(two[1], true)
	}
	return e.join("&", parts, true)
}

func xmlAttributes(e *evaluator, v any, a called) any {
	d, ok := v.(*dict)
	if !ok {
		panic(raise("AttributeError", "'%s' object has no attribute 'items'", typeName(v)))
	}
	var parts []any
	for _, key := range d.keys {
		value := d.values[e.hash(key)]
		if _, is := value.(*undefined); is || value == nil {
			continue
		}
		if strings.ContainsAny(e.str(key), " \t\n\r\f\v/>=") {
			panic(raise("ValueError", "Invalid character in attribute name: %s", e.repr(key)))
		}
		parts = append(parts, string(e.escape(key))+`="`+string(e.escape(value))+`"`)
	}
	out := e.join(" ", parts, true)
	if out != "" && truth(a.at(0, "autospace", true)) {
		out = " " + out
	}
	return out
}
