package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"

	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/store/migrations"
)

// Schemas are the numbers of a database's schema before and after an upgrade.
type Schemas struct{ From, To int }

// Upgrade brings a database's schema up to date. The database must exist and
// be open nowhere else.
func Upgrade(_ context.Context, path string, log *slog.Logger) (Schemas, error) {
	var numbers Schemas
	err := alone(path, func(c *conn) (err error) {
		if numbers.From, err = schemaNumber(c); err != nil {
			return err
		}
		steps, err := migrations.For("sqlite")
		if err != nil {
			return err
		}
		if err := migrate(c, steps, Options{Path: path, Migrate: true, Logger: log}); err != nil {
			return err
		}
		numbers.To, err = schemaNumber(c)
		return err
	})
	return numbers, err
}

// Found is what a check of a database found.
type Found struct {
	Schema int      `json:"schema"`
	Bytes  int64    `json:"bytes"`
	Damage []string `json:"damage"` // a sentence for each place, empty when sound
}

// Check looks at every page, index and reference of a database that is open
// nowhere else.
func Check(_ context.Context, path string) (Found, error) {
	found := Found{Damage: []string{}}
	err := alone(path, func(c *conn) (err error) {
		if found.Schema, err = schemaNumber(c); err != nil {
			return err
		}
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		found.Bytes = info.Size()
		err = c.Query("PRAGMA integrity_check", nil, func(r store.Row) error {
			var line string
			if err := r.Scan(&line); err != nil || line == "ok" {
				return err
			}
			found.Damage = append(found.Damage, line)
			return nil
		})
		if err != nil {
			return err
		}
		return c.Query("PRAGMA foreign_key_check", nil, func(r store.Row) error {
			var table string
			if err := r.Scan(&table); err != nil {
				return err
			}
			found.Damage = append(found.Damage, fmt.Sprintf("a row of %s refers to a row that does not exist", table))
			return nil
		})
	})
	return found, err
}

// alone opens an existing database for fn while no other process has it.
func alone(path string, fn func(*conn) error) error {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return fault.New(fault.Invalid, "database %s does not exist", path).WithHint("name it with --database")
	}
	lock, err := takeLock(path)
	if err != nil {
		return err
	}
	defer lock.release()
	c, err := openConn(path, true)
	if err != nil {
		return openFault(path, err)
	}
	if err := fn(c); err != nil {
		return errors.Join(openFault(path, err), c.close())
	}
	return c.close()
}
