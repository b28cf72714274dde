package decode

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/pyjson"
)

func (r *rules) inBounds(n float64, in pyjson.Value, at *At) bool {
	switch {
	case r.ge != nil && n < *r.ge:
		at.Fail("greater_than_equal", "Input should be greater than or equal to "+plain(*r.ge), in, map[string]any{"ge": *r.ge})
	case r.gt != nil && n <= *r.gt:
		at.Fail("greater_than", "Input should be greater than "+plain(*r.gt), in, map[string]any{"gt": *r.gt})
	case r.le != nil && n > *r.le:
		at.Fail("less_than_equal", "Input should be less than or equal to "+plain(*r.le), in, map[string]any{"le": *r.le})
	default:
		return true
	}
	return false
}

func plain(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// Bool reads a boolean in lax form: JSON booleans, 0 and 1, and the usual words.
func Bool(in pyjson.Value, at *At) (value, ok bool) {
	switch in.Kind() {
	case pyjson.Bool:
		return in.Truth(), true
	case pyjson.Int, pyjson.Float:
		if f, _ := in.Float64(); f == 0 || f == 1 {
			return f == 1, true
		}
		if in.Kind() == pyjson.Float {
			if f, _ := in.Float64(); f != math.Trunc(f) {
				at.Fail("bool_type", "Input should be a valid boolean", in, nil)
				return false, false
			}
		}
	case pyjson.String:
		switch strings.ToLower(in.Text()) {
		case "1", "true", "t", "yes", "y", "on":
			return true, true
		case "0", "false", "f", "no", "n", "off":
			return false, true
		}
	default:
		at.Fail("bool_type", "Input should be a valid boolean", in, nil)
		return false, false
	}
	at.Fail("bool_parsing", "Input should be a valid boolean, unable to interpret input", in, nil)
	return false, false
}

// Int reads an integer in lax form: integral floats, numeric text and booleans count.
func Int(in pyjson.Value, at *At) (int64, bool) {
	switch in.Kind() {
	case pyjson.Int:
		if n, ok := in.Int64(); ok {
			return n, true
		}
		// The reference's integers have no bounds; ours stop at the last.
		if in.Raw()[0] == '-' {
			return math.MinInt64, true
		}
		return math.MaxInt64, true
	case pyjson.Bool:
		if in.Truth() {
			return 1, true
		}
		return 0, true
	case pyjson.Float:
		f, _ := in.Float64()
		if f != math.Trunc(f) || math.Abs(f) >= 1<<63 {
			at.Fail("int_from_float", "Input should be a valid integer, got a number with a fractional part", in, nil)
			return 0, false
		}
		return int64(f), true
	case pyjson.String:
		text := strings.TrimSpace(in.Text())
		if whole, fraction, found := strings.Cut(text, "."); found && strings.Trim(fraction, "0") == "" && fraction != "" {
			text = whole
		}
		if n, err := strconv.ParseInt(strings.ReplaceAll(text, "_", ""), 10, 64); err == nil {
			return n, true
		}
		at.Fail("int_parsing", "Input should be a valid integer, unable to parse string as an integer", in, nil)
		return 0, false
	}
	at.Fail("int_type", "Input should be a valid integer", in, nil)
	return 0, false
}

// Float reads a number in lax form: numeric text and booleans count.
func Float(in pyjson.Value, at *At) (float64, bool) {
	switch in.Kind() {
	case pyjson.Int, pyjson.Float:
		if f, ok := in.Float64(); ok {
			return f, true
		}
	case pyjson.Bool:
		if in.Truth() {
			return 1, true
		}
		return 0, true
	case pyjson.String:
		if f, err := strconv.ParseFloat(strings.TrimSpace(in.Text()), 64); err == nil && !math.IsNaN(f) && !math.IsInf(f, 0) {
			return f, true
		}
		at.Fail("float_parsing", "Input should be a valid number, unable to parse string as a number", in, nil)
		return 0, false
	}
	at.Fail("float_type", "Input should be a valid number", in, nil)
	return 0, false
}

func decodeUUID(in pyjson.Value, out reflect.Value, at *At) {
	if in.Kind() != pyjson.String {
		at.Fail("uuid_type", "UUID input should be a string, bytes or UUID object", in, nil)
		return
	}
	id, reason := ParseUUID(in.Text())
	if reason != "" {
		at.Fail("uuid_parsing", "Input should be a valid UUID, "+reason, in, map[string]any{"error": reason})
		return
	}
	out.Set(reflect.ValueOf(id))
}

// ParseUUID reads a UUID in any of its written forms; reason says, in the
// words clients know, why the text is none.
func ParseUUID(text string) (id uuid.UUID, reason string) {
	if id, err := uuid.Parse(text); err == nil {
		return id, ""
	}
	body := strings.TrimPrefix(text, "urn:uuid:")
	body = strings.TrimSuffix(strings.TrimPrefix(body, "{"), "}")
	groups := strings.Split(body, "-")
	offset := strings.Index(text, body)
	position := offset
	for _, c := range body {
		if c != '-' && !strings.ContainsRune("0123456789abcdefABCDEF", c) {
			return uuid.UUID{}, fmt.Sprintf("invalid character: found `%c` at %d", c, position)
		}
		position += len(string(c))
	}
	if len(groups) == 1 {
		return uuid.UUID{}, fmt.Sprintf("invalid length: found %d", len(body))
	}
	if len(groups) != 5 {
		return uuid.UUID{}, fmt.Sprintf("invalid group count: expected 5, found %d", len(groups))
	}
	for i, want := range []int{8, 4, 4, 4, 12} {
		if len(groups[i]) != want {
			return uuid.UUID{}, fmt.Sprintf("invalid group length in group %d: expected %d, found %d", i, want, len(groups[i]))
		}
	}
	return uuid.UUID{}, fmt.Sprintf("invalid length: found %d", len(body))
}
