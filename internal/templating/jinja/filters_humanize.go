package jinja

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// humanFilter is a filter of the humanize extension about numbers. Its language is
// English, whatever is activated.
func humanFilter(name string) filterOf {
	switch name {
	case "humanize_ordinal":
		return onWhole(func(e *evaluator, n *big.Int, _ called) string { return digits(n) + ordinalSuffix(n) })
	case "humanize_apnumber":
		return onWhole(func(e *evaluator, n *big.Int, _ called) string {
			if n.IsInt64() && n.Int64() >= 0 && n.Int64() < 10 {
				return [...]string{"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"}[n.Int64()]
			}
			return digits(n)
		})
	case "humanize_intcomma":
		return intComma
	case "humanize_intword":
		return onWhole(intWord)
	case "humanize_fractional":
		return onFloat(func(_ *evaluator, f float64, _ called) string { return fractional(f) })
	case "humanize_scientific":
		return onFloat(func(e *evaluator, f float64, a called) string { return e.scientific(f, a.integer(0, "precision", 2)) })
	case "humanize_clamp":
		return clamped
	case "humanize_metric":
		return metric
	case "humanize_naturalsize":
		return naturalSize
	case "humanize_thousands_separator":
		return func(*evaluator, any, called) any { return "," }
	case "humanize_decimal_separator":
		return func(*evaluator, any, called) any { return "." }
	case "humanize_activate", "humanize_deactivate":
		return func(*evaluator, any, called) any {
			panic(raise("NotImplementedError", "templates are written in English"))
		}
	}
	return nil
}

// notFinite is how what is no number is written, "" for numbers.
func notFinite(f float64) string {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "+Inf"
	case math.IsInf(f, -1):
		return "-Inf"
	}
	return ""
}

// number is Python's float of a value; ok is false for what it cannot read.
func (e *evaluator) number(v any) (f float64, ok bool) {
	if u, is := v.(*undefined); is {
		panic(u.use())
	}
	return parsedFloat(v)
}

// onFloat makes a filter of a function of a number; other values are written as text.
func onFloat(write func(*evaluator, float64, called) string) filterOf {
	return func(e *evaluator, v any, a called) any {
		f, ok := e.number(v)
		if !ok {
			return e.str(v)
		}
		if text := notFinite(f); text != "" {
			return text
		}
		return write(e, f, a)
	}
}

// onWhole makes a filter of a function of a whole number, as which fractions are cut;
// other values are written as text.
func onWhole(write func(*evaluator, *big.Int, called) string) filterOf {
	return func(e *evaluator, v any, a called) any {
		f, ok := e.number(v)
		if !ok {
			return e.str(v)
		}
		if text := notFinite(f); text != "" {
			return text
		}
		n, ok := integer(v)
		if text, isText := asText(v); isText {
			n, ok = new(big.Int).SetString(strings.ReplaceAll(strings.TrimSpace(text), "_", ""), 10)
			if !ok {
				return text
			}
		}
		if !ok {
			n, _ = big.NewFloat(f).Int(nil)
		}
		return write(e, n, a)
	}
}

func ordinalSuffix(n *big.Int) string {
	rest := new(big.Int).Mod(n, big.NewInt(100)).Int64()
	if rest >= 11 && rest <= 13 {
		return "th"
	}
	switch rest % 10 {
	case 1:
		return "st"
	case 2:
		return "nd"
	case 3:
		return "rd"
	}
	return "th"
}

func intComma(e *evaluator, v any, a called) any {
	text, isText := asText(v)
	if isText {
		v = strings.ReplaceAll(text, ",", "")
	}
	f, ok := e.number(v)
	if !ok {
		return e.str(v)
	}
	if text := notFinite(f); text != "" {
		return text
	}
	n, whole := integer(v)
	if isText && !strings.Contains(text, ".") {
		if n, whole = new(big.Int).SetString(strings.TrimSpace(v.(string)), 10); !whole {
			return v
		}
	}
	format := ","
	if a.at(0, "ndigits", nil) != nil {
		format = ",." + strconv.Itoa(a.integer(0, "ndigits", 0)) + "f"
	}
	if whole {
		return e.formatted(normal(n), format)
	}
	return e.formatted(f, format)
}

