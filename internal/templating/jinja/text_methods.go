package jinja

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// textMethod is a method of text by its name, nil when there is none. What it
// gives as text gets the type of the text that it was called on.
func textMethod(name string) func(e *evaluator, text string, of any, a called) any {
	plain := func(f func(string) string) func(*evaluator, string, any, called) any {
		return func(e *evaluator, text string, _ any, _ called) any {
			e.take(2 * len(text))
			e.spend(len(text) / 16)
			return f(text)
		}
	}
	is := func(f func(rune) bool) func(*evaluator, string, any, called) any {
		return func(e *evaluator, text string, _ any, _ called) any {
			e.spend(len(text) / 16)
			return text != "" && !strings.ContainsFunc(text, func(c rune) bool { return !f(c) })
		}
	}
	switch name {
	case "upper":
		return plain(upper)
	case "lower", "casefold":
		return plain(strings.ToLower)
	case "title":
		return plain(title)
	case "capitalize":
		return plain(capitalize)
	case "swapcase":
		return plain(func(text string) string {
			return strings.Map(func(c rune) rune {
				if unicode.IsUpper(c) {
					return unicode.ToLower(c)
				}
				return unicode.ToUpper(c)
			}, text)
		})
	case "isdigit", "isdecimal", "isnumeric":
		return is(unicode.IsDigit)
	case "isalpha":
		return is(unicode.IsLetter)
	case "isalnum":
		return is(func(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) })
	case "isspace":
		return is(unicode.IsSpace)
	case "isupper":
		return func(_ *evaluator, text string, _ any, _ called) any {
			return text != strings.ToLower(text) && text == upper(text)
		}
	case "islower":
		return func(_ *evaluator, text string, _ any, _ called) any {
			return text != upper(text) && text == strings.ToLower(text)
		}
	case "isascii":
		return func(_ *evaluator, text string, _ any, _ called) any {
			return !strings.ContainsFunc(text, func(c rune) bool { return c >= utf8.RuneSelf })
		}
	case "strip", "lstrip", "rstrip":
		return func(_ *evaluator, text string, _ any, a called) any { return strip(text, name, a.at(0, "chars", nil)) }
	case "startswith", "endswith":
		return func(e *evaluator, text string, _ any, a called) any { return e.affix(text, name, a) }
	case "removeprefix":
		return func(_ *evaluator, text string, _ any, a called) any {
			return strings.TrimPrefix(text, a.text(0, "prefix", ""))
		}
	case "removesuffix":
		return func(_ *evaluator, text string, _ any, a called) any {
			return strings.TrimSuffix(text, a.text(0, "suffix", ""))
		}
	case "replace":
		return func(e *evaluator, text string, _ any, a called) any {
			return e.replace(text, a.text(0, "old", ""), a.text(1, "new", ""), a.integer(2, "count", -1))
		}
	case "split", "rsplit":
		return func(e *evaluator, text string, of any, a called) any { return e.split(text, name, of, a) }
	case "splitlines":
		return func(e *evaluator, text string, of any, _ called) any { return &list{e.texts(lines(text), of)} }
	case "partition", "rpartition":
		return func(_ *evaluator, text string, _ any, a called) any {
			return partition(text, name, a.text(0, "sep", ""))
		}
	case "find", "index", "rfind", "rindex":
		return find(name)
	case "count":
		return func(e *evaluator, text string, _ any, a called) any {
			e.spend(len(text) / 16)
			return strings.Count(text, a.text(0, "sub", ""))
		}
	case "join":
		return func(e *evaluator, text string, _ any, a called) any {
			return e.join(text, e.items(a.at(0, "iterable", nil)), true)
		}
	case "center", "ljust", "rjust", "zfill":
		return func(e *evaluator, text string, _ any, a called) any {
			return e.padded(text, name, a.integer(0, "width", 0), a.text(1, "fillchar", " "))
		}
	case "expandtabs":
		return func(e *evaluator, text string, _ any, a called) any {
			width := a.integer(0, "tabsize", 8)
			e.takeTimes(max(width, 0), strings.Count(text, "\t"))
			e.take(len(text))
			return expandTabs(text, width)
		}
	case "format":
		return func(e *evaluator, text string, _ any, a called) any { return e.braces(text, a) }
	case "format_map":
		return func(e *evaluator, text string, _ any, a called) any {
			d, ok := a.at(0, "mapping", nil).(*dict)
			if !ok {
				panic(raise("TypeError", "format_map() takes a mapping"))
			}
			named := map[string]any{}
			for _, key := range d.keys {
				named[e.str(key)] = d.values[e.hash(key)]
			}
			return e.braces(text, called{named: named})
		}
	}
	return nil
}

