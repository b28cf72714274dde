package copying

import (
	"context"
	"slices"
	"strings"
)

// Kind is what a column holds.
type Kind string

// The kinds of columns.
const (
	Whole Kind = "whole numbers"
	Float Kind = "numbers"
	Text  Kind = "texts"
	Bytes Kind = "bytes"
)

// Column is a column of a table.
type Column struct {
	Name string
	Kind Kind
}

// Table is a table that is copied; its columns are in the order of their names.
type Table struct {
	Name    string
	Columns []Column
}

// Sorted puts tables and their columns into the order of their names.
func Sorted(tables []Table) []Table {
	slices.SortFunc(tables, func(a, b Table) int { return strings.Compare(a.Name, b.Name) })
	for _, t := range tables {
		slices.SortFunc(t.Columns, func(a, b Column) int { return strings.Compare(a.Name, b.Name) })
	}
	return tables
}

// Row is the values of a row in the order of its table's columns: nil, int64, float64,
// string or []byte.
type Row []any

// Reader reads a database.
type Reader interface {
	// Name is the database for people; it has no password.
	Name() string
	// Tables are those that are copied, in the order of their names.
	Tables(ctx context.Context) ([]Table, error)
	// All hands over the rows of a table in any order.
	All(ctx context.Context, table Table, each func(Row) error) error
	// Close gives back what was opened, and the lock.
	Close() error
}

// Source is a database that is copied. It is locked, and shows one snapshot.
type Source interface {
	Reader
	// Count counts the rows of a table.
	Count(ctx context.Context, table string) (int64, error)
	// After hands over the rows of a table in the order of its key, which is unique, from the
	// first one behind a key on, nil for all, with the key of each.
	After(ctx context.Context, table Table, key Row, each func(key, row Row) error) error
	// Sequences are the last numbers that were given to the rows of tables, which may be gone.
	Sequences(ctx context.Context) (map[string]int64, error)
}

// Progress is how far a table has come in the target.
type Progress struct {
	Table string
	Key   Row // of the last row at the source; nil before the first
	Rows  int64
	Sum   uint64 // of the rows as the target has them; see Sum
	// Replaced counts texts that the target cannot hold as they were.
	Replaced int64
	Done     bool
}

// Target is a database that a copy is made in. It is locked.
type Target interface {
	Reader
	// Begin marks an empty database as an unfinished copy of a source. When it is one already
	// of the same source, the result is how far its tables have come.
	Begin(ctx context.Context, source string) (map[string]Progress, error)
	// Clear takes away all that was copied.
	Clear(ctx context.Context) error
	// Fit is a value as a column of the target holds it, and whether it is not what it was.
	Fit(value any, kind Kind) (fitting any, replaced bool, err error)
	// Write adds rows and keeps how far their table has come, in one transaction. Once it
	// returns both are durable.
	Write(ctx context.Context, table Table, rows []Row, to Progress) error
	// Finish carries out what Begin put off, each step once, and sets the sequences. tell is
	// told of each step before it begins.
	Finish(ctx context.Context, sequences map[string]int64, tell func(step string)) error
	// End takes the mark away.
	End(ctx context.Context) error
}
