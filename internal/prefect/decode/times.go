package decode

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/reevehq/reeve/internal/pyjson"
)

// timeLayouts are the written forms of a time that are accepted, offset first.
var timeLayouts = []string{
	"2006-01-02T15:04:05.999999999Z07:00",
	"2006-01-02T15:04:05.999999999Z0700",
	"2006-01-02T15:04:05.999999999",
	"2006-01-02T15:04Z07:00",
	"2006-01-02T15:04",
	"2006-01-02",
	"20060102T150405Z07:00",
	"20060102T150405",
	"20060102",
}

// Time reads a moment: ISO 8601 text (UTC where no offset is given) or seconds
// since the epoch; large numbers count as milliseconds. The result is UTC, cut
// to microseconds.
func Time(in pyjson.Value, at *At) (time.Time, bool) {
	switch in.Kind() {
	case pyjson.String:
		text := strings.TrimSpace(in.Text())
		if t, ok := ParseTime(text); ok {
			return t, true
		}
		at.ValueError("Unable to parse string ["+in.Text()+"]", in)
		return time.Time{}, false
	case pyjson.Int, pyjson.Float:
		f, _ := in.Float64()
		if math.Abs(f) > 2e10 {
			f /= 1000
		}
		if math.Abs(f) < 253402300800 {
			return time.UnixMicro(int64(math.Round(f * 1e6))).UTC(), true
		}
	}
	at.Fail("value_error", "value is not a valid datetime", in, nil)
	return time.Time{}, false
}

// ParseTime reads ISO 8601 text.
func ParseTime(text string) (time.Time, bool) {
	if len(text) > 10 && (text[10] == ' ' || text[10] == 't') {
		text = text[:10] + "T" + text[11:]
	}
	text = strings.Replace(text, "z", "Z", 1)
	for _, layout := range timeLayouts {
		if t, err := time.Parse(layout, text); err == nil && t.Year() > 0 { // Python's first year is 1
			return t.UTC().Truncate(time.Microsecond), true
		}
	}
	return time.Time{}, false
}

// Duration reads a length of time: seconds as a number, or text in ISO 8601
// ("PT5M") or clock form ("1 day, 00:05:00").
func Duration(in pyjson.Value, at *At) (time.Duration, bool) {
	switch in.Kind() {
	case pyjson.Int, pyjson.Float:
		f, _ := in.Float64()
		if math.Abs(f) > 9e9 {
			at.Fail("time_delta_parsing", "Input should be a valid timedelta, durations may not exceed 999,999,999 days", in, nil)
			return 0, false
		}
		return time.Duration(math.Round(f*1e6)) * time.Microsecond, true
	case pyjson.String:
		d, reason := parseDuration(in.Text())
		if reason == "" {
			return d, true
		}
		at.Fail("time_delta_parsing", "Input should be a valid timedelta, "+reason, in, map[string]any{"error": reason})
		return 0, false
	}
	at.Fail("time_delta_type", "Input should be a valid timedelta", in, nil)
	return 0, false
}

func parseDuration(text string) (d time.Duration, reason string) {
	rest, negative := text, false
	if len(rest) > 0 && (rest[0] == '-' || rest[0] == '+') {
		negative = rest[0] == '-'
		rest = rest[1:]
	}
	switch {
	case rest == "":
		return 0, "input is too short"
	case rest[0] == 'P':
		d, reason = isoDuration(rest[1:])
	default:
		d, reason = clockDuration(rest)
	}
	if negative {
		d = -d
	}
	return d, reason
}

var isoUnits = map[byte]time.Duration{'W': 7 * 24 * time.Hour, 'D': 24 * time.Hour}
var isoTimeUnits = map[byte]time.Duration{'H': time.Hour, 'M': time.Minute, 'S': time.Second}

func isoDuration(rest string) (total time.Duration, reason string) {
	units := isoUnits
	for rest != "" {
		if rest[0] == 'T' {
			units, rest = isoTimeUnits, rest[1:]
			continue
		}
		end := strings.IndexFunc(rest, func(c rune) bool { return c != '.' && (c < '0' || c > '9') })
		if end <= 0 {
			return 0, "invalid digit in duration"
		}
		n, err := strconv.ParseFloat(rest[:end], 64)
		unit, known := units[rest[end]]
		if err != nil || !known {
			return 0, "invalid duration format"
		}
		total += time.Duration(math.Round(n * float64(unit)))
		rest = rest[end+1:]
	}
	return total, ""
}

func clockDuration(rest string) (total time.Duration, reason string) {
	if days, clock, found := strings.Cut(rest, "day"); found {
		n, err := strconv.Atoi(strings.TrimSpace(days))
		if err != nil {
			return 0, "invalid digit in duration"
		}
		total = time.Duration(n) * 24 * time.Hour
		rest = strings.TrimLeft(strings.TrimPrefix(clock, "s"), ", ")
		if rest == "" {
			return total, ""
		}
	}
	parts := strings.Split(rest, ":")
	if len(parts) == 1 {
		if f, err := strconv.ParseFloat(parts[0], 64); err == nil {
			return total + time.Duration(math.Round(f*1e6))*time.Microsecond, ""
		}
		return 0, "invalid digit in duration"
	}
	if len(parts) < 2 || len(parts) > 3 {
		return 0, "invalid time format"
	}
	unit := []time.Duration{time.Hour, time.Minute, time.Second}
	for i, part := range parts {
		f, err := strconv.ParseFloat(part, 64)
		if err != nil {
			return 0, "invalid digit in duration"
		}
		total += time.Duration(math.Round(f * float64(unit[i])))
	}
	return total, ""
}