func upper(text string) string { return strings.ToUpper(strings.ReplaceAll(text, "ß", "SS")) }

func title(text string) string {
	var out strings.Builder
	inWord := false
	for _, c := range text {
		switch {
		case inWord:
			out.WriteRune(unicode.ToLower(c))
		case c == 'ß':
			out.WriteString("Ss")
		default:
			out.WriteRune(unicode.ToTitle(c))
		}
		inWord = unicode.IsLetter(c)
	}
	return out.String()
}

func capitalize(text string) string {
	_, size := utf8.DecodeRuneInString(text)
	return upper(text[:size]) + strings.ToLower(text[size:])
}

func strip(text, how string, chars any) string {
	cut := unicode.IsSpace
	if chars != nil {
		set, ok := asText(chars)
		if !ok {
			panic(raise("TypeError", "%s arg must be None or str", how))
		}
		cut = func(c rune) bool { return strings.ContainsRune(set, c) }
	}
	if how != "rstrip" {
		text = strings.TrimLeftFunc(text, cut)
	}
	if how != "lstrip" {
		text = strings.TrimRightFunc(text, cut)
	}
	return text
}

func (e *evaluator) affix(text, how string, a called) bool {
	any := []any{a.at(0, "prefix", nil)}
	if several, ok := any[0].(tuple); ok {
		any = several
	}
	for _, one := range any {
		part, ok := asText(one)
		if !ok {
			panic(raise("TypeError", "%s first arg must be str or a tuple of str, not %s", how, typeName(one)))
		}
		e.spend(1)
		if how == "startswith" && strings.HasPrefix(text, part) || how == "endswith" && strings.HasSuffix(text, part) {
			return true
		}
	}
	return false
}

func (e *evaluator) replace(text, old, by string, most int) string {
	e.spend(1 + len(text)/16)
	n := strings.Count(text, old)
	if most >= 0 {
		n = min(n, most)
	}
	e.takeTimes(len(by), n)
	e.take(len(text))
	return strings.Replace(text, old, by, n)
}

// texts are parts of a text as values of its type.
func (e *evaluator) texts(parts []string, of any) []any {
	e.take(len(parts) * 2 * sizeOfItem)
	e.spend(len(parts) / 4)
	items := make([]any, len(parts))
	for i, part := range parts {
		items[i] = alike(of, part)
	}
	return items
}

func (e *evaluator) split(text, how string, of any, a called) any {
	most := a.integer(1, "maxsplit", -1)
	e.spend(len(text) / 8)
	e.take(len(text) / 2 * sizeOfItem)
	separator := a.at(0, "sep", nil)
	if separator == nil {
		return &list{e.texts(fields(text, how, most), of)}
	}
	sep := a.text(0, "sep", "")
	if sep == "" {
		panic(raise("ValueError", "empty separator"))
	}
	parts := strings.Split(text, sep)
	if most >= 0 && len(parts) > most+1 {
		if how == "split" {
			parts = strings.SplitN(text, sep, most+1)
		} else {
			cut := len(parts) - most
			parts = append([]string{strings.Join(parts[:cut], sep)}, parts[cut:]...)
		}
	}
	return &list{e.texts(parts, of)}
}

