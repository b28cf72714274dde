package decode

import (
	"math"
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
