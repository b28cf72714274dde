package triggers

import (
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// MetricRun is a flow run as metric triggers look at it.
type MetricRun struct {
	// Resource and Related are as the run's events name it and what is beside it.
	Resource prefect.Resource
	Related  []prefect.Resource

	State                prefect.StateType
	Expected, Start, End *prefect.Time
	RunTime              time.Duration // over all its attempts
}

// Measurement is what a metric trigger shows at a moment.
type Measurement struct {
	watch *metricWatch
	// value is the figure, nil when no run shows any.
	value *float64
	// Crosses is when the figure passes the threshold by itself, because runs are late
	// and go on to be; zero for never.
	Crosses time.Time
}

// metricWatch is a metric trigger, compiled.
type metricWatch struct {
	place
	*prefect.MetricTrigger
	match   specification
	related []specification
}

func newMetricWatch(p place) *metricWatch {
	m := &metricWatch{place: p, MetricTrigger: p.trigger.Metric, match: newSpecification(p.trigger.Metric.Match)}
	for _, s := range m.MatchRelated.All {
		m.related = append(m.related, newSpecification(s))
	}
	return m
}

// Measure returns what each metric trigger shows of the runs. It is not for
// transactions: patterns and labels are whatever clients sent.
func (s *Set) Measure(now time.Time, runs []MetricRun) []Measurement {
	all := make([]Measurement, len(s.metrics))
	for i, m := range s.metrics {
		all[i] = m.measure(now, runs)
	}
	return all
}

// tally adds up what runs show.
type tally struct {
	runs    int
	sum     float64
	growing int // runs that add a second to the sum with each second
}

func (t *tally) add(value float64) { t.runs, t.sum = t.runs+1, t.sum+value }

func (m *metricWatch) measure(now time.Time, runs []MetricRun) Measurement {
	var t tally
	since := now.Add(-time.Duration(m.Metric.Range))
	left := eventEffort
	for i := range runs {
		if r := &runs[i]; m.covers(r, &left) {
			m.count(&t, r, since, now)
		}
	}
	shown := Measurement{watch: m}
	if t.runs == 0 || left <= 0 {
		return shown
	}
	value := t.sum / float64(t.runs)
	shown.value = &value
	if t.growing > 0 {
		seconds := (float64(m.Metric.Threshold) - value) * float64(t.runs) / float64(t.growing)
		if seconds > 0 && seconds < longestGrowth.Seconds() {
			shown.Crosses = now.Add(time.Duration(seconds*float64(time.Second)) + time.Millisecond)
		}
	}
	return shown
}

// longestGrowth is how far ahead it is looked when a figure passes its threshold.
const longestGrowth = 30 * 24 * time.Hour

func (m *metricWatch) covers(r *MetricRun, left *effort) bool {
	if !m.match.includes(left, r.Resource) {
		return false
	}
	for _, s := range m.related {
		if !s.includes(left, r.Related...) {
			return false
		}
	}
	return true
}

// count adds a run to a figure of the runs since a moment: of lateness those that were
// expected since, of the others those that have ended since.
func (m *metricWatch) count(t *tally, r *MetricRun, since, now time.Time) {
	within := func(at *prefect.Time) bool { return at != nil && !at.Before(since) && !at.After(now) }
	switch m.Metric.Name {
	case "lateness":
		if !within(r.Expected) {
			return
		}
		t.add(time.Duration(prefect.Lateness(now, r.State, r.Start, r.Expected)).Seconds())
		if r.Start == nil && !r.State.IsTerminal() {
			t.growing++
		}
	case "duration":
		if within(r.End) && r.State.IsTerminal() && r.Start != nil {
			t.add(r.RunTime.Seconds())
		}
	case "successes":
		if !within(r.End) {
			return
		}
		switch r.State {
		case prefect.Completed:
			t.add(1)
		case prefect.Failed, prefect.Crashed:
			t.add(0)
		}
	}
}

// beyond reports whether a figure is beyond the threshold.
func (m *metricWatch) beyond(value float64) bool {
	threshold := float64(m.Metric.Threshold)
	switch m.Metric.Operator {
	case "<":
		return value < threshold
	case "<=":
		return value <= threshold
	case ">":
		return value > threshold
	default:
		return value >= threshold
	}
}

// MetricKey is the key of the bucket in which a metric trigger keeps its state: Count
// is 1 while it has triggered and not resolved, Start is since when the figure has been
// on the other side of the threshold, Due when it has been there for long enough.
const MetricKey = ""

// never is the end of a window that is not over by itself.
var never = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// Settle lets a measurement take effect: what the figure has shown for long enough is
// told.
func Settle(rows Rows, now time.Time, shown Measurement) error {
	m := shown.watch
	b, err := rows.ReadTriggerBucket(m.trigger.ID, MetricKey)
	if err != nil {
		return err
	}
	if b == nil {
		b = &Bucket{Automation: m.automation.ID, Trigger: m.trigger.ID, Key: MetricKey, End: never}
	}
	triggered := b.Count > 0
	turned := shown.value != nil && m.beyond(*shown.value) != triggered
	switch {
	case !turned && b.Due == nil:
		return nil
	case !turned:
		b.Due = nil // not for long enough
	case b.Due == nil:
		due := now.Add(time.Duration(m.Metric.FiringFor))
		b.Start, b.Due = now, &due
	}
	if b.Due == nil || now.Before(*b.Due) {
		return rows.SetTriggerBucket(b)
	}
	state := prefect.Triggered
	if triggered {
		state = prefect.Resolved
	}
	if err := (turn{rows, now}).fireMetric(m, b, state, *shown.value); err != nil {
		return err
	}
	if b.Due = nil; triggered {
		b.Count = 0
	} else {
		b.Count = 1
	}
	return rows.SetTriggerBucket(b)
}

// fireMetric tells that a figure has been beyond its threshold, or has not been any
// more, for long enough. Composite triggers hear of the one only.
func (t turn) fireMetric(m *metricWatch, b *Bucket, state prefect.TriggerState, value float64) error {
	if m.parent != nil && state == prefect.Resolved {
		return nil
	}
	figure := prefect.Float(value)
	f := &prefect.Firing{ID: uuid.NewSHA1(firings, append(identity(m.automation.ID, m.trigger.ID, b.Start), state...)),
		Trigger: *m.trigger, States: []prefect.TriggerState{state}, Triggered: prefect.At(t.now), Labels: map[string]string{},
		Firings: []prefect.Firing{}, Value: &figure}
	return t.raise(m.place, f, t.now)
}
