package jinja

import (
	"math"
	"math/big"
	"strings"
)

// number gives an integer of a value: bools count. ok is false for all else.
func integer(v any) (*big.Int, bool) {
	switch v := v.(type) {
	case bool:
		if v {
			return big.NewInt(1), true
		}
		return new(big.Int), true
	case int:
		return big.NewInt(int64(v)), true
	case *big.Int:
		return v, true
	}
	return nil, false
}

// float returns a number as a float; ok is false for what is no number.
func float(v any) (f float64, ok bool) {
	if f, ok := v.(float64); ok {
		return f, true
	}
	n, ok := integer(v)
	if !ok {
		return 0, false
	}
	f, _ = new(big.Float).SetInt(n).Float64()
	return f, true
}

func (e *evaluator) binary(operator string, a, b any) any {
	for _, v := range []any{a, b} {
		if u, ok := v.(*undefined); ok {
			panic(u.use())
		}
	}
	if x, ok := integer(a); ok {
		if y, ok := integer(b); ok {
			return e.integers(operator, x, y)
		}
	}
	if x, ok := float(a); ok {
		if y, ok := float(b); ok {
			if isLarge(a, x) || isLarge(b, y) {
				panic(tooLarge())
			}
			return e.floats(operator, x, y)
		}
	}
	if v, ok := times(operator, a, b); ok {
		return v
	}
	switch operator {
	case "+":
		return e.add(a, b)
	case "*":
		if n, ok := integer(b); ok {
			if v := e.repeat(a, n); v != nil {
				return v
			}
		}
		if n, ok := integer(a); ok {
			if v := e.repeat(b, n); v != nil {
				return v
			}
		}
	case "%":
		if text, ok := asText(a); ok {
			if _, safe := a.(markup); safe {
				return markup(e.percent(text, e.safe(b)))
			}
			return e.percent(text, b)
		}
	}
	name := operator
	if operator == "**" {
		name = "** or pow()"
	}
	if _, isText := a.(string); operator == "*" && isText || operator == "*" && isSequence(a) {
		panic(raise("TypeError", "can't multiply sequence by non-int of type '%s'", typeName(b)))
	}
	panic(raise("TypeError", "unsupported operand type(s) for %s: '%s' and '%s'", name, typeName(a), typeName(b)))
}

// safe is a value, or a tuple or object of them, with its text escaped.
func (e *evaluator) safe(v any) any {
	switch v := v.(type) {
	case string:
		return e.escape(v)
	case tuple:
		return tuple(e.each(v, func(item any) any {
			if text, ok := item.(string); ok {
				return e.escape(text)
			}
			return item
		}))
	}
	return v
}

// isLarge reports whether an integer is too large for the float that it became.
func isLarge(v any, f float64) bool {
	_, whole := v.(*big.Int)
	return whole && math.IsInf(f, 0)
}

func tooLarge() stop { return raise("OverflowError", "int too large to convert to float") }

func isSequence(v any) bool {
	switch v.(type) {
	case *list, tuple, markup:
		return true
	}
	return false
}

func (e *evaluator) add(a, b any) any {
	switch x := a.(type) {
	case string:
		if y, ok := b.(markup); ok {
			return e.escape(x) + y
		}
		y, ok := b.(string)
		if !ok {
			panic(raise("TypeError", `can only concatenate str (not "%s") to str`, typeName(b)))
		}
		e.take(len(x) + len(y))
		return x + y
	case markup:
		if _, ok := asText(b); ok {
			y := e.escape(b)
			e.take(len(x) + len(y))
			return x + y
		}
	case *list:
		y, ok := b.(*list)
		if !ok {
			panic(raise("TypeError", `can only concatenate list (not "%s") to list`, typeName(b)))
		}
		return &list{e.joined(x.items, y.items)}
	case tuple:
		y, ok := b.(tuple)
		if !ok {
			panic(raise("TypeError", `can only concatenate tuple (not "%s") to tuple`, typeName(b)))
		}
		return tuple(e.joined(x, y))
	}
	panic(raise("TypeError", "unsupported operand type(s) for +: '%s' and '%s'", typeName(a), typeName(b)))
}

func (e *evaluator) joined(a, b []any) []any {
	e.take((len(a) + len(b)) * sizeOfItem)
	e.spend((len(a) + len(b)) / 16)
	return append(append(make([]any, 0, len(a)+len(b)), a...), b...)
}

// repeat multiplies text and lists; nil for what cannot be.
func (e *evaluator) repeat(v any, n *big.Int) any {
	times := 0
	if n.Sign() > 0 {
		times = math.MaxInt32
		if n.IsInt64() {
			times = int(min(n.Int64(), math.MaxInt32))
		}
	}
	many := func(items []any) []any {
		e.takeTimes(len(items)*sizeOfItem, times)
		out := make([]any, 0, len(items)*times)
		for i := 0; i < times && len(items) > 0; i++ {
			e.spend(1 + len(items)/16)
			out = append(out, items...)
		}
		return out
	}
	switch v := v.(type) {
	case string:
		e.takeTimes(len(v), times)
		return strings.Repeat(v, times)
	case markup:
		e.takeTimes(len(v), times)
		return markup(strings.Repeat(string(v), times))
	case *list:
		return &list{many(v.items)}
	case tuple:
		return tuple(many(v))
	}
	return nil
}