var humanPowers = []struct {
	zeros int
	name  string
}{{3, "thousand"}, {6, "million"}, {9, "billion"}, {12, "trillion"}, {15, "quadrillion"}, {18, "quintillion"}, {21, "sextillion"},
	{24, "septillion"}, {27, "octillion"}, {30, "nonillion"}, {33, "decillion"}, {100, "googol"}}

func powerOf10(zeros int) *big.Int {
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(zeros)), nil)
}

func intWord(e *evaluator, n *big.Int, a called) string {
	format := a.text(0, "format", "%.1f")
	sign := ""
	if n.Sign() < 0 {
		sign, n = "-", new(big.Int).Neg(n)
	}
	at := -1
	for at+1 < len(humanPowers) && n.Cmp(powerOf10(humanPowers[at+1].zeros)) >= 0 {
		at++
	}
	if at < 0 {
		return sign + digits(n)
	}
	chopped, _ := new(big.Rat).SetFrac(n, powerOf10(humanPowers[at].zeros)).Float64()
	rounded := e.rounded(format, chopped)
	if at+1 < len(humanPowers) && rounded == math.Pow10(humanPowers[at+1].zeros-humanPowers[at].zeros) {
		at++
		rounded = 1
	}
	return sign + e.percent(format, rounded) + " " + humanPowers[at].name
}

// rounded is a number as a format of printf rounds it.
func (e *evaluator) rounded(format string, f float64) float64 {
	text := e.percent(format, f)
	f, ok := parsedFloat(text)
	if !ok {
		panic(raise("ValueError", "could not convert string to float: %s", repr(text)))
	}
	return f
}

// mostParts is the largest denominator of a fraction.
const mostParts = 1000

func fractional(f float64) string {
	whole := math.Trunc(f)
	numerator, denominator := nearestFraction(f-whole, mostParts)
	n, _ := big.NewFloat(whole).Int(nil)
	if denominator == 1 {
		return n.Add(n, big.NewInt(numerator)).String()
	}
	if whole == 0 {
		return fmt.Sprintf("%d/%d", numerator, denominator)
	}
	return fmt.Sprintf("%s %d/%d", n, max(numerator, -numerator), denominator)
}

// nearestFraction is the fraction of a denominator that is no larger than most which
// is nearest to a number below 1: Python's limit_denominator.
func nearestFraction(f float64, most int64) (numerator, denominator int64) {
	exact := new(big.Rat).SetFloat64(f)
	if exact.Denom().Cmp(big.NewInt(most)) <= 0 {
		return exact.Num().Int64(), exact.Denom().Int64()
	}
	p0, q0, p1, q1 := big.NewInt(0), big.NewInt(1), big.NewInt(1), big.NewInt(0)
	n, d := new(big.Int).Set(exact.Num()), new(big.Int).Set(exact.Denom())
	limit := big.NewInt(most)
	floorDiv := func(a, b *big.Int) *big.Int { return new(big.Int).Div(a, b) } // of a positive b
	for {
		a := floorDiv(n, d)
		q2 := new(big.Int).Add(q0, new(big.Int).Mul(a, q1))
		if q2.Cmp(limit) > 0 {
			break
		}
		p0, q0, p1, q1 = p1, q1, new(big.Int).Add(p0, new(big.Int).Mul(a, p1)), q2
		n, d = d, new(big.Int).Sub(n, new(big.Int).Mul(a, d))
	}
	k := floorDiv(new(big.Int).Sub(limit, q0), q1)
	// The one of the two neighbours that is nearer, the second when they are as near.
	lower := new(big.Rat).SetFrac(new(big.Int).Add(p0, new(big.Int).Mul(k, p1)), new(big.Int).Add(q0, new(big.Int).Mul(k, q1)))
	upper := new(big.Rat).SetFrac(p1, q1)
	distance := func(r *big.Rat) *big.Rat { d := new(big.Rat).Sub(r, exact); return d.Abs(d) }
	if distance(upper).Cmp(distance(lower)) <= 0 {
		lower = upper
	}
	return lower.Num().Int64(), lower.Denom().Int64()
}

var superscripts = strings.NewReplacer("0", "⁰", "1", "¹", "2", "²", "3", "³", "4", "⁴", "5", "⁵", "6", "⁶", "7", "⁷", "8", "⁸", "9", "⁹", "-", "⁻")

