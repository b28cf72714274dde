package sqlite

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"

	"github.com/reevehq/reeve/internal/fault"
)

// lockFile is <database>.lock, held with flock for as long as the process
// lives: the kernel releases it however the process ends. The database's own file
// is locked too (see holdFile), since a file may have two names and two lock files.
type lockFile struct {
	f        *os.File
	database *os.File // nil while there is none
}

// takeLock makes this process the only owner of a database, and ends a restore
// that was cut off.
func takeLock(database string) (*lockFile, error) {
	path := database + ".lock"
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "database %s cannot be opened for writing", database).
			WithHint("choose a writable path with --database, or fix the folder's permissions")
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		holder, _ := io.ReadAll(io.LimitReader(f, 32))
		_ = f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fault.New(fault.Conflict, "database %s is in use by process %s", database, strings.TrimSpace(string(holder))).
				WithHint("stop that process, or choose another --database")
		}
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	if err := errors.Join(f.Truncate(0), writePID(f)); err != nil {
		return nil, errors.Join(fmt.Errorf("write %s: %w", path, err), f.Close())
	}
	l := &lockFile{f: f}
	if l.database, err = holdFile(database, false); err != nil {
		l.release()
		return nil, err
	}
	if _, err := settleLocked(database); err != nil {
		l.release()
		return nil, fmt.Errorf("end the restore of %s that was cut off: %w", database, err)
	}
	return l, nil
}

func writePID(f *os.File) error {
	_, err := f.WriteAt(fmt.Appendf(nil, "%d\n", os.Getpid()), 0)
	return err
}

// hold locks the database's file as it is now, after a restore, and makes it when
// there is none.
func (l *lockFile) hold(path string) error {
	if l.database != nil {
		info, err := os.Stat(path)
		mine, e := l.database.Stat()
		if err == nil && e == nil && os.SameFile(info, mine) {
			return nil
		}
		_ = l.database.Close()
		l.database = nil
	}
	var err error
	l.database, err = holdFile(path, true)
	return err
}

// release returns the lock back; the file stays, since removing it would race
// with the next holder.
func (l *lockFile) release() {
	if l == nil {
		return
	}
	if l.database != nil {
		_ = l.database.Close()
	}
	_ = l.f.Close()
}
