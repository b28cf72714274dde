package main

// conn is a connection with a cache of prepared statements.
type conn interface {
	// exec runs a statement that gives no rows.
	exec(query string, args ...any) error
	// query calls each for every row.
	query(query string, args []any, each func(row)) error
	close() error
}

// row reads the columns of the current row.
type row interface {
	text(column int) string
	integer(column int) int64
	blob(column int) []byte
}