// fields parts text at space; what is over a number of parts stays together.
func fields(text, how string, most int) []string {
	if all := strings.Fields(text); most < 0 || len(all) <= most {
		return all
	}
	var parts []string
	if how == "split" {
		text = strings.TrimLeftFunc(text, unicode.IsSpace)
		for range most {
			at := strings.IndexFunc(text, unicode.IsSpace)
			parts = append(parts, text[:at])
			text = strings.TrimLeftFunc(text[at:], unicode.IsSpace)
		}
		return append(parts, text)
	}
	text = strings.TrimRightFunc(text, unicode.IsSpace)
	for range most {
		at := strings.LastIndexFunc(text, unicode.IsSpace)
		_, size := utf8.DecodeRuneInString(text[at:])
		parts = append([]string{text[at+size:]}, parts...)
		text = strings.TrimRightFunc(text[:at], unicode.IsSpace)
	}
	return append([]string{text}, parts...)
}

// lines parts text as Python's splitlines does.
func lines(text string) []string {
	var parts []string
	for text != "" {
		at := strings.IndexFunc(text, func(c rune) bool {
			return c >= '\n' && c <= '\r' || c >= 0x1c && c <= 0x1e || c == 0x85 || c == 0x2028 || c == 0x2029
		})
		if at < 0 {
			return append(parts, text)
		}
		parts = append(parts, text[:at])
		_, size := utf8.DecodeRuneInString(text[at:])
		if strings.HasPrefix(text[at:], "\r\n") {
			size = 2
		}
		text = text[at+size:]
	}
	return parts
}

func partition(text, how, sep string) any {
	if sep == "" {
		panic(raise("ValueError", "empty separator"))
	}
	at := strings.Index(text, sep)
	if how == "rpartition" {
		if at = strings.LastIndex(text, sep); at < 0 {
			return tuple{"", "", text}
		}
	}
	if at < 0 {
		return tuple{text, "", ""}
	}
	return tuple{text[:at], sep, text[at+len(sep):]}
}

func find(name string) func(*evaluator, string, any, called) any {
	return func(e *evaluator, text string, _ any, a called) any {
		sub := a.text(0, "sub", "")
		e.spend(1 + len(text)/16)
		at := strings.Index(text, sub)
		if strings.HasPrefix(name, "r") {
			at = strings.LastIndex(text, sub)
		}
		if at < 0 {
			if strings.HasSuffix(name, "index") {
				panic(raise("ValueError", "substring not found"))
			}
			return -1
		}
		return runes(text[:at])
	}
}

// join puts text between items; strict refuses items that are no text.
func (e *evaluator) join(separator string, items []any, strict bool) string {
	var out strings.Builder
	for i, item := range items {
		if i > 0 {
			e.take(len(separator))
			out.WriteString(separator)
		}
		text, ok := asText(item)
		if !ok && strict {
			panic(raise("TypeError", "sequence item %d: expected str instance, %s found", i, typeName(item)))
		}
		if !ok {
			text = e.str(item)
		}
		e.spend(1 + len(text)/64)
		e.take(len(text))
		out.WriteString(text)
	}
	return out.String()
}

// padded fills a text up to a width.
func (e *evaluator) padded(text, how string, width int, fill string) string {
	if runes(fill) != 1 {
		panic(raise("TypeError", "The fill character must be exactly one character long"))
	}
	room := width - runes(text)
	if room <= 0 {
		return text
	}
	e.takeTimes(len(fill), room)
	e.take(len(text))
	switch how {
	case "ljust":
		return text + strings.Repeat(fill, room)
	case "rjust":
		return strings.Repeat(fill, room) + text
	case "zfill":
		if text != "" && (text[0] == '-' || text[0] == '+') {
			return text[:1] + strings.Repeat("0", room) + text[1:]
		}
		return strings.Repeat("0", room) + text
	}
	left := room/2 + room&width&1
	return strings.Repeat(fill, left) + text + strings.Repeat(fill, room-left)
}

func expandTabs(text string, width int) string {
	var out strings.Builder
	column := 0
	for _, c := range text {
		switch {
		case c == '\t':
			n := 0
			if width > 0 {
				n = width - column%width
			}
			out.WriteString(strings.Repeat(" ", n))
			column += n
			continue
		case c == '\n' || c == '\r':
			column = -1
		}
		column++
		out.WriteRune(c)
	}
	return out.String()
}
