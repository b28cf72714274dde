package config

import (
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Kind is the type of a setting's value.
type Kind int

// The kinds, each with the Go type of its value.
const (
	Text     Kind = iota // string
	Secret               // string, never shown
	Int                  // int, not negative
	Port                 // int, 0 to 65535
	Number               // float64, not negative
	Bool                 // bool
	Duration             // time.Duration
	Level                // string, a log level
	List                 // []string
	Map                  // map[string]any: durations where the text is a number, else text
)

var levels = []string{"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}

// malformed says what is wrong with a value and how a good one looks.
type malformed struct{ fault, fix string }

func (m *malformed) Error() string { return m.fault }

// parse reads a value from its text. The empty text is no value.
func parse(kind Kind, text string) (any, error) {
	if kind != Text && kind != Secret {
		text = strings.TrimSpace(text)
	}
	if text == "" {
		return nil, nil
	}
	switch kind {
	case Int:
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			return nil, &malformed{"not a whole number, 0 or more", "give a number such as 200"}
		}
		return n, nil
	case Port:
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 || n > 65535 {
			return nil, &malformed{"not a port", "give a number from 0 to 65535, such as 4200"}
		}
		return n, nil
	case Number:
		f, err := strconv.ParseFloat(text, 64)
		if err != nil || f < 0 {
			return nil, &malformed{"not a number, 0 or more", "give a number such as 2.5"}
		}
		return f, nil
	case Bool:
		return parseBool(text)
	case Duration:
		d, err := ParseDuration(text)
		if err != nil {
			return nil, &malformed{"not a duration", "give seconds such as 90, or 15m, 1h30m, 7d, PT15M"}
		}
		return d, nil
	case Level:
		if level := strings.ToUpper(text); slices.Contains(levels, level) {
			return level, nil
		}
		return nil, &malformed{"not a log level", "give one of " + strings.Join(levels, ", ")}
	case List:
		return parseList(text)
	case Map:
		return parseMap(text)
	}
	return text, nil
}

func parseBool(text string) (any, error) {
	switch strings.ToLower(text) {
	case "1", "true", "t", "yes", "y", "on":
		return true, nil
	case "0", "false", "f", "no", "n", "off":
		return false, nil
	}
	return nil, &malformed{"neither true nor false", "give true or false"}
}

func parseList(text string) (any, error) {
	if strings.HasPrefix(text, "[") {
		var list []string
		if err := json.Unmarshal([]byte(text), &list); err != nil {
			return nil, &malformed{"not a list", `give names with commas between them, or ["a", "b"]`}
		}
		return list, nil
	}
	var list []string
	for _, part := range strings.Split(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	return list, nil
}

func parseMap(text string) (any, error) {
	var raw map[string]any
	if err := json.Unmarshal([]byte(text), &raw); err != nil {
		return nil, &malformed{"not a JSON object", `give an object such as {"name": 60}`}
	}
	for name, v := range raw {
		if seconds, ok := v.(float64); ok {
			raw[name] = time.Duration(seconds * float64(time.Second))
		}
	}
	return raw, nil
}

var errDuration = errors.New("not a duration")

// ParseDuration reads seconds ("90", "2.5"), Go's form with days ("7d", "1h30m"),
// ISO 8601 ("PT15M", "P7D") and clock time ("1:30:00", "2 days, 0:00:10").
func ParseDuration(text string) (time.Duration, error) {
	if seconds, err := strconv.ParseFloat(text, 64); err == nil {
		return time.Duration(seconds * float64(time.Second)), nil
	}
	upper := strings.ToUpper(text)
	if rest, ok := strings.CutPrefix(upper, "P"); ok {
		days, clock, _ := strings.Cut(rest, "T")
		if days == "" && clock == "" {
			return 0, errDuration
		}
		return parseUnits(strings.ToLower(days + clock))
	}
	if strings.Contains(text, ":") {
		return parseClock(text)
	}
	return parseUnits(strings.ToLower(text))
}

// parseUnits reads "7d1h30m".
func parseUnits(text string) (time.Duration, error) {
	var total time.Duration
	if days, rest, ok := strings.Cut(text, "d"); ok {
		n, err := strconv.ParseFloat(days, 64)
		if err != nil {
			return 0, errDuration
		}
		total, text = time.Duration(n*24*float64(time.Hour)), rest
	}
	if text == "" {
		return total, nil
	}
	d, err := time.ParseDuration(text)
	return total + d, err
}

// parseClock reads "[2 days, ]1:30:00".
func parseClock(text string) (time.Duration, error) {
	var total time.Duration
	if days, rest, ok := strings.Cut(text, "day"); ok {
		n, err := strconv.Atoi(strings.TrimSpace(days))
		if err != nil {
			return 0, errDuration
		}
		total, text = time.Duration(n)*24*time.Hour, strings.TrimLeft(rest, "s, ")
	}
	parts := strings.Split(text, ":")
	if len(parts) < 2 || len(parts) > 3 {
		return 0, errDuration
	}
	unit := time.Hour
	for _, part := range parts {
		n, err := strconv.ParseFloat(part, 64)
		if err != nil || n < 0 {
			return 0, errDuration
		}
		total += time.Duration(n * float64(unit))
		unit /= 60
	}
	return total, nil
}
