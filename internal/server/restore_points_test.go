package server

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/api"
	"github.com/reevehq/reeve/internal/backup"
	"github.com/reevehq/reeve/internal/clock"
)

// storage is one that counts how often it is listed.
type storage struct {
	backup.Bucket
	mu    sync.Mutex
	lists int
	keys  []backup.Object
	err   error
	wait  chan struct{} // is waited for, when there is one
}

func (s *storage) List(ctx context.Context, _, _ string) ([]backup.Object, error) {
	s.mu.Lock()
	s.lists++
	s.mu.Unlock()
	if s.wait != nil {
		select {
		case <-s.wait:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return s.keys, s.err
}

func shipperTo(s *storage) *backup.Shipper {
	return backup.New(backup.Config{Bucket: s, URL: "s3://copies", Name: "server"})
}

func TestRestorePointsAreListedOnceForAll(t *testing.T) {
	bucket := &storage{wait: make(chan struct{})}
	p := newRestorePoints(Backups{Shipper: shipperTo(bucket)}, "reeve.db", clock.System{})
	var asked sync.WaitGroup
	for range 20 {
		asked.Go(func() {
			if _, err := p.read(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	close(bucket.wait)
	asked.Wait()
	if bucket.lists != 1 {
		t.Errorf("20 who ask list %d times", bucket.lists)
	}
}

func TestWhoAsksForRestorePointsDoesNotWaitForEver(t *testing.T) {
	bucket := &storage{wait: make(chan struct{})}
	p := newRestorePoints(Backups{Shipper: shipperTo(bucket)}, "reeve.db", clock.System{})
	ctx, gone := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer gone()
	got, err := p.read(ctx)
	if err != nil || len(got.Copies) != 1 || got.Copies[0].Error == "" {
		t.Errorf("a storage that is slow: %+v %v", got, err)
	}
	p.turn <- struct{}{} // another one lists
	if _, err := p.read(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("whoever waits for another: %v", err)
	}
}

func TestRestorePointsSayWhatFails(t *testing.T) {
	bucket := &storage{err: errors.New("the bucket is gone")}
	p := newRestorePoints(Backups{Shipper: shipperTo(bucket), Snapshots: func() ([]api.RestoreSnapshot, error) {
		return make([]api.RestoreSnapshot, mostSnapshots+1), nil
	}}, "reeve.db", clock.System{})
	got, err := p.read(t.Context())
	if err != nil || got.Copies[0].Error != "the bucket is gone" || len(got.Snapshots) != mostSnapshots || got.Database != "reeve.db" {
		t.Errorf("%+v %v", got, err)
	}
	if none, err := newRestorePoints(Backups{}, "reeve.db", clock.System{}).read(t.Context()); err != nil || len(none.Copies) != 0 {
		t.Errorf("without a storage: %+v %v", none, err)
	}
}
