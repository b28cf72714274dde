package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync/atomic"

	"zombiezen.com/go/sqlite"

	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/store"
)

// damage remembers that the database was found damaged. From then on it is only
// read: writing on would spread the damage.
type damage struct{ found atomic.Pointer[string] }

func (d *damage) note(what string) { d.found.CompareAndSwap(nil, &what) }

// see notes an error of the driver that tells of damage.
func (d *damage) see(err error) {
	switch sqlite.ErrCode(err).ToPrimary() {
	case sqlite.ResultCorrupt, sqlite.ResultNotADB:
		d.note(err.Error())
	}
}

func (d *damage) health() error {
	if what := d.found.Load(); what != nil {
		return fmt.Errorf("the database is damaged: %s", *what)
	}
	return nil
}

// refusal is what a write gets when there is damage.
func (d *damage) refusal() error {
	if err := d.health(); err != nil {
		return fault.Wrap(fault.Busy, err, "The database is damaged and can only be read")
	}
	return nil
}

// wasKilled tells whether whoever had the database last left its log behind,
// which a server that ends in order writes back.
func wasKilled(path string) bool {
	info, err := os.Stat(path + "-wal")
	return err == nil && info.Size() > 0
}

// inspect looks for damage in the background after the last server was killed:
// for a minute on a large file and a slow disk, so a start does not wait for it.
func (db *DB) inspect() {
	ctx, stop := context.WithCancel(context.Background())
	db.inspecting.Go(func() {
		defer stop()
		if what, err := quickCheck(ctx, db.path); err != nil {
			if ctx.Err() == nil {
				db.log.Warn("look for damage in the database", "error", err)
			}
		} else if what != "" {
			db.damage.note(what)
			db.log.Error("the database is damaged and can only be read", "path", db.path, "found", what)
		}
	})
	db.inspecting.Go(func() {
		select {
		case <-db.closed:
			stop()
		case <-ctx.Done():
		}
	})
}

// quickCheck gives the first damage it finds, "" when there is none.
func quickCheck(ctx context.Context, path string) (what string, err error) {
	c, err := openConn(path, false)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	c.c.SetInterrupt(ctx.Done())
	err = c.Query("PRAGMA quick_check(1)", nil, func(r store.Row) error { return r.Scan(&what) })
	if code := sqlite.ErrCode(err).ToPrimary(); code == sqlite.ResultCorrupt || code == sqlite.ResultNotADB {
		return err.Error(), nil
	}
	if what == "ok" {
		what = ""
	}
	return what, err
}
