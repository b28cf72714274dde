package decode

import (
	"errors"
	"math"
	"strings"
	"time"

	"github.com/reevehq/reeve/internal/pyjson"
)

const (
	day = 24 * time.Hour
	// mostDays is the longest length of time, a bound of ours; the contract's is a
	// thousand times of it.
	mostDays     = 100_000
	contractDays = 999_999_999
)

var (
	errTooShort = errors.New("input is too short")
	errDigit    = errors.New("invalid digit in duration")
	errDays     = errors.New(`"day" identifier in duration not correctly formatted`)
	errTooLarge = errors.New("a numeric value in the duration is too large")
	errMostDays = errors.New("durations may not exceed 999,999,999 days")
	errOurDays  = errors.New("durations may not exceed 100,000 days")
	errHours    = errors.New("durations may not exceed 999,999,999 hours")
)

// Duration reads a length of time: seconds as a number, or text in ISO 8601
// ("PT5M"), clock form ("00:05:00") or with days ("1 day, 00:05:00"). It takes what
// pydantic takes, up to 100,000 days, to microseconds.
func Duration(in pyjson.Value, at *At) (time.Duration, bool) {
	var d time.Duration
	var err error
	switch in.Kind() {
	case pyjson.Int, pyjson.Float:
		f, _ := in.Float64()
		d, err = ofSeconds(f)
	case pyjson.Bool:
		if in.Truth() {
			d = time.Second
		}
	case pyjson.String:
		d, err = parseDuration(in.Text())
	default:
		at.Fail("time_delta_type", "Input should be a valid timedelta", in, nil)
		return 0, false
	}
	if err != nil {
		at.Fail("time_delta_parsing", "Input should be a valid timedelta, "+err.Error(), in, map[string]any{"error": err.Error()})
	}
	return d, err == nil
}

func ofSeconds(f float64) (time.Duration, error) {
	switch days := math.Abs(f) / day.Seconds(); {
	case math.IsNaN(f):
		return 0, errors.New("NaN values not permitted")
	case days >= contractDays+1:
		return 0, errMostDays
	case days > mostDays:
		return 0, errOurDays
	}
	return time.Duration(math.Round(f*1e6)) * time.Microsecond, nil
}

// parseDuration reads text.
func parseDuration(text string) (d time.Duration, err error) {
	rest, negative := text, false
	if rest != "" && (rest[0] == '-' || rest[0] == '+') {
		negative = rest[0] == '-'
		rest = rest[1:]
	}
	var days, seconds float64
	switch {
	case rest == "":
		return 0, errTooShort
	case rest[0] == 'P':
		days, seconds, err = isoDuration(rest[1:])
	case strings.ContainsAny(text, "dD") || len(text) < 5:
		days, seconds, err = daysAndClock(rest)
	default:
		seconds, err = clock(rest, math.MaxInt64)
	}
	if err != nil {
		return 0, err
	}
	if negative {
		days, seconds = -days, -seconds
	}
	return ofSeconds(days*day.Seconds() + seconds)
}

// leadingNumber reads digits, which are no more than fit 32 bits.
func leadingNumber(text string) (n float64, rest string, err error) {
	end := 0
	for end < len(text) && text[end] >= '0' && text[end] <= '9' {
		if n = n*10 + float64(text[end]-'0'); n > math.MaxUint32 {
			return 0, "", errTooLarge
		}
		end++
	}
	if end == 0 {
		return 0, "", errDigit
	}
	return n, text[end:], nil
}

// fraction reads digits after a point.
func fraction(text string) (f float64, digits int) {
	scale := 0.1
	for digits < len(text) && text[digits] >= '0' && text[digits] <= '9' {
		f += float64(text[digits]-'0') * scale
		scale /= 10
		digits++
	}
	return f, digits
}

var (
	dateUnits = map[byte]float64{'Y': 365, 'M': 30, 'W': 7, 'D': 1}
	timeUnits = map[byte]float64{'H': 3600, 'M': 60, 'S': 1}
)

