package metrics

import (
	"slices"
	"sync/atomic"
	"time"
)

// Histogram counts values in buckets. Any number of goroutines may add to it.
type Histogram struct {
	bounds []float64 // ascending
	counts []atomic.Uint64
	sum    atomic.Int64 // in millionths
}

// NewHistogram makes a histogram of buckets with these upper bounds, and one of
// what is above all.
func NewHistogram(bounds ...float64) *Histogram {
	return &Histogram{bounds: bounds, counts: make([]atomic.Uint64, len(bounds)+1)}
}

// Observe counts a value.
func (h *Histogram) Observe(v float64) {
	i, _ := slices.BinarySearch(h.bounds, v)
	h.counts[i].Add(1)
	h.sum.Add(int64(v * 1e6))
}

// Time counts a length of time, in seconds.
func (h *Histogram) Time(d time.Duration) { h.Observe(d.Seconds()) }

// Buckets are counts as they were at a moment.
type Buckets struct {
	// Bounds are the upper bounds of all buckets but the last; Counts has one more.
	Bounds []float64
	Counts []uint64
	Sum    float64
}

// Read returns the counts.
func (h *Histogram) Read() Buckets {
	b := Buckets{Bounds: h.bounds, Counts: make([]uint64, len(h.counts)), Sum: float64(h.sum.Load()) / 1e6}
	for i := range h.counts {
		b.Counts[i] = h.counts[i].Load()
	}
	return b
}

// Count is the number of values.
func (b Buckets) Count() uint64 {
	total := uint64(0)
	for _, n := range b.Counts {
		total += n
	}
	return total
}

// Mean is the mean of the values, 0 without any.
func (b Buckets) Mean() float64 {
	if n := b.Count(); n > 0 {
		return b.Sum / float64(n)
	}
	return 0
}

// Quantile estimates the value below which the share q of the values lies, as
// Prometheus does: evenly spread inside their bucket, and the highest bound for
// what is above all. It is 0 without values.
func (b Buckets) Quantile(q float64) float64 {
	total := b.Count()
	if total == 0 || len(b.Bounds) == 0 {
		return 0
	}
	rank, below, from := q*float64(total), 0.0, 0.0
	for i, bound := range b.Bounds {
		n := float64(b.Counts[i])
		if n > 0 && below+n >= rank {
			return from + (bound-from)*max(0, rank-below)/n
		}
		below, from = below+n, bound
	}
	return from
}

// Summary is a histogram in a few figures.
type Summary struct {
	Count uint64  `json:"count"`
	Mean  float64 `json:"mean"`
	P50   float64 `json:"p50"`
	P95   float64 `json:"p95"`
	P99   float64 `json:"p99"`
}

// Summary returns the figures.
func (b Buckets) Summary() Summary {
	return Summary{b.Count(), b.Mean(), b.Quantile(0.5), b.Quantile(0.95), b.Quantile(0.99)}
}

// spread returns the same counts with all of the bounds, in whose order they are.
func (b Buckets) spread(bounds []float64) Buckets {
	all := slices.Concat(bounds, b.Bounds)
	slices.Sort(all)
	all = slices.Compact(all)
	wide := Buckets{Bounds: all, Counts: make([]uint64, len(all)+1), Sum: b.Sum}
	for i, n := range b.Counts {
		at := len(all)
		if i < len(b.Bounds) {
			at, _ = slices.BinarySearch(all, b.Bounds[i])
		}
		wide.Counts[at] += n
	}
	return wide
}

// merge adds up histograms.
func merge(all ...Buckets) Buckets {
	var bounds []float64
	for _, b := range all {
		bounds = append(bounds, b.Bounds...)
	}
	var sum Buckets
	for i, b := range all {
		b = b.spread(bounds)
		if i == 0 {
			sum = b
			continue
		}
		sum.Sum += b.Sum
		for j, n := range b.Counts {
			sum.Counts[j] += n
		}
	}
	return sum
}
