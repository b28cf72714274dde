package events

import (
	"fmt"
	"math"
	"time"

	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
)

// pivot is where the buckets of time are anchored: a Monday.
var pivot = time.Date(2024, 4, 1, 0, 0, 0, 0, time.UTC)

// mostBuckets bounds one count.
const mostBuckets = 1000

// Unit is a unit of the length of a bucket.
type Unit string

// The units.
const (
	Week   Unit = "week"
	Day    Unit = "day"
	Hour   Unit = "hour"
	Minute Unit = "minute"
	Second Unit = "second"
)

// Values implements decode.Enum.
func (Unit) Values() []string { return []string{"week", "day", "hour", "minute", "second"} }

func (u Unit) length() time.Duration {
	return map[Unit]time.Duration{Week: 7 * 24 * time.Hour, Day: 24 * time.Hour, Hour: time.Hour,
		Minute: time.Minute, Second: time.Second}[u]
}

// end is the last microsecond of the unit that now lies in.
func (u Unit) end(now time.Time) time.Time {
	length := u.length()
	since := now.Sub(pivot)
	whole := since / length
	if since < 0 && since%length != 0 {
		whole--
	}
	return pivot.Add((whole+1)*length - time.Microsecond)
}

// Buckets divide time into spans of equal length.
type Buckets struct {
	Length time.Duration
	unit   Unit
}

// NewBuckets makes buckets of interval units.
func NewBuckets(unit Unit, interval float64) Buckets {
	return Buckets{time.Duration(math.Round(interval*float64(unit.length().Microseconds()))) * time.Microsecond, unit}
}

// Check refuses a window that would have too many buckets.
func (b Buckets) Check(since, until time.Time) error {
	if n := int64(math.Ceil(float64(until.Sub(since)) / float64(b.Length))); n > mostBuckets {
		return fault.New(fault.Invalid, "The given interval would create %d buckets, which is too many. "+
			"Please increase the interval or reduce the time range to produce %d buckets or fewer.", n, mostBuckets)
	}
	return nil
}

// Origin is the moment that bucket 0 starts at.
func (b Buckets) Origin() time.Time { return pivot }

// Fill lists the buckets of a window, those without events too. counts has the
// number of events by bucket, counted from Origin. The window ends at the
// latest with the unit that now lies in.
func (b Buckets) Fill(counts map[int64]int, since, until, now time.Time) []Count {
	if until.After(now) {
		until = b.unit.end(now)
	}
	out := []Count{}
	first := int64(math.Floor(float64(since.Sub(pivot)) / float64(b.Length)))
	start := pivot.Add(time.Duration(first) * b.Length)
	for i := int64(0); start.Before(until); i++ {
		next := start.Add(b.Length)
		out = append(out, Count{
			Value: fmt.Sprint(i), Label: isoformat(start), Count: counts[first+i],
			Start: prefect.At(start), End: prefect.At(next.Add(-time.Microsecond)),
		})
		start = next
	}
	return out
}

// isoformat writes a moment as Python does.
func isoformat(t time.Time) string {
	if t.Nanosecond() == 0 {
		return t.Format("2006-01-02T15:04:05+00:00")
	}
	return t.Format("2006-01-02T15:04:05.000000+00:00")
}

// Count is a number of events that have something in common: what to filter by
// to see them, what to call it, and the span of time they lie in.
type Count struct {
	Value string       `json:"value"`
	Label string       `json:"label"`
	Count int          `json:"count"`
	Start prefect.Time `json:"start_time"`
	End   prefect.Time `json:"end_time"`
}