func (e *evaluator) takeTimes(n, times int) {
	if n > 0 && times > math.MaxInt64/n {
		times = math.MaxInt64 / n
	}
	e.take(n * times)
}

func zeroDivision(message string) stop { return raise("ZeroDivisionError", "%s", message) }

func (e *evaluator) integers(operator string, x, y *big.Int) any {
	if operator == "**" {
		return e.power(x, y)
	}
	size := x.BitLen() + y.BitLen()
	e.take(size / 8)
	e.spend(1 + size/4096)
	z := new(big.Int)
	switch operator {
	case "+":
		return normal(z.Add(x, y))
	case "-":
		return normal(z.Sub(x, y))
	case "*":
		e.spend(x.BitLen() / 64 * (y.BitLen() / 64) / 64)
		return normal(z.Mul(x, y))
	case "/":
		if y.Sign() == 0 {
			panic(zeroDivision("division by zero"))
		}
		e.spend(size / 64 * (size / 64) / 64)
		f, exact := new(big.Rat).SetFrac(x, y).Float64()
		if math.IsInf(f, 0) && !exact {
			panic(raise("OverflowError", "integer division result too large for a float"))
		}
		return f
	}
	if y.Sign() == 0 {
		if operator == "%" {
			panic(zeroDivision("integer modulo by zero"))
		}
		panic(zeroDivision("integer division or modulo by zero"))
	}
	e.spend(size / 64 * (size / 64) / 64)
	quotient, rest := new(big.Int).QuoRem(x, y, z)
	if rest.Sign() != 0 && rest.Sign() != y.Sign() {
		quotient.Sub(quotient, big.NewInt(1))
		rest.Add(rest, y)
	}
	if operator == "%" {
		return normal(rest)
	}
	return normal(quotient)
}

func (e *evaluator) power(x, y *big.Int) any {
	if y.Sign() < 0 {
		a, _ := float(x)
		b, _ := float(y)
		if math.IsInf(a, 0) || math.IsInf(b, 0) {
			panic(tooLarge())
		}
		if a == 0 {
			panic(zeroDivision("0.0 cannot be raised to a negative power"))
		}
		return math.Pow(a, b)
	}
	if x.BitLen() > 1 {
		exponent := math.MaxInt32
		if y.IsInt64() {
			exponent = int(min(y.Int64(), math.MaxInt32))
		}
		bits := x.BitLen()
		if exponent > math.MaxInt64/bits/2 {
			exponent = math.MaxInt64 / bits / 2
		}
		e.take(bits * exponent / 8)
		words := min(bits*exponent/64, 1<<30)
		e.spend(words/64*words/64 + words/64 + 1)
		return normal(new(big.Int).Exp(x, y, nil))
	}
	if y.Sign() == 0 || x.Sign() == 0 || x.Sign() > 0 {
		return normal(new(big.Int).Exp(x, y, big.NewInt(2))) // of 0 and 1
	}
	if y.Bit(0) == 1 {
		return -1
	}
	return 1
}

func (e *evaluator) floats(operator string, x, y float64) any {
	switch operator {
	case "+":
		return x + y
	case "-":
		return x - y
	case "*":
		return x * y
	case "**":
		if x == 0 && y < 0 {
			panic(zeroDivision("0.0 cannot be raised to a negative power"))
		}
		f := math.Pow(x, y)
		if math.IsInf(f, 0) && !math.IsInf(x, 0) && !math.IsInf(y, 0) {
			panic(raise("OverflowError", "(34, 'Numerical result out of range')"))
		}
		return f
	}
	if y == 0 {
		switch operator {
		case "/":
			panic(zeroDivision("float division by zero"))
		case "//":
			panic(zeroDivision("float floor division by zero"))
		}
		panic(zeroDivision("float modulo"))
	}
	if operator == "/" {
		return x / y
	}
	rest := math.Mod(x, y)
	if rest != 0 && (rest < 0) != (y < 0) {
		rest += y
	}
	if operator == "%" {
		return rest
	}
	return math.Round((x - rest) / y)
}

func (e *evaluator) unary(operator string, v any) any {
	if operator == "not" {
		return !truth(v)
	}
	if u, ok := v.(*undefined); ok {
		panic(u.use())
	}
	if n, ok := integer(v); ok {
		e.take(n.BitLen() / 8)
		if operator == "-" {
			return normal(new(big.Int).Neg(n))
		}
		return normal(n)
	}
	if f, ok := v.(float64); ok {
		if operator == "-" {
			return -f
		}
		return f
	}
	panic(raise("TypeError", "bad operand type for unary %s: '%s'", operator, typeName(v)))
}
