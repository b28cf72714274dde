package sqlite

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"syscall"

	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/store/migrations"
)

// ReserveSize is the size in bytes of <database>.reserve while the disk is not full.
const ReserveSize = reserveSize

// Library is the version of SQLite in this program, and whether it has none of
// the defects that damage databases.
func Library() (version string, safe bool, err error) {
	c, err := openConn(":memory:", true)
	if err != nil {
		return "", false, err
	}
	err = c.Query("SELECT sqlite_version()", nil, func(r store.Row) error { return r.Scan(&version) })
	safe = err == nil && checkVersion(c) == nil
	return version, safe, errors.Join(err, c.close())
}

// Holder reports which process has a database open as its owner, "" when none has.
func Holder(database string) (pid string, err error) {
	f, err := os.Open(real(database) + ".lock")
	if errors.Is(err, os.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }()
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB)
	if !errors.Is(err, syscall.EWOULDBLOCK) {
		return "", err
	}
	text, err := io.ReadAll(io.LimitReader(f, 32))
	return strings.TrimSpace(string(text)), err
}

// Look reports whether a server of this program could open the database at path,
// which nobody has open: a fault with the next step when it could not. It
// changes nothing. The pages are looked at until ctx ends; whole reports whether
// it got to the end.
func Look(ctx context.Context, path string) (schema int, whole bool, err error) {
	steps, err := migrations.For("sqlite")
	if err != nil {
		return 0, false, err
	}
	c, err := openToLook(path, !exists(path+"-wal"))
	if err != nil {
		return 0, false, openFault(path, err)
	}
	defer func() { err = errors.Join(err, c.close()) }()
	if schema, err = schemaNumber(c); err != nil {
		return 0, false, openFault(path, err)
	}
	if schema == 0 {
		if err := refuseForeign(c, path); err != nil {
			return 0, false, openFault(path, err)
		}
	}
	if err := refuseUnfinished(c, path); err != nil {
		return schema, false, err
	}
	if schema > len(steps) {
		return schema, false, newerSchema(path, schema, len(steps))
	}
	what, err := c.quickCheck(ctx)
	switch {
	case ctx.Err() != nil:
		return schema, false, nil
	case err != nil:
		return schema, false, openFault(path, err)
	case what != "":
		return schema, true, damaged(path, errors.New(what))
	}
	return schema, true, nil
}

// quickCheck returns the first damage it finds, "" when there is none.
func (c *conn) quickCheck(ctx context.Context) (what string, err error) {
	c.c.SetInterrupt(ctx.Done())
	defer c.c.SetInterrupt(nil)
	err = c.Query(quickLook, nil, func(r store.Row) error { return r.Scan(&what) })
	switch {
	case isDamage(err):
		return err.Error(), nil
	case what == "ok":
		what = ""
	}
	return what, err
}
