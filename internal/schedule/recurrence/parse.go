package recurrence

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/teambition/rrule-go"
)

var frequencies = map[string]rrule.Frequency{
	"YEARLY": rrule.YEARLY, "MONTHLY": rrule.MONTHLY, "WEEKLY": rrule.WEEKLY, "DAILY": rrule.DAILY,
	"HOURLY": rrule.HOURLY, "MINUTELY": rrule.MINUTELY, "SECONDLY": rrule.SECONDLY,
}

var weekdays = map[string]rrule.Weekday{
	"MO": rrule.MO, "TU": rrule.TU, "WE": rrule.WE, "TH": rrule.TH, "FR": rrule.FR, "SA": rrule.SA, "SU": rrule.SU,
}

// Parse reads a text. Its errors are sentences for clients.
func Parse(text string) (*Set, error) {
	set, err := parse(text)
	if err != nil {
		return nil, err
	}
	for _, r := range append(slices.Clone(set.rules), set.exclusions...) {
		if r.startGiven && r.untilGiven && r.start.zoned != r.until.zoned {
			return nil, ErrMixedZones
		}
		if !r.startGiven {
			r.start.at = DefaultStart
		}
		if err := r.checkTimes(); err != nil {
			return nil, err
		}
	}
	return set, nil
}

// Startable tells whether a rule without DTSTART can be given one that has no
// zone: not when its UNTIL has one.
func (s *Set) Startable() error {
	for _, r := range append(slices.Clone(s.rules), s.exclusions...) {
		if !r.startGiven && r.untilGiven && r.until.zoned {
			return ErrMixedZones
		}
	}
	return nil
}

func parse(text string) (*Set, error) {
	upper := strings.ToUpper(text)
	lines := strings.Fields(upper)
	if len(lines) == 0 {
		return nil, errors.New("empty string")
	}
	if len(lines) == 1 && (!strings.Contains(upper, ":") || strings.HasPrefix(upper, "RRULE:")) {
		r, err := parseRule(lines[0])
		if err != nil {
			return nil, err
		}
		return &Set{Single: true, rules: []*rule{r}}, nil
	}
	return parseLines(lines)
}

func parseLines(lines []string) (*Set, error) {
	var set Set
	var rules, exclusions []string
	var start reading
	startGiven, hasDates := false, false
	for _, line := range lines {
		name, value, found := strings.Cut(line, ":")
		if !found {
			name, value = "RRULE", line
		}
		parts := strings.Split(name, ";")
		parameters := parts[1:]
		switch parts[0] {
		case "RRULE", "EXRULE":
			if len(parameters) > 0 {
				return nil, fmt.Errorf("unsupported %s parm: %s", parts[0], parameters[0])
			}
			if parts[0] == "RRULE" {
				rules = append(rules, value)
			} else {
				exclusions = append(exclusions, value)
			}
		case "RDATE":
			for _, p := range parameters {
				if p != "VALUE=DATE-TIME" {
					return nil, errors.New("unsupported RDATE parm: " + p)
				}
			}
			dates, err := parseDates(value, nil)
			if err != nil {
				return nil, err
			}
			hasDates = true
			set.dates = append(set.dates, dates.times()...)
		case "EXDATE":
			dates, err := parseDates(value, parameters)
			if err != nil {
				return nil, err
			}
			hasDates = true
			set.excluded = append(set.excluded, dates.times()...)
		case "DTSTART":
			dates, err := parseDates(value, parameters)
			if err != nil {
				return nil, err
			}
			if len(dates) != 1 {
				return nil, errors.New("Multiple DTSTART values specified:" + value) //nolint:staticcheck // the contract's words
			}
			start, startGiven = dates[0], true
		default:
			return nil, errors.New("unsupported property: " + parts[0])
		}
	}
	if len(rules) == 0 && len(exclusions) == 0 && !hasDates {
		return nil, errors.New("list index out of range")
	}
	for i, text := range append(rules, exclusions...) {
		r, err := parseRule(text)
		if err != nil {
			return nil, err
		}
		r.start, r.startGiven = start, startGiven
		if i < len(rules) {
			set.rules = append(set.rules, r)
		} else {
			set.exclusions = append(set.exclusions, r)
		}
	}
	set.Single = len(rules) == 1 && len(exclusions) == 0 && !hasDates
	slices.SortFunc(set.dates, time.Time.Compare)
	slices.SortFunc(set.excluded, time.Time.Compare)
	return &set, nil
}

