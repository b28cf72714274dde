package recurrence

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

type readings []reading

func (r readings) times() []time.Time {
	out := make([]time.Time, len(r))
	for i, v := range r {
		out[i] = v.at
	}
	return out
}

// parseDates reads the value of a DTSTART, RDATE or EXDATE line.
func parseDates(text string, parameters []string) (readings, error) {
	zoned, valueSeen := false, false
	for _, p := range parameters {
		switch {
		case strings.HasPrefix(p, "TZID="):
			zoned = true
		case p != "VALUE=DATE-TIME" && p != "VALUE=DATE":
			return nil, errors.New("unsupported parm: " + p)
		case valueSeen:
			return nil, errors.New("Duplicate value parameter found in: " + p) //nolint:staticcheck // the contract's words
		default:
			valueSeen = true
		}
	}
	var out readings
	for _, part := range strings.Split(text, ",") {
		date, ok := parseDate(part)
		if !ok {
			return nil, fmt.Errorf("Unknown string format: %s", part) //nolint:staticcheck // the contract's words
		}
		if zoned && date.zoned {
			return nil, errors.New("DTSTART/EXDATE specifies multiple timezone")
		}
		date.zoned = date.zoned || zoned
		out = append(out, date)
	}
	return out, nil
}

// dateLayouts are the written forms of a date, upper case.
var dateLayouts = []struct {
	layout string
	zoned  bool
}{
	{"20060102T150405", false}, {"20060102T150405Z0700", true}, {"20060102T150405Z07:00", true},
	{"20060102", false}, {"20060102150405", false}, {"20060102T1504", false}, {"20060102T1504Z0700", true},
	{"2006-01-02T15:04:05", false}, {"2006-01-02T15:04:05Z07:00", true}, {"2006-01-02T15:04:05.999999", false},
	{"2006-01-02T15:04:05.999999Z07:00", true}, {"2006-01-02", false}, {"2006-01-02T15:04", false}, {"2006-01-02T15:04Z07:00", true},
}

// parseDate reads a date; only its digits count, a zone is merely noted.
func parseDate(text string) (reading, bool) {
	for _, l := range dateLayouts {
		if t, err := time.Parse(l.layout, text); err == nil {
			year, month, day := t.Date()
			hour, minute, second := t.Clock()
			return reading{time.Date(year, month, day, hour, minute, second, 0, time.UTC), l.zoned}, true
		}
	}
	return reading{}, false
}