func (e *evaluator) scientific(f float64, precision int) string {
	if precision < 0 {
		panic(raise("ValueError", "Format specifier missing precision"))
	}
	text := e.formatted(f, "."+strconv.Itoa(precision)+"e")
	mantissa, exponent, _ := strings.Cut(text, "e")
	n, _ := strconv.Atoi(exponent) // digits and a sign
	return mantissa + " x 10" + superscripts.Replace(strconv.Itoa(n))
}

func clamped(e *evaluator, v any, a called) any {
	if v == nil {
		return nil
	}
	f, ok := float(v)
	if !ok {
		panic(raise("TypeError", "must be real number, not %s", typeName(v)))
	}
	if text := notFinite(f); text != "" {
		return text
	}
	token := ""
	floor, ceil := a.at(0, "floor", nil), a.at(1, "ceil", nil)
	if floor != nil && e.order(v, floor, "<") < 0 {
		v, token = floor, a.text(3, "floor_token", "<")
	} else if ceil != nil && e.order(v, ceil, ">") > 0 {
		v, token = ceil, a.text(4, "ceil_token", ">")
	}
	return token + e.braces(a.text(2, "format", "{:}"), called{positional: []any{v}})
}

func metric(e *evaluator, v any, a called) any {
	f, ok := float(v)
	if !ok {
		panic(raise("TypeError", "must be real number, not %s", typeName(v)))
	}
	if text := notFinite(f); text != "" {
		return text
	}
	unit, precision := a.text(0, "unit", ""), a.integer(1, "precision", 3)
	exponent := 0
	if f != 0 {
		exponent = int(math.Floor(math.Log10(math.Abs(f))))
	}
	if exponent >= 33 || exponent < -30 {
		return e.scientific(f, precision-1) + unit
	}
	third := func(n int) int { return int(math.Floor(float64(n) / 3)) }
	bucket := third(exponent) * 3
	f /= math.Pow(10, float64(bucket))
	digits := max(0, precision-(exponent-bucket)-1)
	if r := e.rounded("%."+strconv.Itoa(digits)+"f", math.Abs(f)); exponent < 30 && r >= math.Pow10(exponent-bucket+1) {
		exponent++
		next := third(exponent) * 3
		f /= math.Pow(10, float64(next-bucket))
		bucket = next
		digits = max(0, precision-(exponent-bucket)-1)
	}
	prefix := ""
	switch {
	case exponent >= 3:
		prefix = string([]rune("kMGTPEZYRQ")[exponent/3-1])
	case exponent < 0:
		prefix = string([]rune("mμnpfazyrq")[(-exponent-1)/3])
	}
	space := " "
	if unit+prefix == "" || unit == "°" || unit == "′" || unit == "″" {
		space = ""
	}
	return e.formatted(f, "."+strconv.Itoa(digits)+"f") + space + prefix + unit
}

func naturalSize(e *evaluator, v any, a called) any {
	size, ok := e.number(v)
	if !ok {
		if text, isText := asText(v); isText {
			panic(raise("ValueError", "could not convert string to float: %s", repr(text)))
		}
		panic(raise("TypeError", "float() argument must be a string or a real number, not '%s'", typeName(v)))
	}
	binary, gnu, format := a.truth(0, "binary"), a.truth(1, "gnu"), a.text(2, "format", "%.1f")
	base, last := 1000.0, "B"
	units := []string{"k", "M", "G", "T", "P", "E", "Z", "Y", "R", "Q"}
	space := " "
	switch {
	case gnu:
		base, last, space, units[0] = 1024, "", "", "K"
	case binary:
		base, last, units[0] = 1024, "iB", "K"
	}
	most := math.Abs(size)
	switch {
	case math.IsNaN(size):
		panic(raise("ValueError", "cannot convert float NaN to integer"))
	case most == 1 && !gnu:
		return fmt.Sprintf("%d Byte", int(size))
	case most < base && gnu:
		return fmt.Sprintf("%dB", int(size))
	case most < base:
		return fmt.Sprintf("%d Bytes", int(size))
	}
	exponent := int(math.Min(math.Log(most)/math.Log(base), float64(len(units))))
	if exponent < len(units) && math.Abs(e.rounded(format, most/math.Pow(base, float64(exponent)))) >= base {
		exponent++
	}
	return e.percent(format, size/math.Pow(base, float64(exponent))) + space + units[exponent-1] + last
}