// isoDuration reads what comes after the P.
func isoDuration(rest string) (days, seconds float64, err error) {
	if len(rest) < 2 && (rest == "" || rest == "T") {
		return 0, 0, errTooShort
	}
	inTime, broken := false, false
	for rest != "" {
		if rest[0] == 'T' {
			if inTime {
				return 0, 0, errors.New("`t` character repeated in duration")
			}
			inTime, rest = true, rest[1:]
			continue
		}
		var n float64
		if n, rest, err = leadingNumber(rest); err != nil {
			return 0, 0, err
		}
		if broken {
			return 0, 0, errors.New("quantity fraction invalid in duration")
		}
		if rest != "" && (rest[0] == '.' || rest[0] == ',') {
			f, digits := fraction(rest[1:])
			n, rest, broken = n+f, rest[1+digits:], true
		}
		units, part, sum := dateUnits, "date", &days
		if inTime {
			units, part, sum = timeUnits, "time", &seconds
		}
		if rest == "" || units[rest[0]] == 0 {
			return 0, 0, errors.New("quantity invalid in " + part + " part of duration")
		}
		*sum += n * units[rest[0]]
		rest = rest[1:]
	}
	return days, seconds, nil
}

// daysAndClock reads "3 days", with a time after it or without.
func daysAndClock(rest string) (days, seconds float64, err error) {
	if days, rest, err = leadingNumber(rest); err != nil {
		return 0, 0, err
	}
	rest = strings.TrimPrefix(rest, " ")
	if rest == "" || rest[0] != 'd' && rest[0] != 'D' {
		return 0, 0, errDays
	}
	if rest = rest[1:]; rest != "" && (rest[0] == 'a' || rest[0] == 'A') {
		if len(rest) < 2 || rest[1] != 'y' && rest[1] != 'Y' {
			return 0, 0, errDays
		}
		if rest = rest[2:]; rest != "" && (rest[0] == 's' || rest[0] == 'S') {
			rest = rest[1:]
		}
	}
	rest = strings.TrimPrefix(strings.TrimPrefix(rest, ","), " ")
	if rest == "" {
		return days, 0, nil
	}
	seconds, err = clock(rest, 23)
	return days, seconds, err
}

// clock reads hours and minutes, with seconds or without.
func clock(rest string, mostHours float64) (seconds float64, err error) {
	if len(rest) < 5 {
		return 0, errTooShort
	}
	separator := strings.IndexByte(rest, ':')
	if separator <= 0 || strings.Trim(rest[:separator], "0123456789") != "" {
		return 0, errors.New("invalid character in hour")
	}
	hours, _, err := leadingNumber(rest[:separator])
	if err != nil || hours > mostHours {
		return 0, errHours
	}
	rest = rest[separator+1:]
	minutes, rest, err := twoDigits(rest, "minute")
	if err != nil {
		return 0, err
	}
	seconds = hours*3600 + minutes*60
	if strings.HasPrefix(rest, ":") {
		var n float64
		if n, rest, err = twoDigits(rest[1:], "second"); err != nil {
			return 0, err
		}
		seconds += n
		if rest != "" && (rest[0] == '.' || rest[0] == ',') {
			f, digits := fraction(rest[1:])
			if digits == 0 {
				return 0, errors.New("second fraction digits missing after `.`")
			}
			seconds += math.Floor(f*1e6+1e-4) / 1e6
			rest = rest[1+digits:]
		}
	}
	if rest != "" {
		return 0, errors.New("unexpected extra characters at the end of the input")
	}
	return seconds, nil
}

// twoDigits reads the minutes or seconds of a clock.
func twoDigits(text, what string) (n float64, rest string, err error) {
	if len(text) < 2 || strings.Trim(text[:2], "0123456789") != "" {
		return 0, "", errors.New("invalid character in " + what)
	}
	if n, _, err = leadingNumber(text[:2]); n > 59 {
		return 0, "", errors.New(what + " value is outside expected range of 0-59")
	}
	return n, text[2:], err
}
