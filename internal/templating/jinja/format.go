package jinja

import (
	"math"
	"math/big"
	"strconv"
	"strings"
	"unicode/utf8"
)

// spec is how a value is written: the common part of "%5.2f" and "{:>5.2f}".
type spec struct {
	fill                   string
	align                  byte
	sign                   byte
	alternate, grouped     bool
	width, precision       int
	hasWidth, hasPrecision bool
	kind                   byte
}

// widest bounds a width or precision before it is reckoned with.
const widest = 1 << 40

// count reads digits at the start of a text.
func count(text string) (n int, rest string, ok bool) {
	i := 0
	for ; i < len(text) && text[i] >= '0' && text[i] <= '9'; i++ {
		n = min(n*10+int(text[i]-'0'), widest)
	}
	return n, text[i:], i > 0
}

// percent is Python's % of text.
func (e *evaluator) percent(text string, v any) string {
	whole := text
	values, isTuple := v.(tuple)
	if !isTuple {
		values = tuple{v}
	}
	next := func() any {
		if len(values) == 0 {
			panic(raise("TypeError", "not enough arguments for format string"))
		}
		first := values[0]
		values = values[1:]
		return first
	}
	byName := false
	var out strings.Builder
	for {
		at := strings.IndexByte(text, '%')
		if at < 0 {
			break
		}
		e.take(at)
		out.WriteString(text[:at])
		text = text[at+1:]
		e.spend(1)
		s := spec{fill: " ", align: '>'}
		if strings.HasPrefix(text, "(") {
			name, rest, closed := strings.Cut(text[1:], ")")
			d, ok := v.(*dict)
			if !ok || !closed {
				panic(raise("TypeError", "format requires a mapping"))
			}
			inner, there := d.text(name)
			if !there {
				panic(raise("KeyError", "%s", repr(name)))
			}
			values, text, byName = tuple{inner}, rest, true
		}
		text = s.flags(text)
		text = s.measures(text, next)
		if text == "" {
			panic(raise("ValueError", "incomplete format"))
		}
		for text != "" && strings.IndexByte("hlL", text[0]) >= 0 {
			text = text[1:]
		}
		c, size := utf8.DecodeRuneInString(text)
		text = text[size:]
		if c == '%' {
			out.WriteByte('%')
			continue
		}
		if c >= utf8.RuneSelf || strings.IndexByte("sracdiuoxXeEfFgG", byte(c)) < 0 {
			next()
			panic(raise("ValueError", "unsupported format character '%c' (0x%x) at index %d", c, c, runes(whole[:len(whole)-len(text)-size])))
		}
		written := e.conversion(byte(c), &s, next)
		e.take(len(written))
		out.WriteString(written)
	}
	if _, isDict := v.(*dict); len(values) > 0 && !byName && !isDict {
		panic(raise("TypeError", "not all arguments converted during string formatting"))
	}
	e.take(len(text))
	out.WriteString(text)
	return out.String()
}

func (s *spec) flags(text string) string {
	for ; text != ""; text = text[1:] {
		switch text[0] {
		case '-':
			s.align = '<'
		case '+':
			s.sign = '+'
		case ' ':
			if s.sign == 0 {
				s.sign = ' '
			}
		case '#':
			s.alternate = true
		case '0':
			s.fill = "0"
		default:
			return text
		}
	}
	return text
}

func (s *spec) measures(text string, next func() any) string {
	star := func() int {
		n, ok := integer(next())
		if !ok {
			panic(raise("TypeError", "* wants int"))
		}
		return clamp(n)
	}
	if strings.HasPrefix(text, "*") {
		if s.width = star(); s.width < 0 {
			s.width, s.align = -s.width, '<'
		}
		s.hasWidth, text = true, text[1:]
	} else {
		s.width, text, s.hasWidth = count(text)
	}
	if strings.HasPrefix(text, ".") {
		s.hasPrecision = true
		if text = text[1:]; strings.HasPrefix(text, "*") {
			s.precision, text = max(star(), 0), text[1:]
		} else {
			s.precision, text, _ = count(text)
		}
	}
	return text
}

// conversion writes the next value of a % format.
func (e *evaluator) conversion(kind byte, s *spec, next func() any) string {
	v := next()
	s.kind = kind
	switch kind {
	case 's', 'r', 'a':
		text := e.str(v)
		if kind != 's' {
			text = e.repr(v)
		}
		s.fill = " "
		return e.laid(s, e.cut(s, text), "")
	case 'c':
		if n, ok := integer(v); ok {
			return e.laid(s, string(rune(clamp(n))), "")
		}
		return e.laid(s, e.str(v), "")
	case 'd', 'i', 'u', 'o', 'x', 'X':
		n, ok := integer(v)
		if f, isFloat := v.(float64); isFloat && strings.IndexByte("diu", kind) >= 0 {
			switch {
			case math.IsInf(f, 0):
				panic(raise("OverflowError", "cannot convert float infinity to integer"))
			case math.IsNaN(f):
				panic(raise("ValueError", "cannot convert float NaN to integer"))
			}
			n, _ = big.NewFloat(f).Int(nil)
			ok = true
		}
		if !ok {
			panic(raise("TypeError", "%%%c format: a real number is required, not %s", kind, typeName(v)))
		}
		return e.wholeText(s, n)
	}
	f, ok := float(v)
	if !ok {
		panic(raise("TypeError", "must be real number, not %s", typeName(v)))
	}
	return e.floatText(s, f)
}

