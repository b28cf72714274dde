package recurrence

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

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

// Startable reports whether a rule without DTSTART can be given one that has no
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
	r := &rule{interval: 1}
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
	for _, position := range r.positions {
		if position == 0 || position < -366 || position > 366 {
			return nil, errors.New("bysetpos must be between 1 and 366, or between -366 and -1")
		}
	}
	return r, nil
}

// set takes one part of a rule.
func (r *rule) set(name, value string) (known, ok bool) {
	lists := map[string]*[]int{
		"BYSETPOS": &r.positions, "BYMONTH": &r.months, "BYMONTHDAY": &r.monthDays, "BYYEARDAY": &r.yearDays,
		"BYEASTER": &r.easter, "BYWEEKNO": &r.weeks, "BYHOUR": &r.hours, "BYMINUTE": &r.minutes, "BYSECOND": &r.seconds,
	}
	if list := lists[name]; list != nil {
		*list, ok = integers(value)
		return true, ok
	}
	switch name {
	case "FREQ":
		r.frequency, ok = frequencies[value]
	case "INTERVAL":
		r.interval, ok = integer(value)
	case "COUNT":
		r.count, ok = integer(value)
		r.countGiven = true
	case "UNTIL":
		r.until, ok = parseDate(value)
		r.untilGiven = true
	case "WKST":
		r.wkst, ok = weekdays[value]
	case "BYDAY", "BYWEEKDAY":
		r.weekdays, ok = parseWeekdays(value)
	default:
		return false, false
	}
	return true, ok
}

// far stands for every number that is greater: no step or count of the calendar
// of the contract, which ends with the year 9999, comes near it.
const far = 1 << 40

// integer reads a number as Python does: with a sign, and underscores between digits.
func integer(text string) (int64, bool) {
	text = strings.TrimSpace(text)
	if strings.Contains(text, "__") || strings.HasSuffix(text, "_") || strings.HasPrefix(strings.TrimLeft(text, "+-"), "_") {
		return 0, false
	}
	n, err := strconv.ParseInt(strings.ReplaceAll(text, "_", ""), 10, 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return 0, false
	}
	return min(max(n, -far), far), true
}

func integers(text string) (list []int, ok bool) {
	for _, part := range strings.Split(text, ",") {
		n, ok := integer(part)
		if !ok {
			return nil, false
		}
		list = append(list, int(n))
	}
	return list, true
}

// parseWeekdays reads +1MO, MO(+1) or MO, separated by commas.
func parseWeekdays(text string) (list []weekday, ok bool) {
	for _, part := range strings.Split(text, ",") {
		which, name := "", part
		if open := strings.IndexByte(part, '('); open >= 0 {
			name, which = part[:open], strings.TrimSuffix(part[open+1:], ")")
		} else if i := strings.IndexFunc(part, func(c rune) bool { return !strings.ContainsRune("+-0123456789", c) }); i > 0 {
			which, name = part[:i], part[i:]
		}
		number, known := weekdays[name]
		if !known {
			return nil, false
		}
		d := weekday{day: number}
		if which != "" {
			n, ok := integer(which)
			if !ok || n == 0 {
				return nil, false
			}
			d.nth = int(n)
		}
		list = append(list, d)
	}
	return list, true
}

// checkTimes refuses hours, minutes and seconds that no clock shows, and steps
// that never meet them.
func (r *rule) checkTimes() error {
	for _, c := range []struct {
		name string
		list []int
		most int
	}{{"hour", r.hours, 23}, {"minute", r.minutes, 59}, {"second", r.seconds, 59}} {
		for _, v := range c.list {
			if (v < 0 || v > c.most) && r.frequency < hourly {
				return fmt.Errorf("%s must be in 0..%d", c.name, c.most)
			}
		}
	}
	hour, minute, second := r.start.at.Clock()
	steps := map[frequency]struct {
		list        []int
		start, base int
	}{hourly: {r.hours, hour, 24}, minutely: {r.minutes, minute, 60}, secondly: {r.seconds, second, 60}}
	s, ok := steps[r.frequency]
	if !ok || len(s.list) == 0 {
		return nil
	}
	divisor := gcd(int(r.interval), s.base)
	for _, v := range s.list {
		if divisor == 1 || (v-s.start)%divisor == 0 {
			return nil
		}
	}
	return errors.New("Invalid rrule byxxx generates an empty set.") //nolint:staticcheck // the contract's words
}
