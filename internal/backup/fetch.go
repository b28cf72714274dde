package backup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/reevehq/reeve/internal/fault"
)

// ahead is how many pieces are fetched while another is applied.
const ahead = 4

// Point is a moment to which a database can be restored.
type Point struct {
	Time       time.Time
	Generation string

	pieces []piece // it is made of these
}

// Points lists the moments to which a database can be restored, the newest first.
// With at, those after it are left out. There is at least one, or an error.
func Points(ctx context.Context, b Bucket, url, database string, at time.Time) ([]Point, error) {
	all, err := generations(ctx, b, database)
	if err != nil {
		return nil, err
	}
	var points []Point
	for i := len(all) - 1; i >= 0; i-- {
		for n, ok := all[i].until(at); ok && n >= 0; n-- {
			if all[i].pieces[n].point {
				points = append(points, Point{all[i].pieces[n].time, all[i].id, all[i].pieces[:n+1]})
			}
		}
	}
	if len(points) == 0 {
		none := fault.New(fault.NotFound, "%s has no copy of the database %q", url, database)
		if !at.IsZero() {
			none = fault.New(fault.NotFound, "%s has no copy of the database %q from before %s", url, database, at.Format(time.RFC3339))
		}
		return nil, none.WithHint("one appears within seconds once a server runs with [backup] url")
	}
	return points, nil
}

// Fetch makes the file of a point. It does not look at what is in it.
func Fetch(ctx context.Context, b Bucket, p Point, path string) (err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var last pieceHeader
	for i, got := range fetching(ctx, b, p.pieces) {
		body := <-got
		if body.err != nil {
			return fmt.Errorf("fetch %s: %w", p.pieces[i].key, body.err)
		}
		if last, err = applyPiece(bytes.NewReader(body.text), f); err != nil {
			return fmt.Errorf("%s: %w", p.pieces[i].key, err)
		}
	}
	if !last.Point {
		return fmt.Errorf("%s: %w", p.pieces[len(p.pieces)-1].key, errPiece)
	}
	if err := f.Truncate(int64(last.Pages) * int64(last.PageSize)); err != nil {
		return err
	}
	return f.Sync()
}

type fetched struct {
	text []byte
	err  error
}

// fetching gets pieces, some ahead of the one that is waited for, in order.
func fetching(ctx context.Context, b Bucket, pieces []piece) func(yield func(int, <-chan fetched) bool) {
	return func(yield func(int, <-chan fetched) bool) {
		begun := make([]chan fetched, len(pieces))
		begin := func(i int) {
			if i >= len(pieces) {
				return
			}
			begun[i] = make(chan fetched, 1)
			go func() {
				text, err := b.Get(ctx, pieces[i].key)
				begun[i] <- fetched{text, err}
			}()
		}
		for i := range ahead {
			begin(i)
		}
		for i := range pieces {
			begin(i + ahead)
			if !yield(i, begun[i]) {
				return
			}
			begun[i] = nil
		}
	}
}

// newestGood finds the first of n things, ordered from the newest to the oldest,
// that is good, taking it that damage stays once it is there. It tries few: those
// 0, 1, 3, 7 … back, then those between the last bad and the first good one. keep
// is told of each good one that is the newest so far. -1 stands for none; an
// error of try or keep ends it.
func newestGood(n int, try func(i int) (good bool, err error), keep func(i int) error) (int, error) {
	bad, good, step := -1, n, 1
	for good-bad > 1 {
		i := min(bad+step, n-1)
		if good < n {
			i = (bad + good) / 2
		}
		step *= 2
		is, err := try(i)
		if err != nil {
			return -1, err
		}
		if !is {
			bad = i
			continue
		}
		good = i
		if err := keep(i); err != nil {
			return -1, err
		}
	}
	if good == n {
		return -1, nil
	}
	return good, nil
}
