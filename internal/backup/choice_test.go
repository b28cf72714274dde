package backup

import (
	"slices"
	"testing"
	"time"
)

// A storage has a point for every few seconds of writing; a page shows some.
func TestChoice(t *testing.T) {
	now := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	every := func(step time.Duration, n int) (all []Point) {
		for i := range n {
			all = append(all, Point{Time: now.Add(-time.Duration(i) * step)})
		}
		return all
	}
	tests := []struct {
		name   string
		points []Point
		most   int
		want   int
	}{
		{"none", nil, 100, 0},
		{"one", every(time.Second, 1), 100, 1},
		{"few", every(time.Second, 10), 100, 10},
		{"an hour of seconds: the newest, the hour before, and the oldest", every(time.Second, 3600), 100, 11},
		{"a day and a half of minutes", every(time.Minute, 36*60), 100, 10 + 23 + 2},
		{"a year of hours", every(time.Hour, 365*24), 60, 60},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := Choice(test.points, now, test.most)
			if len(got) != test.want {
				t.Fatalf("%d points, want %d", len(got), test.want)
			}
			if len(got) == 0 {
				return
			}
			if !got[0].Time.Equal(test.points[0].Time) || !got[len(got)-1].Time.Equal(test.points[len(test.points)-1].Time) {
				t.Error("the newest or the oldest is left out")
			}
			if !slices.IsSortedFunc(got, func(a, b Point) int { return b.Time.Compare(a.Time) }) {
				t.Error("they are not in their order")
			}
		})
	}
}
