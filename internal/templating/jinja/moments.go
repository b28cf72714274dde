package jinja

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A moment is a time as templates see it, in UTC and to microseconds; a lapse is a
// length of time.
type (
	moment struct{ time.Time }
	lapse  time.Duration
)

const day = 24 * time.Hour

// moment writes a time as Python's str does.
func (m moment) String() string { return m.text(' ') }

func (m moment) text(between byte) string {
	layout := "2006-01-02" + string(between) + "15:04:05.000000-07:00"
	if m.Nanosecond() < 1000 {
		layout = "2006-01-02" + string(between) + "15:04:05-07:00"
	}
	return m.Format(layout)
}

// parts are the days, seconds and microseconds that Python keeps of a length of time:
// only the days are negative.
func (l lapse) parts() (days, seconds, microseconds int) {
	d := time.Duration(l)
	days = int(d / day)
	if d%day < 0 {
		days--
	}
	rest := d - time.Duration(days)*day
	return days, int(rest / time.Second), int(rest % time.Second / time.Microsecond)
}

// String writes a length of time as Python's str does.
func (l lapse) String() string {
	days, seconds, microseconds := l.parts()
	text := fmt.Sprintf("%d:%02d:%02d", seconds/3600, seconds/60%60, seconds%60)
	if microseconds > 0 {
		text += fmt.Sprintf(".%06d", microseconds)
	}
	switch days {
	case 0:
		return text
	case 1, -1:
		return strconv.Itoa(days) + " day, " + text
	}
	return strconv.Itoa(days) + " days, " + text
}

func (m moment) repr() string {
	text := fmt.Sprintf("DateTime(%d, %d, %d, %d, %d, %d, ", m.Year(), m.Month(), m.Day(), m.Hour(), m.Minute(), m.Second())
	if n := m.Nanosecond() / 1000; n > 0 {
		text += strconv.Itoa(n) + ", "
	}
	return text + "tzinfo=Timezone('UTC'))"
}

func (l lapse) repr() string {
	days, seconds, microseconds := l.parts()
	var parts []string
	for _, part := range []struct {
		name string
		n    int
	}{{"days", days}, {"seconds", seconds}, {"microseconds", microseconds}} {
		if part.n != 0 {
			parts = append(parts, part.name+"="+strconv.Itoa(part.n))
		}
	}
	if parts == nil {
		parts = []string{"0"}
	}
	return "datetime.timedelta(" + strings.Join(parts, ", ") + ")"
}

// attribute is one of a time's attributes.
func (m moment) attribute(name string) (any, bool) {
	method := func(call func(e *evaluator, a called) any) (any, bool) {
		return &function{"method " + name, call}, true
	}
	switch name {
	case "year":
		return m.Year(), true
	case "month":
		return int(m.Month()), true
	case "day":
		return m.Day(), true
	case "hour":
		return m.Hour(), true
	case "minute":
		return m.Minute(), true
	case "second":
		return m.Second(), true
	case "microsecond":
		return m.Nanosecond() / 1000, true
	case "isoformat":
		return method(func(*evaluator, called) any { return m.text('T') })
	case "date":
		return method(func(*evaluator, called) any { return m.Format("2006-01-02") })
	case "timestamp":
		return method(func(*evaluator, called) any { return float64(m.UnixMicro()) / 1e6 })
	case "weekday":
		return method(func(*evaluator, called) any { return (int(m.Weekday()) + 6) % 7 })
	case "isoweekday":
		return method(func(*evaluator, called) any { return (int(m.Weekday())+6)%7 + 1 })
	case "strftime":
		return method(func(e *evaluator, a called) any { return e.strftime(m.Time, a.text(0, "format", "")) })
	}
	return nil, false
}

// attribute is one of the attributes of a length of time.
func (l lapse) attribute(name string) (any, bool) {
	days, seconds, microseconds := l.parts()
	switch name {
	case "days":
		return days, true
	case "seconds":
		return seconds, true
	case "microseconds":
		return microseconds, true
	case "total_seconds":
		return &function{"method " + name, func(*evaluator, called) any { return time.Duration(l).Seconds() }}, true
	}
	return nil, false
}

// directives are the layouts of what strftime writes for a letter.
var directives = map[byte]string{
	'a': "Mon", 'A': "Monday", 'b': "Jan", 'h': "Jan", 'B': "January", 'd': "02", 'e': "_2", 'H': "15", 'I': "03", 'j': "002", 'm': "01", 'M': "04",
	'p': "PM", 'S': "05", 'y': "06", 'Y': "2006", 'z': "-0700", 'Z': "MST", 'F': "2006-01-02", 'T': "15:04:05", 'R': "15:04", 'D': "01/02/06",
}

// strftime writes a time as Python's method does; unknown letters stay.
func (e *evaluator) strftime(t time.Time, format string) string {
	e.take(10 * len(format))
	e.spend(len(format))
	var out strings.Builder
	for i := 0; i < len(format); i++ {
		if format[i] != '%' || i+1 == len(format) {
			out.WriteByte(format[i])
			continue
		}
		i++
		switch layout, known := directives[format[i]]; {
		case known:
			out.WriteString(t.Format(layout))
		case format[i] == 'f':
			fmt.Fprintf(&out, "%06d", t.Nanosecond()/1000)
		case format[i] == '%':
			out.WriteByte('%')
		default:
			out.WriteString("%" + format[i:i+1])
		}
	}
	return out.String()
}

// times computes with times and lengths of time; ok is false for other operands.
func times(operator string, a, b any) (v any, ok bool) {
	switch x := a.(type) {
	case moment:
		switch y := b.(type) {
		case moment:
			if operator == "-" {
				return lapse(x.Sub(y.Time)), true
			}
		case lapse:
			switch operator {
			case "-":
				return moment{x.Add(-time.Duration(y))}, true
			case "+":
				return moment{x.Add(time.Duration(y))}, true
			}
		}
	case lapse:
		switch y := b.(type) {
		case moment:
			if operator == "+" {
				return moment{y.Add(time.Duration(x))}, true
			}
		case lapse:
			switch {
			case operator == "+":
				return x + y, true
			case operator == "-":
				return x - y, true
			case operator == "/" && y != 0:
				return float64(x) / float64(y), true
			}
		}
	}
	return nil, false
}

// before compares two times, or two lengths of time; ok is false for other values.
func before(a, b any) (order int, ok bool) {
	switch x := a.(type) {
	case moment:
		if y, is := b.(moment); is {
			return x.Compare(y.Time), true
		}
	case lapse:
		if y, is := b.(lapse); is {
			switch {
			case x < y:
				return -1, true
			case x > y:
				return 1, true
			}
			return 0, true
		}
	}
	return 0, false
}
