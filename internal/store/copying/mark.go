package copying

import (
	"slices"

	"github.com/reevehq/reeve/internal/fault"
)

// The tables of the mark, which both databases have while a copy is unfinished.
const (
	// MarkTable has one row: source, and begun, the schema's number when it was.
	MarkTable = "unfinished_copy"
	// ProgressTable has a row for each table: see Progress.
	ProgressTable = "unfinished_copy_table"
	// StatementTable has the statements that are put off, in their order.
	StatementTable = "unfinished_copy_statement"
)

// MarkTables are all of them.
var MarkTables = []string{MarkTable, ProgressTable, StatementTable}

// NameTables are not copied: the names of runs are learned by a service of the copy, by what it finds in
// name_cursor, which a new schema has.
var NameTables = []string{"name_cursor", "flow_run_known_name", "task_run_known_name", "flow_task_name"}

// Unfinished is the fault of whoever opens a database that is an unfinished copy.
func Unfinished(database, source string) error {
	return fault.New(fault.Conflict, "database %s is an unfinished copy of %s", database, source).
		WithHint("finish it: reeve server database copy %s %s", source, database)
}

// Prefilled are the tables that have a row in a new schema; the source's takes its place.
var Prefilled = []string{"automation_version", "event_cursor"}

// RefuseFilled refuses a target in which a table has more rows than a new schema gives it.
// upTo counts the rows of a table, and may stop at most.
func RefuseFilled(database string, tables []Table, upTo func(table string, most int) (int, error)) error {
	for _, table := range tables {
		made := 0
		if slices.Contains(Prefilled, table.Name) {
			made = 1
		}
		rows, err := upTo(table.Name, made+1)
		if err != nil {
			return err
		}
		if rows > made {
			return notEmpty(database, table.Name)
		}
	}
	return nil
}

// notEmpty is the fault of a target that has something in it.
func notEmpty(database, table string) error {
	return fault.New(fault.Conflict, "database %s is not empty: it has rows in %s", database, table).
		WithHint("copy into a new database; what is there stays as it is")
}

// OfAnother is the fault of a target that is an unfinished copy of another source.
func OfAnother(database, source, wanted string) error {
	return fault.New(fault.Conflict, "database %s is an unfinished copy of %s, not of %s", database, source, wanted).
		WithHint("finish that one: reeve server database copy %s %s, or copy into a new database", source, database)
}

// OfAnotherSchema is the fault of an unfinished copy by a program with another schema.
func OfAnotherSchema(database string, schema, wanted int) error {
	return fault.New(fault.Conflict, "database %s is an unfinished copy with schema %d, and this program's is %d", database, schema, wanted).
		WithHint("finish it with the reeve that began it, or copy into a new database")
}
