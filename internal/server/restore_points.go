package server

import (
	"context"
	"time"

	"github.com/reevehq/reeve/internal/api"
	"github.com/reevehq/reeve/internal/backup"
	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/prefect"
)

const (
	// pointsTime is how long the storage may take to list what it has.
	pointsTime = 15 * time.Second
	// pointsAge is for how long an answer is given again: listing costs money, and
	// a storage that has kept much is listed for seconds.
	pointsAge = 30 * time.Second
	// mostPoints are shown of a database, and mostSnapshots of its folder.
	mostPoints, mostSnapshots = 100, 50
)

// restorePoints tells to which moments the databases can be put back. One listing
// is under way at a time, however many ask.
type restorePoints struct {
	backups  Backups
	database string // the server's file
	clock    clock.Clock

	turn  chan struct{} // has room for whoever lists
	until time.Time     // known is given again until then
	known api.RestorePoints
}

func newRestorePoints(b Backups, database string, c clock.Clock) *restorePoints {
	return &restorePoints{backups: b, database: database, clock: c, turn: make(chan struct{}, 1)}
}

// read lists them, or gives what was listed a moment ago.
func (p *restorePoints) read(ctx context.Context) (api.RestorePoints, error) {
	ctx, done := context.WithTimeout(ctx, pointsTime)
	defer done()
	select {
	case p.turn <- struct{}{}:
		defer func() { <-p.turn }()
	case <-ctx.Done():
		return api.RestorePoints{}, ctx.Err()
	}
	if p.clock.Now().Before(p.until) {
		return p.known, nil
	}
	found := api.RestorePoints{Database: p.database}
	for _, s := range p.backups.all() {
		if s != nil {
			found.Copies = append(found.Copies, p.copies(ctx, s))
		}
	}
	if p.backups.Snapshots != nil {
		snapshots, err := p.backups.Snapshots()
		if err != nil {
			return found, err
		}
		found.Snapshots = snapshots[:min(len(snapshots), mostSnapshots)]
	}
	if ctx.Err() == nil { // what one who gave up did not get says nothing to others
		p.known, p.until = found, p.clock.Now().Add(pointsAge)
	}
	return found, nil
}

// copies are those of one database. A storage that fails says so in its place.
func (p *restorePoints) copies(ctx context.Context, s *backup.Shipper) api.RestoreCopies {
	c := api.RestoreCopies{Database: s.Name, Points: []prefect.Time{}}
	points, err := s.Points(ctx)
	if err != nil {
		c.Error = err.Error()
		return c
	}
	c.Count = len(points)
	for _, point := range backup.Choice(points, p.clock.Now(), mostPoints) {
		c.Points = append(c.Points, prefect.At(point.Time))
	}
	return c
}
