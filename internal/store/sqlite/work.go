package sqlite

import (
	"os"
	"path/filepath"
	"syscall"
)

// workPrefix begins the names of folders in which files are made before they get
// their names.
const workPrefix = ".backup-"

// work is a folder for files that are being made. It is locked for as long as
// its process lives, so that what a killed one left can be told and removed.
type work struct {
	folder string
	lock   *os.File
}

// newWork makes a folder beside the files that will come out of it, and removes
// those that killed processes left there.
func newWork(beside string) (*work, error) {
	clearWork(beside)
	folder, err := os.MkdirTemp(beside, workPrefix)
	if err != nil {
		return nil, err
	}
	lock, err := lockFolder(folder)
	if err != nil {
		return nil, err
	}
	return &work{folder, lock}, nil
}

func (w *work) file(name string) string { return filepath.Join(w.folder, name) }

func (w *work) remove() {
	_ = os.RemoveAll(w.folder)
	_ = w.lock.Close()
}

func lockFolder(folder string) (*os.File, error) {
	f, err := os.Open(folder)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}

// clearWork removes what nobody works in any more.
func clearWork(beside string) {
	left, _ := filepath.Glob(filepath.Join(escapeGlob(beside), workPrefix+"*"))
	for _, folder := range left {
		if lock, err := lockFolder(folder); err == nil {
			_ = os.RemoveAll(folder)
			_ = lock.Close()
		}
	}
}

// escapeGlob keeps a folder's name from being taken for a pattern.
func escapeGlob(path string) string {
	var b []byte
	for i := range len(path) {
		switch path[i] {
		case '*', '?', '[', '\\':
			b = append(b, '\\')
		}
		b = append(b, path[i])
	}
	return string(b)
}
