package prefect

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"time"

	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/pyjson"
	"github.com/reevehq/reeve/internal/schedule/cron"
	"github.com/reevehq/reeve/internal/schedule/recurrence"
	"github.com/reevehq/reeve/internal/schedule/zones"
)

// Schedule says when runs are due. Exactly one of its kinds is set.
type Schedule struct {
	Interval *IntervalSchedule
	Cron     *CronSchedule
	RRule    *RRuleSchedule
}

// IntervalSchedule is due every Interval, counted from AnchorDate.
type IntervalSchedule struct {
	decode.Forbid
	Interval   PositiveInterval `json:"interval" rule:"required"`
	AnchorDate *OffsetTime      `json:"anchor_date"`
	Timezone   *string          `json:"timezone"`
}

// CronSchedule is due when a cron expression says so, read in Timezone.
type CronSchedule struct {
	decode.Forbid
	Cron     CronText `json:"cron" rule:"required"`
	Timezone *string  `json:"timezone"`
	DayOr    bool     `json:"day_or"`
}

// RRuleSchedule is due when iCalendar recurrence rules say so, read in Timezone.
type RRuleSchedule struct {
	decode.Forbid
	RRule    RRuleText `json:"rrule" rule:"required"`
	Timezone *ZoneName `json:"timezone"`
}

// Name is the name of the schedule's kind in the contract: "CronSchedule".
func (s *Schedule) Name() string {
	switch {
	case s.Interval != nil:
		return "IntervalSchedule"
	case s.Cron != nil:
		return "CronSchedule"
	default:
		return "RRuleSchedule"
	}
}

// Settle fills in what depends on the time at which the schedule is given: an
// interval's anchor and the start of a recurrence.
func (s *Schedule) Settle(now time.Time) {
	if s == nil {
		return
	}
	if s.Interval != nil && s.Interval.AnchorDate == nil {
		s.Interval.AnchorDate = &OffsetTime{now.UTC()}
	}
	if s.RRule != nil {
		local := now
		if s.RRule.Timezone != nil {
			if zone, err := zones.Load(string(*s.RRule.Timezone)); err == nil {
				local = now.In(zone)
			}
		}
		s.RRule.RRule = RRuleText(recurrence.WithStart(string(s.RRule.RRule), wallClock(local)))
	}
}

// wallClock is the calendar reading of t, carried in UTC.
func wallClock(t time.Time) time.Time {
	_, offset := t.Zone()
	return t.Add(time.Duration(offset) * time.Second).UTC()
}

