package backup

import (
	"context"
	"time"
)

// newestShown are the points that Choice keeps whatever their age.
const newestShown = 10

// Points lists the moments to which the database can be restored from the
// storage, the newest first.
func (s *Shipper) Points(ctx context.Context) ([]Point, error) {
	return Points(ctx, s.Bucket, s.URL, s.Name, time.Time{})
}

// Choice leaves of points, the newest first, as many as people look through: the
// newest ones, the newest of each hour of the last day, and of each day before it,
// in UTC and up to most of them. The oldest is always among them.
func Choice(points []Point, now time.Time, most int) []Point {
	var chosen []Point
	last := ""
	for i, p := range points {
		unit := "2006-01-02"
		if now.Sub(p.Time) < 24*time.Hour {
			unit = "2006-01-02T15"
		}
		at := p.Time.UTC().Format(unit)
		if i >= newestShown && at == last {
			continue
		}
		last = at
		if len(chosen) == most-1 {
			return append(chosen, points[len(points)-1])
		}
		chosen = append(chosen, p)
	}
	if oldest := len(points) - 1; oldest >= 0 && !chosen[len(chosen)-1].Time.Equal(points[oldest].Time) {
		chosen = append(chosen, points[oldest])
	}
	return chosen
}
