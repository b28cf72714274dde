// Package migrations holds the schema as numbered, forward-only SQL files, one
// set for each database with the same numbers and names; PostgreSQL's begins with
// the number at which it came. A file is never edited once released.
package migrations

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"sort"
	"strconv"
	"strings"
)

//go:embed *.sql gateway/*.sql
var files embed.FS

// first is the number of each dialect's first migration.
var first = map[string]int{"sqlite": 1, "postgres": 16}

// Migration is one step of the schema.
type Migration struct {
	Number int
	Name   string
	SQL    string
}

// For returns the migrations of a dialect ("sqlite" or "postgres") in order.
func For(dialect string) ([]Migration, error) { return in(".", dialect) }

// Gateway returns the migrations of the gateway's own database in order.
func Gateway(dialect string) ([]Migration, error) { return in("gateway", dialect) }

func in(folder, dialect string) ([]Migration, error) {
	names, err := fs.Glob(files, path.Join(folder, "*."+dialect+".sql"))
	if err != nil {
		return nil, fmt.Errorf("list migrations of %s: %w", dialect, err)
	}
	sort.Strings(names)
	steps := make([]Migration, 0, len(names))
	for i, file := range names {
		digits, rest, _ := strings.Cut(path.Base(file), "_")
		number, err := strconv.Atoi(digits)
		if want := first[dialect] + i; err != nil || number != want {
			return nil, fmt.Errorf("migration file %s: want number %04d", file, want)
		}
		text, err := files.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("read migration %s: %w", file, err)
		}
		steps = append(steps, Migration{number, strings.TrimSuffix(rest, "."+dialect+".sql"), string(text)})
	}
	return steps, nil
}
