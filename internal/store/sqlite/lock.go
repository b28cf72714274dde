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
// lives: the kernel releases it however the process ends.
type lockFile struct{ f *os.File }

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
	l := &lockFile{f}
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

// release gives the lock back; the file stays, since removing it would race
// with the next holder.
func (l *lockFile) release() {
	if l != nil {
		_ = l.f.Close()
	}
}
