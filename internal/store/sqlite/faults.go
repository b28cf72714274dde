package sqlite

import (
	"errors"
	"fmt"

	"zombiezen.com/go/sqlite"

	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/store"
)

// openFault explains why a database could not be opened.
func openFault(path string, err error) error {
	var known *fault.Error
	if errors.As(err, &known) {
		return err
	}
	switch sqlite.ErrCode(err).ToPrimary() {
	case sqlite.ResultCantOpen, sqlite.ResultReadOnly, sqlite.ResultPerm:
		return fault.Wrap(fault.Invalid, err, "database %s cannot be opened for writing", path).
			WithHint("choose a writable path with --database, or fix its permissions")
	case sqlite.ResultNotADB:
		return fault.Wrap(fault.Invalid, err, "%s is not a SQLite database", path).
			WithHint("choose another path with --database")
	case sqlite.ResultCorrupt:
		return damaged(path, err)
	case sqlite.ResultIOErr:
		return fault.Wrap(fault.Busy, err, "database %s cannot be read: the disk does not answer as it should", path).
			WithHint("look at the disk (dmesg), then start again")
	case sqlite.ResultFull:
		return errFull(err)
	case sqlite.ResultBusy, sqlite.ResultLocked:
		return fault.Wrap(fault.Busy, err, "database %s is in use by another program", path).
			WithHint("stop the program that has it open")
	}
	return fmt.Errorf("open database %s: %w", path, err)
}

func damaged(path string, cause error) error {
	return fault.Wrap(fault.Invalid, cause, "database %s is damaged", path).
		WithHint("stop the server and restore a copy: reeve server database restore --latest --database %s", path)
}

// translate turns a driver error into a fault, by code.
func translate(err error) error {
	if err == nil {
		return nil
	}
	var known *fault.Error
	if errors.As(err, &known) {
		return err
	}
	if isFull(err) {
		return errFull(err)
	}
	switch sqlite.ErrCode(err).ToPrimary() {
	case sqlite.ResultConstraint:
		return fault.Wrap(fault.Conflict, err, store.IntegrityConflict)
	case sqlite.ResultIOErr, sqlite.ResultCantOpen:
		return fault.Wrap(fault.Busy, err, "the disk does not answer as it should")
	case sqlite.ResultReadOnly, sqlite.ResultPerm:
		return fault.Wrap(fault.Busy, err, "the database cannot be written")
	case sqlite.ResultCorrupt, sqlite.ResultNotADB:
		return errDamaged(err)
	case sqlite.ResultBusy, sqlite.ResultLocked:
		return fault.Wrap(fault.Busy, err, "the database is busy")
	}
	return err
}
