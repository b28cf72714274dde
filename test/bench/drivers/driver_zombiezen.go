//go:build zombiezen

package main

import "zombiezen.com/go/sqlite"

const driver = "zombiezen.com/go/sqlite"

type zombiezen struct{ c *sqlite.Conn }

func open(path string, write bool) (conn, error) {
	flags := sqlite.OpenReadOnly | sqlite.OpenWAL
	if write {
		flags = sqlite.OpenReadWrite | sqlite.OpenCreate | sqlite.OpenWAL
	}
	c, err := sqlite.OpenConn(path, flags)
	if err != nil {
		return nil, err
	}
	return zombiezen{c}, nil
}

func (z zombiezen) exec(query string, args ...any) error {
	return z.query(query, args, func(row) {})
}

func (z zombiezen) query(query string, args []any, each func(row)) error {
	stmt, err := z.c.Prepare(query)
	if err != nil {
		return err
	}
	for i, arg := range args {
		switch v := arg.(type) {
		case string:
			stmt.BindText(i+1, v)
		case int64:
			stmt.BindInt64(i+1, v)
		case []byte:
			stmt.BindBytes(i+1, v)
		}
	}
	for {
		more, err := stmt.Step()
		if err != nil || !more {
			return reset(stmt, err)
		}
		each(zombiezenRow{stmt})
	}
}

func reset(stmt *sqlite.Stmt, err error) error {
	if e := stmt.Reset(); err == nil {
		err = e
	}
	return err
}

func (z zombiezen) close() error { return z.c.Close() }

type zombiezenRow struct{ s *sqlite.Stmt }

func (r zombiezenRow) text(i int) string   { return r.s.ColumnText(i) }
func (r zombiezenRow) integer(i int) int64 { return r.s.ColumnInt64(i) }
func (r zombiezenRow) blob(i int) []byte {
	b := make([]byte, r.s.ColumnLen(i))
	r.s.ColumnBytes(i, b)
	return b
}