func parseRule(line string) (*rule, error) {
	if name, value, found := strings.Cut(line, ":"); found {
		if strings.Contains(value, ":") {
			return nil, errors.New("too many values to unpack (expected 2)")
		}
		if name != "RRULE" {
			return nil, errors.New("unknown parameter name")
		}
		line = value
	}
	r := &rule{options: rrule.ROption{Interval: 1, Wkst: rrule.MO}}
	hasFrequency := false
	for _, pair := range strings.Split(line, ";") {
		parts := strings.Split(pair, "=")
		if len(parts) < 2 {
			return nil, errors.New("not enough values to unpack (expected 2, got 1)")
		}
		if len(parts) > 2 {
			return nil, errors.New("too many values to unpack (expected 2)")
		}
		known, ok := r.set(parts[0], parts[1])
		if !known {
			return nil, fmt.Errorf("unknown parameter '%s'", parts[0])
		}
		if !ok {
			return nil, fmt.Errorf("invalid '%s': %s", parts[0], parts[1])
		}
		hasFrequency = hasFrequency || parts[0] == "FREQ"
	}
	if !hasFrequency {
		return nil, errors.New("a rule needs FREQ")
	}
	for _, position := range r.options.Bysetpos {
		if position == 0 || position < -366 || position > 366 {
			return nil, errors.New("bysetpos must be between 1 and 366, or between -366 and -1")
		}
	}
	return r, nil
}

// set takes one part of a rule.
func (r *rule) set(name, value string) (known, ok bool) {
	o := &r.options
	lists := map[string]*[]int{
		"BYSETPOS": &o.Bysetpos, "BYMONTH": &o.Bymonth, "BYMONTHDAY": &o.Bymonthday, "BYYEARDAY": &o.Byyearday,
		"BYEASTER": &o.Byeaster, "BYWEEKNO": &o.Byweekno, "BYHOUR": &o.Byhour, "BYMINUTE": &o.Byminute, "BYSECOND": &o.Bysecond,
	}
	if list := lists[name]; list != nil {
		*list, ok = integers(value)
		return true, ok
	}
	switch name {
	case "FREQ":
		o.Freq, ok = frequencies[value]
	case "INTERVAL":
		o.Interval, ok = integer(value)
	case "COUNT":
		r.count, ok = integer(value)
		r.countGiven = true
	case "UNTIL":
		r.until, ok = parseDate(value)
		r.untilGiven = true
	case "WKST":
		o.Wkst, ok = weekdays[value]
	case "BYDAY", "BYWEEKDAY":
		o.Byweekday, ok = parseWeekdays(value)
	default:
		return false, false
	}
	return true, ok
}

func integer(text string) (int, bool) {
	n, err := strconv.Atoi(strings.TrimSpace(text))
	return n, err == nil
}

func integers(text string) (list []int, ok bool) {
	for _, part := range strings.Split(text, ",") {
		n, ok := integer(part)
		if !ok {
			return nil, false
		}
		list = append(list, n)
	}
	return list, true
}

// parseWeekdays reads +1MO, MO(+1) or MO, separated by commas.
func parseWeekdays(text string) (list []rrule.Weekday, ok bool) {
	for _, part := range strings.Split(text, ",") {
		number, name := "", part
		if open := strings.IndexByte(part, '('); open >= 0 {
			name, number = part[:open], strings.TrimSuffix(part[open+1:], ")")
		} else if i := strings.IndexFunc(part, func(c rune) bool { return !strings.ContainsRune("+-0123456789", c) }); i > 0 {
			number, name = part[:i], part[i:]
		}
		day, known := weekdays[name]
		if !known {
			return nil, false
		}
		if number != "" {
			n, ok := integer(number)
			if !ok || n == 0 {
				return nil, false
			}
			day = day.Nth(n)
		}
		list = append(list, day)
	}
	return list, true
}

// checkTimes refuses hours, minutes and seconds that no clock shows, and steps
// that never meet them.
func (r *rule) checkTimes() error {
	o := &r.options
	for _, c := range []struct {
		name string
		list []int
		most int
	}{{"hour", o.Byhour, 23}, {"minute", o.Byminute, 59}, {"second", o.Bysecond, 59}} {
		for _, v := range c.list {
			if v < 0 || v > c.most {
				if o.Freq < rrule.HOURLY {
					return fmt.Errorf("%s must be in 0..%d", c.name, c.most)
				}
			}
		}
	}
	steps := map[rrule.Frequency]struct {
		list        []int
		start, base int
	}{
		rrule.HOURLY:   {o.Byhour, r.start.at.Hour(), 24},
		rrule.MINUTELY: {o.Byminute, r.start.at.Minute(), 60},
		rrule.SECONDLY: {o.Bysecond, r.start.at.Second(), 60},
	}
	s, ok := steps[o.Freq]
	if !ok || len(s.list) == 0 {
		return nil
	}
	divisor := gcd(o.Interval, s.base)
	for _, v := range s.list {
		if divisor == 1 || (v-s.start)%divisor == 0 {
			return nil
		}
	}
	return errors.New("Invalid rrule byxxx generates an empty set.") //nolint:staticcheck // the contract's words
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	if a < 0 {
		return -a
	}
	return a
}
