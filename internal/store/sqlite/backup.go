package sqlite

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/store/migrations"
)

// Backup copies the database at path into the new file to, as it is at one
// moment; steps are its schema, nil for the server's. A running server goes on
// meanwhile: the copy is one more reader, so it needs no lock. The file appears
// under its name only when it is whole, on disk and free of damage; an existing
// file is left as it is.
func Backup(ctx context.Context, path, to string, steps []migrations.Migration) (Found, error) {
	path = real(path)
	if err := settle(path); err != nil {
		return Found{}, err
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return Found{}, missing(path)
	}
	if _, err := os.Lstat(to); err == nil {
		return Found{}, fault.New(fault.Conflict, "%s exists already", to).WithHint("name a new file")
	}
	work, err := newWork(filepath.Dir(to))
	if err != nil {
		return Found{}, err
	}
	defer work.remove()
	found, err := copyChecked(ctx, path, work.file("part.db"), false, steps)
	if err != nil {
		return found, err
	}
	return found, publish(work.file("part.db"), to)
}

// copyChecked makes a file of a database and looks for damage in it; still says
// that nobody has the database open.
func copyChecked(ctx context.Context, path, part string, still bool, steps []migrations.Migration) (Found, error) {
	if err := copyInto(path, part, still); err != nil {
		return Found{}, openFault(path, err)
	}
	found, err := Check(ctx, part, steps)
	if err != nil {
		return found, err
	}
	if len(found.Damage) > 0 {
		return found, fault.New(fault.Internal, "the copy of %s is damaged: %s", path, found.Damage[0]).
			WithHint("look for the damage: reeve server database check --database %s", path)
	}
	return found, nil
}

func copyInto(path, part string, still bool) (err error) {
	c, err := openToLook(path, still)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	if err := refuseUnfinished(c, path); err != nil {
		return err
	}
	// The copy's own pages are writes too; the source was opened read-only.
	if err := c.run("PRAGMA query_only=OFF"); err != nil {
		return err
	}
	if err := c.copyTo(part); err != nil {
		return err
	}
	return os.Chmod(part, 0o600)
}

func missing(path string) error {
	return fault.New(fault.Invalid, "database %s does not exist", path).WithHint("name it with --database")
}
