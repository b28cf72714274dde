package doctor

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/store/sqlite"
)

// lookTime bounds the look at a database's pages.
const lookTime = 20 * time.Second

// absent reports whether the database of the settings is none of this machine:
// it is not here, and neither is the server.
func (e *Exam) absent(path string) bool {
	_, err := os.Stat(path)
	return errors.Is(err, fs.ErrNotExist) && !e.local()
}

// checkDatabase looks at the database of this machine: who has it, or, when
// nobody has, whether a server could open it.
func checkDatabase(ctx context.Context, e *Exam) []Finding {
	if url := e.Config.Postgres(); url != "" {
		return lookAtPostgres(ctx, url)
	}
	path := e.Config.Database()
	if e.absent(path) {
		return skipped("the server's database is on another machine")
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && e.met.answers:
		return one(Warn, "reeve doctor --database PATH, the one that the server prints at its start", "the server answers, but its database is not %s", path)
	case errors.Is(err, fs.ErrNotExist):
		return ok("there is none yet at %s; a server makes it when it starts", path)
	case err != nil:
		return one(Fail, "ls -ld "+filepath.Dir(path), "database %s cannot be read: %v", path, err)
	case info.IsDir():
		return one(Fail, e.startWith("database", filepath.Join(path, "reeve.db")), "the database %s is a folder", path)
	}
	holder, err := sqlite.Holder(path)
	if err != nil {
		return one(Warn, "ls -l "+path+".lock", "the lock of database %s cannot be read: %v", path, err)
	}
	found := e.held(ctx, path, holder)
	if full, err := filepath.Abs(path); err == nil && found[0].Severity == OK {
		if others := e.Machine.openers(full, holder, strconv.Itoa(os.Getpid())); len(others) > 0 {
			return one(Warn, "end it, and copy a database with: reeve server database backup FILE", "database %s is open in another program too: %s", path, strings.Join(others, "; "))
		}
	}
	return found
}

// held judges a database by the process that has it, or, without one, by itself.
func (e *Exam) held(ctx context.Context, path, holder string) []Finding {
	switch {
	case holder == "":
		return e.look(ctx, path)
	case e.local() && !e.met.answers:
		return one(Fail, "kill "+holder+", or ask the port that it listens on: reeve doctor --url http://127.0.0.1:PORT/api",
			"process %s has database %s open, but no server answers at %s", holder, path, e.URL)
	case e.met.problem != "" && e.met.better == "":
		return one(Fail, e.met.next, "process %s has database %s open and says that something is wrong with it", holder, path)
	}
	return ok("process %s has database %s open and found no damage", holder, path)
}

func (e *Exam) look(ctx context.Context, path string) []Finding {
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	schema, whole, err := sqlite.Look(ctx, path)
	var known *fault.Error
	switch {
	case errors.As(err, &known):
		next := known.Hint
		if next == "" {
			next = "reeve server database check --database " + path
		}
		return one(Fail, next, "%v", err)
	case err != nil:
		return one(Fail, "reeve server database check --database "+path, "database %s cannot be read: %v", path, err)
	case !whole:
		return one(Warn, "reeve server database check --database "+path, "no server has database %s open; it is too large to look at whole in %s", path, lookTime)
	}
	return ok("no server has database %s open; it is sound and has schema %d", path, schema)
}
