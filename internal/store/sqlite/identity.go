package sqlite

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"

	"github.com/reevehq/reeve/internal/fault"
)

// identity knows the file that a database was opened as. Whoever removes,
// replaces, renames or cuts off the database or its log under a running server
// has it write into what nobody will read again; so the names are looked at before
// and after each commit, before anybody is answered, which costs two calls of
// stat and a read of 32 bytes beside a sync of the disk.
//
// The database's own file is held open from before SQLite opens it until after it
// has closed it: closing it earlier would give up SQLite's own locks on it.
type identity struct {
	path string
	file *os.File
	is   fs.FileInfo // of the file: which one it is

	mu   sync.Mutex
	size int64    // the least that the file must have
	log  *os.File // nil until the first commit
	logs fs.FileInfo
	salt [8]byte // of the log's header at the last commit: another one begins the log anew
	end  int64   // the log's size then
	cut  string  // what was cut off, which nothing mends; "" for nothing
}

// databaseHeader is the length of the header of a database's file: the size of a
// page is at 16, the number of pages at 28.
const databaseHeader = 100

// real is the path of the file itself, so that two names of one database have the
// same lock, log and snapshots.
func real(path string) string {
	if resolved, err := filepath.EvalSymlinks(path); err == nil {
		return resolved
	}
	return path
}

// holdFile opens the database's file for as long as it is in use, and locks it: it
// may have other names, and its lock file may have been removed. It is made when
// create is set; without that, nil stands for a file that is not there.
func holdFile(path string, create bool) (*os.File, error) {
	flags := os.O_RDWR
	if create {
		flags |= os.O_CREATE
	}
	f, err := os.OpenFile(path, flags, 0o600)
	if errors.Is(err, fs.ErrNotExist) && !create {
		return nil, nil
	}
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "database %s cannot be opened for writing", path).
			WithHint("choose a writable path with --database, or fix its permissions")
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fault.New(fault.Conflict, "database %s is in use by another process, by another name or without its lock file", path).
				WithHint("stop the process that has it open (fuser %s), or choose another --database", path)
		}
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	return f, nil
}

// makePrivate takes the database and what belongs to it away from other users.
func makePrivate(path string) {
	for _, end := range []string{"", "-wal", "-shm", "-journal"} {
		if info, err := os.Stat(path + end); err == nil && info.Mode().Perm()&0o077 != 0 {
			_ = os.Chmod(path+end, info.Mode().Perm()&^0o077) // somebody else's file stays as it is
		}
	}
}

// newIdentity begins to watch the file that is held.
func newIdentity(path string, file *os.File) (*identity, error) {
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	return &identity{path: path, file: file, is: info, size: info.Size()}, nil
}

// hasOtherNames reports whether hard links lead to the file. Under another name
// SQLite looks for the log elsewhere.
func (i *identity) hasOtherNames() bool {
	info, err := i.file.Stat()
	if err != nil {
		return false
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && stat.Nlink > 1
}

// look says what is wrong with the names and sizes now, nil for nothing.
func (i *identity) look() error {
	if i == nil {
		return nil
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	_, err := i.looked()
	return err
}

func (i *identity) looked() (logSize int64, err error) {
	if i.cut != "" {
		return 0, errors.New(i.cut)
	}
	size, err := named(i.path, i.is)
	if err != nil {
		return 0, err
	}
	if size < i.size && !i.holds(size) {
		i.cut = fmt.Sprintf("%s was cut off from %d to %d bytes", i.path, i.size, size)
		return 0, errors.New(i.cut)
	}
	i.size = size
	return named(i.path+"-wal", i.logs)
}

// holds reports whether the file, smaller than before, has the pages that its header
// tells of: VACUUM makes it smaller too.
func (i *identity) holds(size int64) bool {
	var header [databaseHeader]byte
	if _, err := i.file.ReadAt(header[:], 0); err != nil {
		return false
	}
	page := int64(binary.BigEndian.Uint16(header[16:]))
	if page == 1 {
		page = 65536
	}
	return size >= page*int64(binary.BigEndian.Uint32(header[28:]))
}

// named returns the size of a file, which is an error when its name leads elsewhere.
// One that is nil is not known yet.
func named(path string, is fs.FileInfo) (int64, error) {
	if is == nil {
		return 0, nil
	}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, fmt.Errorf("%s was removed or renamed", path)
	} else if err != nil {
		return 0, err
	}
	if !os.SameFile(info, is) {
		return 0, fmt.Errorf("another file was put in the place of %s", path)
	}
	return info.Size(), nil
}

// before looks ahead of a transaction. It returns the size of the log, for after.
func (i *identity) before() (logSize int64, err error) {
	if i == nil {
		return 0, nil
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.looked()
}

// after looks once a transaction is committed and nobody was told: an error says
// that it may be lost.
func (i *identity) after(logSize int64) error {
	if i == nil {
		return nil
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.log == nil {
		log, err := os.Open(i.path + "-wal")
		if err != nil {
			return fmt.Errorf("%s-wal was removed: %w", i.path, err)
		}
		if i.logs, err = log.Stat(); err != nil {
			return errors.Join(err, log.Close())
		}
		i.log = log
	}
	size, err := i.looked()
	if err != nil {
		return err
	}
	if size == 0 {
		return nil // the transaction changed nothing; another's first frame would follow a hole
	}
	var header [logHeader]byte
	if _, err := i.log.ReadAt(header[:], 0); err != nil || header[0] != 0x37 || header[1] != 0x7f || header[2] != 0x06 {
		i.cut = i.path + "-wal was cut off"
		return errors.New(i.cut)
	}
	salt := [8]byte(header[16:24])
	if salt == i.salt && logSize < i.end {
		i.cut = fmt.Sprintf("%s-wal was cut off from %d to %d bytes", i.path, i.end, logSize)
		return errors.New(i.cut)
	}
	i.salt, i.end = salt, size
	return nil
}

// logSize is the size of the log after the last commit.
func (i *identity) logSize() int64 {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.end
}

// ownsLog reports whether the log at its name is the one that is written: another
// must not be cut off or removed.
func (i *identity) ownsLog() bool {
	if i == nil {
		return true
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.cut != "" {
		return false
	}
	_, err := named(i.path+"-wal", i.logs)
	return err == nil
}

func (i *identity) close() error {
	if i == nil || i.log == nil {
		return nil
	}
	return i.log.Close()
}

// errMoved tells a writer that the database is not where it was.
func errMoved(cause error) error {
	return fault.Wrap(fault.Busy, cause, "The database's file was moved, removed or cut off under the server; nothing is written").
		WithHint("stop the server, put the file back or restore a copy, and start again")
}
