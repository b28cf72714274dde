package metrics

import (
	"math"
	"slices"
	"testing"
	"time"
)

func TestQuantile(t *testing.T) {
	for name, test := range map[string]struct {
		values []float64
		q      float64
		want   float64
	}{
		"nothing":               {nil, 0.5, 0},
		"one value":             {[]float64{0.5}, 0.5, 0.5},
		"on a bound":            {[]float64{1, 1, 1, 1}, 1, 1},
		"evenly in the bucket":  {[]float64{1.5, 1.5, 1.5, 1.5}, 0.5, 1.5},
		"over several buckets":  {[]float64{0.5, 0.5, 3, 3}, 0.75, 3},
		"above all bounds":      {[]float64{100, 200}, 0.5, 4},
		"the median above all":  {[]float64{0.5, 100, 100}, 0.9, 4},
		"the least of many":     {[]float64{3, 3, 3}, 0, 2},
		"an empty bucket first": {[]float64{1.2}, 1, 2},
	} {
		t.Run(name, func(t *testing.T) {
			h := NewHistogram(1, 2, 4)
			for _, v := range test.values {
				h.Observe(v)
			}
			if got := h.Read().Quantile(test.q); math.Abs(got-test.want) > 1e-9 {
				t.Errorf("%g, want %g", got, test.want)
			}
		})
	}
}

func TestHistogramKeepsSumAndCounts(t *testing.T) {
	h := NewHistogram(1, 2)
	for _, d := range []time.Duration{time.Second, 1500 * time.Millisecond, time.Minute} {
		h.Time(d)
	}
	b := h.Read()
	if !slices.Equal(b.Counts, []uint64{1, 1, 1}) || b.Sum != 62.5 || b.Count() != 3 || b.Mean() != 62.5/3 {
		t.Errorf("%+v", b)
	}
}

func TestMerge(t *testing.T) {
	one := Buckets{Bounds: []float64{1, 5}, Counts: []uint64{2, 3}, Sum: 10}
	other := Buckets{Bounds: []float64{5, 10}, Counts: []uint64{1, 0, 4}, Sum: 100}
	got := merge(one, other)
	if !slices.Equal(got.Bounds, []float64{1, 5, 10}) || !slices.Equal(got.Counts, []uint64{2, 4, 0, 4}) || got.Sum != 110 {
		t.Errorf("%+v", got)
	}
	if empty := merge(); empty.Count() != 0 || empty.Quantile(0.5) != 0 {
		t.Errorf("%+v of nothing", empty)
	}
}

func TestPage(t *testing.T) {
	p := &Page{}
	p.Gauge("a", "Help.").Value(1.5).Value(2, "x", `q"\`+"\n")
	p.Histogram("h", "More.").Buckets(Buckets{Bounds: []float64{0.1, 1}, Counts: []uint64{1, 0, 2}, Sum: 7}, "k", "v")
	want := `# HELP a Help.
# TYPE a gauge
a 1.5
a{x="q\"\\\n"} 2
# HELP h More.
# TYPE h histogram
h_bucket{k="v",le="0.1"} 1
h_bucket{k="v",le="1"} 1
h_bucket{k="v",le="+Inf"} 3
h_sum{k="v"} 7
h_count{k="v"} 3
`
	if got := string(p.Bytes()); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}
