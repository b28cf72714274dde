package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"

	"zombiezen.com/go/sqlite"

	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/store/migrations"
)

// Schemas are the numbers of a database's schema before and after an upgrade.
type Schemas struct{ From, To int }

// Upgrade brings a database's schema up to date; steps are the schema, nil for
// the server's. The database must exist and be open nowhere else.
func Upgrade(_ context.Context, o Options) (numbers Schemas, err error) {
	if err := settle(o.Path); err != nil {
		return numbers, err
	}
	if _, err := os.Stat(o.Path); errors.Is(err, fs.ErrNotExist) {
		return numbers, missing(o.Path)
	}
	lock, err := takeLock(o.Path)
	if err != nil {
		return numbers, err
	}
	defer lock.release()
	o = o.withDefaults()
	o.Migrate = true
	c, err := openConn(o.Path, true)
	if err != nil {
		return numbers, openFault(o.Path, err)
	}
	if numbers.From, err = schemaNumber(c); err == nil {
		if err = prepare(c, o); err == nil {
			numbers.To, err = schemaNumber(c)
		}
	}
	if err != nil {
		return numbers, errors.Join(openFault(o.Path, err), c.close())
	}
	return numbers, c.close()
}

// Found is what a check of a database found.
type Found struct {
	Schema int      `json:"schema"`
	Newest int      `json:"newest_schema"` // that this program knows
	Bytes  int64    `json:"bytes"`
	Damage []string `json:"damage"` // a sentence for each place, empty when sound
}

// Check looks at every page, index and reference of a database; steps are its
// schema, nil for the server's. It only reads, so a server may run. A file that
// is no database of Reeve is an error; one that is damaged is not.
func Check(_ context.Context, path string, steps []migrations.Migration) (Found, error) {
	if err := settle(path); err != nil {
		return Found{}, err
	}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Found{}, missing(path)
	} else if err != nil {
		return Found{}, fault.Wrap(fault.Invalid, err, "database %s cannot be read", path)
	}
	still := !exists(path + "-wal")
	found, err := look(path, steps, still)
	if (err != nil || len(found.Damage) > 0) && still && exists(path+"-wal") {
		found, err = look(path, steps, false) // somebody began to write meanwhile
	}
	found.Bytes = info.Size()
	return found, err
}

// look checks; still says that nobody has the database open, so that it can be
// read without making files beside it.
func look(path string, steps []migrations.Migration, still bool) (found Found, err error) {
	found.Damage = []string{}
	if steps, err = orServer(steps); err != nil {
		return found, err
	}
	found.Newest = len(steps)
	c, err := openToLook(path, still)
	if err == nil {
		err = inspectAll(c, path, steps, &found)
		err = errors.Join(err, c.close())
	}
	if code := sqlite.ErrCode(err).ToPrimary(); code == sqlite.ResultCorrupt || code == sqlite.ResultNotADB && looksLikeOurs(path) {
		found.Damage = append(found.Damage, err.Error())
		return found, nil
	}
	if err != nil {
		err = openFault(path, err)
	}
	return found, err
}

// looksLikeOurs tells a database whose header alone is damaged: of many pages,
// and beside files that a database has.
func looksLikeOurs(path string) bool {
	return exists(path+".lock") || exists(path+".reserve")
}

func openToLook(path string, still bool) (*conn, error) {
	if !still {
		return openConn(path, false)
	}
	uri := (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: "immutable=1"}).String()
	c, err := sqlite.OpenConn(uri, sqlite.OpenReadOnly, sqlite.OpenURI)
	if err != nil {
		return nil, err
	}
	return &conn{c: c}, nil
}

func inspectAll(c *conn, path string, steps []migrations.Migration, found *Found) (err error) {
	if found.Schema, err = schemaNumber(c); err != nil {
		return err
	}
	err = c.Query("PRAGMA integrity_check", nil, func(r store.Row) error {
		var line string
		if err := r.Scan(&line); err != nil || line == "ok" {
			return err
		}
		found.Damage = append(found.Damage, line)
		return nil
	})
	if err != nil || len(found.Damage) > 0 {
		return err
	}
	if err := refuseOther(c, steps); err != nil {
		return err
	}
	if err := refuseUnfinished(c, path); err != nil {
		return err
	}
	return brokenReferences(c, func(text string) error { found.Damage = append(found.Damage, text); return nil })
}

// brokenReferences tells each of the references to rows that do not exist, until it fails.
func brokenReferences(c *conn, each func(text string) error) error {
	return c.Query("PRAGMA foreign_key_check", nil, func(r store.Row) error {
		var table, parent string
		var row *int64
		var key int
		if err := r.Scan(&table, &row, &parent, &key); err != nil {
			return err
		}
		return each(fmt.Sprintf("a row of %s refers to a row of %s that does not exist", table, parent))
	})
}

// refuseOther refuses a sound database that these steps did not make.
func refuseOther(c *conn, steps []migrations.Migration) error {
	table, n := firstTable(steps), 0
	err := c.Query("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?", []any{table},
		func(r store.Row) error { return r.Scan(&n) })
	if err == nil && table != "" && n == 0 {
		return fault.New(fault.Invalid, "the file is a database without the table %s, so not the one it should be", table).
			WithHint("the server's database and the gateway's inbox are two files; --inbox names the inbox")
	}
	return err
}

func orServer(steps []migrations.Migration) ([]migrations.Migration, error) {
	if steps != nil {
		return steps, nil
	}
	return migrations.For("sqlite")
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
