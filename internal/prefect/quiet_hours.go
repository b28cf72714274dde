package prefect

import (
	"fmt"
	"strings"
	"time"
)

// dayMinutes is a day as clocks show it.
const dayMinutes = 24 * 60

// QuietHours are hours of some days of the week in which messages wait.
type QuietHours struct {
	// From and To are minutes of the day as clocks show them; To is the next day's
	// unless it is later than From, and may be the end of the day, 24:00.
	From, To int
	// Days are those of the week on which the hours begin, by time.Weekday.
	Days [7]bool
}

// weekdays are the names of the days by time.Weekday.
var weekdays = [7]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// ParseQuietHours reads hours like "22:00-07:00", of every day, "sat,sun 00:00-24:00" or
// "mon-fri 20:00-08:00".
func ParseQuietHours(text string) (q QuietHours, err error) {
	days, hours, some := strings.Cut(text, " ")
	if !some {
		days, hours = "sun-sat", text
	}
	if q.Days, err = parseDays(days); err != nil {
		return q, err
	}
	from, to, _ := strings.Cut(hours, "-")
	begins, first := parseMinute(from)
	ends, last := parseMinute(to)
	if !first || !last || begins == dayMinutes {
		return q, fmt.Errorf("%.100q are no hours like 22:00-07:00", hours)
	}
	q.From, q.To = begins, ends
	if q.From == q.To {
		return q, fmt.Errorf("%.100q begins and ends at one time; a whole day is 00:00-24:00", hours)
	}
	return q, nil
}

// parseDays reads days like "mon-fri" and "sat,sun".
func parseDays(text string) (days [7]bool, err error) {
	for _, part := range strings.Split(text, ",") {
		first, last, several := strings.Cut(strings.ToLower(part), "-")
		if !several {
			last = first
		}
		from, to := weekday(first), weekday(last)
		if from < 0 || to < 0 {
			return days, fmt.Errorf("%.100q are no days like mon-fri or sat,sun", text)
		}
		for day := from; ; day = (day + 1) % len(weekdays) {
			days[day] = true
			if day == to {
				break
			}
		}
	}
	return days, nil
}

// weekday is a day's number, -1 for what is none.
func weekday(name string) int {
	for day, known := range weekdays {
		if name == known {
			return day
		}
	}
	return -1
}

// parseMinute reads HH:MM, 24:00 at most.
func parseMinute(text string) (minute int, fine bool) {
	if len(text) != len("22:00") || text[2] != ':' {
		return 0, false
	}
	for _, at := range []int{0, 1, 3, 4} {
		if text[at] < '0' || text[at] > '9' {
			return 0, false
		}
	}
	hours, minutes := int(text[0]-'0')*10+int(text[1]-'0'), int(text[3]-'0')*10+int(text[4]-'0')
	minute = hours*60 + minutes
	return minute, minutes < 60 && minute <= dayMinutes
}

// Wraps reports whether the hours end on the day after the one on which they begin.
func (q QuietHours) Wraps() bool { return q.To < q.From }

// alwaysQuiet reports whether hours leave no minute of the week in which a message could
// be sent.
func alwaysQuiet(all []QuietHours) bool {
	var quiet [7 * dayMinutes]bool
	for _, q := range all {
		length := q.To - q.From
		if q.Wraps() {
			length += dayMinutes
		}
		for day, begins := range q.Days {
			for i := 0; begins && i < length; i++ {
				quiet[(day*dayMinutes+q.From+i)%len(quiet)] = true
			}
		}
	}
	for _, minute := range quiet {
		if !minute {
			return false
		}
	}
	return true
}

// On reports whether the hours begin on a day of the week.
func (q QuietHours) On(day time.Weekday) bool { return q.Days[day] }
