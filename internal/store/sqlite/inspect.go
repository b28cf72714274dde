package sqlite

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"zombiezen.com/go/sqlite"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/store"
)

// How thoroughly to look: after a kill for what makes pages unreadable, on a
// suspicion for all that can be wrong.
const (
	quickLook = "PRAGMA quick_check(1)"
	fullLook  = "PRAGMA integrity_check(1)"
)

// settleTime is how long a look after a kill lets the first requests go before:
// it takes a whole core, and the disk.
const settleTime = 2 * time.Second

// inspectPause is the time between two looks when the disk did not answer.
const inspectPause = 10 * time.Second

// inspector looks for damage in the background, for a minute on a large file
// and a slow disk, so that nobody waits for it. It looks once at a time.
type inspector struct {
	path   string
	damage *damage
	clock  clock.Clock
	log    *slog.Logger
	ctx    context.Context // ends with end
	cancel context.CancelFunc

	mu    sync.Mutex
	looks sync.WaitGroup
	under bool
}

func newInspector(path string, d *damage, c clock.Clock, log *slog.Logger) *inspector {
	ctx, cancel := context.WithCancel(context.Background())
	return &inspector{path: path, damage: d, clock: c, log: log, ctx: ctx, cancel: cancel}
}

// start begins to look, after a time, unless a look is under way.
func (i *inspector) start(look string, after time.Duration) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.under || i.ctx.Err() != nil {
		return
	}
	i.under = true
	i.looks.Go(func() {
		if after > 0 {
			select {
			case <-i.clock.After(after):
			case <-i.ctx.Done():
				return
			}
		}
		i.run(i.ctx, look)
	})
}

// end ends the look under way, and none is started after it.
func (i *inspector) end() {
	i.mu.Lock()
	i.cancel()
	i.mu.Unlock()
	i.looks.Wait()
}

// run looks until it has seen the whole file. A file that cannot be read for
// damage is read-only at once, and known to be damaged when the next look says
// the same.
func (i *inspector) run(ctx context.Context, look string) {
	for malformed := false; ; {
		what, err := inspect(ctx, i.path, look)
		switch {
		case ctx.Err() != nil:
			return
		case err == nil:
			i.report(what)
			return
		case isDamage(err) && malformed:
			i.report(err.Error())
			return
		}
		malformed = isDamage(err)
		i.damage.suspect(err)
		i.log.Warn("look for damage in the database", "error", err, "again in", inspectPause)
		select {
		case <-i.clock.After(inspectPause):
		case <-ctx.Done():
			return
		}
	}
}

func (i *inspector) report(what string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.under = false
	if what != "" {
		i.damage.found(what)
		i.log.Error("the database is damaged and can only be read", "path", i.path, "found", what)
	} else if i.damage.lift() {
		i.log.Warn("the database is sound; what looked like damage was the disk failing to give a page", "path", i.path)
	}
}

// inspect returns the first damage it finds, "" when there is none, and an error
// when it could not look at all of the file.
func inspect(ctx context.Context, path, look string) (what string, err error) {
	c, err := openConn(path, false)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	c.c.SetInterrupt(ctx.Done())
	err = c.Query(look, nil, func(r store.Row) error { return r.Scan(&what) })
	switch {
	case what == "ok":
		what = ""
	case unread(what):
		return "", fmt.Errorf("read the database: %s", what)
	}
	return what, err
}

// unread reports whether a check's finding is that the disk did not give a page.
func unread(what string) bool {
	_, number, found := strings.Cut(what, "unable to get the page. error code=")
	var code int
	if _, err := fmt.Sscan(number, &code); !found || err != nil {
		return false
	}
	return sqlite.ResultCode(code).ToPrimary() != sqlite.ResultCorrupt
}
