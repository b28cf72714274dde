package sqlite

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/store/migrations"
)

// A restore happens in two steps. First the whole, checked new database is given
// the name <database>.restoring: from then on it is decided. Then settle puts the
// old database aside and the new one in its place. A process that is killed
// between the two leaves the second to whoever locks the database next.
const (
	restoring = ".restoring"
	replaced  = ".replaced-"
)

// Restored tells what a restore did.
type Restored struct {
	From    string   // the file that was put in place
	Aside   string   // where the database that was there is, "" when there was none
	Found   Found    // what the file's check found
	Skipped []string // newer snapshots that are damaged
}

// Restore puts a copy of the database in the file from in the place of the one
// at path; steps are the schema, nil for the server's. No server may have the
// database open. What was there is kept beside it.
func Restore(ctx context.Context, path, from string, steps []migrations.Migration) (Restored, error) {
	path = real(path)
	lock, err := lockForRestore(path)
	if err != nil {
		return Restored{}, err
	}
	defer lock.release()
	return restoreLocked(ctx, path, from, steps)
}

func restoreLocked(ctx context.Context, path, from string, steps []migrations.Migration) (Restored, error) {
	if !exists(from) {
		return Restored{}, fault.New(fault.Invalid, "%s does not exist", from)
	}
	found, err := acceptable(ctx, from, steps)
	if err != nil {
		return Restored{}, err
	}
	return putCopy(ctx, path, from, found, steps)
}

func lockForRestore(path string) (*lockFile, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "the folder of database %s cannot be made", path)
	}
	return takeLock(path)
}

// putCopy installs a copy of a file that was found acceptable.
func putCopy(ctx context.Context, path, from string, found Found, steps []migrations.Migration) (Restored, error) {
	done := Restored{From: from, Found: found}
	work, err := newWork(filepath.Dir(path))
	if err != nil {
		return done, err
	}
	defer work.remove()
	part := work.file("part.db")
	if _, err := copyChecked(ctx, from, part, !exists(from+"-wal"), steps); err != nil {
		return done, err
	}
	done.Aside, err = install(part, path)
	return done, err
}

// acceptable refuses a file that must not become the database.
func acceptable(ctx context.Context, from string, steps []migrations.Migration) (Found, error) {
	found, err := Check(ctx, from, steps)
	switch {
	case err != nil:
		return found, err
	case len(found.Damage) > 0:
		return found, fault.New(fault.Internal, "%s is damaged in %d places: %s", from, len(found.Damage), found.Damage[0]).
			WithHint("restore another copy: reeve server database restore --latest")
	case found.Schema > found.Newest:
		return found, fault.New(fault.Conflict, "%s has schema %d, newer than this program's %d", from, found.Schema, found.Newest).
			WithHint("restore it with the newer reeve")
	}
	return found, nil
}

// install makes a whole file the database at path, which the caller has locked.
// It returns the place of the one that was there, "" without one.
func install(part, path string) (aside string, err error) {
	if err := publish(part, path+restoring); err != nil {
		return "", err
	}
	return settleLocked(path)
}

// settle ends a restore that was decided and then cut off. It does nothing when
// there is none.
func settle(path string) error {
	if !exists(path + restoring) {
		return nil
	}
	lock, err := takeLock(path) // which settles
	if err != nil {
		return err
	}
	lock.release()
	return nil
}

// settleLocked puts a decided restore in place. It may be cut off anywhere and
// done again.
func settleLocked(path string) (aside string, err error) {
	info, err := os.Stat(path + restoring)
	if errors.Is(err, os.ErrNotExist) {
		return "", nil
	} else if err != nil {
		return "", err
	}
	// The time is that of the decision, so that a second attempt gives the same name.
	aside = path + replaced + info.ModTime().UTC().Format(stamp)
	// Log and journal belong to the old database: they go with it, before the new
	// one comes.
	for _, end := range []string{"-wal", "-journal", ""} {
		if info, err := os.Stat(path + end); err == nil && info.Size() == 0 {
			if err := os.Remove(path + end); err != nil {
				return "", err
			}
			continue
		}
		if err := os.Rename(path+end, aside+end); err != nil && !errors.Is(err, os.ErrNotExist) {
			return "", err
		}
	}
	for _, end := range []string{"-shm", damagedNote} {
		if err := os.Remove(path + end); err != nil && !errors.Is(err, os.ErrNotExist) {
			return "", err
		}
	}
	folder := filepath.Dir(path)
	if err := syncFile(folder); err != nil {
		return "", err
	}
	if err := os.Rename(path+restoring, path); err != nil {
		return "", err
	}
	if !exists(aside) {
		aside = ""
	}
	return aside, syncFile(folder)
}