// MarshalJSON writes the kind that is set.
func (s Schedule) MarshalJSON() ([]byte, error) {
	switch {
	case s.Interval != nil:
		return json.Marshal(s.Interval)
	case s.Cron != nil:
		return json.Marshal(s.Cron)
	case s.RRule != nil:
		return json.Marshal(s.RRule)
	}
	return nil, errors.New("a schedule of no kind")
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (s *Schedule) UnmarshalJSON(data []byte) error {
	value, err := pyjson.Parse(data)
	if err != nil {
		return err
	}
	*s = Schedule{}
	switch {
	case has(value, "interval"):
		s.Interval = &IntervalSchedule{}
		return json.Unmarshal(data, s.Interval)
	case has(value, "cron"):
		s.Cron = &CronSchedule{DayOr: true}
		return json.Unmarshal(data, s.Cron)
	case has(value, "rrule"):
		s.RRule = &RRuleSchedule{}
		return json.Unmarshal(data, s.RRule)
	}
	return fmt.Errorf("not a schedule: %s", data)
}

func has(value pyjson.Value, key string) bool {
	_, ok := value.Get(key)
	return ok
}

// DecodeWire implements decode.Wire: the first kind that takes the value, or
// the faults that each kind finds.
func (s *Schedule) DecodeWire(in pyjson.Value, at *decode.At) {
	var interval IntervalSchedule
	var cronSchedule CronSchedule
	var rrule RRuleSchedule
	var faults decode.Issues
	for _, kind := range []struct {
		label string
		value any
		take  func()
	}{
		{"function-after[validate_timezone(), IntervalSchedule]", &interval, func() { s.Interval = &interval }},
		{"function-after[validate_timezone(), CronSchedule]", &cronSchedule, func() { s.Cron = &cronSchedule }},
		{"RRuleSchedule", &rrule, func() { s.RRule = &rrule }},
	} {
		issues := at.Try(in, kind.value, kind.label)
		if len(issues) == 0 {
			*s = Schedule{}
			kind.take()
			return
		}
		faults = append(faults, issues...)
	}
	at.Add(faults)
}

// Check implements decode.Checker.
func (s *IntervalSchedule) Check(in pyjson.Value, at *decode.At) {
	if s.Timezone == nil {
		utc := "UTC"
		s.Timezone = &utc
		return
	}
	checkZone(*s.Timezone, in, at)
}

// Defaults implements decode.Defaulter.
func (s *CronSchedule) Defaults() { s.DayOr = true }

// Check implements decode.Checker.
func (s *CronSchedule) Check(in pyjson.Value, at *decode.At) {
	if s.Timezone != nil {
		checkZone(*s.Timezone, in, at)
	}
}

// Defaults implements decode.Defaulter.
func (s *RRuleSchedule) Defaults() {
	utc := ZoneName("UTC")
	s.Timezone = &utc
}

func checkZone(name string, in pyjson.Value, at *decode.At) {
	if name != "" && name != "localtime" && !zones.Known(name) {
		at.ValueError(`Invalid timezone: "`+name+`" (specify in IANA tzdata format, for example, America/New_York)`, in)
	}
}

// PositiveInterval is a length of time above zero, written as seconds.
type PositiveInterval time.Duration

// MarshalJSON implements json.Marshaler.
func (p PositiveInterval) MarshalJSON() ([]byte, error) { return Seconds(p).MarshalJSON() }

// UnmarshalJSON implements json.Unmarshaler.
func (p *PositiveInterval) UnmarshalJSON(data []byte) error {
	return (*Seconds)(p).UnmarshalJSON(data)
}

// DecodeWire implements decode.Wire.
func (p *PositiveInterval) DecodeWire(in pyjson.Value, at *decode.At) {
	d, ok := decode.Duration(in, at)
	if !ok {
		return
	}
	if d <= 0 {
		at.ValueError("interval must be positive", in)
		return
	}
	*p = PositiveInterval(d)
}

// CronText is a cron expression.
type CronText string

// DecodeWire implements decode.Wire.
func (c *CronText) DecodeWire(in pyjson.Value, at *decode.At) {
	if in.Kind() != pyjson.String {
		at.Fail("string_type", "Input should be a valid string", in, nil)
		return
	}
	switch _, err := cron.Parse(in.Text()); {
	case errors.Is(err, cron.ErrRandom):
		at.ValueError(`Random and Hashed expressions are unsupported, received: "`+in.Text()+`"`, in)
	case errors.Is(err, cron.ErrTooLong):
		at.ValueError(fmt.Sprintf("Invalid cron string: \"%.40s...\": %v", in.Text(), err), in)
	case err != nil:
		at.ValueError(`Invalid cron string: "`+in.Text()+`"`, in)
	default:
		*c = CronText(in.Text())
	}
}

// maxRRule is the greatest length of an RRULE text.
const maxRRule = 6500

// RRuleText is iCalendar recurrence rules.
type RRuleText string

// DecodeWire implements decode.Wire.
func (r *RRuleText) DecodeWire(in pyjson.Value, at *decode.At) {
	if in.Kind() != pyjson.String {
		at.Fail("string_type", "Input should be a valid string", in, nil)
		return
	}
	text := in.Text()
	if _, err := recurrence.Parse(text); err != nil {
		at.ValueError(`Invalid RRule string "`+text+`": `+err.Error(), in)
		return
	}
	if n := len([]rune(text)); n > maxRRule {
		at.ValueError(fmt.Sprintf("Invalid RRule string \"%s...\"\nMax length is %d, got %d", string([]rune(text)[:40]), maxRRule, n), in)
		return
	}
	*r = RRuleText(text)
}

// ZoneName is the name of a time zone.
type ZoneName string

// DecodeWire implements decode.Wire.
func (z *ZoneName) DecodeWire(in pyjson.Value, at *decode.At) {
	if in.Kind() != pyjson.String {
		at.Fail("string_type", "Input should be a valid string", in, nil)
		return
	}
	if !zones.Mentions(in.Text()) {
		at.Fail("string_pattern_mismatch", "String should match pattern '"+zones.Pattern()+"'", in, map[string]any{"pattern": zones.Pattern()})
		return
	}
	*z = ZoneName(in.Text())
}

// OffsetTime is a moment that keeps the offset from UTC it was written with.
type OffsetTime struct{ time.Time }

var offsetSuffix = regexp.MustCompile(`([+-])(\d\d):?(\d\d)$`)

// MarshalJSON implements json.Marshaler.
func (t OffsetTime) MarshalJSON() ([]byte, error) {
	layout := "2006-01-02T15:04:05.000000Z07:00"
	if t.Nanosecond() < 1000 {
		layout = "2006-01-02T15:04:05Z07:00"
	}
	return strconv.AppendQuote(nil, t.Format(layout)), nil
}

// UnmarshalJSON implements json.Unmarshaler.
func (t *OffsetTime) UnmarshalJSON(data []byte) error {
	text, err := strconv.Unquote(string(data))
	if err != nil {
		return err
	}
	parsed, ok := decode.ParseTime(text)
	if !ok {
		return &time.ParseError{Value: text, Message: ": not an ISO 8601 time"}
	}
	t.Time = parsed.In(writtenZone(text))
	return nil
}

// DecodeWire implements decode.Wire.
func (t *OffsetTime) DecodeWire(in pyjson.Value, at *decode.At) {
	parsed, ok := decode.Time(in, at)
	if !ok {
		return
	}
	t.Time = parsed
	if in.Kind() == pyjson.String {
		t.Time = parsed.In(writtenZone(in.Text()))
	}
}

// writtenZone is the offset at the end of a written time, UTC without one.
func writtenZone(text string) *time.Location {
	m := offsetSuffix.FindStringSubmatch(text)
	if m == nil || len(text) <= len("2006-01-02") {
		return time.UTC
	}
	hours, _ := strconv.Atoi(m[2]) // two digits
	minutes, _ := strconv.Atoi(m[3])
	seconds := hours*3600 + minutes*60
	if m[1] == "-" {
		seconds = -seconds
	}
	if seconds == 0 {
		return time.UTC
	}
	return time.FixedZone("", seconds)
}
