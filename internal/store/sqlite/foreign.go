package sqlite

import (
	"errors"
	"os"

	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/store"
)

// ReadForeign reads a database that another program made and may have open, as of one
// moment. It is not changed.
func ReadForeign(path string, fn func(store.Conn) error) error {
	if _, err := os.Stat(path); err != nil {
		return fault.Wrap(fault.Invalid, err, "database %s cannot be read", path)
	}
	c, err := openConn(path, false)
	if err != nil {
		return openFault(path, err)
	}
	if err := c.run("BEGIN"); err != nil {
		return errors.Join(openFault(path, err), c.close())
	}
	return errors.Join(guard(fn, c), c.run("ROLLBACK"), c.close())
}
