package jinja

import (
	"strings"
	"unicode/utf8"
)

// braces is Python's str.format.
func (e *evaluator) braces(text string, a called) string {
	f := &formatter{e: e, args: a}
	return f.format(text, 2)
}

type formatter struct {
	e    *evaluator
	args called
	next int
}

func (f *formatter) format(text string, levels int) string {
	if levels == 0 {
		panic(raise("ValueError", "Max string recursion exceeded"))
	}
	var out strings.Builder
	for text != "" {
		f.e.spend(1)
		at := strings.IndexAny(text, "{}")
		if at < 0 {
			at = len(text)
		}
		f.e.take(at)
		out.WriteString(text[:at])
		if text = text[at:]; text == "" {
			break
		}
		if len(text) > 1 && text[1] == text[0] {
			out.WriteByte(text[0])
			text = text[2:]
			continue
		}
		if text[0] == '}' {
			panic(raise("ValueError", "Single '}' encountered in format string"))
		}
		field, rest := fieldOf(text[1:])
		written := f.field(field, levels)
		f.e.take(len(written))
		out.WriteString(written)
		text = rest
	}
	return out.String()
}

// fieldOf returns the field up to its closing brace, and what is after it.
func fieldOf(text string) (field, rest string) {
	open := 1
	for i := range len(text) {
		switch text[i] {
		case '{':
			open++
		case '}':
			if open--; open == 0 {
				return text[:i], text[i+1:]
			}
		}
	}
	if text == "" {
		panic(raise("ValueError", "Single '{' encountered in format string"))
	}
	panic(raise("ValueError", "expected '}' before end of string"))
}

func (f *formatter) field(field string, levels int) string {
	name, specText, _ := strings.Cut(field, ":")
	name, conversion, _ := strings.Cut(name, "!")
	v := f.lookup(name)
	specText = f.format(specText, levels-1+boolInt(specText == ""))
	switch conversion {
	case "":
	case "s":
		v = f.e.str(v)
	case "r", "a":
		v = f.e.repr(v)
	default:
		panic(raise("ValueError", "Unknown conversion specifier %s", conversion))
	}
	return f.e.formatted(v, specText)
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (f *formatter) lookup(name string) any {
	end := strings.IndexAny(name, ".[")
	if end < 0 {
		end = len(name)
	}
	first, path := name[:end], name[end:]
	var v any
	n, after, isNumber := count(first)
	switch {
	case first == "" || isNumber && after == "":
		if first == "" {
			n = f.next
			f.next++
		}
		if n >= len(f.args.positional) {
			panic(raise("IndexError", "tuple index out of range"))
		}
		v = f.args.positional[n]
	default:
		given, there := f.args.named[first]
		if !there {
			panic(raise("KeyError", "%s", repr(first)))
		}
		v = given
	}
	for path != "" {
		f.e.spend(1)
		if path[0] == '.' {
			end := strings.IndexAny(path[1:], ".[") + 1
			if end == 0 {
				end = len(path)
			}
			v, path = f.e.attribute(v, path[1:end]), path[end:]
			continue
		}
		key, rest, _ := strings.Cut(path[1:], "]")
		path = rest
		if i, after, ok := count(key); ok && after == "" {
			v = f.e.item(v, i)
		} else {
			v = f.e.item(v, key)
		}
	}
	return v
}

// formatted is Python's format of a value.
func (e *evaluator) formatted(v any, text string) string {
	if text == "" {
		return e.str(v)
	}
	s := spec{fill: " "}
	if c, size := utf8.DecodeRuneInString(text); len(text) > size && strings.IndexByte("<>^=", text[size]) >= 0 {
		s.fill, s.align, text = string(c), text[size], text[size+1:]
	} else if strings.IndexByte("<>^=", text[0]) >= 0 {
		s.align, text = text[0], text[1:]
	}
	if text != "" && strings.IndexByte("+- ", text[0]) >= 0 {
		s.sign, text = text[0], text[1:]
	}
	if strings.HasPrefix(text, "#") {
		s.alternate, text = true, text[1:]
	}
	if strings.HasPrefix(text, "0") && s.align == 0 {
		s.fill, s.align, text = "0", '=', text[1:]
	}
	s.width, text, s.hasWidth = count(text)
	if strings.HasPrefix(text, ",") || strings.HasPrefix(text, "_") {
		s.grouped, text = true, text[1:]
	}
	if strings.HasPrefix(text, ".") {
		if s.precision, text, s.hasPrecision = count(text[1:]); !s.hasPrecision {
			panic(raise("ValueError", "Format specifier missing precision"))
		}
	}
	if len(text) > 1 {
		panic(raise("ValueError", "Invalid format specifier"))
	}
	if text != "" {
		s.kind = text[0]
	}
	return e.formattedAs(v, &s)
}

func (e *evaluator) formattedAs(v any, s *spec) string {
	_, isBool := v.(bool)
	n, isWhole := integer(v)
	f, isFloat := v.(float64)
	right := func() {
		if s.align == 0 {
			s.align = '>'
		}
	}
	switch {
	case isWhole && strings.IndexByte("bcdoxXn", s.kind) >= 0 && s.kind != 0 || isWhole && !isBool && s.kind == 0:
		right()
		if s.kind == 'c' {
			return e.laid(s, string(rune(clamp(n))), "")
		}
		return e.wholeText(s, n)
	case (isFloat || isWhole) && (s.kind == 0 && isFloat || s.kind != 0 && strings.IndexByte("eEfFgGn%", s.kind) >= 0):
		right()
		if isWhole {
			f, _ = float(v)
		}
		return e.floatText(s, f)
	}
	if isFloat || isWhole && !isBool {
		panic(raise("ValueError", "Unknown format code '%c' for object of type '%s'", s.kind, typeName(v)))
	}
	text, isText := asText(v)
	if !isText && !isBool {
		panic(raise("TypeError", "unsupported format string passed to %s.__format__", typeName(v)))
	}
	if s.kind != 0 && s.kind != 's' || s.align == '=' {
		panic(raise("ValueError", "Unknown format code '%c' for object of type '%s'", s.kind, typeName(v)))
	}
	if isBool {
		text = e.str(v)
	}
	if s.align == 0 {
		s.align = '<'
	}
	zeros := s.fill == "0"
	if text = e.cut(s, text); zeros && s.align == '>' {
		return e.padded(text, "rjust", s.width, "0")
	}
	return e.laid(s, text, "")
}
