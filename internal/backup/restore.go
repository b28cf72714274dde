package backup

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/minio/minio-go/v7"

	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/store/migrations"
	"github.com/reevehq/reeve/internal/store/sqlite"
)

// Source is where the copies of one database are.
type Source struct {
	Bucket Bucket
	URL    string
	Name   string
	Steps  []migrations.Migration // the database's schema
}

// Restore makes the file of the newest sound copy, or, with at, of the newest
// that is not later. It gives the moment up to which it has what was written.
func (s Source) Restore(ctx context.Context, at time.Time, part string) (time.Time, error) {
	points, err := Points(ctx, s.Bucket, s.URL, s.Name, at)
	var known *fault.Error
	if errors.As(err, &known) {
		return time.Time{}, err
	} else if err != nil {
		return time.Time{}, fault.Wrap(fault.Busy, err, "the storage %s cannot be asked", s.URL)
	}
	trial := part + ".trial"
	defer func() { _ = os.Remove(trial) }()
	var what error // is wrong with the newest
	found, err := newestGood(len(points), func(i int) (bool, error) {
		bad, err := s.try(ctx, points[i], trial)
		if bad != nil && what == nil {
			what = bad
		}
		return bad == nil, err
	}, func(int) error { return os.Rename(trial, part) })
	if err != nil {
		return time.Time{}, fault.Wrap(fault.Busy, err, "the copy of the database %q cannot be fetched from %s", s.Name, s.URL)
	}
	if found < 0 {
		return time.Time{}, fault.New(fault.Internal, "no copy of the database %q in %s is sound: %v", s.Name, s.URL, what)
	}
	return points[found].Time, nil
}

// try fetches a copy. bad is what is wrong with it; err tells that this cannot be
// known now.
func (s Source) try(ctx context.Context, p Point, path string) (bad, err error) {
	err = Fetch(ctx, s.Bucket, p, path)
	var said minio.ErrorResponse
	if errors.Is(err, errPiece) || errors.As(err, &said) && said.Code == minio.NoSuchKey {
		return err, nil
	}
	if err != nil {
		return nil, err
	}
	found, err := sqlite.Check(ctx, path, s.Steps)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return err, nil
	case len(found.Damage) > 0:
		return fmt.Errorf("the copy of %s is damaged: %s", p.Time.Format(time.RFC3339), found.Damage[0]), nil
	}
	return nil, nil
}

// Healer makes the newest good copy of a database: from the storage, or, without
// one (a zero Source), from the snapshots beside the database.
func Healer(s Source, database string) sqlite.Healer {
	return func(ctx context.Context, part string) (sqlite.Cure, error) {
		if s.Bucket == nil {
			return sqlite.LatestSnapshot(ctx, database, s.Steps, part)
		}
		until, err := s.Restore(ctx, time.Time{}, part)
		if fault.Is(err, fault.NotFound) {
			return sqlite.LatestSnapshot(ctx, database, s.Steps, part)
		}
		return sqlite.Cure{From: s.URL, Until: until}, err
	}
}
