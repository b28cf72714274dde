package sqlite

import (
	"os"

	"github.com/reevehq/reeve/internal/store"
)

// A new database can give space back (auto_vacuum=INCREMENTAL): it knows of each page who
// refers to it, so that the last pages of the file can take the places of free ones. One
// that was made before stays as it is until it is copied; see copyTo.

const (
	// spareShare is the share of the file that may be free: it will be written to again.
	spareShare = 10
	// spareLeast is how many pages may be free however small the file is: 4 MB.
	spareLeast = 1024
	// giveSome gives back the pages of one statement.
	giveSome = "PRAGMA incremental_vacuum(16)"
)

// isNew reports whether a file is not yet a database.
func isNew(path string) bool {
	info, err := os.Stat(path)
	return err != nil || info.Size() == 0
}

// Spare implements store.Spacious.
func (c *conn) Spare() (pages int, err error) {
	var free, all, mode int
	err = c.Query("SELECT * FROM pragma_freelist_count, pragma_page_count, pragma_auto_vacuum", nil, func(r store.Row) error { return r.Scan(&free, &all, &mode) })
	if err != nil || mode == 0 {
		return 0, err
	}
	return max(0, free-max(spareLeast, all/spareShare)), nil
}

// GiveBack implements store.Spacious. The file gets shorter when the log is written back.
func (c *conn) GiveBack() (pages int, err error) {
	before, err := c.Spare()
	if err != nil || before == 0 {
		return 0, err
	}
	if err := c.run(giveSome); err != nil {
		return 0, err
	}
	c.changes++ // for the writer: it may have to be undone
	after, err := c.Spare()
	return before - after, err // none, and nobody goes on, if SQLite could not do it
}

// copyTo writes the database into a new file, without what is free in it. The copy can give
// space back, whether or not this one can.
func (c *conn) copyTo(path string) error {
	var mode int
	err := c.Query("SELECT * FROM pragma_auto_vacuum", nil, func(r store.Row) error { return r.Scan(&mode) })
	if err == nil && mode == 0 {
		err = c.run("PRAGMA auto_vacuum=INCREMENTAL") // changes nothing here but what a copy will be
	}
	if err == nil {
		_, err = c.Exec("VACUUM INTO ?", path)
	}
	return err
}
