package jinja

import (
	"math"
	"math/big"
	"strconv"
	"strings"
)

// numberFilter is a filter about numbers.
func numberFilter(name string) filterOf {
	switch name {
	case "abs":
		return func(e *evaluator, v any, _ called) any {
			if n, ok := integer(v); ok {
				e.take(n.BitLen() / 8)
				return normal(new(big.Int).Abs(n))
			}
			if f, ok := v.(float64); ok {
				return math.Abs(f)
			}
			if u, ok := v.(*undefined); ok {
				panic(raise("TypeError", "bad operand type for abs(): '%s'", typeName(u)))
			}
			panic(raise("TypeError", "bad operand type for abs(): '%s'", typeName(v)))
		}
	case "int":
		return toInt
	case "float":
		return func(_ *evaluator, v any, a called) any {
			if f, ok := parsedFloat(v); ok {
				return f
			}
			return a.at(0, "default", 0.0)
		}
	case "round":
		return round
	case "filesizeformat":
		return fileSize
	}
	return nil
}

func parsedFloat(v any) (float64, bool) {
	if f, ok := float(v); ok {
		return f, true
	}
	text, ok := asText(v)
	if !ok || len(text) > longestInt || strings.ContainsAny(text, "xXpP") {
		return 0, false
	}
	f, err := strconv.ParseFloat(strings.ReplaceAll(strings.TrimSpace(text), "_", ""), 64)
	return f, err == nil || math.IsInf(f, 0)
}

func toInt(_ *evaluator, v any, a called) any {
	otherwise := a.at(0, "default", 0)
	if n, ok := integer(v); ok {
		return normal(n)
	}
	if text, ok := asText(v); ok {
		base := a.integer(1, "base", 10)
		text = strings.TrimSpace(text)
		if base == 16 || base == 8 || base == 2 {
			mark := map[int]string{16: "0x", 8: "0o", 2: "0b"}[base]
			sign := ""
			if strings.HasPrefix(text, "-") {
				sign, text = "-", text[1:]
			}
			text = sign + strings.TrimPrefix(strings.ToLower(text), mark)
		}
		if len(text) <= longestInt && (base == 0 || base >= 2 && base <= 36) && !strings.HasPrefix(text, "_") && !strings.HasSuffix(text, "_") {
			if n, ok := new(big.Int).SetString(strings.ReplaceAll(text, "_", ""), base); ok {
				return normal(n)
			}
		}
	}
	f, ok := parsedFloat(v)
	if !ok || math.IsInf(f, 0) || math.IsNaN(f) {
		return otherwise
	}
	n, _ := big.NewFloat(f).Int(nil)
	return normal(n)
}

func round(e *evaluator, v any, a called) any {
	precision, method := a.integer(0, "precision", 0), a.at(1, "method", "common")
	if u, ok := v.(*undefined); ok {
		panic(u.use())
	}
	f, ok := float(v)
	if !ok {
		panic(raise("TypeError", "type %s doesn't define __round__ method", typeName(v)))
	}
	switch method {
	case "common":
		if n, whole := integer(v); whole {
			return roundedInt(e, n, precision)
		}
		if precision > 300 || precision < -300 {
			return f
		}
		if precision < 0 {
			scale := math.Pow10(-precision)
			return math.RoundToEven(f/scale) * scale
		}
		rounded, _ := strconv.ParseFloat(strconv.FormatFloat(f, 'f', precision, 64), 64)
		return rounded
	case "ceil", "floor":
		scale := math.Pow(10, float64(precision))
		if method == "ceil" {
			return math.Ceil(f*scale) / scale
		}
		return math.Floor(f*scale) / scale
	}
	panic(argumentError("method must be common, ceil or floor"))
}

// roundedInt rounds to a power of ten, halves to even.
func roundedInt(e *evaluator, n *big.Int, precision int) any {
	if precision >= 0 {
		return normal(n)
	}
	if precision < -longestInt {
		return 0
	}
	e.take(n.BitLen() - 4*precision)
	e.spend(-precision)
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(-precision)), nil)
	quotient, rest := new(big.Int).DivMod(n, scale, new(big.Int))
	switch rest.Lsh(rest, 1).Cmp(scale) {
	case 1:
		quotient.Add(quotient, big.NewInt(1))
	case 0:
		quotient.Add(quotient, new(big.Int).SetUint64(uint64(quotient.Bit(0))))
	}
	return normal(quotient.Mul(quotient, scale))
}

func fileSize(_ *evaluator, v any, a called) any {
	size, ok := parsedFloat(v)
	if !ok {
		panic(raise("ValueError", "could not convert string to float"))
	}
	base, prefixes := 1000.0, []string{"kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"}
	if a.truth(0, "binary") {
		base, prefixes = 1024, []string{"KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"}
	}
	if size == 1 {
		return "1 Byte"
	}
	if size < base {
		return strconv.FormatFloat(math.Trunc(size), 'f', 0, 64) + " Bytes"
	}
	unit := base
	for i, prefix := range prefixes {
		if unit *= base; size < unit || i == len(prefixes)-1 {
			return strconv.FormatFloat(base*size/unit, 'f', 1, 64) + " " + prefix
		}
	}
	return ""
}