func (e *evaluator) cut(s *spec, text string) string {
	if !s.hasPrecision {
		return text
	}
	e.spend(len(text) / 32)
	at := 0
	for n := 0; n < s.precision && at < len(text); n++ {
		_, size := utf8.DecodeRuneInString(text[at:])
		at += size
	}
	return text[:at]
}

// laid fills a text up to a width; zeros come after the sign.
func (e *evaluator) laid(s *spec, text, sign string) string {
	room := s.width - runes(text) - len(sign)
	if room <= 0 {
		return sign + text
	}
	e.takeTimes(len(s.fill), room)
	fill := strings.Repeat(s.fill, room)
	switch {
	case s.align == '<':
		return sign + text + strings.Repeat(orSpace(s), room)
	case s.align == '^':
		half := room / 2 * len(s.fill)
		return fill[:half] + sign + text + fill[half:]
	case s.align == '=' || s.fill == "0":
		return sign + fill + text
	}
	return fill + sign + text
}

func orSpace(s *spec) string {
	if s.fill == "0" && s.align == '<' {
		return " "
	}
	return s.fill
}

func (s *spec) signOf(negative bool) string {
	if negative {
		return "-"
	}
	if s.sign == '+' || s.sign == ' ' {
		return string(s.sign)
	}
	return ""
}

func (e *evaluator) wholeText(s *spec, n *big.Int) string {
	base, prefix := 10, ""
	switch s.kind {
	case 'o':
		base, prefix = 8, "0o"
	case 'x', 'X':
		base, prefix = 16, "0x"
	case 'b':
		base, prefix = 2, "0b"
	}
	magnitude := new(big.Int).Abs(n)
	e.take(2 * magnitude.BitLen())
	text := ""
	if base == 10 {
		text = digits(magnitude)
	} else {
		text = magnitude.Text(base)
	}
	if s.hasPrecision && len(text) < s.precision {
		e.take(s.precision)
		text = strings.Repeat("0", s.precision-len(text)) + text
	}
	if s.kind == 'X' {
		text, prefix = strings.ToUpper(text), "0X"
	}
	if s.grouped {
		text = grouped(text)
	}
	sign := s.signOf(n.Sign() < 0)
	if s.alternate {
		sign += prefix
	}
	return e.laid(s, text, sign)
}

// grouped puts commas between thousands.
func grouped(text string) string {
	whole, rest := text, ""
	if at := strings.IndexAny(text, ".e"); at >= 0 {
		whole, rest = text[:at], text[at:]
	}
	var out strings.Builder
	for i, c := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			out.WriteByte(',')
		}
		out.WriteRune(c)
	}
	return out.String() + rest
}

func (e *evaluator) floatText(s *spec, f float64) string {
	precision := 6
	if s.hasPrecision {
		precision = s.precision
	}
	e.take(precision + 400)
	e.spend(precision / 16)
	sign := s.signOf(f < 0 || f == 0 && math.Signbit(f))
	f = math.Abs(f)
	text := ""
	switch {
	case math.IsInf(f, 0):
		text = "inf"
	case math.IsNaN(f):
		text = "nan"
	case s.kind == '%':
		text = strconv.FormatFloat(f*100, 'f', precision, 64) + "%"
	case s.kind == 'e' || s.kind == 'E':
		text = strconv.FormatFloat(f, 'e', precision, 64)
	case s.kind == 'g' || s.kind == 'G' || s.kind == 'n':
		text = general(f, max(precision, 1))
	case s.kind == 0:
		if text = floatText(f); s.hasPrecision {
			if text = general(f, max(precision, 1)); !strings.ContainsAny(text, ".e") {
				text += ".0"
			}
		}
	default:
		text = strconv.FormatFloat(f, 'f', precision, 64)
	}
	if s.kind == 'E' || s.kind == 'G' || s.kind == 'F' {
		text = strings.ToUpper(text)
	}
	if s.grouped {
		text = grouped(text)
	}
	return e.laid(s, text, sign)
}

// general is the format g: an exponent when the number is small or large.
func general(f float64, precision int) string {
	exponent := 0
	if f != 0 {
		text := strconv.FormatFloat(f, 'e', precision-1, 64)
		exponent, _ = strconv.Atoi(text[strings.IndexByte(text, 'e')+1:])
	}
	if exponent < -4 || exponent >= precision {
		mantissa, e, _ := strings.Cut(strconv.FormatFloat(f, 'e', precision-1, 64), "e")
		return trimZeros(mantissa) + "e" + e
	}
	return trimZeros(strconv.FormatFloat(f, 'f', precision-1-exponent, 64))
}

func trimZeros(text string) string {
	if !strings.Contains(text, ".") {
		return text
	}
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}
