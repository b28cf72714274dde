package cron

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// The ways in which an expression is refused.
var (
	// ErrInvalid says that the text is no cron expression.
	ErrInvalid = errors.New("not a cron expression")
	// ErrRandom says that it holds R or H, which draw a time by chance or by hash.
	ErrRandom = errors.New("random and hashed cron expressions are not supported")
	// ErrTooLong says that it is longer than any that makes sense.
	ErrTooLong = fmt.Errorf("cron expressions have at most %d characters", longest)
)

var words = map[string]string{
	"@midnight": "0 0 * * *",
	"@hourly":   "0 * * * *",
	"@daily":    "0 0 * * *",
	"@weekly":   "0 0 * * 0",
	"@monthly":  "0 0 1 * *",
	"@yearly":   "0 0 1 1 *",
	"@annually": "0 0 1 1 *",
}

var bounds = [...]struct{ low, high, all int }{
	minuteField:  {0, 59, 60},
	hourField:    {0, 23, 24},
	dayField:     {1, 31, 31},
	monthField:   {1, 12, 12},
	weekdayField: {0, 6, 7},
	secondField:  {0, 59, 60},
	yearField:    {1970, 2099, 130},
}

var monthNames = map[string]int{"jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6,
	"jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12}

var weekdayNames = map[string]int{"sun": 0, "mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6}

const (
	weekdayWords = `sun|mon|tue|wed|thu|fri|sat`
	monthWords   = `jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec`
)

var (
	nthWeekday = regexp.MustCompile(`^(?:((?:` + weekdayWords + `)(?:-(?:` + weekdayWords + `))?|(?:` +
		monthWords + `)(?:-(?:` + monthWords + `))?|\w+)#|l)(\d+)$`)
	stepRange = regexp.MustCompile(`^([^-]+)-([^-/]+)(?:/(\d+))?$`)
	starStep  = regexp.MustCompile(`^\*(/.+)$`)
	plainStep = regexp.MustCompile(`^(.+)/(.+)$`)
	digits    = regexp.MustCompile(`^\d+$`)
	chance    = regexp.MustCompile(`^[hr](\(\d+-\d+\))?(/\d+)?$`)
	bareHash  = regexp.MustCompile(`^h`)
)

// longest bounds the text of an expression, in bytes: more than one that lists
// every value of every field.
const longest = 2000

// Parse reads an expression; it fails with ErrInvalid, ErrTooLong or ErrRandom.
func Parse(text string) (*Expression, error) {
	if len(text) > longest {
		return nil, ErrTooLong
	}
	lower := strings.ToLower(text)
	if plain, ok := words[lower]; ok {
		lower = plain
	}
	columns := strings.Fields(lower)
	if len(columns) < 5 || len(columns) > 7 {
		return nil, ErrInvalid
	}
	random := false
	for i, column := range columns {
		if chance.MatchString(column) {
			if bareHash.MatchString(column) {
				return nil, ErrInvalid
			}
			random = true
			columns[i] = strconv.Itoa(bounds[i].low)
		}
	}
	e := &Expression{nth: map[int][]int{}}
	for i := range columns {
		f, err := e.parseField(i, columns)
		if err != nil {
			return nil, err
		}
		e.fields = append(e.fields, f)
	}
	if !e.nthAlone() {
		return nil, ErrInvalid
	}
	if random {
		return nil, ErrRandom
	}
	return e, nil
}

// nthAlone reports whether the weekdays do not mix plain ones with n-th ones.
func (e *Expression) nthAlone() bool {
	f := e.fields[weekdayField]
	if len(e.nth) == 0 || len(f.values) == bounds[weekdayField].all {
		return true
	}
	for _, v := range f.values {
		if _, ok := e.nth[v]; !ok {
			return false
		}
	}
	return true
}

func (e *Expression) parseField(index int, columns []string) (field, error) {
	column := columns[index]
	if strings.Contains(column, "?") {
		if column != "?" || index != dayField && index != weekdayField {
			return field{}, ErrInvalid
		}
		column = "*"
	}
	p := fieldParser{index: index, columns: columns, queue: strings.Split(column, ",")}
	for len(p.queue) > 0 {
		entry := p.queue[len(p.queue)-1]
		p.queue = p.queue[:len(p.queue)-1]
		if err := p.entry(entry, e); err != nil {
			return field{}, err
		}
	}
	return p.finish(), nil
}

// fieldParser expands one field. Ranges put their values back into the queue,
// so that each is checked like one that was written out.
type fieldParser struct {
	index   int
	columns []string
	queue   []string
	out     field
}

func (p *fieldParser) entry(entry string, e *Expression) error {
	which := 0
	if p.index == weekdayField {
		if m := nthWeekday.FindStringSubmatch(entry); m != nil {
			n, err := strconv.Atoi(m[2])
			switch {
			case m[1] == "":
				entry, which = m[2], lastOne
			case err != nil || n < 1 || n > 5:
				return ErrInvalid
			default:
				entry, which = m[1], n
			}
		}
	}
	b := bounds[p.index]
	text := starStep.ReplaceAllString(entry, strconv.Itoa(b.low)+"-"+strconv.Itoa(b.high)+"$1")
	m := stepRange.FindStringSubmatch(text)
	if m == nil {
		text = plainStep.ReplaceAllString(entry, "${1}-"+strconv.Itoa(b.high)+"/${2}")
		m = stepRange.FindStringSubmatch(text)
	}
	if m != nil {
		return p.span(m[1], m[2], m[3], which)
	}
	return p.single(text, which, e)
}

func (p *fieldParser) single(text string, which int, e *Expression) error {
	if text == "*" {
		p.out.any = true
		return nil
	}
	if text == "l" && p.index == dayField {
		p.out.last = true
		return nil
	}
	value, ok := p.number(text)
	if !ok || value < bounds[p.index].low || value > bounds[p.index].high {
		return ErrInvalid
	}
	if !slices.Contains(p.out.values, value) {
		p.out.values = append(p.out.values, value)
	}
	if p.index == weekdayField && which != 0 && !slices.Contains(e.nth[value], which) {
		e.nth[value] = append(e.nth[value], which)
	}
	return nil
}

// number reads a value, by name or digits.
func (p *fieldParser) number(text string) (int, bool) {
	if digits.MatchString(text) {
		n, err := strconv.Atoi(text)
		return p.alias(n), err == nil
	}
	var n int
	var ok bool
	switch p.index {
	case monthField:
		n, ok = monthNames[text]
	case weekdayField:
		n, ok = weekdayNames[text]
	}
	return n, ok
}

// alias returns the usual writing of a value: 7 is Sunday, and where the fields
// are shifted by a leading one 0 is the first day or month.
func (p *fieldParser) alias(n int) int {
	width := len(p.columns)
	switch {
	case p.index == dayField && n == 0 && width == 6:
		return 1
	case p.index == weekdayField && n == 7 && width == 5:
		return 0
	}
	return n
}

func (p *fieldParser) span(lowText, highText, stepText string, which int) error {
	b := bounds[p.index]
	if p.index == dayField && highText == "l" {
		highText = "31"
	}
	low, ok := p.number(lowText)
	high, ok2 := p.number(highText)
	step := 1
	if stepText != "" {
		n, err := strconv.Atoi(stepText)
		if err != nil {
			n = b.all + 1 // beyond any range: the first value alone
		}
		step = n
	}
	if !ok || !ok2 || max(low, high) > b.high || step == 0 {
		return ErrInvalid
	}
	var values []int
	switch {
	case low > high:
		values = wrapped(low, high, step, b.low, b.high)
	case low == high:
		values = upTo(nil, b.low, b.high, step)
	default:
		values = upTo(nil, low, high, step)
	}
	for _, v := range values {
		text := strconv.Itoa(v)
		if which > 0 {
			text += "#" + strconv.Itoa(which)
		}
		p.queue = append(p.queue, text)
	}
	return nil
}

func upTo(values []int, low, high, step int) []int {
	for v := low; v <= high; v += step {
		values = append(values, v)
	}
	return values
}

// wrapped lists a range that runs over the end of its field, like sat-mon.
func wrapped(low, high, step, least, most int) []int {
	values := upTo(nil, low, most, step)
	skip := 0
	last := values[len(values)-1]
	skipped := most - last
	if last-least+step > most-least+1 && skipped < step {
		skip = step - skipped
	}
	return upTo(values, least+skip, high, step)
}

// finish sorts the values and turns a complete list into an asterisk, except
// where that would undo a restriction of the day.
func (p *fieldParser) finish() field {
	f := p.out
	sort.Ints(f.values)
	count := len(f.values)
	if f.any {
		count++
	}
	if f.last {
		count++
	}
	if count == bounds[p.index].all {
		restrictsDay := p.index == dayField && !strings.Contains(p.columns[weekdayField], "*") ||
			p.index == weekdayField && !strings.Contains(p.columns[dayField], "*")
		if !restrictsDay {
			return field{any: true}
		}
	}
	return f
}
