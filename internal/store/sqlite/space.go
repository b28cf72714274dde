package sqlite

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
	"zombiezen.com/go/sqlite"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/fault"
)

const (
	// reserveSize is what <database>.reserve holds, in bytes: room for the log of
	// a few thousand deleted rows.
	reserveSize = 4 << 20
	// lookAgain is how often a full disk is looked at again.
	lookAgain = time.Second
)

// space knows whether the disk is full, and keeps a file beside the database
// whose room is given up when it is. From then on only writes that may use the
// reserve are taken (see store.WithReserve), until there is room to keep the
// file again: after something was deleted here or elsewhere.
type space struct {
	path  string
	log   *slog.Logger
	clock clock.Clock

	mu     sync.Mutex
	full   bool
	looked time.Time
}

func newSpace(database string, c clock.Clock, log *slog.Logger) *space {
	s := &space{path: database + ".reserve", log: log, clock: c}
	if err := s.keep(); err != nil {
		log.Warn("no space can be kept in reserve for when the disk is full", "path", s.path, "error", err)
	}
	return s
}

// keep makes the reserve. A file of the right size is left as it is, so that
// this costs a start one look.
func (s *space) keep() error {
	if info, err := os.Stat(s.path); err == nil && info.Size() == reserveSize {
		return nil
	}
	f, err := os.OpenFile(s.path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	err = allocate(f)
	if err != nil {
		err = errors.Join(err, f.Truncate(0))
	}
	return errors.Join(err, f.Close())
}

// allocate takes the room; file systems that cannot are given zeros.
func allocate(f *os.File) error {
	err := unix.Fallocate(int(f.Fd()), 0, 0, reserveSize)
	if !errors.Is(err, unix.EOPNOTSUPP) {
		return err
	}
	_, err = f.WriteAt(make([]byte, reserveSize), 0)
	return err
}

// exhausted notes that a write found the disk full and gives the reserve up;
// false when there was none to give.
func (s *space) exhausted() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.full {
		s.log.Error("the disk is full: nothing new is taken until there is room", "path", s.path)
	}
	s.full, s.looked = true, s.clock.Now()
	info, err := os.Stat(s.path)
	if err != nil || info.Size() == 0 {
		return false
	}
	return os.Truncate(s.path, 0) == nil
}

// refuses reports whether a write that may not use the reserve must be turned away.
func (s *space) refuses() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.full && s.due() && s.free() >= 2*reserveSize {
		s.recover()
	}
	return s.full
}

// freed is told of each write that went through; on a full disk it has the
// log's room given back by checkpoint.
func (s *space) freed(checkpoint func() (bool, error)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.full || !s.due() {
		return
	}
	done, err := checkpoint()
	if err != nil {
		s.log.Warn("write the log back on a full disk", "error", err)
	} else if done {
		s.recover()
	}
}

func (s *space) due() bool {
	now := s.clock.Now()
	if now.Sub(s.looked) < lookAgain {
		return false
	}
	s.looked = now
	return true
}

func (s *space) recover() {
	if err := s.keep(); err != nil {
		return // still full
	}
	s.full = false
	s.log.Info("there is room on the disk again", "path", s.path)
}

// free is the room on the disk in bytes, 0 when it cannot be told.
func (s *space) free() uint64 {
	var fs unix.Statfs_t
	if err := unix.Statfs(s.path, &fs); err != nil {
		return 0
	}
	return fs.Bavail * uint64(fs.Bsize)
}

// health is an error while the disk is full.
func (s *space) health() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.full {
		return nil
	}
	return fmt.Errorf("the disk of %s is full", strings.TrimSuffix(s.path, ".reserve"))
}

func errFull(cause error) error {
	return fault.Wrap(fault.Full, cause, "no space is left to write to the database").
		WithHint("free space on the volume, or grow it")
}

// isFull reports whether an error of the driver means that the disk is full.
func isFull(err error) bool {
	return err != nil && (sqlite.ErrCode(err).ToPrimary() == sqlite.ResultFull || errors.Is(err, syscall.ENOSPC))
}
