package sqlite

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/reevehq/reeve/internal/fault"
)

// Backup copies the database at path into the new file to, as it is at one
// moment. A running server goes on meanwhile: the copy is one more reader, so
// it needs no lock. The file appears under its name only when it is whole, on
// disk and free of damage; an existing file is left as it is.
func Backup(ctx context.Context, path, to string) (Found, error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return Found{}, fault.New(fault.Invalid, "database %s does not exist", path).WithHint("name it with --database")
	}
	if _, err := os.Lstat(to); err == nil {
		return Found{}, fault.New(fault.Conflict, "%s exists already", to).WithHint("name a new file")
	}
	work, err := os.MkdirTemp(filepath.Dir(to), ".backup-")
	if err != nil {
		return Found{}, err
	}
	defer func() { _ = os.RemoveAll(work) }()
	part := filepath.Join(work, "part.db")
	if err := copyInto(path, part); err != nil {
		return Found{}, openFault(path, err)
	}
	found, err := Check(ctx, part)
	if err != nil {
		return found, err
	}
	if len(found.Damage) > 0 {
		return found, fault.New(fault.Internal, "the copy of %s is damaged: %s", path, found.Damage[0]).
			WithHint("stop the server and look: reeve server database check --database %s", path)
	}
	return found, publish(part, to)
}

func copyInto(path, part string) (err error) {
	c, err := openConn(path, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	// The copy's own pages are writes too; the source was opened read-only.
	if err := c.run("PRAGMA query_only=OFF"); err != nil {
		return err
	}
	if _, err := c.Exec("VACUUM INTO ?", part); err != nil {
		return err
	}
	return os.Chmod(part, 0o600)
}
